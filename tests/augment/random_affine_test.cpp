#include <tweed/augment/random_affine.hpp>
#include <support/augmented.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace tweed;
using tests::augmented;
using tests::counted;
using tests::error_message;

namespace {

template <class T>
std::vector<T> warped(const std::vector<T>& image, const Shape& shape,
                      const kernels::AffineMap& map) {
  std::vector<T> result(image.size());
  kernels::chosen::warp<T>(shape, map, image.data(), result.data());
  return result;
}

/// An image turned, scaled and moved, by the definition: each pixel is the sum of all pixels of the
/// old image, weighted by how near they are to where it comes from.
std::vector<double> naive(const std::vector<double>& image, const Shape& shape, double degrees,
                          double scale, double down, double right) {
  const double angle = degrees * std::acos(-1.0) / 180.0;
  const double middle_x = (static_cast<double>(shape.width) - 1.0) / 2.0;
  const double middle_y = (static_cast<double>(shape.height) - 1.0) / 2.0;
  std::vector<double> result;
  for (Index y = 0; y < shape.height; ++y) {
    for (Index x = 0; x < shape.width; ++x) {
      const double off_x = (static_cast<double>(x) - middle_x - right) / scale;
      const double off_y = (static_cast<double>(y) - middle_y - down) / scale;
      const double from_x = middle_x + std::cos(angle) * off_x + std::sin(angle) * off_y;
      const double from_y = middle_y - std::sin(angle) * off_x + std::cos(angle) * off_y;
      for (Index c = 0; c < shape.channels; ++c) {
        double sum = 0.0;
        for (Index v = 0; v < shape.height; ++v) {
          for (Index u = 0; u < shape.width; ++u) {
            const double near_x = 1.0 - std::abs(from_x - static_cast<double>(u));
            const double near_y = 1.0 - std::abs(from_y - static_cast<double>(v));
            if (near_x <= 0.0 || near_y <= 0.0) continue;
            const Index at = (v * shape.width + u) * shape.channels + c;
            sum += near_x * near_y * image[static_cast<std::size_t>(at)];
          }
        }
        result.push_back(sum);
      }
    }
  }
  return result;
}

template <class T>
bool is_near(const std::vector<T>& a, const std::vector<double>& b, double most) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(static_cast<double>(a[i]) - b[i]) <= most)) return false;
  }
  return a.size() == b.size();
}

}  // namespace

TEST_CASE("an affine map of an image is what the definition gives") {
  for (const Shape shape : {Shape{7, 5, 1}, Shape{4, 9, 3}, Shape{1, 1, 2}, Shape{1, 6, 1}}) {
    const auto image = tests::numbers<double>(shape.size(), 3);
    for (const double degrees : {0.0, 13.0, -100.0}) {
      for (const double scale : {0.4, 1.0, 2.5}) {
        for (const double moved : {0.0, 0.3, -2.0}) {
          const auto expected = naive(image, shape, degrees, scale, moved, -0.7 * moved);
          const auto map = detail::affine_map(shape, degrees, scale, moved, -0.7 * moved);
          CHECK(is_near(warped(image, shape, map), expected, 1e-12));
          CHECK(is_near(warped(tests::converted<float>(image), shape, map), expected, 1e-5));
        }
      }
    }
  }
}

TEST_CASE("a quarter turn is a transposition, whole pixels are a shift, nothing changes nothing") {
  const Shape shape{5, 5, 2};
  const auto image = tests::numbers<double>(shape.size(), 1);
  std::vector<double> turned(image.size());  // clockwise: the first row becomes the last column
  std::vector<double> moved(image.size());
  for (Index y = 0; y < 5; ++y) {
    for (Index x = 0; x < 5; ++x) {
      for (Index c = 0; c < 2; ++c) {
        const double value = image[static_cast<std::size_t>((y * 5 + x) * 2 + c)];
        turned[static_cast<std::size_t>((x * 5 + 4 - y) * 2 + c)] = value;
        if (y + 2 < 5 && x >= 1) {
          moved[static_cast<std::size_t>(((y + 2) * 5 + x - 1) * 2 + c)] = value;
        }
      }
    }
  }
  CHECK(is_near(warped(image, shape, detail::affine_map(shape, 90, 1, 0, 0)), turned, 1e-13));
  CHECK(warped(image, shape, detail::affine_map(shape, 0, 1, 2, -1)) == moved);
  CHECK(warped(image, shape, {}) == image);
  CHECK(augmented<double>(RandomAffine{}, image, shape) == image);
}

TEST_CASE("RandomAffine: what it draws is spread over the ranges") {
  const RandomAffine how{
      .degrees = 20, .translate = 0.1, .smallest_scale = 0.5, .largest_scale = 2.0};
  const Shape shape{11, 21, 1};
  constexpr Index count = 2000;
  double sum_of_degrees = 0.0;
  double sum_of_scales = 0.0;
  double largest_move = 0.0;
  for (Index i = 0; i < count; ++i) {
    const kernels::AffineMap map = how.draw({.seed = 1}, i, shape);
    const double scale = 1.0 / std::hypot(map.xx, map.xy);
    const double degrees = std::atan2(map.xy, map.xx) * 180.0 / std::acos(-1.0);
    CHECK(std::abs(degrees) <= 20.0 + 1e-9);
    CHECK(scale >= 0.5 - 1e-9);
    CHECK(scale <= 2.0 + 1e-9);
    sum_of_degrees += degrees;
    sum_of_scales += scale;
    // Where the middle, (10, 5), comes from tells how far the image moved.
    const double off_x = map.xx * 10.0 + map.xy * 5.0 + map.x0 - 10.0;
    const double off_y = map.yx * 10.0 + map.yy * 5.0 + map.y0 - 5.0;
    largest_move = std::max(largest_move, scale * std::hypot(off_x, off_y));
  }
  CHECK(std::abs(sum_of_degrees / count) < 1.0);  // standard deviation 0.26
  CHECK(std::abs(sum_of_scales / count - 1.25) < 0.05);
  CHECK(largest_move > 1.5);
  CHECK(largest_move <= std::hypot(2.1, 1.1) + 1e-9);
}

TEST_CASE("RandomAffine: the key decides, not the threads; wrong ranges are refused") {
  tests::check_threads<float>(RandomAffine{.degrees = 30}, {7, 5, 1});
  tests::check_threads<double>(RandomAffine{.translate = 0.5, .largest_scale = 1.5}, {3, 4, 3});
  const auto message = [](const RandomAffine& how) {
    return error_message([&] { how.check({4, 4, 1}); });
  };
  CHECK(message({.degrees = 181}) ==
        "RandomAffine: degrees is 181, it must be at least 0 and at most 180");
  CHECK(message({.translate = -0.1}).starts_with("RandomAffine: translate is -0.1"));
  CHECK(message({.smallest_scale = 0}).starts_with("RandomAffine: smallest_scale is 0"));
  CHECK(message({.smallest_scale = 2}).starts_with("RandomAffine: largest_scale is 1"));
}
