// The named networks: a whole training step, and inference with a prepared model, on images of
// noise. Pick with --benchmark_filter=training_step/resnet18/threads:2/batch:32.

#include <tweed/model/any_network.hpp>
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

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace tweed;

struct NamedNetwork {
  std::string name;
  AnyNetwork network;
};

/// Images of 224x224 with 1000 classes, but where a network was made for others.
std::vector<NamedNetwork> named_networks() {
  using namespace networks;
  return {{"lenet5", any_network<LeNet5<>>()},
          {"vgg16", any_network<VGG16<>>()},
          {"resnet18", any_network<ResNet18<>>()},
          {"resnet50", any_network<ResNet50<>>()},
          {"mobilenet_v2", any_network<MobileNetV2<>>()},
          {"mobilenet_v3_small", any_network<MobileNetV3Small<>>()},
          {"efficientnet_b0", any_network<EfficientNetB0<>>()},
          {"densenet121", any_network<DenseNet121<>>()},
          {"squeezenet", any_network<SqueezeNet<>>()},
          {"shufflenet_v2", any_network<ShuffleNetV2<>>()},
          {"convnext_tiny", any_network<ConvNeXtTiny<>>()},
          {"unet", any_network<UNet<Input<128, 128, 3>, 2>>()}};
}

/// In [0, 1).
Buffer<float> noise(Index count) {
  Buffer<float> values(count);
  std::uint64_t position = 0;
  for (float& value : values.values()) {
    value = static_cast<float>(random_uniform({.seed = 1}, position++));
  }
  return values;
}

template <class Loss, class Targets>
void train(benchmark::State& state, const AnyNetwork& network, const Loss& loss,
           const Targets& targets, Index batch, int threads) {
  Model<AnyNetwork> model(network, 1);
  const Buffer<float> pixels = noise(batch * network.graph().input().size());
  const Batch<const float> images{pixels.data(), batch, network.graph().input()};
  Trainer trainer(model, loss, SGD{.learning_rate = 1e-3, .momentum = 0.9},
                  {.batch_size = batch, .threads = threads});
  benchmark::DoNotOptimize(trainer.step(images, targets));  // touches all memory
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(trainer.step(images, targets));
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

void training_step(benchmark::State& state, const AnyNetwork& network, Index batch, int threads) {
  if (network.graph().output().is_vector()) {
    const std::vector<Label> labels(static_cast<std::size_t>(batch), 1);
    train(state, network, SoftmaxCE{}, std::span<const Label>(labels), batch, threads);
  } else {
    const Buffer<float> masks = noise(batch * network.graph().output().size());
    train(state, network, SigmoidCE{}, std::span<const float>(masks.values()), batch, threads);
  }
}

void prepared_inference(benchmark::State& state, const AnyNetwork& network, Index batch,
                        int threads) {
  const PreparedModel prepared(Model<AnyNetwork>(network, 1), batch);
  const Buffer<float> pixels = noise(batch * network.graph().input().size());
  const Batch<const float> images{pixels.data(), batch, network.graph().input()};
  Inference infer(prepared, threads);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(infer(prepared, images));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

using Pass = void(benchmark::State&, const AnyNetwork&, Index batch, int threads);

void add(const char* pass_name, Pass& pass, const NamedNetwork& named, Index batch, int threads) {
  const std::string name = std::string(pass_name) + "/" + named.name +
                           "/threads:" + std::to_string(threads) +
                           "/batch:" + std::to_string(batch);
  benchmark::RegisterBenchmark(
      name.c_str(), [&pass, network = named.network, batch,
                     threads](benchmark::State& state) { pass(state, network, batch, threads); })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

const bool registered = [] {
  std::vector<int> threads{1};
  if (default_threads() > 1) threads.push_back(default_threads());
  for (const NamedNetwork& named : named_networks()) {
    for (const int count : threads) {
      for (const Index batch : {8, 32}) add("training_step", training_step, named, batch, count);
      for (const Index batch : {1, 32}) {
        add("prepared_inference", prepared_inference, named, batch, count);
      }
    }
  }
  return true;
}();

}  // namespace
