// expect: Dropout: the rate must lie in [0, 1)
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<10>, Dropout<-0.1>, Dense<2>>> model;
