#include <tweed/augment/alternating_flip.hpp>
#include <tweed/augment/random_flip.hpp>
#include <support/augmented.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace tweed;
using tests::augmented;
using tests::counted;
using tests::error_message;

namespace {

/// All images mirrored, by the definition.
template <class T>
std::vector<T> mirrored(const std::vector<T>& images, const Shape& shape, bool vertically) {
  std::vector<T> result(images.size());
  const Index rows = std::ssize(images) / shape.width / shape.channels;
  for (Index row = 0; row < rows; ++row) {
    const Index y = row % shape.height;
    const Index to_row = vertically ? row - y + shape.height - 1 - y : row;
    for (Index x = 0; x < shape.width; ++x) {
      const Index to_x = vertically ? x : shape.width - 1 - x;
      for (Index c = 0; c < shape.channels; ++c) {
        const auto from = static_cast<std::size_t>((row * shape.width + x) * shape.channels + c);
        const auto to =
            static_cast<std::size_t>((to_row * shape.width + to_x) * shape.channels + c);
        result[to] = images[from];
      }
    }
  }
  return result;
}

/// Which images were mirrored; each was, or it is as it was.
template <class T>
std::vector<bool> which(const std::vector<T>& before, const std::vector<T>& after,
                        const Shape& shape, bool vertically = false) {
  const auto all = mirrored(before, shape, vertically);
  std::vector<bool> result;
  for (auto at = std::ptrdiff_t{0}; at < std::ssize(before); at += shape.size()) {
    const auto same = [&](const std::vector<T>& images) {
      return std::equal(after.begin() + at, after.begin() + at + shape.size(), images.begin() + at);
    };
    result.push_back(same(all));
    CHECK(same(all) != same(before));
  }
  return result;
}

std::ptrdiff_t count(const std::vector<bool>& flags) {
  return std::count(flags.begin(), flags.end(), true);
}

template <class T>
void check_flips(const Shape& shape) {
  const auto before = counted<T>(500, shape);
  for (const double probability : {0.0, 0.2, 0.5, 1.0}) {
    const auto is_likely = [&](const std::vector<bool>& flags) {  // within 4 standard deviations
      const double off = static_cast<double>(count(flags)) - 500.0 * probability;
      return off * off <= 16.0 * 500.0 * probability * (1.0 - probability);
    };
    const auto across = augmented<T>(RandomHorizontalFlip{probability}, before, shape);
    const auto down = augmented<T>(RandomVerticalFlip{probability}, before, shape);
    CHECK(is_likely(which(before, across, shape)));
    CHECK(is_likely(which(before, down, shape, true)));
  }
}

}  // namespace

TEST_CASE("RandomHorizontalFlip and RandomVerticalFlip mirror as many images as they should") {
  check_flips<float>({3, 4, 1});
  check_flips<double>({2, 5, 3});
  tests::check_threads<float>(RandomHorizontalFlip{}, {3, 3, 2});
  tests::check_threads<double>(RandomVerticalFlip{}, {5, 1, 1});
}

TEST_CASE("AlternatingFlip: a random half in the first epoch, the others in the next") {
  const Shape shape{3, 5, 2};
  const auto before = counted<float>(500, shape);
  std::vector<Index> positions(500);
  std::iota(positions.begin(), positions.end(), Index{1000});
  const auto of_epoch = [&](Index epoch, std::uint64_t step) {
    const auto after = augmented<float>(
        AlternatingFlip{}, before, shape,
        {.key = {.seed = 1, .step = step}, .epoch = epoch, .positions = positions});
    return which(before, after, shape);
  };
  const auto first = of_epoch(0, 0);
  CHECK(std::abs(count(first) - 250) < 50);
  CHECK(of_epoch(2, 17) == first);  // whatever the step
  auto others = first;
  others.flip();
  CHECK(of_epoch(1, 5) == others);
  CHECK(of_epoch(3, 9) == others);

  std::ranges::reverse(positions);  // the place in the data set decides, not that in the batch
  auto reversed = first;
  std::reverse(reversed.begin(), reversed.end());
  CHECK(of_epoch(0, 3) == reversed);
  tests::check_threads<float>(AlternatingFlip{}, shape);
}

TEST_CASE("flips: what they cannot do is refused") {
  const Shape column{3, 1, 1};
  const Shape row{1, 3, 1};
  CHECK(error_message([&] { RandomHorizontalFlip{}.check(column); }) ==
        "RandomHorizontalFlip: images of 3x1x1 are one pixel wide, there is nothing to mirror");
  CHECK(error_message([&] { AlternatingFlip{}.check(column); }) ==
        "AlternatingFlip: images of 3x1x1 are one pixel wide, there is nothing to mirror");
  CHECK(error_message([&] { RandomVerticalFlip{}.check(row); }) ==
        "RandomVerticalFlip: images of 1x3x1 are one pixel high, there is nothing to mirror");
  CHECK(error_message([&] { RandomHorizontalFlip{1.5}.check(row); }) ==
        "RandomHorizontalFlip: probability is 1.5, it must be at least 0 and at most 1");
  CHECK(error_message([&] { RandomVerticalFlip{-1}.check(column); }) ==
        "RandomVerticalFlip: probability is -1, it must be at least 0 and at most 1");
  CHECK(error_message([&] { augmented<float>(AlternatingFlip{}, counted<float>(2, row), row); }) ==
        "AlternatingFlip: it must know the places of 2 samples in the data set, "
        "AugmentPass::positions has 0");
}
