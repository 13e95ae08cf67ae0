#include "networks.hpp"

namespace fashion_mnist {

namespace {

AnyLayer activation_named(const std::string& name) {
  if (name == "relu") return ReLU{};
  if (name == "silu") return SiLU{};
  if (name == "hard-swish") return HardSwish{};
  return GELU{};
}

/// A number for each block: one stands for all.
std::vector<Index> for_blocks(std::vector<Index> numbers, std::size_t blocks, const char* option) {
  if (numbers.size() == 1) numbers.resize(blocks, numbers.front());
  if (numbers.size() == blocks) return numbers;
  throw Error(detail::text("network: --widths makes ", blocks, " blocks, ", option, " has ",
                           numbers.size(), " numbers; expected one, or one a block"));
}

}  // namespace

AnyNetwork network_of(const Train& options) {
  if (options.network == "reference") return any_network<FashionCnn>();
  const auto& widths = options.widths;
  const auto kernels = for_blocks(options.kernels, widths.size(), "--kernels");
  const auto depths = for_blocks(options.depths, widths.size(), "--depths");
  const AnyLayer activation = activation_named(options.activation);
  AnyNetwork network;
  auto last = network.input(FashionCnn::input);
  const auto add = [&](const AnyLayer& layer) { last = network.add(layer, {last}); };
  const auto add_convolution = [&](std::size_t block) {
    add(Conv2DLayer{.filters = widths[block],
                    .kernel = Window{kernels[block]},
                    .has_bias = false,
                    .initializer = Initializer::he_normal});
  };
  const auto add_normalization = [&] {
    add(BatchNormLayer{.momentum = options.norm_momentum, .has_scale = false});
    add(activation);
  };
  if (const Index k = options.stem; k > 0) {
    add(Conv2DLayer{.filters = 2 * k * k, .kernel = Window{k}, .padding = Padding::valid});
    add(activation);
  }
  for (std::size_t block = 0; block < widths.size(); ++block) {
    add_convolution(block);
    add(MaxPoolLayer{.window = 2, .stride = 2});
    add_normalization();
    const auto before = last;
    for (Index i = 0; i < depths[block]; ++i) {
      add_convolution(block);
      add_normalization();
    }
    if (options.network == "residual" && depths[block] > 0) {
      last = network.add(AddLayer{}, {last, before});
    }
  }
  add(options.pool == "max" ? AnyLayer(GlobalMaxPool{}) : AnyLayer(GlobalAveragePool{}));
  if (options.dropout > 0.0) add(DropoutLayer{options.dropout});
  add(DenseLayer{.units = 10, .has_bias = false});
  add(LayerScaleLayer{.initial = options.output_factor});
  return network;
}

}  // namespace fashion_mnist
