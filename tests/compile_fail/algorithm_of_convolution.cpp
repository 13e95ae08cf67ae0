// expect: Conv2D: the Algorithm cannot do this kernel, stride, dilation or these groups; leave it out to get the fastest that can
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, Conv2D<4, 3, Algorithm::grouped>>> model;
