// expect: convolution: the filters must divide into the groups
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<8, 8, 6>, Conv2D<4, 3, Groups{3}>>> model;
