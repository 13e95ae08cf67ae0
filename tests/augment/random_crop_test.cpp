#include <tweed/augment/random_crop.hpp>
#include <support/augmented.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <vector>

using namespace tweed;
using tests::augmented;
using tests::counted;

namespace {

/// The window of a padded image, by the definition: the padded image is made and read.
template <class T>
std::vector<T> window(const T* image, const Shape& shape, Index padding, Border border, Index top,
                      Index left) {
  const auto outside = [&](Index place, Index size) {
    while (place < 0 || place >= size) place = place < 0 ? -place : 2 * size - 2 - place;
    return place;
  };
  std::vector<T> padded;
  for (Index y = -padding; y < shape.height + padding; ++y) {
    for (Index x = -padding; x < shape.width + padding; ++x) {
      const bool inside = y >= 0 && y < shape.height && x >= 0 && x < shape.width;
      const Index at = outside(y, shape.height) * shape.width + outside(x, shape.width);
      for (Index c = 0; c < shape.channels; ++c) {
        const bool is_zero = !inside && border == Border::zeros;
        padded.push_back(is_zero ? T{} : image[at * shape.channels + c]);
      }
    }
  }
  std::vector<T> result;
  for (Index y = top; y < top + shape.height; ++y) {
    for (Index x = left; x < left + shape.width; ++x) {
      const Index at = (y * (shape.width + 2 * padding) + x) * shape.channels;
      result.insert(result.end(), padded.begin() + at, padded.begin() + at + shape.channels);
    }
  }
  return result;
}

/// The places of the window that explain an image.
template <class T>
std::set<std::array<Index, 2>> windows_of(const RandomCrop& crop, const T* before,
                                          const std::vector<T>& after, const Shape& shape) {
  std::set<std::array<Index, 2>> found;
  for (Index top = 0; top <= 2 * crop.padding; ++top) {
    for (Index left = 0; left <= 2 * crop.padding; ++left) {
      if (window(before, shape, crop.padding, crop.border, top, left) == after) {
        found.insert({top, left});
      }
    }
  }
  return found;
}

template <class T>
void check_windows() {
  constexpr Index count = 400;
  for (const Shape shape : {Shape{3, 5, 2}, Shape{4, 2, 1}, Shape{7, 7, 3}}) {
    const auto before = counted<T>(count, shape);
    for (const Border border : {Border::zeros, Border::reflection}) {
      const RandomCrop crop{.padding = shape.height == 7 ? 2 : 1, .border = border};
      const auto after = augmented<T>(crop, before, shape);
      std::set<std::array<Index, 2>> all;
      for (Index i = 0; i < count; ++i) {
        const auto begin = after.begin() + i * shape.size();
        const auto found = windows_of<T>(crop, before.data() + i * shape.size(),
                                         {begin, begin + shape.size()}, shape);
        CHECK_FALSE(found.empty());
        all.insert(found.begin(), found.end());
      }
      CHECK(std::ssize(all) == (2 * crop.padding + 1) * (2 * crop.padding + 1));
    }
  }
}

}  // namespace

TEST_CASE("RandomCrop: each image is a window of the padded one, every one comes up") {
  check_windows<float>();
  check_windows<double>();
}

TEST_CASE("RandomCrop: a reflection of nearly the whole image") {
  for (const Index by : {-4, -3, 1, 4}) {
    const Shape shape{5, 5, 2};
    const auto before = counted<float>(1, shape);
    std::vector<float> after(before.size());
    detail::shift_image(shape, by, -by, Border::reflection, before.data(), after.data());
    CHECK(after == window(before.data(), shape, 4, Border::reflection, 4 - by, 4 + by));
  }
}

TEST_CASE("RandomCrop: the key decides, not the threads, and other images have other numbers") {
  tests::check_threads<float>(RandomCrop{.padding = 2}, {7, 5, 1});
  tests::check_threads<double>(RandomCrop{.padding = 1, .border = Border::reflection}, {3, 2, 3});
  const auto pixel = counted<float>(3, {1, 1, 4});
  CHECK(augmented<float>(RandomCrop{.padding = 0}, pixel, {1, 1, 4}) == pixel);
}

TEST_CASE("RandomCrop: a padding that leaves nothing is refused") {
  const auto message = [](Index padding) {
    return tests::error_message([=] { RandomCrop{.padding = padding}.check({4, 3, 1}); });
  };
  CHECK(message(2).empty());
  CHECK(message(3) == "RandomCrop: padding is 3, it must be 0 to 2 for images of 4x3x1");
  CHECK(message(-1) == "RandomCrop: padding is -1, it must be 0 to 2 for images of 4x3x1");
}
