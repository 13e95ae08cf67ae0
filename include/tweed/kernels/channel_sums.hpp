#pragma once

#include <tweed/core/ordered_sum.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/wide_rows.hpp>

namespace TWEED_NAMESPACE::kernels {

/// The sums over all pixels of each channel of `quantities` numbers, [quantities,width] of which
/// the first [channels] of each width count. `add(offset, size, to)` adds a row.
template <class T, class Add>
void sum_channels(const WideRows& rows, Index quantities, T* sums, const Scratch& scratch,
                  int threads, const Add& add) {
  const Index width = rows.width();
  ordered_sum({.rows = rows.count(), .columns = quantities * width, .least_rows = rows.grain()},
              sums, scratch, threads,
              [&](Index row, T* to) { add(rows.begin(row), rows.size(row), to); });
  for (Index i = 0; i < quantities; ++i) rows.fold(sums + i * width);
}

}  // namespace TWEED_NAMESPACE::kernels
