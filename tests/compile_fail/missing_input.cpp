// expect: Sequential: the first entry must be an Input<...>
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Conv2D<4, 3>, ReLU>> model;
