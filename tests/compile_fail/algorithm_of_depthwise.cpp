// expect: DepthwiseConv2D: the Algorithm cannot do this kernel, stride or dilation; leave it out to get the fastest that can
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, DepthwiseConv2D<3, Algorithm::fft>>> model;
