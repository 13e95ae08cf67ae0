#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/network_run.hpp>

#include <doctest/doctest.h>

using namespace tweed;
using tests::run_network;

namespace {

/// Every normalisation of single samples: alone, with activations folded into it, computed again.
using Network =
    Sequential<Input<9, 8, 3>, Conv2D<8, 3, NoBias{}>, GroupNorm<4>, SiLU,
               LocalResponseNorm<5, 0.5>,
               Recompute<Conv2D<6, 3>, LayerNorm<Epsilon{1e-3}>, Conv2D<8, 1>, GELU>,
               Residual<Conv2D<8, 3>, InstanceNorm<>, ReLU>, InstanceNorm<Affine{}>, Conv2D<5, 1>,
               GroupNorm<1, NoShift{}>, Flatten, Dense<12>, LayerNorm<NoScale{}>, Tanh, Dense<7>,
               RMSNorm<>, ReLU, Dense<4>, RMSNorm<NoScale{}>>;

/// It once more, with settings that are known at run time.
AnyNetwork built() {
  AnyNetwork network;
  auto x = network.input({9, 8, 3});
  const auto add = [&](const AnyLayerOf<float>& layer) { x = network.add(layer, {x}); };
  add(Conv2DLayer{.filters = 8, .kernel = 3, .has_bias = false});
  add(GroupNormLayer{.groups = 4});
  add(SiLU{});
  add(LocalResponseNormLayer{.alpha = 0.5});
  network.recompute([&] {
    add(Conv2DLayer{.filters = 6, .kernel = 3});
    add(LayerNormLayer{.epsilon = 1e-3});
    add(Conv2DLayer{.filters = 8, .kernel = 1});
    add(GELU{});
  });
  const auto before = x;
  add(Conv2DLayer{.filters = 8, .kernel = 3});
  add(InstanceNormLayer{});
  add(ReLU{});
  x = network.add(AddLayer{}, {before, x});
  add(InstanceNormLayer{.is_affine = true});
  add(Conv2DLayer{.filters = 5, .kernel = 1});
  add(GroupNormLayer{.groups = 1, .has_shift = false});
  add(Flatten{});
  add(DenseLayer{.units = 12});
  add(LayerNormLayer{.has_scale = false});
  add(Tanh{});
  add(DenseLayer{.units = 7});
  add(RMSNormLayer{});
  add(ReLU{});
  add(DenseLayer{.units = 4});
  add(RMSNormLayer{.has_scale = false});
  return network;
}

template <class Net, class T = float>
Model<Net, T> filled(Model<Net, T> model) {
  tests::fill_parameters(model);
  return model;
}

}  // namespace

TEST_CASE("normalisations in a network: the same bits, as a type and built, folded and not") {
  const auto expected = run_network(filled(Model<Network>()), {});
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    const tests::NetworkRunOptions options{.threads = threads, .poison = true};
    CHECK(tests::same_bits(run_network(filled(Model<Network>()), options), expected));
    CHECK(tests::same_bits(run_network(filled(Model<Unfolded<Network>>()), options), expected));
    CHECK(tests::same_bits(run_network(filled(AnyModel(built())), options), expected));
  }
}

TEST_CASE("normalisations in a network: gradients") {
  CHECK(tests::worst_gradient(filled(Model<Network, double>()), 3) < 1e-6);
}

TEST_CASE("normalisations in a network: a prepared model gives the same, sample by sample too") {
  const auto model = filled(Model<Network>());
  const auto x = tests::numbers<float>(3 * Network::input.size(), 1);
  const Batch<const float> batch{x.data(), 3, Network::input};
  const PreparedModel prepared(model, 3);
  const auto together = predict_logits(model, batch);
  CHECK(tests::relative_error(predict_logits(prepared, batch), together) < 1e-5);
  std::vector<float> one_by_one;
  for (Index n = 0; n < 3; ++n) {
    for (const float value :
         predict_logits(model, Batch<const float>{batch.sample(n), 1, Network::input})) {
      one_by_one.push_back(value);
    }
  }
  CHECK(tests::relative_error(one_by_one, together) < 1e-5);
}

TEST_CASE("normalisations in a network: the summary tells their settings, and a misfit its name") {
  const std::string text = summary<Network>();
  CHECK(text.find("4 groups") != text.npos);
  CHECK(text.find("1 group, no shift") != text.npos);
  CHECK(text.find("5, alpha 0.5, beta 0.75, k 1") != text.npos);
  AnyNetwork network;
  const auto x = network.input({4, 4, 12});
  CHECK(tests::error_message([&] { network.add(GroupNormLayer{.groups = 5}, {x}); }) ==
        "network: layer 1 (group_norm) cannot take 4x4x12: its groups must be positive and divide "
        "the channels");
}
