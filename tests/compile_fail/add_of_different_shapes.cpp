// expect: LayerRejectsItsInput
// expect: At<2>
// expect: AddLayer
// expect: its_inputs_must_have_one_shape
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, ReLU, Residual<Conv2D<4, 3>>, Flatten, Dense<2>>;
Model<Net> model;
