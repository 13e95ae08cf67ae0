#include <tweed/data/split.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
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

Index total(const std::map<Label, Index>& sizes) {
  Index sum = 0;
  for (const auto& [label, size] : sizes) sum += size;
  return sum;
}

/// As many samples of each class as `sizes` says, the classes in turn.
Dataset<float> of_classes(const std::map<Label, Index>& sizes) {
  Dataset<float> data{{1, 1, 1}, {}, {}, {}};
  for (Index round = 0; std::ssize(data.labels) < total(sizes); ++round) {
    for (const auto& [label, size] : sizes) {
      if (round >= size) continue;
      data.images.push_back(static_cast<float>(data.size()));
      data.labels.push_back(label);
    }
  }
  return data;
}

std::map<Label, Index> class_sizes(const Dataset<float>& data) {
  std::map<Label, Index> sizes;
  for (const Label label : data.labels) ++sizes[label];
  return sizes;
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

TEST_CASE("split: stratified, all classes together give the share of all samples") {
  const auto held_out = [](Label classes, Index each, double share, std::uint64_t seed) {
    std::map<Label, Index> sizes;
    for (Label label = 0; label < classes; ++label) sizes[label] = each;
    return split(of_classes(sizes), share, {.seed = seed, .stratified = true}).second;
  };
  CHECK(held_out(100, 2, 0.25, 0).size() == 50);
  CHECK(held_out(100, 4, 0.1, 0).size() == 40);
  CHECK(held_out(100, 3, 0.9, 0).size() == 200);  // of the 270 wanted: one of each class stays
  std::set<Label> ever;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    CHECK(held_out(7, 2, 0.25, seed).labels == held_out(7, 2, 0.25, seed).labels);
    for (const Label label : held_out(7, 2, 0.25, seed).labels) ever.insert(label);
  }
  CHECK(ever.size() == 7);
}

TEST_CASE("split: stratified, each class gives its share rounded up or down, and keeps a sample") {
  for (const auto& sizes :
       std::vector<std::map<Label, Index>>{{{0, 1}, {1, 2}, {2, 3}, {3, 5}, {4, 7}, {5, 97}},
                                           {{3, 1}, {8, 1}, {9, 1}, {10, 12}},
                                           {{0, 30}},
                                           {{0, 13}, {2, 17}, {5, 1}}}) {
    for (const double share : {0.1, 0.25, 0.5, 0.77}) {
      CAPTURE(share);
      const auto [train, validation] = split(of_classes(sizes), share, {.stratified = true});
      const auto trained = class_sizes(train);
      auto counts = class_sizes(validation);
      for (const auto& [label, size] : sizes) {
        const double wanted = share * static_cast<double>(size);
        CHECK(static_cast<double>(counts[label]) >= std::floor(wanted));
        CHECK(static_cast<double>(counts[label]) <= std::ceil(wanted));
        CHECK(trained.at(label) >= 1);
      }
      CHECK(validation.size() <= std::llround(share * static_cast<double>(total(sizes))));
    }
  }
  // A quarter of 7 is 2: classes 1 and 2 have the largest remainders, 0.5 and 0.75.
  const auto of_seven =
      split(of_classes({{0, 1}, {1, 2}, {2, 3}, {3, 1}}), 0.25, {.stratified = true}).second;
  CHECK(class_sizes(of_seven) == std::map<Label, Index>{{1, 1}, {2, 1}});
}

TEST_CASE("split: a label's number takes no memory") {
  const auto data = of_classes({{2'000'000'000, 4}, {0, 4}});
  const auto [train, validation] = split(data, 0.5, {.stratified = true});
  CHECK(class_sizes(train) == std::map<Label, Index>{{0, 2}, {2'000'000'000, 2}});
  CHECK(class_sizes(validation) == class_sizes(train));
}

TEST_CASE("split: a seed's samples are always the same") {
  const auto held_out = [](bool stratified) {
    return first_pixels(split(numbered(20), 0.2, {.seed = 3, .stratified = stratified}).second);
  };
  CHECK(held_out(false) == std::vector<float>{5, 9, 11, 19});
  CHECK(held_out(true) == std::vector<float>{6, 9, 11, 19});
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
  CHECK(tests::error_message([] {
          split(of_classes({{0, 1}, {1, 1}}), 0.5, {.stratified = true});
        }).ends_with("of 2 samples leaves one part empty, as each class keeps a sample"));
}

TEST_CASE("split: samples that are not whole, positions and labels out of range are refused") {
  auto data = numbered(4);
  const std::vector<Index> below{0, -1}, above{4};
  CHECK(tests::error_message([&] { select_samples(data, below); }) ==
        "select_samples: position -1, expected samples 0 to 3");
  CHECK(tests::error_message([&] { select_samples(data, above); }) ==
        "select_samples: position 4, expected samples 0 to 3");
  data.labels[2] = -3;
  CHECK(tests::error_message([&] { split(data, 0.5); }) ==
        "split: the label of sample 2 is -3, expected a class, counted from 0");
  data.images.pop_back();
  CHECK(tests::error_message([&] { split(data, 0.5); }) ==
        "data set: 4 labels want 8 pixels, there are 7");
  const RegressionDataset<float> numbers{
      .shape = {1, 1, 2}, .samples = {1, 2, 3}, .outputs = 1, .targets = {1, 2}};
  CHECK(tests::error_message([&] { split(numbers, 0.5); }) ==
        "data set: 2 targets and 3 values do not make whole samples of 1 and 2");
}
