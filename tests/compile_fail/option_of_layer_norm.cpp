// expect: LayerNorm: the options are Epsilon{...}, NoScale{} and NoShift{}, each at most once
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 12>, LayerNorm<NoBias{}>>> model;
