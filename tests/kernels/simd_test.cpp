#include <tweed/core/buffer.hpp>
#include <tweed/kernels/simd.hpp>
#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

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
