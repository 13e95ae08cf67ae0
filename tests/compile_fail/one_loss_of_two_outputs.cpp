// expect: tweed: the network has another number of outputs than the loss is of; give SumOfLosses one loss for each
// expect: LossIsOfOtherOutputs<2, 1>
#include <tweed/tweed.hpp>

using namespace tweed;
using Net =
    Sequential<Input<4>, As<"x">, Dense<3>, Output<"class">, From<"x">, Dense<2>, Output<"side">>;

void train(Model<Net>& model, const Dataset<>& data) { fit(model, SoftmaxCE{}, Adam{}, data); }
