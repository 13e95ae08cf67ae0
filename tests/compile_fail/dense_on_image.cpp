// expect: LayerRejectsItsInput
// expect: input_is_an_image_put_Flatten_before
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, Dense<10>>;

Model<Net> model;
