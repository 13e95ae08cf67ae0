// expect: channels_do_not_divide_into_the_groups
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 3>, ConvTranspose2D<4, 3, Groups{2}>>> model;
