#include <tweed/core/ordered_sum.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

using tests::Guarded;
using tests::numbers;
using tests::same_bits;
using tweed::Index;
using tweed::SumParts;

namespace {

/// The sum of the rows of `x`, in the scratch that was announced and no byte more.
template <class T>
std::vector<T> sum_of_rows(const std::vector<T>& x, const SumParts& parts, int threads) {
  Guarded<T> sum(parts.columns);
  Guarded<std::byte> scratch(tweed::ordered_sum_scratch_bytes<T>(parts.columns, threads));
  tweed::ordered_sum(parts, sum.data(), tweed::Scratch(scratch.values()), threads,
                     [&](Index row, T* to) {
                       const T* const from = x.data() + row * parts.columns;
                       for (Index c = 0; c < parts.columns; ++c) to[c] += from[c];
                     });
  CHECK(sum.intact());
  CHECK(scratch.intact());
  return sum.copy();
}

template <class T>
std::vector<double> exact_sum(const std::vector<T>& x, Index columns) {
  std::vector<double> sum(static_cast<std::size_t>(columns));
  for (std::size_t i = 0; i < x.size(); ++i) sum[i % sum.size()] += static_cast<double>(x[i]);
  return sum;
}

}  // namespace

TEST_CASE("sum_parts: the parts are added in order, for any number of threads") {
  for (const Index parts : {0, 1, 3, 8}) {
    for (const Index count : {1, 64, 1000, 5003}) {
      CAPTURE(parts);
      CAPTURE(count);
      const auto partial = numbers<float>(parts * count, 1);
      std::vector<float> expected(static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < partial.size(); ++i) expected[i % expected.size()] += partial[i];
      for (const int threads : {1, 2, 3, 8}) {
        CAPTURE(threads);
        Guarded<float> sum(count);
        tweed::sum_parts(partial.data(), parts, count, sum.data(), threads);
        CHECK(sum.intact());
        CHECK(same_bits(sum.values(), expected));
      }
    }
  }
}

TEST_CASE("the parts of a sum cover its rows, one after another and none empty") {
  for (const Index least_rows : {1, 5, 64}) {
    for (const Index columns : {1, 64, 100, 5000, 1000000}) {
      Index fewer = 0;
      for (const Index rows : {0, 1, 7, 8, 9, 100, 511, 512, 1000, 100003}) {
        const SumParts parts{.rows = rows, .columns = columns, .least_rows = least_rows};
        CHECK(parts.count() >= std::max(fewer, std::min<Index>(rows, 8)));
        CHECK(parts.count() <= SumParts::most(columns));
        Index next = 0;
        for (Index part = 0; part < parts.count(); ++part) {
          CHECK(parts.begin(part) == next);
          CHECK(parts.end(part) > next);
          next = parts.end(part);
        }
        CHECK(next == rows);
        fewer = parts.count();
      }
    }
  }
}

TEST_CASE("a sum of narrow rows has one part a row, and wide rows take bounded memory") {
  CHECK(SumParts{.rows = 100, .columns = 64}.count() == 100);
  CHECK(SumParts{.rows = 100, .columns = 64, .least_rows = 64}.count() == 8);
  CHECK(SumParts{.rows = 100000, .columns = 64, .least_rows = 64}.count() == 256);
  CHECK(SumParts{.rows = 100000, .columns = 100000}.count() == 8);
}

TEST_CASE_TEMPLATE("ordered_sum: the sum of the rows, to the same bits with any number of threads",
                   T, float, double) {
  for (const Index least_rows : {1, 64}) {
    for (const Index rows : {0, 1, 2, 7, 8, 9, 63, 65, 511, 513, 1200, 5003}) {
      for (const Index columns : {1, 3, 16, 17, 131}) {
        CAPTURE(least_rows);
        CAPTURE(rows);
        CAPTURE(columns);
        const SumParts parts{.rows = rows, .columns = columns, .least_rows = least_rows};
        const auto x = numbers<T>(rows * columns, 1);
        const auto one = sum_of_rows(x, parts, 1);
        CHECK(tests::relative_error(one, exact_sum(x, columns)) < 10 * tests::rounding<T>);
        for (const int threads : {2, 3, 8}) {
          CAPTURE(threads);
          CHECK(same_bits(sum_of_rows(x, parts, threads), one));
        }
      }
    }
  }
}

TEST_CASE("ordered_sum: up to 519 rows, parts of 64 add in the order of eight equal ones") {
  // The order that weights of version 0.1 come from.
  for (const Index rows : {1, 5, 100, 513, 519}) {
    const auto x = numbers<float>(rows, 1);
    float expected = 0.0F;
    const Index count = std::min<Index>(rows, 8);
    for (Index part = 0; part < count; ++part) {
      float sum = 0.0F;
      float block = 0.0F;
      Index in_block = 0;
      for (Index row = rows * part / count; row < rows * (part + 1) / count; ++row) {
        if (in_block++ == 64) {
          sum += block;
          block = 0.0F;
          in_block = 1;
        }
        block += x[static_cast<std::size_t>(row)];
      }
      sum += block;
      expected += sum;
    }
    CAPTURE(rows);
    CHECK(sum_of_rows(x, {.rows = rows, .columns = 1, .least_rows = 64}, 3).front() == expected);
  }
}

TEST_CASE("ordered_sum: each row is added once") {
  for (const int threads : {1, 2, 3, 8}) {
    std::vector<std::atomic<int>> visits(1003);
    std::vector<std::byte> scratch(
        static_cast<std::size_t>(tweed::ordered_sum_scratch_bytes<float>(1, threads)));
    float sum = NAN;
    tweed::ordered_sum({.rows = 1003, .columns = 1}, &sum, tweed::Scratch(scratch), threads,
                       [&](Index row, float* to) {
                         ++visits[static_cast<std::size_t>(row)];
                         *to += 1.0F;
                       });
    CHECK(sum == 1003.0F);
    for (const auto& visit : visits) CHECK(visit == 1);
  }
}

TEST_CASE("ordered_sum: a long float sum of equal signs stays accurate") {
  // Added one after another, they come to 1.5 % too little.
  const std::vector<float> x(2'000'000, 0.1F);
  for (const Index least_rows : {1, 64}) {
    const SumParts parts{.rows = std::ssize(x), .columns = 1, .least_rows = least_rows};
    CHECK(sum_of_rows(x, parts, 2).front() == doctest::Approx(200'000.0).epsilon(1e-4));
  }
}
