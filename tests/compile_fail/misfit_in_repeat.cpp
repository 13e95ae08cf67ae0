// expect: LayerRejectsItsInput
// expect: At<1, 2, 2>
// expect: MaxPool<
// expect: window_is_larger_than_the_input_shrink_it_or_use_Padding_same
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<8, 8, 3>, Repeat<3, Conv2D<4, 3>, MaxPool<3>>>;
Model<Net> model;
