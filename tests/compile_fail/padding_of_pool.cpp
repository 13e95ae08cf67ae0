// expect: MaxPool: the padding must be at least 0 and at most half of the window
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, MaxPool<3, Padding{2}>>> model;
