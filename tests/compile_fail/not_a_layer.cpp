// expect: Layer
// expect: std::string
#include <tweed/tweed.hpp>

#include <string>

using namespace tweed;
Model<Sequential<Input<8, 8, 1>, std::string>> model;
