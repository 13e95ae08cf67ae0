#include <tweed/networks/resnet.hpp>
#include <known_answers/check_training_step.hpp>
#include <known_answers/pytorch/resnet18.hpp>
#include <support/any_model.hpp>

#include <vector>

using namespace tweed;

namespace {

using SmallResNet = networks::ResNet18<Input<35, 40, 3>, 10, 8>;

template <class Net, class T>
void check(Model<Net, T> model, double tolerance) {
  tests::check_training_step(std::move(model), tests::pytorch::resnet18, 3, SoftmaxCE{},
                             std::vector<Label>{7, 0, 9}, tolerance);
}

}  // namespace

TEST_CASE("ResNet-18 learns one step as it does in PyTorch") {
  check(Model<SmallResNet, double>(), 1e-9);
  check(Model<SmallResNet, float>(), 1e-4);
}
TEST_CASE("ResNet-18, built at run time, learns one step as it does in PyTorch") {
  check(tests::any_model<SmallResNet, double>(), 1e-9);
  check(tests::any_model<SmallResNet, float>(), 1e-4);
}
