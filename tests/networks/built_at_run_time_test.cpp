#include <tweed/networks/convnext.hpp>
#include <tweed/networks/densenet.hpp>
#include <tweed/networks/efficientnet.hpp>
#include <tweed/networks/lenet5.hpp>
#include <tweed/networks/mobilenet_v2.hpp>
#include <tweed/networks/mobilenet_v3.hpp>
#include <tweed/networks/resnet.hpp>
#include <tweed/networks/shufflenet_v2.hpp>
#include <tweed/networks/squeezenet.hpp>
#include <tweed/networks/unet.hpp>
#include <tweed/networks/vgg16.hpp>
#include <known_answers/fill.hpp>
#include <support/built_at_run_time.hpp>
#include <support/network_run.hpp>

#include <doctest/doctest.h>

using namespace tweed;

namespace {

using Image = Input<32, 32, 3>;

}  // namespace

TEST_CASE_TEMPLATE("named networks: as types and built at run time the same bits, in training too",
                   Net, networks::LeNet5<>, networks::VGG16<Image, 10, 32>,
                   networks::ResNet18<Image, 10, 8>, networks::ResNet50<Image, 10, 8>,
                   networks::MobileNetV2<Image, 10>, networks::MobileNetV3Small<Image, 10>,
                   networks::EfficientNetB0<Image, 10>, networks::DenseNet121<Image, 10, 8>,
                   networks::SqueezeNet<Image, 10>, networks::ShuffleNetV2<Image, 10>,
                   networks::ConvNeXtTiny<Image, 10>, networks::UNet<Image, 2, 3, 8>) {
  Model<Net> fixed;
  AnyModel built(tests::built_at_run_time<float>(fixed.network().text()));
  tests::fill(fixed.tensors());
  tests::fill(built.tensors());
  const tests::NetworkRunOptions options{.batch = 2, .planned = 2, .threads = 2};
  CHECK(tests::same_bits(tests::run_network(fixed, options), tests::run_network(built, options)));
}
