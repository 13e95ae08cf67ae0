// expect: Sequential: an entry cannot take what reaches it
// expect: LayerRejectsItsInput
// expect: kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same
// expect: Conv2D<8
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;
using Net = Sequential<Input<6, 6, 1>, Conv2D<4, 3>, MaxPool<2>, Conv2D<8, 5, Padding::valid>>;
Model<Net> model;
