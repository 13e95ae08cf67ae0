#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE {

/// How the sum of the rows of [rows,columns] is taken: neighbouring rows make up a part, each part
/// has a partial sum, and these are added in order. It follows from the sizes alone, so that the
/// result is the same to the bit for any number of threads.
struct SumParts {
  Index rows;
  Index columns;
  /// Rows that a part has at least, if that leaves eight parts: 1 where a row is much work, such as
  /// a whole sample; more where a part of one row would hardly be worth its partial sum.
  Index least_rows = 1;

  /// The largest number of parts, for any number of rows: what the partial sums take is bounded.
  static constexpr Index most(Index columns) {
    return std::clamp<Index>(16384 / std::max<Index>(columns, 1), 8, 256);
  }

  /// At most `most(columns)`; more rows never make fewer parts.
  constexpr Index count() const {
    return std::min(rows, std::clamp<Index>(rows / least_rows, 8, most(columns)));
  }
  constexpr Index begin(Index part) const { return rows * part / count(); }
  constexpr Index end(Index part) const { return rows * (part + 1) / count(); }
};

/// sum [count] of `parts` partial sums [parts,count], always added in the same order.
template <class T>
void sum_parts(const T* partial, Index parts, Index count, T* sum, int threads) {
  constexpr Index grain = 2048;
  parallel_ranges(count, grain, threads, [&](Index begin, Index end) {
    std::fill(sum + begin, sum + end, T{});
    for (Index part = 0; part < parts; ++part) {
      const T* const from = partial + part * count;
      for (Index i = begin; i < end; ++i) sum[i] += from[i];
    }
  });
}

/// What `ordered_sum` takes of its scratch, for any number of rows.
template <class T>
constexpr Index ordered_sum_scratch_bytes(Index columns, int threads) {
  return Scratch::bytes<T>(SumParts::most(columns) * columns) +
         threads * Scratch::bytes<T>(columns);
}

/// sum [columns] of what all rows add to it, in an order that follows from the sizes alone: for
/// gradients of parameters, statistics of a batch, and whatever else is summed over samples or
/// pixels by several threads. `add(row, to)` adds a row to `to` [columns]; it is called once for
/// each row, by any thread.
///
/// Up to 64 rows are added one after another, and the results again, since sums of sums lose less
/// than one long sum.
template <class T, class Add>
void ordered_sum(const SumParts& parts, T* sum, Scratch scratch, int threads, const Add& add) {
  constexpr Index block_rows = 64;
  const Index columns = parts.columns;
  T* const partial = scratch.take<T>(parts.count() * columns);
  const WorkerScratch blocks(scratch, Scratch::bytes<T>(columns), threads);
  parallel_for(parts.count(), threads, [&](Index part, int worker) {
    T* const block = blocks.of(worker).template take<T>(columns);
    T* const to = partial + part * columns;
    std::fill_n(to, columns, T{});
    const Index end = parts.end(part);
    for (Index row = parts.begin(part); row < end;) {
      std::fill_n(block, columns, T{});
      for (const Index stop = std::min(end, row + block_rows); row < stop; ++row) add(row, block);
      for (Index c = 0; c < columns; ++c) to[c] += block[c];
    }
  });
  sum_parts(partial, parts.count(), columns, sum, threads);
}

}  // namespace TWEED_NAMESPACE
