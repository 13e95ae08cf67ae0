// expect: ChannelSlice: give the first channel, at least 0, and how many, at least 1
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 4>, ChannelSlice<2, 0>>> model;
