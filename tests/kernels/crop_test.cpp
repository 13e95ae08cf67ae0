#include <tweed/kernels/crop.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Index;
using tweed::Shape;
using tweed::kernels::Box;

namespace {

/// The place in the whole images of each number of the parts.
std::vector<std::size_t> places(const Box& box, Index batch) {
  std::vector<std::size_t> result;
  for (Index n = 0; n < batch; ++n) {
    for (Index row = 0; row < box.part.height; ++row) {
      for (Index column = 0; column < box.part.width; ++column) {
        for (Index c = 0; c < box.part.channels; ++c) {
          const Index pixel =
              (n * box.whole.height + box.row + row) * box.whole.width + box.column + column;
          result.push_back(static_cast<std::size_t>(pixel * box.whole.channels + box.channel + c));
        }
      }
    }
  }
  return result;
}

template <class T>
void check(const Box& box, Index batch) {
  CAPTURE(to_string(box.whole));
  CAPTURE(to_string(box.part));
  const auto at = places(box, batch);
  const auto whole = tests::numbers<T>(batch * box.whole.size(), 1);
  const auto part = tests::numbers<T>(std::ssize(at), 2);
  std::vector<T> cropped;
  std::vector<T> padded(whole.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    cropped.push_back(whole[at[i]]);
    padded[at[i]] = part[i];
  }
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    Guarded<T> y(std::ssize(part));
    tweed::kernels::crop(box, batch, whole.data(), y.data(), threads);
    CHECK(y.intact());
    CHECK(same_bits(y.values(), cropped));
    Guarded<T> back(std::ssize(whole));
    tweed::kernels::pad(box, batch, part.data(), back.data(), threads);
    CHECK(back.intact());
    CHECK(same_bits(back.values(), padded));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("crop and pad: a part of each image", T, float, double) {
  for (const Box& box :
       {Box{{1, 1, 1}, {1, 1, 1}}, Box{{5, 4, 3}, {5, 4, 3}}, Box{{7, 6, 3}, {4, 3, 3}, 1, 2},
        Box{{5, 7, 17}, {5, 7, 5}, 0, 0, 7}, Box{{5, 7, 17}, {3, 2, 1}, 2, 5, 16},
        Box{{1, 1, 13}, {1, 1, 6}, 0, 0, 7}, Box{{3, 9, 2}, {1, 8, 2}, 2, 1}}) {
    for (const Index batch : {0, 1, 3}) check<T>(box, batch);
  }
}
