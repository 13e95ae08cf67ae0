// expect: tweed: the loss cannot take the network's output
// expect: one_output_is_not_enough_for_a_class_choice
// expect: , 2>
#include <tweed/tweed.hpp>

using namespace tweed;
using Net =
    Sequential<Input<4>, As<"x">, Dense<3>, Output<"class">, From<"x">, Dense<1>, Output<"size">>;

void test(const Model<Net>& model, const ZipDataset<Dataset<>, Labels>& data) {
  evaluate(model, SumOfLosses{SoftmaxCE{}, SoftmaxCE{}}, data);
}
