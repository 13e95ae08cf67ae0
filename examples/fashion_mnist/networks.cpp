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

/// A network of layers one after another, but for sums with what came earlier.
class Chain {
 public:
  explicit Chain(const AnyLayer& activation) : activation_(activation) {}

  void add(const AnyLayer& layer) { last_ = network_.add(layer, {last_}); }
  void add_activation() { add(activation_); }
  void add_convolution(Index filters, Index kernel) {
    add(Conv2DLayer{.filters = filters,
                    .kernel = Window{kernel},
                    .has_bias = false,
                    .initializer = Initializer::he_normal});
  }
  void add_normalization(double momentum) {
    add(BatchNormLayer{.momentum = momentum, .has_scale = false});
    add_activation();
  }
  void add_value(AnyNetwork::Value value) { last_ = network_.add(AddLayer{}, {last_, value}); }

  AnyNetwork::Value last() const { return last_; }
  const AnyNetwork& network() const { return network_; }

 private:
  AnyNetwork network_;
  AnyNetwork::Value last_ = network_.input(FashionCnn::input);
  AnyLayer activation_;
};

}  // namespace

AnyNetwork network_of(const Train& options) {
  if (options.network == "reference") return any_network<FashionCnn>();
  const auto& widths = options.widths;
  const auto kernels = for_blocks(options.kernels, widths.size(), "--kernels");
  const auto depths = for_blocks(options.depths, widths.size(), "--depths");
  Chain chain(activation_named(options.activation));
  if (const Index stem = options.stem; stem > 0) {
    chain.add(
        Conv2DLayer{.filters = 2 * stem * stem, .kernel = Window{stem}, .padding = Padding::valid});
    chain.add_activation();
  }
  for (std::size_t block = 0; block < widths.size(); ++block) {
    chain.add_convolution(widths[block], kernels[block]);
    chain.add(MaxPoolLayer{.window = 2, .stride = 2});
    chain.add_normalization(options.norm_momentum);
    const auto before = chain.last();
    for (Index i = 0; i < depths[block]; ++i) {
      chain.add_convolution(widths[block], kernels[block]);
      chain.add_normalization(options.norm_momentum);
    }
    if (options.network == "residual" && depths[block] > 0) chain.add_value(before);
  }
  chain.add(options.pool == "max" ? AnyLayer(GlobalMaxPool{}) : AnyLayer(GlobalAveragePool{}));
  if (options.dropout > 0.0) chain.add(DropoutLayer{options.dropout});
  chain.add(DenseLayer{.units = 10, .has_bias = false});
  chain.add(LayerScaleLayer{.initial = options.output_factor});
  return chain.network();
}

}  // namespace fashion_mnist
