#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/kernels/bilinear_pass.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Where each pixel of the large axis lies.
template <class T>
const Blend<T>* make_blends(const BilinearAxis& axis, Scratch& scratch) {
  auto* const blends = scratch.take<Blend<T>>(axis.large);
  for (Index o = 0; o < axis.large; ++o) blends[o] = blend_of<T>(axis, o);
  return blends;
}

/// The pixels of the large axis that a pixel of the small one has a share in: [begin, end).
template <class T>
struct BlendRange {
  Index begin = 0;
  Index end = 0;

  /// Goes on from the range of the pixel before.
  void move_to(Index pixel, const Blend<T>* blends, Index large) {
    while (begin < large && blends[begin].first + 1 < pixel) ++begin;
    end = std::max(begin, end);
    while (end < large && blends[end].first <= pixel) ++end;
  }
};

template <class T>
T share_of(const Blend<T>& blend, Index pixel) {
  return blend.first == pixel ? T{1} - blend.share : blend.share;
}

/// to [count] = (1 - share) * a + share * b; b is not read where its share is 0.
template <class T>
void blend(const T* a, const T* b, T share, Index count, T* to) {
  if (share == T{}) {
    std::copy_n(a, count, to);
    return;
  }
  for_each_pack<T>(count, [&](Index i, Index lanes) {
    const auto rest = (T{1} - share) * Pack<T>::load(a + i, lanes);
    multiply_add(share, Pack<T>::load(b + i, lanes), rest).store(to + i, lanes);
  });
}

/// to [count] = the sum of rows [count] of `from`, each with the share that the pixel has in it.
template <class T>
void sum_shares(const Blend<T>* blends, const BlendRange<T>& range, Index pixel, const T* from,
                Index count, T* to) {
  for_each_pack<T>(count, [&](Index i, Index lanes) {
    auto sum = Pack<T>::zero();
    for (Index o = range.begin; o < range.end; ++o) {
      sum =
          multiply_add(share_of(blends[o], pixel), Pack<T>::load(from + o * count + i, lanes), sum);
    }
    sum.store(to + i, lanes);
  });
}

}  // namespace detail

template <class T>
void bilinear(const BilinearPass<T>& pass) {
  const BilinearSize& size = pass.size;
  const Index channels = size.channels;
  const Index small_row = size.columns.small * channels;
  const Index large_row = size.columns.large * channels;
  Scratch scratch = pass.scratch;
  const auto* const rows = detail::make_blends<T>(size.rows, scratch);
  const auto* const columns = detail::make_blends<T>(size.columns, scratch);
  const WorkerScratch blended(scratch, Scratch::bytes<T>(small_row), pass.threads);
  parallel_for(pass.batch * size.rows.large, pass.threads, [&](Index i, int worker) {
    const Blend<T>& row = rows[i % size.rows.large];
    const T* const x = pass.from + (i / size.rows.large * size.rows.small + row.first) * small_row;
    T* const between = blended.of(worker).template take<T>(small_row);
    detail::blend(x, x + small_row, row.share, small_row, between);
    T* const y = pass.to + i * large_row;
    for (Index o = 0; o < size.columns.large; ++o) {
      const Blend<T>& column = columns[o];
      const T* const left = between + column.first * channels;
      detail::blend(left, left + channels, column.share, channels, y + o * channels);
    }
  });
}

template <class T>
void bilinear_gradient(const BilinearPass<T>& pass) {
  const BilinearSize& size = pass.size;
  const Index channels = size.channels;
  const Index small_row = size.columns.small * channels;
  const Index large_row = size.columns.large * channels;
  Scratch scratch = pass.scratch;
  const auto* const rows = detail::make_blends<T>(size.rows, scratch);
  const auto* const columns = detail::make_blends<T>(size.columns, scratch);
  const WorkerScratch sums(scratch, Scratch::bytes<T>(large_row), pass.threads);
  parallel_for(pass.batch * size.rows.small, pass.threads, [&](Index i, int worker) {
    const Index pixel_row = i % size.rows.small;
    const T* const dy = pass.from + i / size.rows.small * size.rows.large * large_row;
    T* const sum = sums.of(worker).template take<T>(large_row);
    detail::BlendRange<T> down;
    down.move_to(pixel_row, rows, size.rows.large);
    detail::sum_shares(rows, down, pixel_row, dy, large_row, sum);
    T* const dx = pass.to + i * small_row;
    detail::BlendRange<T> across;
    for (Index column = 0; column < size.columns.small; ++column) {
      across.move_to(column, columns, size.columns.large);
      detail::sum_shares(columns, across, column, sum, channels, dx + column * channels);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
