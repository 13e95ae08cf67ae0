// expect: LeakyReLU: the slope must not be below 0
#include <tweed/tweed.hpp>

using namespace tweed;
Model<Sequential<Input<10>, LeakyReLU<-0.1>, Dense<2>>> model;
