// expect: LocalResponseNorm: the size must be odd and positive
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 12>, LocalResponseNorm<4>>> model;
