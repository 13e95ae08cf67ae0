#include <tweed/data/segmentation_dataset.hpp>
#include <tweed/data/split.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

/// Image i of 2x1 pixels has the values 10 i and 10 i + 1, and the labels i and i + 1.
SegmentationDataset<> numbered(Index count) {
  SegmentationDataset<> data{{2, 1, 1}, {}, {}, {"a", "b"}};
  for (Index i = 0; i < count; ++i) {
    for (const Index pixel : {0, 1}) {
      data.images.push_back(static_cast<std::uint8_t>(10 * i + pixel));
      data.labels.push_back(static_cast<Label>(i + pixel));
    }
    data.weights.push_back(static_cast<float>(i) / 2.0F);
  }
  return data;
}

template <class Data>
std::string refusal(const Data& data, const Shape& input, const Shape& output) {
  const std::vector<Shape> all{input, output};
  const std::vector<int> of_input{0}, of_output{1};
  return error_message([&] { check_dataset(data, {all, of_input}, {all, of_output}); });
}

}  // namespace

TEST_CASE("SegmentationDataset: a batch has images, a label a pixel, and weights") {
  const auto data = numbered(5);
  CHECK(data.size() == 5);
  for (const int threads : {1, 2, 3, 8}) {
    BatchMemory<SegmentationDataset<>, float> memory(data, 3);
    const std::vector<Index> positions{4, 1};
    const auto batch = memory.fill(positions, threads);
    CHECK(batch.x.count == 2);
    CHECK(batch.x.sample(0)[1] == 41.0F * (1.0F / 255.0F));
    CHECK(std::vector<Label>(batch.targets.begin(), batch.targets.end()) ==
          std::vector<Label>{4, 5, 1, 2});
    CHECK(std::vector<float>(batch.weights.begin(), batch.weights.end()) ==
          std::vector<float>{2.0F, 0.5F});
  }
}

TEST_CASE("SegmentationDataset: is split and selected from with all that belongs to a sample") {
  const auto [first, second] = split(numbered(10), 0.3, {.seed = 1});
  CHECK(first.size() == 7);
  REQUIRE(second.size() == 3);
  CHECK(second.class_names.size() == 2);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(second.images[2 * i] == 10 * second.labels[2 * i]);
    CHECK(second.weights[i] == static_cast<float>(second.labels[2 * i]) / 2.0F);
  }
  CHECK(error_message([] { split(numbered(10), 0.3, {.stratified = true}); }) ==
        "split: only labelled samples can be stratified");
}

TEST_CASE("SegmentationDataset, LabelImages: what does not fit is refused in words") {
  auto data = numbered(3);
  CHECK(refusal(data, {2, 1, 1}, {2, 1, 9}).empty());
  CHECK(refusal(data, {3, 1, 1}, {2, 1, 9}) ==
        "data set: its samples are 2x1x1, the network takes 3x1x1");
  CHECK(refusal(data, {2, 1, 1}, {1, 1, 9}) ==
        "data set: its labels are of 2x1 pixels, the network puts out 9");
  data.weights.pop_back();
  CHECK(refusal(data, {2, 1, 1}, {2, 1, 9}) == "data set: 3 samples, but 2 weights");
  data.weights = {1, std::numeric_limits<float>::infinity(), 1};
  CHECK(refusal(data, {2, 1, 1}, {2, 1, 9}) ==
        "data set: the weight of sample 1 is inf, it must be finite and at least 0");
  data.weights = {};
  data.images.pop_back();
  CHECK(refusal(data, {2, 1, 1}, {2, 1, 9}) ==
        "data set: labels of 3 images want 6 values, there are 5");
  data.labels.pop_back();
  CHECK(refusal(data, {2, 1, 1}, {2, 1, 9}) ==
        "data set: 5 labels do not make whole images of 2x1");

  const ZipDataset zip{Samples<float>{{1, 1, 1}, {1, 2}}, LabelImages{2, 1, {0, 1, 2, 3}}};
  CHECK(refusal(zip, {1, 1, 1}, {2, 1, 4}).empty());
  CHECK(refusal(zip, {1, 1, 1}, {1, 1, 4}) ==
        "data set: part 2, for output 1: its labels are of 2x1 pixels, the network puts out 4");
}

TEST_CASE("ZipDataset: weights of each target") {
  const ZipDataset data{Samples<float>{{1, 1, 1}, {1, 2}}, LabelImages{1, 2, {0, 1, 2, 3}, {5, 6}},
                        Labels{{0, 1}}, Targets{1, {1, 2}, {7, 8}}};
  BatchMemory<std::remove_const_t<decltype(data)>, float> memory(data, 2);
  const std::vector<Index> positions{1};
  const auto batch = memory.fill(positions, 1);
  CHECK(batch.weights[0][0] == 6.0F);
  CHECK(batch.weights[1].empty());
  CHECK(batch.weights[2][0] == 8.0F);
  const auto chosen = select_samples(data, positions);
  CHECK(std::get<1>(chosen.parts()).labels == std::vector<Label>{2, 3});
  CHECK(std::get<1>(chosen.parts()).weights == std::vector<float>{6});
  CHECK(std::get<2>(chosen.parts()).weights.empty());
  const ZipDataset one{Samples<float>{{1, 1, 1}, {1, 2}}, Labels{{0, 1}, {3, 4}}};
  BatchMemory<std::remove_const_t<decltype(one)>, float> of_one(one, 2);
  const std::span<const float> weights = of_one.fill(positions, 1).weights;
  CHECK(weights[0] == 4.0F);
}
