#include <tweed/data/resized.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

/// Images of bytes, each of other ones.
Dataset<> images(Index count, const Shape& shape) {
  Dataset<> data{shape, {}, {}, {"a", "b"}};
  for (Index i = 0; i < count * shape.size(); ++i) {
    data.images.push_back(static_cast<std::uint8_t>(i * 37 % 251));
  }
  for (Index n = 0; n < count; ++n) {
    data.labels.push_back(static_cast<Label>(n % 2));
    data.weights.push_back(static_cast<float>(n));
  }
  return data;
}

}  // namespace

TEST_CASE("resized: each image is what resize makes of it") {
  for (const Shape& shape : {Shape{28, 28, 1}, Shape{7, 5, 3}, Shape{1, 9, 2}}) {
    const auto data = images(5, shape);
    for (const auto& [height, width] :
         std::vector<std::pair<Index, Index>>{{16, 16}, {3, 11}, {1, 1}}) {
      const auto small = resized(data, height, width);
      CHECK(small.shape == Shape{height, width, shape.channels});
      CHECK(small.labels == data.labels);
      CHECK(small.weights == data.weights);
      CHECK(small.class_names == data.class_names);
      std::vector<std::uint8_t> expected;
      for (Index n = 0; n < 5; ++n) {
        const auto first = data.images.begin() + n * shape.size();
        const Image image = resize({shape, {first, first + shape.size()}}, height, width);
        expected.insert(expected.end(), image.pixels.begin(), image.pixels.end());
      }
      CHECK(small.images == expected);
    }
    CHECK(resized(data, shape.height, shape.width).images == data.images);
  }
}

TEST_CASE("resized: numbers stay exact means, whatever they are") {
  const Dataset<double> data{{2, 4, 1}, {-1, 1, 2, 4, 3, -3, 0.5, 1000}, {1}, {}};
  CHECK(resized(data, 1, 2).images == std::vector<double>{0, 251.625});
  const RegressionDataset<float> places{{1, 3, 1}, {0, 90, 255}, 2, {1, 2}, {0.5F}};
  const auto two = resized(places, 1, 2);
  CHECK(two.samples == std::vector<float>{30, 200});
  CHECK(two.outputs == 2);
  CHECK(two.targets == places.targets);
  CHECK(two.weights == places.weights);
  const Samples<float> samples{{1, 2, 2}, {1, 10, 3, 30, 5, 50, 7, 70}};
  CHECK(resized(samples, 1, 1).samples == std::vector<float>{2, 20, 6, 60});
  CHECK(resized(samples, 1, 1).size() == 2);
}

TEST_CASE("resized: labels of pixels are those in the middle of the new ones") {
  const SegmentationDataset<> data{{2, 3, 1}, {0, 90, 255, 0, 90, 255}, {0, 1, 2, 3, 4, 5}, {}};
  const auto small = resized(data, 1, 2);
  CHECK(small.images == std::vector<std::uint8_t>{30, 200});
  CHECK(small.labels == std::vector<Label>{3, 5});
  const auto large = resized(data, 4, 3);
  CHECK(large.labels == std::vector<Label>{0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5});
  CHECK(resized(data, 2, 3).labels == data.labels);
  CHECK(resized(resized(data, 4, 6), 2, 3).labels == data.labels);
}

TEST_CASE("resized: no samples, sizes below 1, and data that are not whole") {
  CHECK(resized(images(0, {4, 4, 1}), 2, 2).size() == 0);
  auto data = images(3, {4, 4, 1});
  CHECK(error_message([&] { resized(data, 0, 2); }) ==
        "resized: height is 0, it must be at least 1");
  CHECK(error_message([&] { resized(data, 2, -1); }) ==
        "resized: width is -1, it must be at least 1");
  data.images.pop_back();
  CHECK(error_message([&] { resized(data, 2, 2); }).starts_with("resized: "));
}
