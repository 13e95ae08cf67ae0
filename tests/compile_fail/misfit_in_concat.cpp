// expect: LayerRejectsItsInput
// expect: At<1, 2, 2, 2>
// expect: Dense<5
// expect: input_is_an_image_put_Flatten_before
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, Concat<Path<>, Concat<Path<>, Path<ReLU, Dense<5>>>>>;
Model<Net> model;
