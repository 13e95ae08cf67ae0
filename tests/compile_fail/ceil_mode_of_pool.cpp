// expect: MaxPool: Padding::same rounds up already, leave CeilMode{} out
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, MaxPool<3, Padding::same, CeilMode{}>>> model;
