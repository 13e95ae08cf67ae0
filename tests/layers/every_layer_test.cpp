#include <tweed/layers/layers.hpp>
#include <tweed/testing/gradient_check.hpp>
#include <support/layer_run.hpp>

#include <algorithm>
#include <string>
#include <vector>

using tests::LayerResult;
using tests::run_layer;
using namespace tweed;

namespace {

template <class T>
bool same_bits(const std::vector<std::vector<T>>& a, const std::vector<std::vector<T>>& b) {
  return std::ranges::equal(a, b,
                            [](const auto& p, const auto& q) { return tests::same_bits(p, q); });
}

template <class T>
bool same_bits(const LayerResult<T>& a, const LayerResult<T>& b) {
  return tests::same_bits(a.inferred, b.inferred) && tests::same_bits(a.prepared, b.prepared) &&
         tests::same_bits(a.y, b.y) && tests::same_bits(a.dx, b.dx) &&
         same_bits(a.gradients, b.gradients) && same_bits(a.state, b.state);
}

/// A list of inputs of a layer, one shape each.
using Inputs = std::vector<Shape>;

void check_threads(const AnyLayerOf<float>& layer, const Inputs& inputs,
                   const Epilogue& epilogue = {}) {
  const auto one = run_layer(layer, inputs, {.batch = 11, .epilogue = epilogue});
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(same_bits(
        run_layer(layer, inputs, {.batch = 11, .threads = threads, .epilogue = epilogue}), one));
  }
}

void check_in_place(const AnyLayerOf<float>& layer, const Inputs& inputs) {
  const auto apart = run_layer(layer, inputs, {.threads = 2});
  CHECK(same_bits(run_layer(layer, inputs, {.threads = 2, .in_place = true}), apart));
}

void check_float_against_double(const AnyLayerOf<float>& single_layer,
                                const AnyLayerOf<double>& double_layer, const Inputs& inputs,
                                const Epilogue& epilogue) {
  const auto single = run_layer(single_layer, inputs, {.epilogue = epilogue});
  const auto exact = run_layer(double_layer, inputs, {.threads = 2, .epilogue = epilogue});
  CHECK(tests::relative_error(single.y, exact.y) < 1e-5);
  CHECK(tests::relative_error(single.inferred, exact.inferred) < 1e-5);
  CHECK(tests::relative_error(single.dx, exact.dx) < 1e-5);
  for (std::size_t i = 0; i < exact.gradients.size(); ++i) {
    CHECK(tests::relative_error(single.gradients[i], exact.gradients[i]) < 1e-5);
  }
  for (std::size_t i = 0; i < exact.state.size(); ++i) {
    CHECK(tests::relative_error(single.state[i], exact.state[i]) < 1e-5);
  }
}

/// No sample at all: nothing to compute, and nothing that parameters could change.
void check_empty_batch(const AnyLayerOf<float>& layer, const Inputs& inputs,
                       const Epilogue& epilogue) {
  const auto result = run_layer(layer, inputs, {.batch = 0, .threads = 2, .epilogue = epilogue});
  CHECK(result.y.empty());
  CHECK(result.dx.empty());
  for (const auto& gradient : result.gradients) {
    CHECK(std::ranges::all_of(gradient, [](float value) { return value == 0.0F; }));
  }
}

template <Layer L>
void check_all(const Inputs& inputs, const testing::GradientReport& gradients,
               const Epilogue& epilogue = {}) {
  const auto& layer = tests::any_layer<L, float>;
  CAPTURE(std::string(layer.name()));
  CAPTURE(to_string(inputs[0]));
  CHECK_MESSAGE(gradients.passed(), gradients.where);
  check_threads(layer, inputs, epilogue);
  for (const Index count : {2, 11}) {
    tests::check_frozen(layer, inputs, {.batch = count, .threads = 2, .epilogue = epilogue});
  }
  if (layer.traits(inputs[0]).in_place) check_in_place(layer, inputs);
  check_float_against_double(layer, tests::any_layer<L, double>, inputs, epilogue);
  const bool measures_batches =
      layer.traits(inputs[0]).commits;  // of which there must be something
  if (!measures_batches) check_empty_batch(layer, inputs, epilogue);
}

/// With one thread: waiting for a second one at each of their many steps takes most of the time.
testing::GradientCheckOptions gradients_of(Index batch, const Epilogue& epilogue = {}) {
  return {.batch = batch, .threads = 1, .epilogue = epilogue};
}

template <Layer L>
void check(const std::vector<Shape>& shapes, const Epilogue& epilogue = {}) {
  for (const Shape& input : shapes) {
    for (const Index batch : {1, 3}) {
      check_all<L>({input}, testing::check_gradients<L>(input, gradients_of(batch, epilogue)),
                   epilogue);
    }
  }
}

/// A layer with several inputs.
template <Layer L>
void check_join(std::initializer_list<Shape> inputs) {
  for (const Index batch : {1, 3}) {
    check_all<L>(inputs, testing::check_gradients<L>(inputs, gradients_of(batch)));
  }
}

}  // namespace

// Each layer with shapes that matter to it: correct gradients; the same bits for any number of
// threads and in place; float as double; an empty batch.

TEST_CASE("every layer: Conv2D") {
  check<Conv2D<3, 3>>({{1, 1, 1}, {5, 4, 2}, {3, 4, 9}});
  check<Conv2D<5, 1>>({{2, 5, 1}, {3, 2, 11}});
  check<Conv2D<2, Window{2, 4}>>({{5, 6, 2}, {1, 3, 1}});
  check<Conv2D<3, 7>>({{3, 2, 2}});
  check<Conv2D<4, 3, Stride{2}>>({{7, 6, 3}, {5, 5, 9}});
  check<Conv2D<2, Window{1, 5}, Stride{2, 3}, Padding::valid>>({{5, 11, 2}, {1, 5, 10}});
  check<Conv2D<17, 3, Padding::valid>>({{3, 4, 3}});
}

TEST_CASE("every layer: Conv2D with dilation and groups") {
  check<Conv2D<3, 3, Dilation{2}>>({{5, 6, 2}, {3, 4, 9}});
  check<Conv2D<2, Window{2, 3}, Stride{2, 1}, Dilation{3, 2}>>({{2, 5, 3}});
  check<Conv2D<6, 3, Groups{3}>>({{4, 5, 3}, {3, 3, 6}});
  check<Conv2D<34, 3, Groups{2}>>({{3, 2, 4}});
}

TEST_CASE("every layer: DepthwiseConv2D") {
  check<DepthwiseConv2D<3>>({{1, 1, 1}, {5, 4, 2}, {3, 4, 17}});
  check<DepthwiseConv2D<Window{2, 3}, Stride{2, 1}, Padding::valid>>({{5, 6, 3}});
  check<DepthwiseConv2D<3, Multiplier{2}, Dilation{2}>>({{4, 5, 3}});
}

TEST_CASE("every layer: ConvTranspose2D, alone and with an activation in it") {
  check<ConvTranspose2D<3, 3, Stride{2}>>({{1, 1, 1}, {3, 2, 2}});
  check<ConvTranspose2D<5, Window{2, 4}, Stride{2, 3}, Padding{1, 0}, OutputPadding{1}>>(
      {{3, 2, 3}});
  check<ConvTranspose2D<4, 3, Groups{2}, Dilation{2}, NoBias{}>>({{3, 2, 2}});
  check<ConvTranspose2D<5, 3, Stride{2}>>({{3, 2, 2}}, {.activation = Activation::relu});
  check<ConvTranspose2D<5, 2, Stride{3}>>({{2, 3, 2}}, Tanh::as_epilogue());
}

TEST_CASE("every layer: Dense") {
  check<Dense<1>>({{1, 1, 1}, {1, 1, 7}});
  check<Dense<17>>({{1, 1, 13}});
}

TEST_CASE("every layer: Conv2D and Dense with a ReLU in them") {
  constexpr Epilogue relu{.activation = Activation::relu};
  constexpr Epilogue pool{.pool = {.window = 3, .stride = 2, .padding = Padding::same}};
  constexpr Epilogue ceiled{.activation = Activation::relu,
                            .pool = {.window = 3, .stride = 2, .ceil_mode = true}};
  constexpr Epilogue both{.activation = Activation::relu, .pool = {.window = 2, .stride = 2}};
  check<Conv2D<5, 3>>({{4, 5, 2}, {3, 3, 9}}, relu);
  check<Conv2D<5, 3>>({{4, 6, 2}, {5, 3, 9}}, both);
  check<Conv2D<5, 3>>({{5, 4, 2}}, pool);
  check<Conv2D<5, 3>>({{6, 4, 2}}, ceiled);
  check<Conv2D<5, 3, NoBias{}>>({{4, 5, 2}, {3, 3, 9}}, relu);
  check<DepthwiseConv2D<3>>({{4, 5, 3}}, relu);
  check<DepthwiseConv2D<3>>({{4, 6, 17}}, both);
  check<Dense<9>>({{1, 1, 11}}, relu);
}

TEST_CASE("every layer: BatchNorm, alone and with a ReLU in it") {
  check<BatchNorm<>>({{2, 1, 1}, {5, 3, 7}, {3, 4, 17}});
  check<BatchNorm<Momentum{0.5}, Epsilon{1e-3}>>({{4, 4, 3}});
  check<BatchNorm<>>({{4, 5, 3}, {3, 3, 17}}, {.activation = Activation::relu});
  check<BatchNorm<NoScale{}>>({{3, 4, 5}}, {.activation = Activation::relu});
  check<BatchNorm<NoShift{}>>({{3, 4, 5}}, SiLU::as_epilogue());
  check<BatchNorm<NoScale{}, NoShift{}>>({{3, 4, 5}});
  CHECK_THROWS_AS(run_layer(tests::any_layer<BatchNorm<>, float>, Shape{3, 4, 2}, {.batch = 0}),
                  Error);
}

TEST_CASE("every layer: normalisations of single samples, alone and with an activation in them") {
  const std::vector<Shape> images{{2, 1, 6}, {5, 3, 6}, {3, 4, 18}};
  check<LayerNorm<>>({{1, 1, 7}, {5, 3, 7}, {3, 4, 17}});
  check<LayerNorm<NoScale{}>>({{5, 3, 7}});
  check<RMSNorm<>>({{1, 1, 7}, {5, 3, 7}, {3, 4, 17}});
  check<GroupNorm<3>>(images);
  check<GroupNorm<1, NoShift{}, Epsilon{1e-3}>>(images);
  check<InstanceNorm<>>(images);
  check<InstanceNorm<Affine{}>>(images);
  for (const Epilogue& epilogue :
       {Epilogue{.activation = Activation::relu}, Tanh::as_epilogue(), SiLU::as_epilogue()}) {
    check<LayerNorm<>>({{4, 5, 3}, {1, 1, 300}}, epilogue);
    check<RMSNorm<NoScale{}>>({{4, 5, 3}}, epilogue);
    check<GroupNorm<3>>({{4, 5, 6}}, epilogue);
    check<InstanceNorm<Affine{}>>({{4, 5, 6}}, epilogue);
  }
}

TEST_CASE("every layer: LocalResponseNorm") {
  check<LocalResponseNorm<5>>({{1, 1, 1}, {5, 3, 7}, {3, 4, 17}});
  check<LocalResponseNorm<3, 1.5, 0.5, 2>>({{5, 3, 7}});
}

TEST_CASE("every layer: without a bias") {
  check<Conv2D<3, 3, NoBias{}>>({{1, 1, 1}, {5, 4, 2}, {3, 4, 9}});
  check<DepthwiseConv2D<3, NoBias{}>>({{5, 4, 2}});
  check<Dense<17, NoBias{}>>({{1, 1, 13}});
}

TEST_CASE("every layer: those with several inputs") {
  check_join<AddLayer>({{5, 3, 7}});
  check_join<AddLayer>({{1, 1, 1}, {1, 1, 1}});
  check_join<AddLayer>({{5, 3, 7}, {5, 3, 7}, {5, 3, 7}});
  check_join<ConcatLayer>({{3, 5, 2}});
  check_join<ConcatLayer>({{1, 1, 1}, {1, 1, 3}});
  check_join<ConcatLayer>({{3, 5, 2}, {3, 5, 7}, {3, 5, 1}});
  check_join<MultiplyLayer>({{3, 5, 2}, {3, 5, 2}});
  check_join<MultiplyLayer>({{3, 5, 2}, {1, 1, 2}});
  check_join<MultiplyLayer>({{1, 1, 7}, {1, 1, 7}});
}

TEST_CASE("every layer: MaxPool") {
  check<MaxPool<2>>({{2, 2, 1}, {4, 6, 3}, {7, 7, 5}});
  check<MaxPool<3, Stride{2}, Padding::same>>({{1, 1, 3}, {5, 7, 2}});
  check<MaxPool<Window{1, 3}, Stride{2, 1}>>({{5, 5, 2}});
  check<MaxPool<3, Stride{2}, CeilMode{}>>({{2, 3, 1}, {8, 7, 5}});
}

TEST_CASE("every layer: AveragePool, global pools and Upsample") {
  check<AveragePool<2>>({{2, 2, 1}, {4, 6, 3}, {7, 7, 5}});
  check<AveragePool<3, Stride{2}, Padding::same>>({{1, 1, 3}, {5, 7, 2}});
  check<AveragePool<3, Stride{2}, Padding::same, CountPadding{}>>({{1, 1, 3}, {5, 7, 2}});
  check<AveragePool<Window{1, 3}, Stride{2, 1}>>({{5, 5, 2}});
  check<AveragePool<3, Stride{2}, Padding{1, 0, 1, 1}>>({{5, 6, 3}});
  check<AveragePool<3, Stride{2}, CeilMode{}>>({{2, 3, 1}, {8, 7, 5}});
  check<AveragePool<3, Stride{2}, Padding{1}, CountPadding{}, CeilMode{}>>({{8, 7, 3}});
  check<GlobalAveragePool>({{1, 1, 1}, {5, 3, 17}, {9, 8, 2}});
  check<GlobalMaxPool>({{1, 1, 1}, {5, 3, 17}, {9, 8, 2}});
  check<Upsample<2>>({{1, 1, 1}, {3, 2, 5}});
  check<Upsample<Window{1, 3}>>({{2, 3, 17}});
  check<Upsample<2, Interpolation::bilinear>>({{1, 1, 1}, {3, 2, 5}});
  check<Upsample<Window{3, 2}, Interpolation::bilinear, AlignCorners{}>>({{1, 1, 1}, {3, 2, 5}});
}

TEST_CASE("every layer: those that put numbers elsewhere, and a factor for each channel") {
  check<ZeroPad<Padding{1, 0, 2, 1}>>({{1, 1, 1}, {5, 3, 7}});
  check<Crop<Padding{1, 0, 2, 1}>>({{2, 4, 1}, {5, 7, 3}});
  check<Reshape<3, 5, 2>>({{1, 1, 30}, {5, 2, 3}});
  check<ChannelSlice<2, 3>>({{1, 1, 5}, {5, 3, 7}});
  check<ChannelShuffle<3>>({{1, 1, 3}, {5, 3, 21}});
  check<PixelShuffle<2>>({{1, 1, 4}, {5, 3, 28}});
  check<LayerScale<>>({{1, 1, 1}, {5, 3, 7}, {3, 2, 300}});
}

TEST_CASE("every layer: those that work element by element") {
  check<ReLU>({{1, 1, 1}, {5, 3, 7}});
  check<Flatten>({{1, 1, 1}, {3, 5, 2}});
  check<Dropout<0.0>>({{3, 5, 2}});
  check<Dropout<0.4>>({{1, 1, 1}, {5, 3, 7}});
  check<DropPath<0.4>>({{1, 1, 1}, {5, 3, 7}});
  check<SpatialDropout<0.4>>({{1, 1, 1}, {5, 3, 7}});
}

TEST_CASE("every layer: activations") {
  const std::vector<Shape> shapes{{1, 1, 1}, {5, 3, 7}};
  check<Clip<-0.375, 0.625>>(shapes);
  check<ELU<>>(shapes);
  check<ELU<0.25>>(shapes);
  check<GELU>(shapes);
  check<GELUTanh>(shapes);
  check<HardSigmoid<>>(shapes);
  check<HardSigmoid<0.75, 0.375>>(shapes);
  check<HardSwish>(shapes);
  check<LeakyReLU<>>(shapes);
  check<LeakyReLU<0.3>>(shapes);
  check<Mish>(shapes);
  check<ReLU6>(shapes);
  check<SELU>(shapes);
  check<Sigmoid>(shapes);
  check<SiLU>(shapes);
  check<Softplus>(shapes);
  check<Tanh>(shapes);
}

TEST_CASE("every layer: other activations in Conv2D, Dense and BatchNorm") {
  const auto other = [](const auto& layer) { return layer.as_epilogue(); };
  const Epilogue leaky = other(LeakyReLU<0.3>::value);
  check<Conv2D<9, 3>>({{3, 3, 2}}, leaky);
  check<DepthwiseConv2D<3>>({{3, 3, 17}}, leaky);
  for (const Epilogue& epilogue : {leaky, other(ELU<>::value), other(Sigmoid{}), other(Tanh{}),
                                   other(Softplus{}), other(Clip<-0.375, 0.625>::value)}) {
    check<Conv2D<3, 2>>({{2, 3, 2}}, epilogue);
    check<Conv2D<3, 2, NoBias{}>>({{2, 3, 1}}, epilogue);
    check<DepthwiseConv2D<2>>({{2, 3, 3}}, epilogue);
    check<Dense<9>>({{1, 1, 11}}, epilogue);
    check<Dense<9, NoBias{}>>({{1, 1, 11}}, epilogue);
  }
  // What goes into these is computed again.
  for (const Epilogue& epilogue : {other(Tanh{}), other(SiLU{}), other(GELU{}), other(Mish{})}) {
    check<BatchNorm<>>({{4, 5, 3}, {3, 3, 17}, {3, 2, 300}}, epilogue);
  }
}

TEST_CASE("every layer: what cannot be folded into it in training is refused") {
  const auto refuses = [](const auto& layer, const Epilogue& epilogue) {
    CHECK_THROWS_AS(testing::check_gradients(layer, {Shape{4, 4, 2}}, {.epilogue = epilogue}),
                    Error);
  };
  refuses(Conv2D<5, 3>::value, SiLU::as_epilogue());
  refuses(Conv2D<5, 3>::value,
          {.activation = Tanh::as_epilogue().activation, .pool = {.window = 2, .stride = 2}});
  refuses(AddLayer{}, {.activation = Activation::relu});
}

TEST_CASE("every layer: large enough that each thread gets a share") {
  check_threads(tests::any_layer<ReLU, float>, {{43, 41, 13}});
  check_threads(tests::any_layer<GELU, float>, {{43, 41, 13}});
  check_threads(tests::any_layer<ELU<>, float>, {{43, 41, 13}});
  check_threads(tests::any_layer<Dropout<0.25>, float>, {{43, 41, 13}});
  check_threads(tests::any_layer<Dense<300>, float>, {{1, 1, 500}});
  check_threads(tests::any_layer<ConvTranspose2D<13, 4, Stride{2}>, float>, {{21, 23, 11}});
  check_threads(tests::any_layer<BatchNorm<>, float>, {{43, 41, 13}});
  check_threads(tests::any_layer<LayerNorm<>, float>, {{43, 41, 13}});
  check_threads(tests::any_layer<GroupNorm<3>, float>, {{43, 41, 12}});
  check_threads(tests::any_layer<InstanceNorm<>, float>, {{43, 41, 13}});
}
