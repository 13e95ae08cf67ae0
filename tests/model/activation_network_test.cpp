#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/network_run.hpp>

#include <doctest/doctest.h>

using namespace tweed;
using tests::run_network;

namespace {

/// Every activation once: folded and alone, stored and computed again.
using Network = Sequential<
    Input<9, 8, 3>, Conv2D<8, 3>, LeakyReLU<0.1>, MaxPool<2>, Conv2D<8, 3, NoBias{}>, BatchNorm<>,
    SiLU, DepthwiseConv2D<3>, HardSwish, Recompute<Conv2D<6, 3>, GELU, Conv2D<8, 1>, Mish>,
    Residual<Conv2D<8, 1>, ELU<>>, ReLU6,
    Multiply<Path<GlobalAveragePool, Dense<5>, PReLU<>, Dense<8>, HardSigmoid<0.2>>>, Conv2D<4, 1>,
    Softmax, Conv2D<5, 3>, PReLU<SharedSlope{}>, Flatten, Dense<16>, Tanh, Dense<9>, GELUTanh,
    Dense<9>, SELU, Dense<7>, Softplus, Dense<7>, Clip<-1.5, 2>, Dense<4>, Sigmoid>;

/// It once more, with settings that are known at run time.
AnyNetwork built() {
  AnyNetwork network;
  auto x = network.input({9, 8, 3});
  const auto add = [&](const AnyLayerOf<float>& layer) { x = network.add(layer, {x}); };
  const auto convolution = [&](Index filters, Index kernel) {
    add(Conv2DLayer{.filters = filters, .kernel = kernel});
  };
  const auto dense = [&](Index units) { add(DenseLayer{.units = units}); };
  convolution(8, 3);
  add(LeakyReLULayer{.negative_slope = 0.1});
  add(MaxPoolLayer{.window = 2, .stride = 2});
  add(Conv2DLayer{.filters = 8, .kernel = 3, .has_bias = false});
  add(BatchNormLayer{});
  add(SiLU{});
  add(DepthwiseConv2DLayer{.kernel = 3});
  add(HardSwish{});
  network.recompute([&] {
    convolution(6, 3);
    add(GELU{});
    convolution(8, 1);
    add(Mish{});
  });
  const auto before = x;
  convolution(8, 1);
  add(ELULayer{});
  x = network.add(AddLayer{}, {before, x});
  add(ReLU6{});
  const auto image = x;
  add(GlobalAveragePool{});
  dense(5);
  add(PReLULayer{});
  dense(8);
  add(HardSigmoidLayer{.slope = 0.2});
  x = network.add(MultiplyLayer{}, {image, x});
  convolution(4, 1);
  add(Softmax{});
  convolution(5, 3);
  add(PReLULayer{.shares_slope = true});
  add(Flatten{});
  dense(16);
  add(Tanh{});
  dense(9);
  add(GELUTanh{});
  dense(9);
  add(SELU{});
  dense(7);
  add(Softplus{});
  dense(7);
  add(ClipLayer{.lowest = -1.5, .highest = 2});
  dense(4);
  add(Sigmoid{});
  return network;
}

template <class Net, class T = float>
Model<Net, T> filled(Model<Net, T> model) {
  tests::fill_parameters(model);
  return model;
}

}  // namespace

TEST_CASE("activations in a network: the same bits, as a type and built, folded and not") {
  const auto expected = run_network(filled(Model<Network>()), {});
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    const tests::NetworkRunOptions options{.threads = threads, .poison = true};
    CHECK(tests::same_bits(run_network(filled(Model<Network>()), options), expected));
    CHECK(tests::same_bits(run_network(filled(Model<Unfolded<Network>>()), options), expected));
    CHECK(tests::same_bits(run_network(filled(AnyModel(built())), options), expected));
  }
}

TEST_CASE("activations in a network: gradients") {
  CHECK(tests::worst_gradient(filled(Model<Network, double>()), 3) < 1e-6);
}

TEST_CASE("activations in a network: a prepared model gives the same") {
  const auto model = filled(Model<Network>());
  const auto x = tests::numbers<float>(3 * Network::input.size(), 1);
  const Batch<const float> batch{x.data(), 3, Network::input};
  const PreparedModel prepared(model, 3);
  CHECK(tests::relative_error(predict_logits(prepared, batch), predict_logits(model, batch)) <
        1e-5);
}

TEST_CASE("activations in a network: the summary tells their settings") {
  const std::string text = summary<Network>();
  CHECK(text.find("negative_slope 0.1") != text.npos);
  CHECK(text.find("slope 0.2, offset 0.5") != text.npos);
  CHECK(text.find("one slope") != text.npos);
}
