// expect: DropPath: the rate must lie in [0, 1)
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<10>, DropPath<1.0>, Dense<2>>> model;
