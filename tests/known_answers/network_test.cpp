#include <tweed/tweed.hpp>
#include <known_answers/check_training_step.hpp>
#include <known_answers/pytorch/reference_network.hpp>

#include <vector>

using namespace tweed;

namespace {

/// The reference network, its dropout switched off.
using FashionCnn = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, MaxPool<2>, Conv2D<64, 5>,
                              ReLU, MaxPool<2>, Dropout<0.0>, Conv2D<128, 5>, ReLU, MaxPool<2>,
                              Dropout<0.0>, Flatten, Dense<1024>, ReLU, Dropout<0.0>, Dense<10>>;

template <class T>
void check_network(double tolerance) {
  tests::check_training_step(Model<FashionCnn, T>(), tests::pytorch::reference_network, 3,
                             SoftmaxCE{}, std::vector<Label>{7, 0, 9}, tolerance);
}

}  // namespace

TEST_CASE("the reference network has the published number of parameters") {
  CHECK(FashionCnn::parameter_count == 1'447'946);
}

TEST_CASE("the reference network learns one step as it does in PyTorch") {
  check_network<double>(1e-12);
}
TEST_CASE("the reference network learns one step as it does in PyTorch, in float") {
  check_network<float>(1e-4);
}
