#include <tweed/kernels/concat.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Batch;
using tweed::Index;

namespace {

/// The images that `joined` is made of, pixel by pixel.
template <class T>
std::vector<std::vector<T>> split(const std::vector<T>& joined,
                                  const std::vector<Index>& channels) {
  std::vector<std::vector<T>> parts(channels.size());
  auto next = joined.begin();
  while (next != joined.end()) {
    for (std::size_t part = 0; part < channels.size(); ++part) {
      for (Index c = 0; c < channels[part]; ++c) parts[part].push_back(*next++);
    }
  }
  return parts;
}

template <class T>
void check(const std::vector<Index>& channels, Index pixels, int threads) {
  CAPTURE(channels.size());
  CAPTURE(pixels);
  CAPTURE(threads);
  const Index all = std::accumulate(channels.begin(), channels.end(), Index{0});
  const auto joined = tests::numbers<T>(pixels * all, 1);
  const auto parts = split(joined, channels);
  std::vector<Batch<const T>> x;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    x.push_back({parts[i].data(), pixels, {1, 1, channels[i]}});
  }
  Guarded<T> y(pixels * all);
  tweed::kernels::concat<T>(x, {y.data(), pixels, {1, 1, all}}, threads);
  CHECK(y.intact());
  CHECK(same_bits(y.values(), joined));

  for (std::size_t unwanted = 0; unwanted <= parts.size(); ++unwanted) {
    std::vector<Guarded<T>> memory;
    for (const Index c : channels) memory.emplace_back(pixels * c);
    std::vector<Batch<T>> dx;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      dx.push_back({i == unwanted ? nullptr : memory[i].data(), pixels, {1, 1, channels[i]}});
    }
    tweed::kernels::concat_gradient<T>({joined.data(), pixels, {1, 1, all}}, dx, threads);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      CHECK(memory[i].intact());
      if (i != unwanted) CHECK(same_bits(memory[i].values(), parts[i]));
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("concat: channels one after another, and back", T, float, double) {
  for (const auto& channels : std::vector<std::vector<Index>>{
           {1}, {1, 1}, {3, 5}, {64, 64}, {17, 1, 33}, {2, 16, 3, 1, 40}}) {
    for (const Index pixels : {0, 1, 7, 64, 1003}) {
      for (const int threads : {1, 2, 3, 8}) check<T>(channels, pixels, threads);
    }
  }
}
