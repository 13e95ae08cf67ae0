#include <tweed/kernels/add.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Batch;
using tweed::Index;
using tweed::kernels::Activation;

namespace {

/// y = x times the first setting.
template <class T>
void scale(const Activation& f, const T* x, T* y, Index count, bool) {
  for (Index i = 0; i < count; ++i) y[i] = static_cast<T>(f.first) * x[i];
}

constexpr tweed::ActivationFunction scaling{.single_precision = {.value = &scale<float>},
                                            .double_precision = {.value = &scale<double>}};
constexpr Activation halved{.kind = Activation::Kind::other, .function = &scaling, .first = 0.5};

}  // namespace

TEST_CASE_TEMPLATE("add: any number of images, into a new one or over any of them", T, float,
                   double) {
  for (const std::size_t images : {1U, 2U, 3U, 5U}) {
    for (const Index size : {0, 1, 15, 17, 1001, 40'003}) {
      for (const auto& activation : {Activation::none, Activation::relu, halved}) {
        CAPTURE(images);
        CAPTURE(size);
        std::vector<std::vector<T>> x;
        for (std::size_t i = 0; i < images; ++i) {
          x.push_back(tests::numbers<T>(size, static_cast<std::uint32_t>(i)));
        }
        auto expected = x.front();
        for (std::size_t k = 1; k < images; ++k) {
          for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += x[k][i];
        }
        if (activation.is_relu()) {
          for (T& value : expected) value = std::max(T{}, value);
        }
        if (activation.is_other()) {
          for (T& value : expected) value *= T(0.5);
        }
        for (const int threads : {1, 2, 3, 8}) {
          for (std::size_t target = 0; target <= images; ++target) {
            CAPTURE(threads);
            CAPTURE(target);
            std::vector<Batch<const T>> inputs;
            for (const auto& image : x) inputs.push_back({image.data(), 1, {1, 1, size}});
            Guarded<T> y(size);
            if (target < images) {
              std::ranges::copy(x[target], y.data());
              inputs[target].data = y.data();
            }
            tweed::kernels::add<T>(inputs, {y.data(), 1, {1, 1, size}}, activation, threads);
            CHECK(y.intact());
            CHECK(same_bits(y.values(), expected));
          }
        }
      }
    }
  }
}

TEST_CASE("add: a NaN stays one behind a ReLU") {
  const std::vector<float> x{std::nanf(""), -1.0F, 2.0F};
  const Batch<const float> input{x.data(), 1, {1, 1, 3}};
  std::vector<float> y(3);
  tweed::kernels::add<float>(std::vector{input, input}, {y.data(), 1, {1, 1, 3}}, Activation::relu,
                             1);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 0.0F);
  CHECK(y[2] == 4.0F);
}
