#include <tweed/augment/cutmix.hpp>
#include <tweed/augment/mixup.hpp>
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

/// One-hot rows, the class of sample i being i % classes.
template <class T>
std::vector<T> one_hot(Index count, Index classes) {
  std::vector<T> rows(static_cast<std::size_t>(count * classes));
  for (Index i = 0; i < count; ++i) rows[static_cast<std::size_t>(i * classes + i % classes)] = 1;
  return rows;
}

/// Row i times `share` and the row before times the rest.
template <class T>
std::vector<double> mixed(const std::vector<T>& rows, Index count, double share) {
  const Index size = std::ssize(rows) / count;
  std::vector<double> result;
  for (Index i = 0; i < count; ++i) {
    const Index other = i == 0 ? count - 1 : i - 1;
    for (Index j = 0; j < size; ++j) {
      const auto a = static_cast<double>(rows[static_cast<std::size_t>(i * size + j)]);
      const auto b = static_cast<double>(rows[static_cast<std::size_t>(other * size + j)]);
      result.push_back(share * a + (1.0 - share) * b);
    }
  }
  return result;
}

template <class T>
bool is_near(const std::vector<T>& a, const std::vector<double>& b) {
  const double most = sizeof(T) == 4 ? 1e-6 : 1e-14;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::abs(static_cast<double>(a[i]) - b[i]) > most * (1.0 + std::abs(b[i]))) return false;
  }
  return a.size() == b.size();
}

template <class T>
void check_mixup() {
  for (const Shape shape : {Shape{1, 1, 1}, Shape{3, 5, 2}, Shape{7, 7, 3}}) {
    for (const Index count : {1, 2, 3, 10}) {
      for (const double alpha : {0.2, 1.0, 4.0}) {
        const MixUp how{.alpha = alpha};
        const RandomKey key{.seed = 5, .step = static_cast<std::uint64_t>(count)};
        const double share = count == 1 ? 1.0 : how.draw(key);
        const auto before = tests::numbers<T>(count * shape.size(), 2);
        auto targets = one_hot<T>(count, 4);
        const auto wanted_targets = mixed(targets, count, share);
        const auto after = augmented<T>(how, before, shape, {.key = key}, &targets);
        CHECK(is_near(after, mixed(before, count, share)));
        CHECK(is_near(targets, wanted_targets));
      }
    }
  }
}

template <class T>
void check_cutmix() {
  for (const Shape shape : {Shape{1, 4, 1}, Shape{3, 5, 2}, Shape{8, 6, 3}}) {
    for (const Index count : {1, 2, 3, 10}) {
      for (std::uint64_t step = 0; step < 10; ++step) {
        const CutMix how{};
        const RandomKey key{.seed = 5, .step = step};
        const detail::ImageBox box = how.draw(key, shape);
        const auto before = counted<T>(count, shape);
        auto wanted = before;
        for (Index i = 0; i < count; ++i) {
          const Index other = i == 0 ? count - 1 : i - 1;
          for (Index at = 0; at < shape.size(); ++at) {
            const Index y = at / shape.channels / shape.width;
            const Index x = at / shape.channels % shape.width;
            const bool is_in = y >= box.top && y < box.bottom && x >= box.left && x < box.right;
            if (!is_in) continue;
            wanted[static_cast<std::size_t>(i * shape.size() + at)] =
                before[static_cast<std::size_t>(other * shape.size() + at)];
          }
        }
        const double share = 1.0 - static_cast<double>(box.pixels()) /
                                       static_cast<double>(shape.height * shape.width);
        auto targets = one_hot<T>(count, 3);
        const auto wanted_targets = mixed(targets, count, share);
        CHECK(augmented<T>(how, before, shape, {.key = key}, &targets) == wanted);
        CHECK(is_near(targets, wanted_targets));
      }
    }
  }
}

}  // namespace

TEST_CASE("MixUp: samples and targets are mixed by the formula with the drawn share") {
  check_mixup<float>();
  check_mixup<double>();
}

TEST_CASE("CutMix: a box is the other image's, targets are mixed by its pixels") {
  check_cutmix<float>();
  check_cutmix<double>();
}

TEST_CASE("shares follow the distribution Beta(alpha, alpha)") {
  constexpr Index draws = 4000;
  for (const double alpha : {0.01, 0.2, 1.0, 3.0}) {
    CAPTURE(alpha);
    double mean = 0.0;
    double square = 0.0;
    for (Index i = 0; i < draws; ++i) {
      detail::Draws of_sample({.seed = 9}, i);
      const double share = detail::beta_draw(of_sample, alpha);
      REQUIRE((share >= 0.0 && share <= 1.0));
      mean += share / draws;
      square += (share - 0.5) * (share - 0.5) / draws;
    }
    const double variance = 1.0 / (4.0 * (2.0 * alpha + 1.0));
    CHECK(std::abs(mean - 0.5) < 4.0 * std::sqrt(variance / draws));
    CHECK(std::abs(square - variance) < 0.07 * variance);
  }
}

TEST_CASE("MixUp and CutMix: so many batches are mixed, and the same for any number of threads") {
  Index mixed_batches = 0;
  Index cut_batches = 0;
  for (std::uint64_t step = 0; step < 1000; ++step) {
    mixed_batches += MixUp{.probability = 0.3}.draw({.step = step}) < 1.0 ? 1 : 0;
    const CutMix cutmix{.alpha = 20.0, .probability = 0.3};  // half of the image, nearly
    cut_batches += cutmix.draw({.step = step}, {20, 20, 1}).pixels() > 0 ? 1 : 0;
  }
  CHECK(std::abs(mixed_batches - 300) < 60);
  CHECK(std::abs(cut_batches - 300) < 60);
  tests::check_threads<float>(MixUp{}, {28, 28, 1});
  tests::check_threads<double>(CutMix{}, {9, 11, 3});
}

TEST_CASE("MixUp and CutMix: what they cannot do is refused") {
  CHECK(AnyAugmentation(MixUp{}).changes_targets());
  CHECK(error_message([] {
          MixUp{.alpha = 0}.check({1, 1, 2});
        }) == "MixUp: alpha is 0, it must be finite and above 0");
  CHECK(error_message([] {
          MixUp{.probability = -1}.check({1, 1, 2});
        }).starts_with("MixUp: probability is -1"));
  CHECK(error_message([] {
          CutMix{.alpha = -1}.check({2, 2, 2});
        }).starts_with("CutMix: alpha is -1"));
  CHECK(error_message([] {
          CutMix{}.check({1, 1, 9});
        }) == "CutMix: samples of 9 are one pixel, of which nothing can be cut; MixUp takes them");
  std::vector<float> pixels(8);
  std::vector<float> masks(8);
  CHECK(error_message([&] {
          CutMix{}(AugmentPass<float>{.x = {pixels.data(), 2, {2, 2, 1}}},
                   Batch<float>{masks.data(), 2, {2, 2, 1}});
        }) == "CutMix: it cannot mix targets that are images, these are 2x2x1; MixUp can");
}
