// expect: LayerRejectsItsInput
// expect: At<2, 2, 2>
// expect: Dense<3
// expect: input_is_an_image_put_Flatten_before
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net =
    Sequential<Input<8, 8, 3>, Conv2D<3, 3>, Residual<Conv2D<3, 3>, Dense<3>>, Flatten, Dense<4>>;
Model<Net> model;
