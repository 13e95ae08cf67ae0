#include <tweed/augment/cutout.hpp>
#include <tweed/augment/random_erasing.hpp>
#include <support/augmented.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace tweed;
using tests::augmented;
using tests::counted;
using tests::error_message;

namespace {

/// The box around what has `value` in an image, all of which has; {0, 0, 0, 0} where nothing has.
template <class T>
detail::ImageBox box_of(const T* image, const Shape& shape, T value) {
  detail::ImageBox box{shape.height, shape.width, 0, 0};
  Index count = 0;
  bool is_in_all_channels = true;
  for (Index at = 0; at < shape.height * shape.width; ++at) {
    if (image[at * shape.channels] != value) continue;
    const Index y = at / shape.width;
    const Index x = at % shape.width;
    box = {std::min(box.top, y), std::min(box.left, x), std::max(box.bottom, y + 1),
           std::max(box.right, x + 1)};
    for (Index c = 0; c < shape.channels; ++c) {
      is_in_all_channels = is_in_all_channels && image[at * shape.channels + c] == value;
    }
    ++count;
  }
  CHECK(is_in_all_channels);
  if (count == 0) return {};
  CHECK(count == box.pixels());
  return box;
}

template <class T, class Check>
void for_each_box(const AnyAugmentation& how, const Shape& shape, T value, const Check& check) {
  constexpr Index count = 2000;
  const auto before = counted<T>(count, shape);
  const auto after = augmented<T>(how, before, shape);
  for (Index i = 0; i < count; ++i) {
    const T* const image = after.data() + i * shape.size();
    const auto box = box_of<T>(image, shape, value);
    bool rest_is_same = true;
    for (Index at = 0; at < shape.size(); ++at) {
      const T was = before[static_cast<std::size_t>(i * shape.size() + at)];
      rest_is_same = rest_is_same && (image[at] == was || image[at] == value);
    }
    CHECK(rest_is_same);
    check(box);
  }
}

}  // namespace

TEST_CASE("Cutout: a square around each pixel, cut off at the edges") {
  for (const Index size : {1, 2, 3, 5}) {
    const Shape shape{6, 5, 2};
    Index whole = 0;
    for_each_box<float>(Cutout{.size = size, .value = -1}, shape, -1, [&](const auto& box) {
      CHECK(box.height() <= size);
      CHECK(box.width() <= size);
      CHECK(box.pixels() >= (size / 2) * (size / 2));
      whole += box.height() == size && box.width() == size ? 1 : 0;
    });
    // Of 30 places of the middle, those a half of the square away from the edges show it whole.
    const double share = static_cast<double>((6 - size + 1) * (5 - size + 1)) / 30.0;
    CHECK(std::abs(static_cast<double>(whole) / 2000.0 - share) < 0.05);
  }
  tests::check_threads<double>(Cutout{.size = 2}, {5, 3, 1});
}

TEST_CASE("RandomErasing: half of the images lose a box of the area and ratio that it should") {
  const Shape shape{28, 20, 1};
  Index boxes = 0;
  double areas = 0.0;
  double ratios = 0.0;
  for_each_box<double>(RandomErasing{}, shape, 0.0, [&](const detail::ImageBox& box) {
    if (box.pixels() == 0) return;
    const double area = static_cast<double>(box.pixels()) / 560.0;
    const double ratio = static_cast<double>(box.height()) / static_cast<double>(box.width());
    CHECK(area > 0.01);  // sides are rounded to pixels
    CHECK(area < 0.36);
    CHECK(ratio > 0.2);
    CHECK(ratio < 5.0);
    ++boxes;
    areas += area;
    ratios += std::log(ratio);
  });
  CHECK(std::abs(boxes - 1000) < 100);
  CHECK(std::abs(areas / static_cast<double>(boxes) - 0.175) < 0.02);
  CHECK(std::abs(ratios / static_cast<double>(boxes)) < 0.15);
}

TEST_CASE("RandomErasing: whatever the sizes, all channels alike, and the same for any threads") {
  Index boxes = 0;
  for_each_box<float>(RandomErasing{.probability = 1, .value = 7.5}, {5, 3, 3}, 7.5F,
                      [&](const auto& box) { boxes += box.pixels() > 0 ? 1 : 0; });
  CHECK(boxes > 500);
  for (const Shape shape : {Shape{1, 1, 1}, Shape{1, 9, 2}}) {  // nothing is lower than a row
    const auto before = counted<float>(50, shape);
    const auto after = augmented<float>(RandomErasing{.probability = 1}, before, shape);
    CHECK(after == before);
  }
  const auto some = counted<float>(40, {5, 5, 1});
  CHECK(augmented<float>(RandomErasing{.probability = 0}, some, {5, 5, 1}) == some);
  tests::check_threads<float>(RandomErasing{.largest_area = 0.9}, {7, 5, 2});
}

TEST_CASE("Cutout and RandomErasing: wrong options are refused") {
  const Shape shape{4, 3, 1};
  CHECK(error_message([&] { Cutout{.size = 4}.check(shape); }) ==
        "Cutout: size is 4, it must be 1 to 3 for images of 4x3x1");
  CHECK(error_message([&] { Cutout{.size = 0}.check(shape); }).starts_with("Cutout: size is 0"));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(error_message([&] { Cutout{.size = 1, .value = infinity}.check(shape); }) ==
        "Cutout: value is inf, it must be finite");
  const auto message = [&](const RandomErasing& how) {
    return error_message([&] { how.check(shape); });
  };
  CHECK(message({.probability = 2}).starts_with("RandomErasing: probability is 2"));
  CHECK(message({.smallest_area = 0}).starts_with("RandomErasing: smallest_area is 0"));
  CHECK(message({.smallest_area = 0.5}) ==
        "RandomErasing: largest_area is 0.33, it must be at least 0.5 and at most 1");
  CHECK(message({.smallest_ratio = -1}).starts_with("RandomErasing: smallest_ratio is -1"));
  CHECK(message({.largest_ratio = 0.1}).starts_with("RandomErasing: largest_ratio is 0.1"));
}
