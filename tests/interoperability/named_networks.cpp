/// What named_networks.py lets tweed do:
///
///     tool new NETWORK MODEL                a fresh model of the network, saved
///     tool onnx MODEL FILE                  exports it
///     tool step NETWORK MODEL DATA FILE [double]
///
/// `step` reads a batch "input" [n,h,w,c] from DATA, and "target" where the network has an output
/// for each pixel: the loss is then the mean squared error, else the cross entropy of the labels 7,
/// 0, 9, 3 and so on. It writes the outputs of inference, "outputs", the loss of a training step,
/// "loss", and under the model's own names the gradients of parameters, and the statistics after
/// the step. Dropouts keep all.

#include <tweed/io/any_model_file.hpp>
#include <tweed/io/onnx.hpp>
#include <tweed/io/safetensors.hpp>
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
#include <tweed/tweed.hpp>
#include <support/built_at_run_time.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <vector>

using namespace tweed;

namespace {

using Image = Input<64, 64, 3>;

template <class Net>
NetworkText text_of() {
  return NetworkHandle<Net>().text();
}

NetworkText network_named(const std::string& name) {
  using namespace networks;
  static const std::map<std::string, NetworkText (*)()> all{
      {"lenet5", text_of<LeNet5<>>},
      {"vgg16_bn", text_of<VGG16<Image, 10>>},
      {"resnet18", text_of<ResNet18<Image, 10>>},
      {"resnet50", text_of<ResNet50<Image, 10>>},
      {"mobilenet_v2", text_of<MobileNetV2<Image, 10>>},
      {"mobilenet_v3_small", text_of<MobileNetV3Small<Image, 10>>},
      {"efficientnet_b0", text_of<EfficientNetB0<Image, 10>>},
      {"densenet121", text_of<DenseNet121<Image, 10>>},
      {"squeezenet1_1", text_of<SqueezeNet<Image, 10>>},
      {"shufflenet_v2_x1_0", text_of<ShuffleNetV2<Image, 10>>},
      {"convnext_tiny", text_of<ConvNeXtTiny<Image, 10>>},
      {"unet", text_of<UNet<Input<32, 32, 3>, 2, 3, 8>>},
  };
  const auto found = all.find(name);
  if (found == all.end()) throw Error("no network is called " + name);
  return found->second();
}

template <class T>
using ModelOf = Model<AnyNetworkOf<T>, T>;

template <class T>
ModelOf<T> model_named(const std::string& name) {
  return ModelOf<T>(tests::built_at_run_time<T>(network_named(name), tests::Dropouts::off));
}

std::vector<float> tensor_in(const SafetensorsFile& file, const char* name) {
  const TensorView* const found = file.find(name);
  if (found == nullptr) throw Error(std::string("the data lack ") + name);
  std::vector<float> values(found->bytes.size() / sizeof(float));
  std::memcpy(values.data(), found->bytes.data(), found->bytes.size());
  return values;
}

/// The loss, whose gradient is written where the backward pass reads it.
template <class T>
T loss_of(TrainingPass<AnyNetworkOf<T>, T>& pass, const Batch<const T>& outputs,
          const SafetensorsFile& data) {
  if (data.find("target") != nullptr) {
    const std::vector<float> target = tensor_in(data, "target");
    const std::vector<T> wanted(target.begin(), target.end());
    const auto sum = MeanSquaredError{}.gradient(outputs, wanted, pass.output_gradient());
    return static_cast<T>(sum.mean_loss());
  }
  constexpr std::array<Label, 4> labels{7, 0, 9, 3};
  std::vector<Label> wanted;
  for (Index i = 0; i < outputs.count; ++i) {
    wanted.push_back(labels[static_cast<std::size_t>(i) % labels.size()]);
  }
  const auto sum = SoftmaxCE{}.gradient(outputs, wanted, pass.output_gradient());
  return static_cast<T>(sum.mean_loss());
}

template <class T>
TensorView view_of(std::string name, std::vector<Index> dims, std::span<const T> values) {
  return {.name = std::move(name),
          .dims = std::move(dims),
          .dtype = std::string(safetensors_dtype<T>()),
          .bytes = std::as_bytes(values)};
}

template <class T>
void step(const std::string& name, const std::string& model_file, const std::string& data_file,
          const std::string& result_file) {
  auto stored = model_named<float>(name);
  load_model(stored, model_file);
  auto model = model_named<T>(name);
  const auto from = stored.tensors();
  const auto to = model.tensors();
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::ranges::copy(from[i].values, to[i].values.begin());
  }

  const SafetensorsFile data = read_safetensors(data_file);
  const std::vector<float> numbers = tensor_in(data, "input");
  const std::vector<T> input(numbers.begin(), numbers.end());
  const Index count = std::ssize(input) / model.input_shape().size();
  const Batch<const T> batch{input.data(), count, model.input_shape()};

  Inference<AnyNetworkOf<T>, T> infer(model, count);
  const Batch<const T> outputs = infer(model, batch);
  TrainingPass<AnyNetworkOf<T>, T> pass(model, count);
  const T loss = loss_of<T>(pass, pass.forward(model, batch, {}), data);
  pass.backward(model);
  pass.commit(model);

  const Shape& shape = outputs.shape;
  std::vector<TensorView> views{
      view_of<T>("outputs", {count, shape.height, shape.width, shape.channels}, outputs.values()),
      view_of<T>("loss", {1}, {&loss, 1})};
  const auto gradients = model.named(std::span<const T>(pass.gradients()));
  const auto tensors = std::as_const(model).tensors();
  for (const auto& tensor : gradients)
    views.push_back(view_of(tensor.name, tensor.dims, tensor.values));
  for (const auto& tensor : std::span(tensors).subspan(gradients.size())) {
    views.push_back(view_of(tensor.name, tensor.dims, tensor.values));
  }
  write_safetensors(result_file, views);
}

void run(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "" : arguments[0];
  if (command == "new" && arguments.size() == 3) {
    save_model(model_named<float>(arguments[1]), arguments[2]);
  } else if (command == "onnx" && arguments.size() == 3) {
    export_onnx(load_any_model(arguments[1]).model, arguments[2]);
  } else if (command == "step" && arguments.size() == 5) {
    step<float>(arguments[1], arguments[2], arguments[3], arguments[4]);
  } else if (command == "step" && arguments.size() == 6 && arguments[5] == "double") {
    step<double>(arguments[1], arguments[2], arguments[3], arguments[4]);
  } else {
    throw Error("expected a command and its files, see the top of named_networks.cpp");
  }
}

}  // namespace

int main(int argc, char** argv) try { run({argv + 1, argv + argc}); } catch (const Error& error) {
  std::fprintf(stderr, "tool: %s\n", error.what());
  return 1;
}
