#include <tweed/augment/color_jitter.hpp>
#include <support/augmented.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace tweed;
using tests::augmented;
using tests::error_message;

namespace {

/// The brightness of each pixel, by torchvision's formula.
std::vector<double> greys(const std::vector<double>& image, Index channels) {
  std::vector<double> result;
  for (auto pixel = image.begin(); pixel != image.end(); pixel += channels) {
    double grey = 0.0;
    for (Index c = 0; c < channels; ++c) grey += pixel[c] / static_cast<double>(channels);
    if (channels == 3) grey = 0.2989 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
    result.push_back(grey);
  }
  return result;
}

/// An image after the three changes, by the definition.
std::vector<double> naive(std::vector<double> image, Index channels,
                          const kernels::ColorFactors& by) {
  const auto clip = [&](double value) { return std::clamp(value, by.lowest, by.highest); };
  for (double& value : image) value = clip(value * by.brightness);
  double mean = 0.0;
  const auto of_pixels = greys(image, channels);
  for (const double grey : of_pixels) mean += grey / static_cast<double>(of_pixels.size());
  for (double& value : image) value = clip(mean + by.contrast * (value - mean));
  const auto changed = greys(image, channels);
  for (std::size_t i = 0; i < image.size(); ++i) {
    const double grey = changed[i / static_cast<std::size_t>(channels)];
    image[i] = clip(grey + by.saturation * (image[i] - grey));
  }
  return image;
}

template <class T>
void check_formula(const Shape& shape, const ColorJitter& how, double most) {
  constexpr Index count = 20;
  auto before = tests::numbers<double>(count * shape.size(), 5, 0.5);
  for (double& value : before) value += 0.5;
  const auto after = augmented<T>(how, tests::converted<T>(before), shape);
  for (Index i = 0; i < count; ++i) {
    const auto begin = before.begin() + i * shape.size();
    const auto factors = how.draw({.use = RandomUse::augment}, i);
    const auto expected = naive({begin, begin + shape.size()}, shape.channels, factors);
    double largest = 0.0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const T value = after[static_cast<std::size_t>(i * shape.size()) + k];
      largest = std::max(largest, std::abs(static_cast<double>(value) - expected[k]));
    }
    CHECK(largest <= most);
  }
}

}  // namespace

TEST_CASE("ColorJitter: values are what the formulas give with the drawn factors") {
  const ColorJitter all{.brightness = 0.4, .contrast = 0.7, .saturation = 0.5};
  const ColorJitter two{.brightness = 1.5, .contrast = 0.2, .lowest = -0.5, .highest = 0.8};
  check_formula<double>({4, 5, 3}, all, 1e-12);
  check_formula<float>({4, 5, 3}, all, 1e-5);
  for (const Shape shape : {Shape{3, 7, 1}, Shape{1, 1, 1}, Shape{2, 2, 4}}) {
    check_formula<double>(shape, two, 1e-12);
    check_formula<float>(shape, two, 1e-5);
  }
}

TEST_CASE("ColorJitter: factors are spread around 1, and none is below 0") {
  const ColorJitter how{.brightness = 0.5, .contrast = 2.0};
  double brightness = 0.0;
  double contrast = 0.0;
  for (Index i = 0; i < 2000; ++i) {
    const auto factors = how.draw({.seed = 2}, i);
    CHECK(std::abs(factors.brightness - 1.0) <= 0.5);
    CHECK(factors.contrast >= 0.0);
    CHECK(factors.contrast <= 3.0);
    CHECK(factors.saturation == 1.0);
    brightness += factors.brightness / 2000.0;
    contrast += factors.contrast / 2000.0;
  }
  CHECK(std::abs(brightness - 1.0) < 0.03);
  CHECK(std::abs(contrast - 1.5) < 0.08);
}

TEST_CASE("ColorJitter: the same for any number of threads; wrong options are refused") {
  tests::check_threads<float>(ColorJitter{.brightness = 0.5, .highest = 1e6}, {5, 3, 1});
  const auto message = [](const ColorJitter& how, const Shape& shape = {4, 4, 1}) {
    return error_message([&] { how.check(shape); });
  };
  CHECK(message({.brightness = -1}).starts_with("ColorJitter: brightness is -1"));
  CHECK(message({.contrast = -1}).starts_with("ColorJitter: contrast is -1"));
  CHECK(message({.saturation = 0.1}, {4, 4, 3}).empty());
  CHECK(message({.saturation = 0.5}) ==
        "ColorJitter: saturation is 0.5, but images of 4x4x1 do not have the three channels of "
        "colours");
  CHECK(message({.lowest = 1}) == "ColorJitter: highest is 1, it must be finite and above 1");
}
