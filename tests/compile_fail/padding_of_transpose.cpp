// expect: convolution: the padding must be at least 0 and smaller than the kernel, its dilation included
// expect: ConvTranspose2D<4
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, ConvTranspose2D<4, 3, Stride{2}, Padding{3}>>> model;
