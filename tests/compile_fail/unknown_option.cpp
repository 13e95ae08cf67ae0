// expect: Conv2D: the options are Stride{...}, Dilation{...}, Padding::..., Groups{...}, NoBias{}, Initializer::... and Algorithm::..., each at most once
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, Conv2D<4, 3, 2>>> model;
