#include <tweed/data/batches.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>

#include <limits>
#include <set>

using namespace tweed;
using tests::error_message;

namespace {

std::vector<Index> one_epoch(BatchOrder& order, Index epoch) {
  std::vector<Index> all;
  for (Index i = 0; i < order.batches_per_epoch(); ++i) {
    const auto batch = order.batch(epoch * order.batches_per_epoch() + i);
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

}  // namespace

TEST_CASE("every epoch goes through all samples once, in another order") {
  BatchOrder order(103, 10, 7);
  CHECK(order.batches_per_epoch() == 11);
  CHECK(order.batch(10).size() == 3);
  const auto first = one_epoch(order, 0);
  const auto second = one_epoch(order, 1);
  CHECK(std::set<Index>(first.begin(), first.end()).size() == 103);
  CHECK(std::set<Index>(second.begin(), second.end()).size() == 103);
  CHECK(*std::max_element(first.begin(), first.end()) == 102);
  CHECK(first != second);
  CHECK(order.epoch(10) == 0);
  CHECK(order.epoch(11) == 1);
}

TEST_CASE("the order follows from the seed and the step alone") {
  BatchOrder forward(50, 8, 1);
  BatchOrder jumping(50, 8, 1);
  BatchOrder other(50, 8, 2);
  const auto late = one_epoch(forward, 3);
  CHECK(one_epoch(jumping, 3) == late);
  CHECK(one_epoch(other, 3) != late);
  CHECK(one_epoch(jumping, 0) == one_epoch(forward, 0));
}

TEST_CASE("shuffling is fair: every sample comes first about equally often") {
  BatchOrder order(5, 5, 0);
  std::array<int, 5> first{};
  for (Index epoch = 0; epoch < 5000; ++epoch) {
    ++first[static_cast<std::size_t>(order.batch(epoch)[0])];
  }
  for (const int count : first) CHECK(std::abs(count - 1000) < 150);  // 5 standard deviations
}

TEST_CASE("bytes are scaled to [0, 1], numbers taken as they are") {
  const Dataset<> bytes{{1, 2, 1}, {0, 255, 51, 102}, {1, 0}, {}};
  std::array<float, 4> x{};
  std::array<Label, 2> y{};
  const std::array<Index, 2> positions{1, 0};
  gather(bytes, std::span<const Index>(positions), Batch<float>{x.data(), 2, {1, 2, 1}},
         std::span<Label>(y));
  CHECK(x[0] == doctest::Approx(0.2));
  CHECK(x[1] == doctest::Approx(0.4));
  CHECK(x[2] == 0.0F);
  CHECK(x[3] == 1.0F);
  CHECK(y == std::array<Label, 2>{0, 1});

  const Dataset<double> numbers{{1, 1, 1}, {-3.5, 700.0}, {0, 0}, {}};
  gather(numbers, std::span<const Index>(positions), Batch<float>{x.data(), 2, {1, 1, 1}},
         std::span<Label>(y));
  CHECK(x[0] == 700.0F);
  CHECK(x[1] == -3.5F);
}

TEST_CASE("a data set that does not fit is refused in words") {
  const Dataset<> good{{1, 2, 1}, {0, 255, 51, 102}, {1, 0}, {}};
  CHECK_NOTHROW(check_dataset(good, {1, 2, 1}, 2));
  CHECK(error_message([&] {
          check_dataset(good, {2, 2, 1}, 2);
        }) == "data set: its samples are 1x2x1, the network takes 2x2x1");
  CHECK(error_message([&] {
          check_dataset(good, {1, 2, 1}, 1);
        }) == "data set: the label of sample 0 is 1, the network has classes 0 to 0");
  Dataset<> negative = good;
  negative.labels[1] = -1;
  CHECK(error_message([&] {
          check_dataset(negative, {1, 2, 1}, 2);
        }) == "data set: the label of sample 1 is -1, the network has classes 0 to 1");
  Dataset<> short_one = good;
  short_one.images.pop_back();
  CHECK(error_message([&] {
          check_dataset(short_one, {1, 2, 1}, 2);
        }) == "data set: 2 labels want 4 pixels, there are 3");
  CHECK(error_message([] { BatchOrder(0, 1, 0); }) == "batches: the data set is empty");
  CHECK(error_message([] { BatchOrder(1, 0, 0); }) ==
        "BatchOrder: batch_size is 0, it must be at least 1 and at most 1e+09");
  const Index longest = std::numeric_limits<Index>::max();
  CHECK(BatchOrder(3, longest, 0).batches_per_epoch() == 1);
  CHECK(BatchOrder(3, longest, 0).batch(1).size() == 3);
}
