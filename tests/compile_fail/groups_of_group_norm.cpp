// expect: GroupNorm<5>
// expect: its_groups_must_be_positive_and_divide_the_channels
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 12>, GroupNorm<5>>> model;
