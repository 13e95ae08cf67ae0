#include <tweed/data/split.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

using namespace tweed;

namespace {

/// Sample i has the pixels i, i + 0.5, and is of class 0 in nine cases of ten.
Dataset<float> numbered(Index count) {
  Dataset<float> data{{1, 2, 1}, {}, {}, {"a", "b"}};
  for (Index i = 0; i < count; ++i) {
    data.images.insert(data.images.end(), {static_cast<float>(i), static_cast<float>(i) + 0.5F});
    data.labels.push_back(i % 10 == 3 ? 1 : 0);
  }
  return data;
}

std::vector<float> first_pixels(const Dataset<float>& data) {
  std::vector<float> pixels;
  for (std::size_t i = 0; i < data.images.size(); i += 2) pixels.push_back(data.images[i]);
  return pixels;
}

}  // namespace

TEST_CASE("split: every sample goes to one part, in order and with what belongs to it") {
  for (const bool stratified : {false, true}) {
    for (const Index count : {2, 11, 100}) {
      const auto data = numbered(count);
      const auto [train, validation] = split(data, 0.3, {.seed = 4, .stratified = stratified});
      std::set<float> seen;
      for (const auto* part : {&train, &validation}) {
        CHECK(part->shape == data.shape);
        CHECK(part->class_names == data.class_names);
        const auto pixels = first_pixels(*part);
        CHECK(std::ranges::is_sorted(pixels));
        REQUIRE(std::ssize(pixels) == part->size());
        for (std::size_t i = 0; i < pixels.size(); ++i) {
          seen.insert(pixels[i]);
          CHECK(part->labels[i] == data.labels[static_cast<std::size_t>(pixels[i])]);
          CHECK(part->images[2 * i + 1] == pixels[i] + 0.5F);
        }
      }
      CHECK(std::ssize(seen) == count);
      CHECK(train.size() + validation.size() == count);
      if (count == 100) CHECK(validation.size() == 30);
    }
  }
}

TEST_CASE("split: stratified, each class gives its share") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto validation = split(numbered(100), 0.2, {.seed = seed, .stratified = true}).second;
    CHECK(std::ranges::count(validation.labels, 1) == 2);
    CHECK(std::ranges::count(validation.labels, 0) == 18);
  }
}

TEST_CASE("split: the seed decides which, and any sample may be held out") {
  const auto held_out = [](std::uint64_t seed) {
    return first_pixels(split(numbered(20), 0.25, {.seed = seed}).second);
  };
  CHECK(held_out(1) == held_out(1));
  CHECK(held_out(1) != held_out(2));
  std::set<float> ever;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const float pixel : held_out(seed)) ever.insert(pixel);
  }
  CHECK(ever.size() == 20);
}

TEST_CASE("split: numbers to predict stay with their samples") {
  RegressionDataset<float> data{.shape = {1, 1, 1}, .samples = {}, .outputs = 2, .targets = {}};
  for (int i = 0; i < 10; ++i) {
    const auto value = static_cast<float>(i);
    data.samples.push_back(value);
    data.targets.insert(data.targets.end(), {2 * value, 3 * value});
  }
  const auto [train, validation] = split(data, 0.2);
  CHECK(train.size() == 8);
  CHECK(validation.size() == 2);
  CHECK(validation.outputs == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(validation.targets[2 * i] == 2 * validation.samples[i]);
    CHECK(validation.targets[2 * i + 1] == 3 * validation.samples[i]);
  }
  CHECK(tests::error_message([&] { split(data, 0.2, {.stratified = true}); }) ==
        "split: only labelled samples can be stratified");
}

TEST_CASE("split: shares that make no two parts are refused") {
  const auto message = [](Index count, double share) {
    return tests::error_message([=] { split(numbered(count), share); });
  };
  CHECK(message(10, 0.0).starts_with("split: the share is 0"));
  CHECK(message(10, 1.0).starts_with("split: the share is 1"));
  CHECK(message(3, 0.1).ends_with("of 3 samples leaves one part empty"));
  CHECK(message(1, 0.5).ends_with("of 1 samples leaves one part empty"));
  CHECK(message(0, 0.5).ends_with("of 0 samples leaves one part empty"));
}
