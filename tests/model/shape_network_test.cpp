#include <tweed/io/any_model_file.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/network_run.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tweed;
using tests::run_network;

namespace {

/// Layers that make other shapes: folded and alone, with a value that several of them read.
using Network = Sequential<
    Input<9, 8, 3>, Conv2D<8, 3>, ReLU, MaxPool<3, Stride{2}, CeilMode{}>, Conv2D<6, 3>,
    MaxPool<2, Stride{1}>, AveragePool<2, CeilMode{}>,
    Multiply<Path<GlobalMaxPool, Dense<6>, Sigmoid>>,
    Residual<Conv2D<6, 1>, LayerScale<0.5>, DropPath<0.5>>, ReLU, SpatialDropout<0.25>,
    Concat<ChannelSlice<0, 3>, Path<ChannelSlice<3, 3>, ZeroPad<1>, Conv2D<3, 3>, Crop<1>>>,
    ChannelShuffle<2>, Conv2D<8, 1>, PixelShuffle<2>, Upsample<2, Interpolation::bilinear>,
    Upsample<Window{1, 3}, Interpolation::bilinear, AlignCorners{}>, Reshape<3, 8, 16>>;

template <class Net, class T = float>
Model<Net, T> filled(Model<Net, T> model) {
  tests::fill_parameters(model);
  return model;
}

}  // namespace

TEST_CASE("shapes in a network: the same bits, as a type and from a file, folded and not") {
  const Model<Network> model = filled(Model<Network>());
  const tests::TemporaryDirectory directory;
  save_model(model, directory / "model.safetensors");
  const AnyModel loaded = load_any_model(directory / "model.safetensors").model;
  CHECK(architecture_of(loaded) == architecture_of(model));
  const auto expected = run_network(model, {});
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    const tests::NetworkRunOptions options{.threads = threads, .poison = true};
    CHECK(tests::same_bits(run_network(model, options), expected));
    CHECK(tests::same_bits(run_network(filled(Model<Unfolded<Network>>()), options), expected));
    CHECK(tests::same_bits(run_network(loaded, options), expected));
  }
}

TEST_CASE("shapes in a network: gradients") {
  CHECK(tests::worst_gradient(filled(Model<Network, double>()), 3) < 1e-6);
}

TEST_CASE("shapes in a network: a prepared model gives the same") {
  const auto model = filled(Model<Network>());
  const auto x = tests::numbers<float>(3 * Network::input.size(), 1);
  const Batch<const float> batch{x.data(), 3, Network::input};
  const PreparedModel prepared(model, 3);
  CHECK(tests::relative_error(predict_logits(prepared, batch), predict_logits(model, batch)) <
        1e-5);
}

TEST_CASE("shapes in a network: the summary tells their settings") {
  const std::string text = summary<Network>();
  for (const std::string settings : {"3x3 stride 2x2 ceil mode", "3 to 5", "3x8x16", "2x2 bilinear",
                                     "1x3 bilinear aligning corners"}) {
    CAPTURE(settings);
    CHECK(text.find(settings) != text.npos);
  }
}

TEST_CASE("shapes in a network: what is built at run time is refused in words") {
  const auto refusal = [](const AnyLayer& layer) {
    AnyNetwork network;
    const auto image = network.input({4, 4, 6});
    return tests::error_message([&] { network.add(layer, {image}); });
  };
  const std::string start = "network: layer 1 ";
  CHECK(refusal(CropLayer{2}) ==
        start + "(crop) cannot take 4x4x6: it leaves nothing of the image cut off less");
  CHECK(refusal(ReshapeLayer{{4, 4, 5}}) ==
        start + "(reshape) cannot take 4x4x6: its shape must have as many numbers as the input");
  CHECK(refusal(ChannelShuffleLayer{4}) ==
        start + "(channel_shuffle) cannot take 4x4x6: channels do not divide into the groups");
  CHECK(refusal(DropPathLayer{1.0}) ==
        start + "(drop_path) cannot take 4x4x6: its rate must lie in 0 to 1 without 1");
  CHECK(refusal(UpsampleLayer{.factors = 2, .aligns_corners = true}) ==
        start + "(upsample) cannot take 4x4x6: only bilinear interpolation aligns corners");
  CHECK(refusal(ChannelSliceLayer{.first = 3, .count = 3}).empty());
}
