// expect: ChannelShuffle: the groups must be positive
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 4>, ChannelShuffle<0>>> model;
