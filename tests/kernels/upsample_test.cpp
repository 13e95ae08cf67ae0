#include <tweed/kernels/upsample.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Index;
using tweed::Shape;
using tweed::Window;

namespace {

/// The pixel of the small images that each number of the large ones comes from.
std::vector<std::size_t> sources(const Shape& input, Index batch, Window factors) {
  std::vector<std::size_t> result;
  for (Index n = 0; n < batch; ++n) {
    for (Index row = 0; row < input.height * factors.height; ++row) {
      for (Index column = 0; column < input.width * factors.width; ++column) {
        const Index pixel =
            (n * input.height + row / factors.height) * input.width + column / factors.width;
        for (Index c = 0; c < input.channels; ++c) {
          result.push_back(static_cast<std::size_t>(pixel * input.channels + c));
        }
      }
    }
  }
  return result;
}

template <class T>
void check(const Shape& input, Index batch, Window factors) {
  CAPTURE(to_string(input));
  CAPTURE(to_string(factors));
  const auto from = sources(input, batch, factors);
  const auto x = tests::numbers<T>(batch * input.size(), 1);
  const auto dy = tests::numbers<T>(std::ssize(from), 2);
  std::vector<T> y;
  for (const std::size_t source : from) y.push_back(x[source]);
  std::vector<double> dx(x.size());
  for (std::size_t i = 0; i < from.size(); ++i) dx[from[i]] += static_cast<double>(dy[i]);
  std::vector<T> first;
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    Guarded<T> result(std::ssize(dy));
    tweed::kernels::upsample(input, batch, factors, x.data(), result.data(), threads);
    CHECK(result.intact());
    CHECK(same_bits(result.values(), y));
    Guarded<T> gradient(std::ssize(x));
    tweed::kernels::upsample_gradient(input, batch, factors, dy.data(), gradient.data(), threads);
    CHECK(gradient.intact());
    CHECK(tests::relative_error(gradient.values(), dx) < tests::rounding<T>);
    if (threads == 1) first = gradient.copy();
    CHECK(same_bits(gradient.values(), first));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("upsample: repeats pixels, and sums their gradients", T, float, double) {
  for (const Shape& input :
       {Shape{1, 1, 1}, Shape{5, 3, 1}, Shape{4, 7, 17}, Shape{3, 2, 64}, Shape{1, 1, 5}}) {
    for (const Window factors : {Window{1}, Window{2}, Window{3}, Window{1, 4}, Window{5, 2}}) {
      check<T>(input, 3, factors);
      check<T>(input, 1, factors);
    }
  }
  check<T>({4, 4, 3}, 0, 2);
}
