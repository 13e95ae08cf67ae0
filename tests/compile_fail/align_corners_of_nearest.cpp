// expect: Upsample: AlignCorners{} needs Interpolation::bilinear
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 4>, Upsample<2, AlignCorners{}>>> model;
