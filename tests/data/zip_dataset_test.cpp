#include <tweed/data/split.hpp>
#include <tweed/data/zip_dataset.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <tuple>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

/// Sample i has the pixels 10 i and 10 i + 1, label i % 2, the number i + 0.5, and 2 i and 3 i to
/// predict.
const ZipDataset five{
    Dataset<>{{1, 2, 1}, {0, 1, 10, 11, 20, 21, 30, 31, 40, 41}, {0, 1, 0, 1, 0}, {"a", "b"}},
    Samples<double>{{1, 1, 1}, {0.5, 1.5, 2.5, 3.5, 4.5}},
    Targets{2, {0, 0, 2, 3, 4, 6, 6, 9, 8, 12}}};

using Shapes = std::vector<Shape>;

template <class Data>
std::string refusal(const Data& data, const Shapes& inputs, const Shapes& outputs) {
  Shapes all = inputs;
  all.insert(all.end(), outputs.begin(), outputs.end());
  std::vector<int> of_inputs;
  std::vector<int> of_outputs;
  for (std::size_t i = 0; i < all.size(); ++i) {
    (i < inputs.size() ? of_inputs : of_outputs).push_back(static_cast<int>(i));
  }
  return error_message([&] { check_dataset(data, {all, of_inputs}, {all, of_outputs}); });
}

}  // namespace

TEST_CASE("ZipDataset: a batch has each input and each target, in the order of the parts") {
  for (const int threads : {1, 2, 3, 8}) {
    BatchMemory<std::remove_const_t<decltype(five)>, float> memory(five, 3);
    for (const std::vector<Index>& positions :
         {std::vector<Index>{4, 0, 3}, std::vector<Index>{1}}) {
      const auto batch = memory.fill(positions, threads);
      const auto& [labels, targets] = batch.targets;
      REQUIRE(batch.inputs().size() == 2);
      CHECK(batch.x.data == batch.inputs()[0].data);
      for (std::size_t i = 0; i < positions.size(); ++i) {
        const auto at = static_cast<float>(positions[i]);
        const auto n = static_cast<Index>(i);
        CHECK(batch.inputs()[0].sample(n)[1] == (10 * at + 1) * (1.0F / 255.0F));
        CHECK(batch.inputs()[1].sample(n)[0] == at + 0.5F);
        CHECK(labels[i] == positions[i] % 2);
        CHECK(targets[2 * i] == 2 * at);
        CHECK(targets[2 * i + 1] == 3 * at);
      }
      CHECK(batch.inputs()[1].count == std::ssize(positions));
      CHECK(targets.size() == 2 * positions.size());
    }
  }
}

TEST_CASE("ZipDataset: a single target is that of a data set by itself") {
  const ZipDataset data{Samples<float>{{1, 1, 1}, {1, 2}}, Labels{{7, 8}}};
  BatchMemory<std::remove_const_t<decltype(data)>, float> memory(data, 2);
  const std::vector<Index> positions{1, 0};
  const std::span<const Label> labels = memory.fill(positions, 1).targets;
  CHECK(labels[0] == 8);
  CHECK(labels[1] == 7);
}

TEST_CASE("ZipDataset: samples without targets are a data set to predict on") {
  const ZipDataset data{Samples<float>{{1, 1, 1}, {1, 2}}, Samples<float>{{1, 1, 1}, {3, 4}}};
  BatchMemory<std::remove_const_t<decltype(data)>, double> memory(data, 2);
  const std::vector<Index> positions{1};
  const auto batch = memory.fill(positions, 1);
  CHECK(batch.inputs()[1].data[0] == 4.0);
  CHECK(std::tuple_size_v<decltype(batch.targets)> == 0);
}

TEST_CASE("ZipDataset: what does not fit is refused, and the part named") {
  const Shape image{1, 2, 1};
  const Shape number{1, 1, 1};
  const Shape two{1, 1, 2};
  CHECK(refusal(five, {image, number}, {two, two}).empty());
  CHECK(refusal(five, {image}, {two, two}) ==
        "data set: it has samples for 2 of the network's 1 inputs; put one part for each into a "
        "ZipDataset");
  CHECK(refusal(five, {image, two}, {two, two}) ==
        "data set: part 2, for input 2: its samples are 1, the network takes 2");
  CHECK(refusal(five, {two, number}, {two, two}) ==
        "data set: part 1, for input 1, for output 1: its samples are 1x2x1, the network takes 2");
  CHECK(refusal(five, {image, number}, {number, two}) ==
        "data set: part 1, for input 1, for output 1: the label of sample 1 is 1, the network has "
        "classes 0 to 0");
  CHECK(refusal(five, {image, number}, {two, {1, 1, 3}}) ==
        "data set: part 3, for output 2: it has 2 targets a sample, the network has 3 outputs");
  // Targets are nobody's where there is not one for each output.
  CHECK(refusal(five, {image, number}, {number}).empty());

  CHECK(error_message([] {
          ZipDataset{Samples<float>{{1, 1, 2}, {1, 2, 3, 4}}, Labels{{0, 1}}, Targets{1, {1}}};
        }) == "ZipDataset: part 1 has 2 samples, part 3 has 1");
  const ZipDataset torn{Samples<float>{{1, 1, 2}, {1, 2, 3}}, Labels{{-1}}};
  CHECK(refusal(torn, {two}, {two}) ==
        "data set: part 1, for input 1: 3 values do not make whole samples of 2");
  const ZipDataset wrong{Samples<float>{{1, 1, 1}, {1}}, Labels{{-1}},
                         Targets{1, {std::numeric_limits<float>::infinity()}}};
  CHECK(refusal(wrong, {number}, {two, number}) ==
        "data set: part 2, for output 1: the label of sample 0 is -1, the network has classes 0 to "
        "1");
  const ZipDataset infinite{Samples<float>{{1, 1, 1}, {1}}, Labels{{1}},
                            Targets{1, {std::numeric_limits<float>::infinity()}}};
  CHECK(refusal(infinite, {number}, {two, number}) ==
        "data set: part 3, for output 2: a target of sample 0 is inf, expected finite numbers");
  CHECK(refusal(Samples<float>{{1, 1, 1}, {1}}, {number, number}, {two}) ==
        "data set: it has samples for 1 of the network's 2 inputs; put one part for each into a "
        "ZipDataset");
}

TEST_CASE("ZipDataset: is split and selected from in all parts alike") {
  const std::vector<Index> positions{3, 1};
  const auto chosen = select_samples(five, positions);
  const auto& [images, numbers, targets] = chosen.parts();
  CHECK(images.images == std::vector<std::uint8_t>{30, 31, 10, 11});
  CHECK(images.labels == std::vector<Label>{1, 1});
  CHECK(images.class_names.size() == 2);
  CHECK(numbers.samples == std::vector<double>{3.5, 1.5});
  CHECK(targets.targets == std::vector<float>{6, 9, 2, 3});
  CHECK(targets.outputs == 2);
  CHECK(error_message([&] { select_samples(five, std::vector<Index>{5}); }) ==
        "select_samples: position 5, expected samples 0 to 4");

  const auto [first, second] = split(five, 0.4, {.seed = 1, .stratified = true});
  const auto& [held_images, held_numbers, held_targets] = second.parts();
  CHECK(first.size() == 3);
  REQUIRE(second.size() == 2);
  CHECK(held_images.labels[0] != held_images.labels[1]);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto at = static_cast<float>(held_images.images[2 * i] / 10);
    CHECK(held_numbers.samples[i] == static_cast<double>(at) + 0.5);
    CHECK(held_targets.targets[2 * i + 1] == 3 * at);
  }
  // Stratified by the first part, whose samples it takes when split alone.
  const auto alone = split(std::get<0>(five.parts()), 0.4, {.seed = 1, .stratified = true});
  CHECK(alone.second.images == held_images.images);
  const ZipDataset unlabelled{Samples<float>{{1, 1, 1}, {1, 2}}, Targets{1, {1, 2}}};
  CHECK(error_message([&] { split(unlabelled, 0.5, {.stratified = true}); }) ==
        "split: only labelled samples can be stratified");
  CHECK(split(unlabelled, 0.5).second.size() == 1);
}
