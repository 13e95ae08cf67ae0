// expect: Sequential: an entry cannot take what reaches it
// expect: window_is_larger_than_the_input_shrink_it_or_use_Padding_same
// expect: MaxPool<
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<4, 4, 1>, MaxPool<2>, MaxPool<3>>> model;
