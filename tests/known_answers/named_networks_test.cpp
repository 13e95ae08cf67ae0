#include <tweed/losses/softmax_ce.hpp>
#include <tweed/networks/convnext.hpp>
#include <tweed/networks/densenet.hpp>
#include <tweed/networks/efficientnet.hpp>
#include <tweed/networks/lenet5.hpp>
#include <tweed/networks/mobilenet_v2.hpp>
#include <tweed/networks/mobilenet_v3.hpp>
#include <tweed/networks/resnet.hpp>
#include <tweed/networks/shufflenet_v2.hpp>
#include <tweed/networks/squeezenet.hpp>
#include <tweed/networks/vgg16.hpp>
#include <known_answers/check_training_step.hpp>
#include <known_answers/pytorch/named_networks.hpp>
#include <support/built_at_run_time.hpp>

#include <vector>

using namespace tweed;

namespace {

using Image = Input<64, 64, 3>;
using SmallImage = Input<32, 32, 3>;

template <class T, std::size_t trained, std::size_t state>
void check_in(const NetworkText& network, const tests::TrainingStep<trained, state>& answer,
              const tests::StepTolerance& tolerance) {
  using Built = AnyNetworkOf<T>;
  const auto built = tests::built_at_run_time<T>(network, tests::Dropouts::off);
  tests::check_training_step(Model<Built, T>(built), answer, 3, SoftmaxCE{},
                             std::vector<Label>{7, 0, 9}, tolerance);
}

/// Dropouts are off, since PyTorch drops other numbers.
template <class Net, std::size_t trained, std::size_t state>
void check_in_double(const tests::TrainingStep<trained, state>& answer) {
  check_in<double>(NetworkHandle<Net>().text(), answer, 1e-9);
}
/// In float too, where gradients jump if rounding carries an activation across the corner of a
/// ReLU, as they do in PyTorch.
template <class Net, std::size_t trained, std::size_t state>
void check(const tests::TrainingStep<trained, state>& answer) {
  check_in_double<Net>(answer);
  check_in<float>(NetworkHandle<Net>().text(), answer, {1e-3, 0.2});
}

}  // namespace

TEST_CASE("named networks learn one step as LeNet-5 does in PyTorch") {
  check<networks::LeNet5<>>(tests::pytorch::lenet5);
}
TEST_CASE("named networks learn one step as VGG-16 does in PyTorch") {
  check_in_double<networks::VGG16<SmallImage, 10, 64>>(tests::pytorch::vgg16);
}
TEST_CASE("named networks learn one step as ResNet-50 does in PyTorch") {
  check_in_double<networks::ResNet50<Input<33, 33, 3>, 10>>(tests::pytorch::resnet50);
}
TEST_CASE("named networks learn one step as MobileNetV2 does in PyTorch") {
  check<networks::MobileNetV2<Image, 10>>(tests::pytorch::mobilenet_v2);
}
TEST_CASE("named networks learn one step as MobileNetV3-small does in PyTorch") {
  check<networks::MobileNetV3Small<Image, 10>>(tests::pytorch::mobilenet_v3_small);
}
TEST_CASE("named networks learn one step as EfficientNet-B0 does in PyTorch") {
  check<networks::EfficientNetB0<Image, 10>>(tests::pytorch::efficientnet_b0);
}
TEST_CASE("named networks learn one step as DenseNet-121 does in PyTorch") {
  check<networks::DenseNet121<Image, 10>>(tests::pytorch::densenet121);
}
TEST_CASE("named networks learn one step as SqueezeNet 1.1 does in PyTorch") {
  check<networks::SqueezeNet<Image, 10>>(tests::pytorch::squeezenet1_1);
}
TEST_CASE("named networks learn one step as ShuffleNetV2 does in PyTorch") {
  check<networks::ShuffleNetV2<Image, 10>>(tests::pytorch::shufflenet_v2_x1_0);
}
TEST_CASE("named networks learn one step as ConvNeXt-Tiny does in PyTorch") {
  check_in_double<networks::ConvNeXtTiny<SmallImage, 10>>(tests::pytorch::convnext_tiny);
}
