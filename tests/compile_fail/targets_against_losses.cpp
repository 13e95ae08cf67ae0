// expect: tweed: the data set has another number of targets than the loss takes
#include <tweed/tweed.hpp>

using namespace tweed;
using Net =
    Sequential<Input<4>, As<"x">, Dense<3>, Output<"class">, From<"x">, Dense<1>, Output<"size">>;

void train(Model<Net>& model, const Dataset<>& data) {
  fit(model, SumOfLosses{SoftmaxCE{}, MeanSquaredError{}}, Adam{}, data);
}
