// expect: tweed: a loss in SumOfLosses cannot take the targets of its output
// expect: LossRejectsTheTargets<2
#include <tweed/tweed.hpp>

using namespace tweed;
using Net =
    Sequential<Input<4>, As<"x">, Dense<3>, Output<"class">, From<"x">, Dense<2>, Output<"place">>;

void train(Model<Net>& model, const ZipDataset<Samples<float>, Targets, Labels>& data) {
  fit(model, SumOfLosses{SoftmaxCE{}, MeanSquaredError{}}, Adam{}, data);
}
