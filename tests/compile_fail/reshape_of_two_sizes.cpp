// expect: Reshape: give height, width and channels, or the length of a vector
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 4>, Reshape<4, 16>>> model;
