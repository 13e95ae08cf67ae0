#include <tweed/tweed.hpp>
#include <known_answers/pytorch.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace tweed;
using tests::Fingerprint;

namespace {

/// Fingerprints in the order of the answers, of layers between known inputs and gradients.
template <class Net>
class KnownRun {
 public:
  /// `scale`: of the first input.
  explicit KnownRun(Index batch, double scale = 1.0) : pass_(batch, 2), infer_(batch, 2) {
    fill();
    for (std::size_t k = 0; k < Net::graph.inputs.size(); ++k) {
      const Shape& shape = Net::graph.shapes[static_cast<std::size_t>(Net::graph.inputs[k])];
      const auto further = tests::further_input_streams + static_cast<std::uint32_t>(k) - 1;
      inputs_.push_back(
          k == 0 ? tests::numbers<double>(batch * shape.size(), tests::input_stream, scale)
                 : tests::numbers<double>(batch * shape.size(), further));
      batches_.push_back({inputs_.back().data(), batch, shape});
    }
  }

  Fingerprint inferred() { return fingerprint(infer_(model_, batches_)); }

  std::vector<Fingerprint> trained() {
    std::vector<Fingerprint> results{fingerprint(pass_.forward(model_, batches_, {}))};
    const auto dy = pass_.output_gradient();
    std::ranges::copy(tests::numbers<double>(dy.size(), tests::output_gradient_stream), dy.data);
    pass_.backward_to_input(model_);
    for (std::size_t k = 0; k < batches_.size(); ++k) {
      results.push_back(fingerprint(pass_.input_gradient(k)));
    }
    const auto gradients = model_.named(pass_.gradients());
    for (const auto& gradient : gradients) results.push_back(tests::fingerprint(gradient.values));
    pass_.commit(model_);
    const auto tensors = model_.tensors();
    for (std::size_t i = gradients.size(); i < tensors.size(); ++i) {
      results.push_back(tests::fingerprint(tensors[i].values));
    }
    return results;
  }

 private:
  static Fingerprint fingerprint(const Batch<const double>& batch) {
    return tests::fingerprint(batch.values());
  }

  /// As layers.py does.
  void fill() {
    std::uint32_t stream = tests::parameter_streams;
    for (const auto& tensor : model_.tensors()) {
      const bool is_variance = tensor.name.ends_with(".variance");
      const auto values =
          tests::numbers<double>(std::ssize(tensor.values), stream++, is_variance ? 0.5 : 1.0);
      std::ranges::transform(values, tensor.values.begin(),
                             [&](double value) { return is_variance ? 1.0 + value : value; });
    }
  }

  Model<Net, double> model_;
  TrainingPass<Net, double> pass_;
  Inference<Net, double> infer_;
  std::vector<std::vector<double>> inputs_;
  std::vector<Batch<const double>> batches_;
};

void check(const Fingerprint& result, const Fingerprint& answer) {
  CHECK(tests::largest_difference(result, answer) / answer[1] < 1e-13);
}

/// An activation of images and of a vector.
template <class Activation>
void check_activation(const std::array<Fingerprint, 4>& answers) {
  CAPTURE(std::string(LayerClass<Activation>::name));
  const auto check_part = [&](auto run, std::size_t first) {
    const Fingerprint inferred = run.inferred();
    const auto trained = run.trained();
    check(inferred, answers[first]);
    check(trained[0], answers[first]);
    check(trained[1], answers[first + 1]);
  };
  check_part(KnownRun<Sequential<Input<3, 5, 7>, Activation>>(2, 4.0), 0);
  check_part(KnownRun<Sequential<Input<13>, Activation>>(1, 4.0), 2);
}

template <class... Entries, std::size_t count>
void check(const std::array<Fingerprint, count>& answers, Index batch) {
  KnownRun<Sequential<Entries...>> run(batch);
  const Fingerprint inferred = run.inferred();
  const auto trained = run.trained();
  // Inference is the last answer of layers with state, and the same as training of all others.
  REQUIRE((trained.size() == count || trained.size() == count - 1));
  check(inferred, trained.size() == count ? answers[0] : answers[count - 1]);
  for (std::size_t i = 0; i < trained.size(); ++i) {
    CAPTURE(i);
    check(trained[i], answers[i]);
  }
}

}  // namespace

TEST_CASE("PyTorch's answers: convolutions and dense layers without a bias") {
  using namespace tests::pytorch;
  check<Input<5, 7, 3>, Conv2D<5, 3, NoBias{}>>(conv2d_no_bias, 1);
  check<Input<6, 8, 3>, Conv2D<4, 3, NoBias{}, Stride{2}, Padding{1}>>(conv2d_padding, 2);
  check<Input<11, 12, 3>, Conv2D<5, 7, NoBias{}, Stride{2}, Padding{3}>>(conv2d_stem, 2);
  check<Input<5, 8, 4>, Conv2D<7, 1, NoBias{}, Stride{2}>>(conv2d_projection, 2);
  check<Input<6, 8, 5>, DepthwiseConv2D<3, NoBias{}, Stride{2}, Padding{1}>>(
      depthwise_conv2d_no_bias, 2);
  check<Input<7>, Dense<5, NoBias{}>>(dense_no_bias, 1);
}

TEST_CASE("PyTorch's answers: zeros of one's own number around an image") {
  using namespace tests::pytorch;
  check<Input<6, 7, 1>, Conv2D<4, 3, Stride{2}, Padding{1}>>(conv2d_padding_bias, 2);
  check<Input<5, 6, 2>, Conv2D<3, Window{3, 2}, Padding{2, 1}>>(conv2d_padding_by_axis, 1);
  check<Input<5, 6, 2>, Conv2D<3, 3, Padding{0, 1, 2, 1}>>(conv2d_padding_by_side, 2);
  check<Input<6, 8, 3>, MaxPool<3, Stride{2}, Padding{1}>>(max_pool_padding, 2);
}

TEST_CASE("PyTorch's answers: pools that round their sizes up") {
  using namespace tests::pytorch;
  check<Input<8, 7, 3>, MaxPool<3, Stride{2}, CeilMode{}>>(max_pool_ceil, 2);
  check<Input<3, 5, 1>, MaxPool<2, Padding{1}, CeilMode{}>>(max_pool_ceil_padding, 1);
  check<Input<2, 2, 7>, MaxPool<3, Stride{2}, CeilMode{}>>(max_pool_ceil_small, 1);
  check<Input<7, 8, 5>, AveragePool<3, Stride{2}, Padding{1}, CeilMode{}>>(average_pool_ceil, 2);
  check<Input<7, 8, 5>, AveragePool<3, Stride{2}, Padding{1}, CeilMode{}, CountPadding{}>>(
      average_pool_ceil_counted, 2);
}

TEST_CASE("PyTorch's answers: average pools and upsampling") {
  using namespace tests::pytorch;
  check<Input<7, 6, 3>, AveragePool<2>>(average_pool, 2);
  check<Input<5, 7, 1>, AveragePool<Window{3, 2}, Stride{1, 2}>>(average_pool_stride, 1);
  check<Input<6, 7, 5>, AveragePool<3, Stride{2}, Padding{1}>>(average_pool_padding, 2);
  check<Input<6, 7, 1>, AveragePool<3, Stride{2}, Padding{1}, CountPadding{}>>(average_pool_counted,
                                                                               1);
  check<Input<5, 7, 3>, GlobalMaxPool>(global_max_pool, 3);
  check<Input<7, 4, 1>, GlobalMaxPool>(global_max_pool_one_channel, 1);
  check<Input<5, 7, 3>, GlobalAveragePool>(global_average_pool, 3);
  check<Input<1, 1, 5>, GlobalAveragePool>(global_average_pool_one_pixel, 1);
  check<Input<7, 4, 1>, GlobalAveragePool>(global_average_pool_one_channel, 1);
  check<Input<3, 5, 4>, Upsample<2>>(upsample_2, 2);
  check<Input<5, 1, 1>, Upsample<3>>(upsample_3, 1);
}

TEST_CASE("PyTorch's answers: other shapes") {
  using namespace tests::pytorch;
  check<Input<5, 3, 7>, ZeroPad<1>>(zero_pad, 2);
  check<Input<3, 5, 1>, ZeroPad<Padding{0, 2, 3, 1}>>(zero_pad_by_side, 1);
  check<Input<5, 3, 7>, Crop<1>>(crop, 2);
  check<Input<7, 5, 1>, Crop<Padding{0, 2, 3, 1}>>(crop_by_side, 1);
  check<Input<5, 3, 13>, ChannelSlice<3, 5>>(channel_slice, 2);
  check<Input<7>, ChannelSlice<6, 1>>(channel_slice_vectors, 3);
  check<Input<5, 3, 14>, ChannelShuffle<2>>(channel_shuffle, 2);
  check<Input<3, 1, 15>, ChannelShuffle<5>>(channel_shuffle_five, 1);
  check<Input<3, 5, 1>, ChannelShuffle<1>>(channel_shuffle_one, 1);
  check<Input<5, 3, 28>, PixelShuffle<2>>(pixel_shuffle, 2);
  check<Input<3, 1, 9>, PixelShuffle<3>>(pixel_shuffle_one_channel, 1);
  check<Input<5, 3, 7>, LayerScale<>>(layer_scale, 2);
  check<Input<5, 7, 1>, LayerScale<>>(layer_scale_one_channel, 1);
  check<Input<13>, LayerScale<>>(layer_scale_vectors, 5);
}

TEST_CASE("PyTorch's answers: pixels between others") {
  using namespace tests::pytorch;
  constexpr auto linear = Interpolation::bilinear;
  check<Input<3, 5, 7>, Upsample<2, linear>>(bilinear, 2);
  check<Input<4, 5, 1>, Upsample<Window{3, 1}, linear>>(bilinear_by_axis, 1);
  check<Input<1, 1, 5>, Upsample<3, linear>>(bilinear_one_pixel, 1);
  check<Input<3, 5, 7>, Upsample<2, linear, AlignCorners{}>>(bilinear_corners, 2);
  check<Input<4, 7, 1>, Upsample<Window{5, 3}, linear, AlignCorners{}>>(bilinear_corners_by_axis,
                                                                        1);
  check<Input<1, 1, 5>, Upsample<3, linear, AlignCorners{}>>(bilinear_corners_one_pixel, 1);
}

// What PyTorch calls momentum, 0.1 by default, is the weight of the new value.
TEST_CASE("PyTorch's answers: batch normalisation") {
  using namespace tests::pytorch;
  check<Input<5, 4, 7>, BatchNorm<>>(batch_norm, 3);
  check<Input<3, 5, 2>, BatchNorm<>>(batch_norm_one_image, 1);
  check<Input<7, 5, 1>, BatchNorm<>>(batch_norm_one_channel, 2);
  check<Input<13>, BatchNorm<>>(batch_norm_vectors, 5);
  check<Input<3>, BatchNorm<Epsilon{0.1}>>(batch_norm_two_vectors, 2);
  check<Input<2, 3, 5>, BatchNorm<Momentum{0.75}, Epsilon{0.01}>>(batch_norm_options, 3);
  check<Input<5, 3, 7>, BatchNorm<NoScale{}, NoShift{}>>(batch_norm_bare, 2);
  check<Input<3, 5, 17>, BatchNorm<NoScale{}>>(batch_norm_no_scale, 1);
  check<Input<7, 1, 1>, BatchNorm<NoShift{}, Momentum{0.75}>>(batch_norm_no_shift, 3);
}

TEST_CASE("PyTorch's answers: activations") {
  using namespace tests::pytorch;
  check_activation<Clip<-2.5, 1.75>>(clip);
  check_activation<ELU<>>(elu);
  check_activation<ELU<0.25>>(elu_alpha);
  check_activation<GELU>(gelu);
  check_activation<GELUTanh>(gelu_tanh);
  check_activation<HardSigmoid<>>(hard_sigmoid);
  check_activation<HardSwish>(hard_swish);
  check_activation<LeakyReLU<>>(leaky_relu);
  check_activation<LeakyReLU<0.3>>(leaky_relu_slope);
  check_activation<Mish>(mish);
  check_activation<ReLU6>(relu6);
  check_activation<SELU>(selu);
  check_activation<Sigmoid>(sigmoid);
  check_activation<SiLU>(silu);
  check_activation<Softmax>(softmax);
  check_activation<Softplus>(softplus);
  check_activation<Tanh>(tests::pytorch::tanh);
}

TEST_CASE("PyTorch's answers: PReLU") {
  using namespace tests::pytorch;
  check<Input<5, 4, 7>, PReLU<>>(prelu, 3);
  check<Input<5, 3, 1>, PReLU<>>(prelu_one_channel, 1);
  check<Input<3, 5, 17>, PReLU<SharedSlope{}>>(prelu_shared, 2);
  check<Input<13>, PReLU<>>(prelu_vectors, 5);
}

TEST_CASE("PyTorch's answers: joins") {
  using namespace tests::pytorch;
  using Image = Input<3, 5, 4>;
  using Other = Input<3, 5, 3>;
  using Before = From<"first">;
  using First = As<"first">;
  check<Image, First, Image, Add<Before, Path<>>>(add, 2);
  check<Input<7>, First, Input<7>, As<"second">, Input<7>, Add<Before, From<"second">, Path<>>>(
      add_three, 3);
  check<Image, First, Other, Concat<Before, Path<>>>(concat, 2);
  check<Input<3, 2, 1>, First, Input<3, 2, 5>, As<"second">, Input<3, 2, 2>,
        Concat<Before, From<"second">, Path<>>>(concat_three, 1);
  check<Input<4>, First, Input<1>, Concat<Before, Path<>>>(concat_vectors, 3);
  check<Image, First, Image, Multiply<Before, Path<>>>(multiply, 2);
  check<Input<5, 4, 7>, First, Input<7>, Multiply<Before, Path<>>>(multiply_channels, 3);
  check<Input<3, 2, 1>, First, Input<1>, Multiply<Before, Path<>>>(multiply_one_channel, 1);
  check<Input<5, 4, 7>, Multiply<Path<GlobalAveragePool, Dense<2>, ReLU, Dense<7>>>>(
      squeeze_and_excitation, 3);
}
