#include <tweed/core/batch.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace tweed;

TEST_CASE("shapes") {
  static_assert(Shape{28, 28, 3}.size() == 2352);
  static_assert(Shape{1, 1, 7}.is_vector());
  static_assert(!Shape{1, 2, 7}.is_vector());
  CHECK(to_string(Shape{28, 28, 1}) == "28x28x1");
  CHECK(to_string(Shape{1, 1, 784}) == "784");
}

TEST_CASE("a batch is a view") {
  std::array<float, 12> numbers{};
  const Batch<float> batch{numbers.data(), 3, {1, 2, 2}};
  CHECK(batch.size() == 12);
  CHECK(batch.sample(2) == numbers.data() + 8);
  CHECK(batch.first(2).size() == 8);
  CHECK(batch.values().size() == 12);
  const Batch<const float> read_only = batch;
  CHECK(read_only.data == numbers.data());
  CHECK(Batch<float>{}.empty());
}

TEST_CASE("text joins words and numbers") {
  CHECK(detail::text("a", 1, " b ", Index{-2}, 0.5) == "a1 b -20.5");
  CHECK(detail::text(1e-8, " ", 1.0F) == "1e-08 1");
  CHECK(detail::text() == "");
}
