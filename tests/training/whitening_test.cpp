#include <tweed/training/whitening.hpp>

#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

/// Images whose neighbouring pixels and channels are like each other.
Samples<float> smooth_images(Index count, const Shape& shape) {
  Samples<float> data{shape, {}};
  std::uint64_t drawn = 0;
  for (Index i = 0; i < count; ++i) {
    float last = 3.0F;
    for (Index k = 0; k < shape.size(); ++k) {
      const auto noise = static_cast<float>(random_uniform({.seed = 5}, drawn++));
      last = 0.7F * last + noise;
      data.samples.push_back(last);
    }
  }
  return data;
}

/// Means, and covariances of the first `channels` channels of a network's outputs over all pixels.
struct Statistics {
  std::vector<double> mean;
  std::vector<double> covariance;
};

using AnyModelOfDouble = Model<AnyNetworkOf<double>, double>;

/// A convolution without padding, of images of this shape.
AnyModelOfDouble convolution(const Shape& shape, Index filters, const Window& kernel) {
  return AnyModelOfDouble(AnyNetworkOf<double>(
      shape, {Conv2DLayer{.filters = filters, .kernel = kernel, .padding = Padding::valid}}));
}

template <class Data>
Statistics statistics_of(const AnyModelOfDouble& model, const Data& data, std::size_t channels) {
  const auto outputs = predict_logits(model, data);
  const auto all = static_cast<std::size_t>(model.output_shape().channels);
  const std::size_t pixels = outputs.size() / all;
  Statistics found{std::vector<double>(channels), std::vector<double>(channels * channels)};
  const auto at = [&](std::size_t p, std::size_t c) {
    return static_cast<double>(outputs[p * all + c]);
  };
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t c = 0; c < channels; ++c) found.mean[c] += at(p, c);
  }
  for (double& value : found.mean) value /= static_cast<double>(pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t i = 0; i < channels; ++i) {
      for (std::size_t j = 0; j < channels; ++j) {
        found.covariance[i * channels + j] +=
            (at(p, i) - found.mean[i]) * (at(p, j) - found.mean[j]) / static_cast<double>(pixels);
      }
    }
  }
  return found;
}

std::vector<double> identity(std::size_t size) {
  std::vector<double> matrix(size * size);
  for (std::size_t i = 0; i < size; ++i) matrix[i * size + i] = 1.0;
  return matrix;
}

template <class Data>
void check_white(AnyModelOfDouble model, const Data& data, std::size_t directions) {
  whiten(model, "conv2d_1", data, {.epsilon = 1e-12});
  const Statistics found = statistics_of(model, data, directions);
  CHECK(tests::largest(found.mean) < 1e-9);
  CHECK(tests::largest_difference(found.covariance, identity(directions)) < 1e-6);
}

}  // namespace

TEST_CASE("whiten: outputs have variance 1 and no correlation") {
  check_white(convolution({6, 6, 1}, 8, 2), tests::bars(40, 6, 4), 4);
  check_white(convolution({7, 5, 3}, 54, 3), smooth_images(30, {7, 5, 3}), 27);
  check_white(convolution({1, 11, 2}, 12, {1, 3}), smooth_images(13, {1, 11, 2}), 6);
  check_white(convolution({7, 5, 3}, 10, 3), smooth_images(30, {7, 5, 3}), 5);
  check_white(convolution({3, 3, 1}, 2, 1), smooth_images(1, {3, 3, 1}), 1);
}

TEST_CASE("whiten: the second half is the first with the opposite sign, the first vary most") {
  const auto data = smooth_images(30, {7, 5, 3});
  auto model = convolution({7, 5, 3}, 54, 3);
  whiten(model, "conv2d_1", data);
  const auto tensors = model.tensors();
  double last = 0.0;
  for (std::size_t f = 0; f < 27; ++f) {
    double squares = 0.0;
    double largest = 0.0;
    for (std::size_t i = 0; i < 27; ++i) {
      const double value = tensors[0].values[i * 54 + f];
      CHECK(tensors[0].values[i * 54 + 27 + f] == -value);
      squares += value * value;
      if (std::abs(value) > std::abs(largest)) largest = value;
    }
    CHECK(largest > 0.0);
    CHECK(squares > last);  // they are divided by a smaller deviation
    last = squares;
    CHECK(tensors[1].values[27 + f] == -tensors[1].values[f]);
  }
}

TEST_CASE("whiten: epsilon keeps small variances small") {
  const auto data = tests::bars(40, 6, 4);
  const auto variance = [&](double epsilon) {
    auto model = convolution({6, 6, 1}, 8, 2);
    whiten(model, "conv2d_1", data, {.epsilon = epsilon});
    return statistics_of(model, data, 4).covariance[0];
  };
  const double whole = variance(1e-12);
  const double half = variance(0.01);
  const double raw = 0.01 * half / (whole - half);  // v / (v + 0.01) = half
  CHECK(half < 0.99);
  CHECK(variance(0.5) == doctest::Approx(raw / (raw + 0.5)));
}

TEST_CASE("whiten: without taking the mean away, means of squares become 1 and the bias stays") {
  const auto data = tests::bars(40, 6, 4);
  auto model = convolution({6, 6, 1}, 8, 2);
  model.tensors()[1].values[0] = 0.0;
  whiten(model, "conv2d_1", data, {.epsilon = 1e-12, .centered = false});
  CHECK(tests::largest(model.tensors()[1].values) == 0.0);
  const Statistics found = statistics_of(model, data, 4);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const double product = found.covariance[i * 4 + j] + found.mean[i] * found.mean[j];
      CHECK(product == doctest::Approx(i == j ? 1.0 : 0.0).epsilon(1e-6));
    }
  }
}

TEST_CASE("whiten: the first samples alone, any number of threads, bytes like their numbers") {
  const auto data = tests::bars(50, 6, 4);
  const auto whitened = [](const auto& of, Index samples, int threads) {
    auto model = convolution({6, 6, 1}, 8, 2);
    whiten(model, "conv2d_1", of, {.samples = samples, .threads = threads});
    return std::vector<double>(model.parameters().begin(), model.parameters().end());
  };
  const auto one = whitened(data, 33, 1);
  for (const int threads : {2, 3, 8}) CHECK(tests::same_bits(whitened(data, 33, threads), one));
  CHECK(!tests::same_bits(whitened(data, 50, 1), one));
  CHECK(tests::same_bits(whitened(data, 5000, 1), whitened(data, 50, 1)));
  Dataset<double> numbers{data.shape, {}, data.labels, {}};
  for (const auto byte : data.images) numbers.images.push_back(byte * (1.0 / 255.0));
  CHECK(tests::same_bits(whitened(numbers, 33, 1), one));
}

TEST_CASE("whiten: images of one brightness give kernels of finite numbers") {
  const Samples<float> data{{6, 6, 1}, std::vector<float>(36 * 3, 0.5F)};
  auto model = convolution({6, 6, 1}, 8, 2);
  whiten(model, "conv2d_1", data, {.epsilon = 0.25});
  CHECK(tests::largest(model.parameters()) < 4.2);
}

TEST_CASE("whiten: what does not go together is an error, and the model stays") {
  AnyModelOfDouble model(AnyNetworkOf<double>(
      {6, 6, 1}, {Conv2DLayer{.filters = 8, .kernel = 2}, ReLU{},
                  Conv2DLayer{.filters = 4, .kernel = 3}, Flatten{}, DenseLayer{2}}));
  const std::vector<double> before(model.parameters().begin(), model.parameters().end());
  auto data = tests::bars(10, 6, 4);
  const auto message = [&](const std::string& layer, const auto& of, WhitenOptions options = {}) {
    return error_message([&] { whiten(model, layer, of, options); });
  };
  for (const char* layer : {"conv2d_2", "conv2d_3", "dense_1", "conv2d_1.kernel", ""}) {
    CHECK(message(layer, data) == "whiten: \"" + std::string(layer) +
                                      "\" is no convolution of the network's input; there are: "
                                      "conv2d_1");
  }
  CHECK(message("conv2d_1", smooth_images(9, {6, 6, 2})) ==
        "whiten: the kernel of conv2d_1 is 2x2x1x8, the data are 9 x 6x6x2; expected as many "
        "channels in both, and a convolution without groups");
  CHECK(message("conv2d_1", smooth_images(9, {1, 6, 1})) ==
        "whiten: the kernel of conv2d_1 is 2x2x1x8, the data are 9 x 1x6x1; expected images as "
        "large as the kernel");
  CHECK(message("conv2d_1", smooth_images(1, {2, 4, 1})) ==
        "whiten: the kernel of conv2d_1 is 2x2x1x8, the data are 1 x 2x4x1; expected at least 4 "
        "windows, there are 3");
  CHECK(message("conv2d_1", Samples<float>{{6, 6, 1}, {}}) ==
        "whiten: the kernel of conv2d_1 is 2x2x1x8, the data are 0 x 6x6x1; expected at least 4 "
        "windows, there are 0");
  CHECK(message("conv2d_1", data, {.samples = 0}) ==
        "WhitenOptions: samples is 0, it must be at least 1");
  CHECK(message("conv2d_1", data, {.epsilon = 0}) ==
        "WhitenOptions: epsilon is 0, it must be finite and above 0");
  auto wrong = smooth_images(9, {6, 6, 1});
  wrong.samples[50] = std::numeric_limits<float>::infinity();
  CHECK(message("conv2d_1", wrong) == "whiten: the data have numbers that are not finite");
  data.images.pop_back();
  CHECK(message("conv2d_1", data).starts_with("whiten: 10 labels want 360 pixels"));
  CHECK(tests::same_bits(before, model.parameters()));

  data = tests::bars(10, 6, 4);
  for (const Index filters : {7, 10}) {
    model = convolution({6, 6, 1}, filters, 2);
    CHECK(message("conv2d_1", data).ends_with("expected an even number of filters, at most 8"));
  }
  model = AnyModelOfDouble(AnyNetworkOf<double>({6, 6, 1}, {Flatten{}, DenseLayer{2}}));
  CHECK(message("conv2d_1", data).ends_with("there are: none"));
}

TEST_CASE("whiten: a kernel that is frozen stays, in training") {
  using Net = Sequential<Input<6, 6, 1>, Conv2D<8, 2, Padding::valid>, GELU, Flatten, Dense<4>>;
  const auto data = tests::bars(40, 6, 4);
  Model<Net> model{1};
  whiten(model, "conv2d_1", data);
  const auto kernel = model.tensors()[0].values;
  const std::vector<float> before(kernel.begin(), kernel.end());
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data,
      {.batch_size = 8, .epochs = 20, .groups = {{.match = "conv2d_1.kernel", .frozen = true}}});
  CHECK(tests::same_bits(model.tensors()[0].values, before));
  CHECK(evaluate(model, SoftmaxCE{}, data).accuracy > 0.95);
}
