#include <tweed/core/buffer.hpp>
#include <tweed/kernels/simd.hpp>
#include <tweed/kernels/transpose.hpp>
#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace simd = tweed::kernels::simd;
using tweed::Index;

TEST_CASE_TEMPLATE("simd: every element of a register", T, float, double) {
  constexpr Index width = simd::width<T>;
  // One element on, so that nothing starts where registers like to.
  const auto a = tests::numbers<T>(width + 1, 1);
  const auto b = tests::numbers<T>(width + 1, 2);
  const auto c = tests::numbers<T>(width + 1, 3);
  const auto result = [&](const simd::Vector<T>& value) {
    std::array<T, width + 3> out{};
    simd::store(out.data() + 1, value);
    CHECK(out.front() == T{});
    CHECK(out[width + 1] == T{});
    return std::vector<T>(out.begin() + 1, out.begin() + 1 + width);
  };
  const auto expected = [&](const auto& f) {
    std::vector<T> out;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(width); ++i) {
      out.push_back(f(a[i], b[i], c[i]));
    }
    return out;
  };
  const auto x = simd::load(a.data() + 1);
  const auto y = simd::load(b.data() + 1);
  const auto z = simd::load(c.data() + 1);

  CHECK(result(x) == expected([](T p, T, T) { return p; }));
  CHECK(result(simd::broadcast(a[0])) == std::vector<T>(width, a[0]));
  CHECK(result(simd::add(x, y)) == expected([](T p, T q, T) { return p + q; }));
  CHECK(result(simd::max(x, y)) == expected([](T p, T q, T) { return std::max(p, q); }));
  CHECK(tests::relative_error(result(simd::multiply_add(x, y, z)), expected([](T p, T q, T r) {
                                return p * q + r;
                              })) < tests::rounding<T>);
}

TEST_CASE_TEMPLATE("simd: a stream past the caches stores what a store does", T, float, double) {
  constexpr Index width = simd::width<T>;
  const auto numbers = tests::numbers<T>(3 * width, 4);
  alignas(tweed::alignment) std::array<T, 3 * width> out{};
  for (Index i = 0; i < 3 * width; i += width) {
    simd::stream(out.data() + i, simd::load(numbers.data() + i));
  }
  simd::finish_stream();
  CHECK(std::equal(out.begin(), out.end(), numbers.begin()));
}

TEST_CASE_TEMPLATE("simd: takes one of four for each element", T, float, double) {
  constexpr Index width = simd::width<T>;
  const auto four = tests::numbers<T>(4, 5);
  std::array<std::uint8_t, width> places{};
  for (std::size_t i = 0; i < places.size(); ++i)
    places[i] = static_cast<std::uint8_t>(7 * i + 253);
  std::array<T, width> out{};
  simd::store(out.data(), simd::take(four.data(), places.data()));
  for (std::size_t i = 0; i < places.size(); ++i) CHECK(out[i] == four[places[i] % 4]);
}

TEST_CASE_TEMPLATE("simd: four registers element by element", T, float, double) {
  constexpr Index width = simd::width<T>;
  const auto numbers = tests::numbers<T>(4 * width, 6);
  const auto row = [&](Index r) { return simd::load(numbers.data() + r * width); };
  std::array<T, 4 * width> out{};
  simd::store_interleaved(out.data(), row(0), row(1), row(2), row(3));
  for (Index i = 0; i < 4 * width; ++i) {
    CHECK(out[static_cast<std::size_t>(i)] ==
          numbers[static_cast<std::size_t>(i % 4 * width + i / 4)]);
  }
}

TEST_CASE_TEMPLATE("simd: comparisons choose element by element", T, float, double) {
  constexpr Index width = simd::width<T>;
  auto a = tests::numbers<T>(width, 7);
  const auto b = tests::numbers<T>(width, 8);
  a[1] = b[1];
  a[0] = std::numeric_limits<T>::quiet_NaN();
  const auto x = simd::load(a.data());
  const auto y = simd::load(b.data());
  const auto chosen = [&](const simd::Mask<T>& mask) {
    std::array<T, width> out{};
    simd::store(out.data(), simd::select(mask, simd::broadcast(T{1}), simd::broadcast(T{2})));
    return std::vector<T>(out.begin(), out.end());
  };
  const auto expected = [&](const auto& f) {
    std::vector<T> out;
    for (std::size_t i = 0; i < a.size(); ++i) out.push_back(f(a[i], b[i]) ? T{1} : T{2});
    return out;
  };
  CHECK(chosen(simd::less(x, y)) == expected([](T p, T q) { return p < q; }));
  CHECK(chosen(simd::equal(x, y)) == expected([](T p, T q) { return p == q; }));
  CHECK(chosen(simd::is_nan(x)) == expected([](T p, T) { return std::isnan(p); }));
  CHECK(chosen(simd::either(simd::is_nan(x), simd::less(x, y))) ==
        expected([](T p, T q) { return std::isnan(p) || p < q; }));
}
