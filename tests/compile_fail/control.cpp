#include <tweed/tweed.hpp>

using namespace tweed;

using Net = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, Flatten, Dense<10>>;

Model<Net> model;
