#include <tweed/kernels/bias.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using tests::Guarded;
using tests::numbers;
using tests::same_bits;
using tweed::Index;
using tweed::kernels::Activation;

namespace {

template <class T>
std::vector<T> bias_gradient(const std::vector<T>& dy, Index columns, int threads) {
  Guarded<T> gradient(columns);
  Guarded<std::byte> scratch(tweed::kernels::bias_gradient_scratch_bytes<T>(columns, threads));
  tweed::kernels::bias_gradient<T>(dy.data(), std::ssize(dy) / columns, columns, gradient.data(),
                                   tweed::Scratch(scratch.values()), threads);
  CHECK(gradient.intact());
  CHECK(scratch.intact());
  return gradient.copy();
}

}  // namespace

TEST_CASE_TEMPLATE("add_bias: each column its own number", T, float, double) {
  for (const Index rows : {0, 1, 2, 7}) {
    for (const Index columns : {1, 2, 3, 16, 17, 33}) {
      const auto before = numbers<T>(rows * columns, 1);
      const auto bias = numbers<T>(columns, 2);
      for (const auto activation : {Activation::none, Activation::relu}) {
        Guarded<T> y(rows * columns);
        std::ranges::copy(before, y.data());
        tweed::kernels::add_bias(y.data(), rows, columns, bias.data(), activation);
        std::vector<T> expected = before;
        for (std::size_t i = 0; i < expected.size(); ++i) {
          expected[i] += bias[i % bias.size()];
          if (activation == Activation::relu) expected[i] = std::max(T{}, expected[i]);
        }
        CHECK(y.intact());
        CHECK(same_bits(y.values(), expected));
      }
    }
  }
}

TEST_CASE("add_bias: without a bias, the activation alone") {
  const auto before = numbers<float>(3 * 17, 1);
  for (const auto activation : {Activation::none, Activation::relu}) {
    std::vector<float> y = before;
    tweed::kernels::add_bias<float>(y.data(), 3, 17, nullptr, activation);
    std::vector<float> expected = before;
    if (activation == Activation::relu) {
      for (float& value : expected) value = std::max(0.0F, value);
    }
    CHECK(same_bits(y, expected));
  }
}

TEST_CASE_TEMPLATE("bias gradient: the sum of the rows", T, float, double) {
  for (const Index rows : {0, 1, 2, 7, 8, 9, 63, 511, 512, 513, 1200}) {
    for (const Index columns : {1, 3, 16, 17}) {
      CAPTURE(rows);
      CAPTURE(columns);
      const auto dy = numbers<T>(rows * columns, 1);
      std::vector<double> expected(static_cast<std::size_t>(columns));
      for (std::size_t i = 0; i < dy.size(); ++i) {
        expected[i % expected.size()] += static_cast<double>(dy[i]);
      }
      const auto one = bias_gradient(dy, columns, 1);
      CHECK(tests::relative_error(one, expected) < tests::rounding<T>);
      for (const int threads : {2, 3, 8}) {
        CAPTURE(threads);
        CHECK(same_bits(bias_gradient(dy, columns, threads), one));
      }
    }
  }
}
