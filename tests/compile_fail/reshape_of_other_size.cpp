// expect: Sequential: an entry cannot take what reaches it
// expect: its_shape_must_have_as_many_numbers_as_the_input
// errors: 1
// most-lines: 16
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 4>, Reshape<8, 8, 3>>> model;
