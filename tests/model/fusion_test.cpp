#include <tweed/layers/activations.hpp>
#include <tweed/layers/add.hpp>
#include <tweed/layers/batch_norm.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/conv_transpose2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/relu.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/model/inference.hpp>
#include <tweed/model/program.hpp>
#include <tweed/model/training_pass.hpp>
#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace tweed;

namespace {

/// Convolutions of few channels and of more, grouped, pooled and not, and dense layers.
using Net = Sequential<Input<9, 7, 2>, Conv2D<11, 3>, ReLU, DepthwiseConv2D<3>, ReLU,
                       Conv2D<6, Window{2, 3}, Stride{2, 1}>, ReLU, MaxPool<2>, Flatten, Dense<23>,
                       ReLU, Dense<5>>;

/// How many layers each node runs, in training.
template <class Network>
std::vector<std::size_t> layers_of_nodes(unsigned char allowed = folds::in_training) {
  const FoldedGraph folded(Network::graph, folds_of<Network>(allowed));
  std::vector<std::size_t> counts;
  for (std::size_t i = 0; i < folded.view().nodes.size(); ++i) {
    counts.push_back(folded.layers_of(i).size());
  }
  return counts;
}

/// Whether layers that follow each other run as one.
template <class... Layers>
bool fold_into_one() {
  return layers_of_nodes<Sequential<Input<20, 20, 3>, Layers...>>().size() == 1;
}

struct Result {
  std::vector<float> inferred, logits, input_gradient;
  std::vector<std::vector<float>> gradients;
};

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

/// Convolutions that transform images, cut into tiles and whole.
using TransformedNet =
    Sequential<Input<70, 50, 6>, Conv2D<37, 5, Algorithm::fft>, ReLU,
               MaxPool<3, Stride{2}, Padding::same>, Conv2D<20, 3, Algorithm::winograd4>, ReLU,
               MaxPool<2>, Conv2D<18, 3, Algorithm::winograd6>, MaxPool<2>,
               Conv2D<33, 3, Algorithm::fft>, ReLU, Flatten, Dense<5>>;

/// An activation behind each kind of convolution and of geometry, dense layers and sums.
template <Layer A>
using Activated =
    Sequential<Input<14, 15, 3>, Conv2D<11, 3>, A, Conv2D<20, 3, Algorithm::indirect>, A,
               Conv2D<34, 3, Algorithm::winograd4>, A, Conv2D<19, 3, Algorithm::winograd6>, A,
               Conv2D<16, 5, Algorithm::fft>, A, DepthwiseConv2D<3>, A, MaxPool<2>,
               DepthwiseConv2D<3, Stride{2}>, A, Conv2D<12, 3, Groups{2}>, A,
               Conv2D<6, Window{2, 3}, Stride{2, 1}>, A, Conv2D<4, 1>, BatchNorm<>, A,
               Residual<Conv2D<4, 1>, A>, A, Flatten, Dense<23>, A, Dense<5>>;

template <class Network>
Result run(Index batch, int threads) {
  Model<Network> model;
  std::uint32_t stream = 10;
  for (const auto& tensor : model.tensors()) {
    std::ranges::copy(tests::numbers<float>(std::ssize(tensor.values), stream++),
                      tensor.values.begin());
  }
  const auto values = tests::numbers<float>(batch * Network::input.size(), 1);
  const Batch<const float> x{values.data(), batch, Network::input};
  Inference<Network> inference(batch, threads);
  TrainingPass<Network> pass(batch, threads);
  Result result;
  result.inferred = copy(inference(model, x).values());
  const auto logits = pass.forward(model, x, {});
  result.logits = copy(logits.values());
  std::vector<Label> labels(static_cast<std::size_t>(batch));
  std::iota(labels.rbegin(), labels.rend(), static_cast<Label>(5 - batch));
  SoftmaxCE{}.gradient(logits, labels, pass.output_gradient());
  result.input_gradient = copy(pass.backward_to_input(model).values());
  for (const auto& tensor : model.named(pass.gradients())) {
    result.gradients.push_back(copy(tensor.values));
  }
  return result;
}

void check_same(const Result& a, const Result& b) {
  CHECK(tests::same_bits(a.inferred, b.inferred));
  CHECK(tests::same_bits(a.logits, b.logits));
  CHECK(tests::same_bits(a.input_gradient, b.input_gradient));
  REQUIRE(a.gradients.size() == b.gradients.size());
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    CHECK(tests::same_bits(a.gradients[i], b.gradients[i]));
    CHECK(std::ranges::any_of(a.gradients[i], [](float value) { return value != 0.0F; }));
  }
}

}  // namespace

TEST_CASE("fusion: a ReLU is folded into the convolution or dense layer before it") {
  CHECK(fold_into_one<Conv2D<3, 3>, ReLU>());
  CHECK(fold_into_one<Conv2D<3, 3, Stride{2}, Padding::valid>, ReLU>());
  CHECK(fold_into_one<DepthwiseConv2D<3>, ReLU>());
  CHECK(fold_into_one<ConvTranspose2D<3, 4, Stride{2}>, ReLU>());
  CHECK(layers_of_nodes<Sequential<Input<5>, Dense<3>, ReLU>>() == std::vector<std::size_t>{2});
  CHECK_FALSE(fold_into_one<ReLU, ReLU>());
  CHECK_FALSE(fold_into_one<MaxPool<2>, ReLU>());
  CHECK_FALSE(fold_into_one<ReLU, MaxPool<2>>());
  CHECK_FALSE(fold_into_one<ReLU, Conv2D<3, 3>>());
}

TEST_CASE(
    "fusion: a max-pool is folded into the convolution before it, with a ReLU between or not") {
  CHECK(fold_into_one<Conv2D<3, 3>, MaxPool<2>>());
  CHECK(fold_into_one<Conv2D<3, 3>, ReLU, MaxPool<2>>());
  CHECK(fold_into_one<Conv2D<3, 3>, ReLU, MaxPool<3, Stride{2}, Padding::same>>());
  CHECK_FALSE(fold_into_one<Conv2D<3, 3>, ReLU, ReLU>());
  CHECK_FALSE(fold_into_one<Conv2D<3, 3>, MaxPool<2>, ReLU>());
  CHECK_FALSE(fold_into_one<Conv2D<3, 3>, ReLU, MaxPool<Window{15, 17}>>());  // taps need a byte
  CHECK_FALSE(fold_into_one<Conv2D<3, 3>, ReLU, MaxPool<2>, MaxPool<2>>());
}

TEST_CASE("fusion: the nodes cover every layer once, in order") {
  CHECK(layers_of_nodes<Net>() == std::vector<std::size_t>{2, 2, 3, 1, 2, 1});
  CHECK(layers_of_nodes<Unfolded<Net>>() == std::vector<std::size_t>(Net::depth, 1));
  const FoldedGraph folded(Net::graph, folds::in_training);
  int next = 0;
  for (std::size_t i = 0; i < folded.view().nodes.size(); ++i) {
    for (const int layer : folded.layers_of(i)) CHECK(layer == next++);
  }
  const TrainingPass<Net> pass(1);
  std::vector<int> backward;
  for (const Step& step : pass.plan().steps()) {
    if (step.kind == StepKind::backward) backward.push_back(step.node);
  }
  CHECK(backward == std::vector<int>{5, 4, 3, 2, 1, 0});
}

TEST_CASE("fusion: what somebody else reads stays as it is") {
  using Residuals = Sequential<Input<8, 8, 3>, Conv2D<3, 3>, Residual<ReLU, Conv2D<3, 3>>, ReLU>;
  CHECK(layers_of_nodes<Residuals>() == std::vector<std::size_t>{1, 1, 1, 1, 1});
  using TwoOutputs = Sequential<Input<8, 8, 3>, Conv2D<3, 3>, Output<"first">, ReLU, Output<"y">>;
  CHECK(layers_of_nodes<TwoOutputs>() == std::vector<std::size_t>{1, 1});
  using AcrossSegments = Sequential<Input<8, 8, 3>, Recompute<Conv2D<3, 3>>, ReLU>;
  CHECK(layers_of_nodes<AcrossSegments>() == std::vector<std::size_t>{1, 1});
  using WithinOne = Sequential<Input<8, 8, 3>, Recompute<Conv2D<3, 3>, ReLU>, ReLU>;
  CHECK(layers_of_nodes<WithinOne>() == std::vector<std::size_t>{2, 1});
}

TEST_CASE("fusion: folding changes no output and no gradient") {
  const Result folded = run<Net>(5, 2);
  CHECK(tests::same_bits(folded.inferred, folded.logits));
  CHECK(folded.gradients.size() == 10);
  check_same(folded, run<Unfolded<Net>>(5, 2));
}

TEST_CASE("fusion: more threads than images share them, and change nothing") {
  for (const Index batch : {1, 2, 3, 5}) {
    CAPTURE(batch);
    const Result alone = run<TransformedNet>(batch, 1);
    check_same(alone, run<Unfolded<TransformedNet>>(batch, 4));
    for (const int threads : {2, 4, 7}) check_same(alone, run<TransformedNet>(batch, threads));
  }
}

TEST_CASE("fusion: activations other than ReLU") {
  CHECK(fold_into_one<Conv2D<3, 3>, Tanh>());
  CHECK(fold_into_one<DepthwiseConv2D<3>, LeakyReLU<>>());
  CHECK(fold_into_one<BatchNorm<>, SiLU>());
  CHECK_FALSE(fold_into_one<Conv2D<3, 3>, Tanh, Sigmoid>());
  // In training, the input of these is stored, and all results before a pool.
  using Known = Sequential<Input<8, 8, 3>, Conv2D<3, 3>, Tanh, MaxPool<2>>;
  CHECK(layers_of_nodes<Known>() == std::vector<std::size_t>{2, 1});
  CHECK(layers_of_nodes<Known>(folds::in_inference) == std::vector<std::size_t>{3});
  using Unknown = Sequential<Input<8, 8, 3>, Conv2D<3, 3>, SiLU, MaxPool<2>>;
  CHECK(layers_of_nodes<Unknown>() == std::vector<std::size_t>{1, 1, 1});
  CHECK(layers_of_nodes<Unknown>(folds::in_inference) == std::vector<std::size_t>{3});
  using Normalized = Sequential<Input<8, 8, 3>, Conv2D<3, 3>, BatchNorm<>, SiLU>;
  CHECK(layers_of_nodes<Normalized>() == std::vector<std::size_t>{1, 2});
  CHECK(layers_of_nodes<Normalized>(folds::in_prepared) == std::vector<std::size_t>{3});
  using Sum = Sequential<Input<8, 8, 3>, Conv2D<3, 3>, Residual<Conv2D<3, 3>>, GELU>;
  CHECK(layers_of_nodes<Sum>() == std::vector<std::size_t>{1, 1, 1, 1});
  CHECK(layers_of_nodes<Sum>(folds::in_inference) == std::vector<std::size_t>{1, 1, 2});
}

TEST_CASE("fusion: activations other than ReLU change no output and no gradient") {
  const auto check = []<Layer A>(std::type_identity<A>) {
    using Network = Activated<A>;
    const Result unfolded = run<Unfolded<Network>>(5, 2);
    for (const int threads : {1, 2, 3, 8}) check_same(run<Network>(5, threads), unfolded);
    check_same(run<Network>(1, 3), run<Unfolded<Network>>(1, 1));
  };
  check(std::type_identity<ELU<>>{});
  check(std::type_identity<SiLU>{});
}
