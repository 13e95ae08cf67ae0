#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/model/fusion.hpp>
#include <tweed/model/training_pass.hpp>
#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <vector>

using namespace tweed;

namespace {

/// Convolutions of few channels and of more, grouped, pooled and not, and dense layers.
using Net = Sequential<Input<9, 7, 2>, Conv2D<11, 3>, ReLU, DepthwiseConv2D<3>, ReLU,
                       Conv2D<6, Window{2, 3}, Stride{2, 1}>, ReLU, MaxPool<2>, Flatten, Dense<23>,
                       ReLU, Dense<5>>;

template <class First, class Second>
constexpr bool folds = detail::Foldable<First, Second>;

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
  CHECK(folds<Conv2D<3, 3>, ReLU>);
  CHECK(folds<Conv2D<3, 3, Stride{2}, Padding::valid>, ReLU>);
  CHECK(folds<DepthwiseConv2D<3>, ReLU>);
  CHECK(folds<Dense<3>, ReLU>);
  CHECK_FALSE(folds<ReLU, ReLU>);
  CHECK_FALSE(folds<MaxPool<2>, ReLU>);
  CHECK_FALSE(folds<ReLU, MaxPool<2>>);
  CHECK_FALSE(folds<ReLU, Conv2D<3, 3>>);
}

TEST_CASE(
    "fusion: a max-pool is folded into the convolution before it, with a ReLU between or not") {
  using WithReLU = detail::Fold<Conv2D<3, 3>, ReLU>::type;
  CHECK(folds<Conv2D<3, 3>, MaxPool<2>>);
  CHECK(folds<WithReLU, MaxPool<2>>);
  CHECK(folds<WithReLU, MaxPool<3, Stride{2}, Padding::same>>);
  CHECK_FALSE(folds<WithReLU, ReLU>);
  CHECK_FALSE(folds<WithReLU, MaxPool<Window{15, 17}>>);  // a tap would not fit into its byte
  CHECK_FALSE(folds<detail::Fold<WithReLU, MaxPool<2>>::type, MaxPool<2>>);
}

TEST_CASE("fusion: the stages cover every layer once, in order") {
  CHECK(stage_count<Net> == 6);
  CHECK(stage_count<Unfolded<Net>> == Net::depth);
  std::vector<std::size_t> bounds;
  for_each_stage<Net>([&](auto i) {
    bounds.push_back(StageAt<Net, i>::first);
    bounds.push_back(StageAt<Net, i>::end);
  });
  CHECK(bounds == std::vector<std::size_t>{0, 2, 2, 4, 4, 7, 7, 8, 8, 10, 10, 11});
  std::vector<std::size_t> backward;
  for_each_stage_backward<Net>([&](auto i) { backward.push_back(i); });
  CHECK(backward == std::vector<std::size_t>{5, 4, 3, 2, 1, 0});
}

TEST_CASE("fusion: an unfolded network runs the layers as they were written") {
  CHECK(std::is_same_v<StageAt<Unfolded<Net>, 0>::Run, Conv2D<11, 3>>);
  CHECK(std::is_same_v<StageAt<Unfolded<Net>, 1>::Run, ReLU>);
  CHECK(std::is_same_v<StageAt<Net, 3>::Run, Flatten>);
  CHECK(std::is_same_v<StageAt<Net, 5>::Run, Dense<5>>);
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
