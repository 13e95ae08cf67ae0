#include <tweed/data/shift_and_flip.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <utility>
#include <vector>

using namespace tweed;

namespace {

/// Images whose elements are all different, none of them 0.
std::vector<float> images(Index count, const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(count * shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i + 1);
  return values;
}

/// An image mirrored and moved, by the definition.
std::vector<float> expected(const float* image, const Shape& shape, bool flip, Index down,
                            Index right) {
  std::vector<float> result;
  for (Index y = 0; y < shape.height; ++y) {
    for (Index x = 0; x < shape.width; ++x) {
      const Index from_y = y - down;
      const Index moved = x - right;
      const bool inside = from_y >= 0 && from_y < shape.height && moved >= 0 && moved < shape.width;
      const Index from_x = flip ? shape.width - 1 - moved : moved;
      for (Index c = 0; c < shape.channels; ++c) {
        const Index at = (from_y * shape.width + from_x) * shape.channels + c;
        result.push_back(inside ? image[at] : 0.0F);
      }
    }
  }
  return result;
}

using Choice = std::array<Index, 3>;  // flip, down, right

/// What was done to an image; {-1} if nothing that may be done explains it.
Choice choice_of(const ShiftAndFlip& how, const float* before, const std::vector<float>& after,
                 const Shape& shape) {
  for (const Index flip : {0, 1}) {
    for (Index down = -how.shift; down <= how.shift; ++down) {
      for (Index right = -how.shift; right <= how.shift; ++right) {
        if (expected(before, shape, flip == 1, down, right) == after) return {flip, down, right};
      }
    }
  }
  return {-1, 0, 0};
}

std::vector<float> augmented(const ShiftAndFlip& how, Index count, const Shape& shape,
                             std::uint64_t step, int threads) {
  auto values = images(count, shape);
  how(Batch<float>{values.data(), count, shape}, {.seed = 3, .step = step}, threads);
  return values;
}

}  // namespace

TEST_CASE("ShiftAndFlip: each image is mirrored or not and moved, every way comes up") {
  constexpr Index count = 600;
  for (const Shape shape : {Shape{3, 5, 2}, Shape{4, 2, 1}, Shape{7, 7, 3}}) {
    for (const ShiftAndFlip how :
         {ShiftAndFlip{.shift = 1}, ShiftAndFlip{.flip = true}, ShiftAndFlip{1, true}}) {
      const auto before = images(count, shape);
      const auto after = augmented(how, count, shape, 5, 1);
      std::set<Choice> choices;
      for (Index i = 0; i < count; ++i) {
        const auto begin = after.begin() + i * shape.size();
        choices.insert(
            choice_of(how, before.data() + i * shape.size(), {begin, begin + shape.size()}, shape));
      }
      CHECK_FALSE(choices.contains({-1, 0, 0}));
      const Index side = 2 * how.shift + 1;
      CHECK(std::ssize(choices) == side * side * (how.flip ? 2 : 1));
    }
  }
}

TEST_CASE("ShiftAndFlip: the key decides, not the threads") {
  const ShiftAndFlip how{.shift = 2, .flip = true};
  const Shape shape{7, 5, 1};
  const auto one = augmented(how, 50, shape, 1, 1);
  for (const int threads : {2, 3, 8}) CHECK(augmented(how, 50, shape, 1, threads) == one);
  CHECK(augmented(how, 50, shape, 2, 1) != one);
  CHECK(augmented({}, 50, shape, 1, 1) == images(50, shape));
  CHECK(augmented(how, 0, shape, 1, 1).empty());
}

TEST_CASE("ShiftAndFlip: a shift that leaves nothing is refused") {
  const auto message = [](Index shift) {
    return tests::error_message([=] { augmented({.shift = shift}, 1, {4, 3, 1}, 0, 1); });
  };
  CHECK(message(2).empty());
  CHECK(message(3) ==
        "augmentation: a shift of 3 pixels, images of 4x3x1 can be shifted by 0 to 2");
  CHECK(message(-1) ==
        "augmentation: a shift of -1 pixels, images of 4x3x1 can be shifted by 0 to 2");
}
