// expect: LayerRejectsItsInput
// expect: At<2, 4>
// expect: Dense<4
// expect: input_is_an_image_put_Flatten_before
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

template <Index filters>
struct Basic : Block<As<"x">, Conv2D<filters, 3>, ReLU, Dense<filters>, Add<From<"x">, Path<>>> {};

using Net = Sequential<Input<8, 8, 3>, Conv2D<4, 3>, Basic<4>>;
Model<Net> model;
