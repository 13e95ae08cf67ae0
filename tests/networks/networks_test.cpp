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

#include <doctest/doctest.h>

using namespace tweed;

// The numbers of parameters are torchvision's.

TEST_CASE_TEMPLATE("named networks: 1000 classes for images of 224x224", Net, networks::VGG16<>,
                   networks::ResNet18<>, networks::ResNet50<>, networks::MobileNetV2<>,
                   networks::MobileNetV3Small<>, networks::EfficientNetB0<>,
                   networks::DenseNet121<>, networks::SqueezeNet<>, networks::ShuffleNetV2<>,
                   networks::ConvNeXtTiny<>) {
  CHECK(Net::input == Shape{224, 224, 3});
  CHECK(Net::output == Shape{1, 1, 1000});
}

TEST_CASE("named networks: as many parameters as torchvision's have") {
  CHECK(networks::LeNet5<>::parameter_count == 61'706);
  CHECK(networks::VGG16<>::parameter_count == 138'365'992);
  CHECK(networks::ResNet18<>::parameter_count == 11'689'512);
  CHECK(networks::ResNet50<>::parameter_count == 25'557'032);
  CHECK(networks::MobileNetV2<>::parameter_count == 3'504'872);
  CHECK(networks::MobileNetV3Small<>::parameter_count == 2'542'856);
  CHECK(networks::EfficientNetB0<>::parameter_count == 5'288'548);
  CHECK(networks::DenseNet121<>::parameter_count == 7'978'856);
  CHECK(networks::SqueezeNet<>::parameter_count == 1'235'496);
  CHECK(networks::ShuffleNetV2<>::parameter_count == 2'278'604);
  CHECK(networks::ConvNeXtTiny<>::parameter_count == 28'589'128);
}

TEST_CASE("named networks: an output for each pixel") {
  using Net = networks::UNet<Input<96, 64, 3>, 2>;
  CHECK(Net::output == Shape{96, 64, 2});
}
