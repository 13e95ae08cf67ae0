// expect: ZeroPad: give numbers of zeros, at least 0, as in ZeroPad<Padding{0, 1, 0, 1}>
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 4>, ZeroPad<Padding::same>>> model;
