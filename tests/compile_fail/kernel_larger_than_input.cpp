// expect: Sequential: a layer cannot take the shape that reaches it
// expect: LayerRejectsItsInput
// expect: kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same
// expect: Conv2D<8
#include <tweed/tweed.hpp>

using namespace tweed;
using Net = Sequential<Input<6, 6, 1>, Conv2D<4, 3>, MaxPool<2>, Conv2D<8, 5, Padding::valid>>;
Model<Net> model;
