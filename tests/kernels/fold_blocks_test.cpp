#include <tweed/kernels/fold_blocks.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Index;
using tweed::kernels::Blocks;

namespace {

/// The number of the blocks that each number of the large images is, in their order.
std::vector<std::size_t> sources(const Blocks& b) {
  std::vector<std::size_t> result;
  for (Index row = 0; row < b.rows; ++row) {
    for (Index i = 0; i < b.down; ++i) {
      for (Index column = 0; column < b.columns; ++column) {
        for (Index j = 0; j < b.across; ++j) {
          for (Index c = 0; c < b.channels; ++c) {
            const Index block = row * b.columns + column;
            result.push_back(
                static_cast<std::size_t>(((block * b.channels + c) * b.down + i) * b.across + j));
          }
        }
      }
    }
  }
  return result;
}

template <class T>
void check(const Blocks& b) {
  const auto from = sources(b);
  const auto x = tests::numbers<T>(std::ssize(from), 1);
  std::vector<T> y;
  for (const std::size_t source : from) y.push_back(x[source]);
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    Guarded<T> unfolded(std::ssize(x));
    tweed::kernels::unfold_blocks(b, x.data(), unfolded.data(), threads);
    CHECK(unfolded.intact());
    CHECK(same_bits(unfolded.values(), y));
    Guarded<T> folded(std::ssize(x));
    tweed::kernels::fold_blocks(b, y.data(), folded.data(), threads);
    CHECK(folded.intact());
    CHECK(same_bits(folded.values(), x));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("fold_blocks: pixels of blocks side by side, and back", T, float, double) {
  for (const Index channels : {1, 2, 3, 4, 8, 17}) {
    for (const Index side : {1, 2, 3}) {
      check<T>({.rows = 5, .columns = 3, .channels = channels, .down = side, .across = side});
      check<T>({.rows = 2, .columns = 7, .channels = channels, .down = 1, .across = 5 * side});
      check<T>({.rows = 2, .columns = 3, .channels = channels, .down = 1, .across = 16 * side});
    }
  }
  check<T>({.rows = 0, .columns = 7, .channels = 2, .down = 2, .across = 2});
}
