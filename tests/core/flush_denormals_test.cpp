#include <tweed/core/flush_denormals.hpp>
#include <tweed/core/parallel.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <limits>

using namespace tweed;

namespace {

/// A product that a processor has to compute, and cannot as a normal number.
bool half_of_the_least_is_zero() {
  const volatile float least = std::numeric_limits<float>::min();
  const volatile float half = 0.5F * least;
  return half == 0.0F;
}

bool has_control() { return detail::float_control() != 0; }

}  // namespace

TEST_CASE("FlushDenormals makes zeros of denormal numbers as long as it lives") {
  CHECK_FALSE(half_of_the_least_is_zero());
  {
    const FlushDenormals flush;
    CHECK(half_of_the_least_is_zero() == has_control());
    {
      const FlushDenormals inner;
      CHECK(half_of_the_least_is_zero() == has_control());
    }
    CHECK(half_of_the_least_is_zero() == has_control());
  }
  CHECK_FALSE(half_of_the_least_is_zero());
}

TEST_CASE("FlushDenormals leaves the rest of the control word alone") {
  const unsigned before = detail::float_control();
  { const FlushDenormals flush; }
  CHECK((detail::float_control() & 0xFFC0U) == (before & 0xFFC0U));
}

TEST_CASE("parallel_for works without denormal numbers, in every thread") {
  for (const int threads : {1, 2, 3, 8}) {
    std::atomic<int> zeros = 0;
    parallel_for(16, threads, [&](Index, int) {
      if (half_of_the_least_is_zero()) ++zeros;
    });
    CHECK(zeros == (has_control() ? 16 : 0));
    CHECK_FALSE(half_of_the_least_is_zero());
  }
}
