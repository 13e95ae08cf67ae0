// expect: convolution: the padding must be at least 0 and smaller than the kernel, its dilation included
// expect: DepthwiseConv2D<
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, DepthwiseConv2D<3, Padding{0, 0, -1, 0}>>> model;
