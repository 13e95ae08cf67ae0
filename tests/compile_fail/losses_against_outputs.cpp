// expect: tweed: the network has another number of outputs than the loss is of
// expect: LossIsOfOtherOutputs<2, 3>
#include <tweed/tweed.hpp>

using namespace tweed;
using Net =
    Sequential<Input<4>, As<"x">, Dense<3>, Output<"class">, From<"x">, Dense<1>, Output<"size">>;

const SumOfLosses loss{SoftmaxCE{}, MeanSquaredError{}, MeanSquaredError{}};

void train(Model<Net>& model) { Trainer trainer(model, loss, Adam{}); }
