#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/box.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// y [n,part] = the part of x [n,whole].
template <class T>
void crop(const Box& box, Index batch, const T* x, T* y, int threads) {
  const Index step = box.whole.channels;  // from a piece to the next, where there are several
  const Index row_size = box.whole.width * box.whole.channels;
  const bool streams =
      are_pieces_streamed(y, box.piece_size(), box.piece_size(), batch * box.part.size());
  parallel_for(batch * box.part.height, threads, [&](Index i, int) {
    const Index row = i / box.part.height * box.whole.height + box.row + i % box.part.height;
    const T* from = x + row * row_size + box.column * box.whole.channels + box.channel;
    T* to = y + i * box.part.width * box.part.channels;
    for (Index piece = 0; piece < box.pieces(); ++piece, from += step) {
      to = copy_or_stream(from, box.piece_size(), to, streams);
    }
    if (streams) simd::finish_stream();
  });
}

/// y [n,whole] = x [n,part] in its place, and 0 around it.
template <class T>
void pad(const Box& box, Index batch, const T* x, T* y, int threads) {
  const Index row_size = box.whole.width * box.whole.channels;
  const Index first = box.column * box.whole.channels + box.channel;
  const Index gap = box.whole.channels - box.part.channels;  // zeros between two pieces
  const Index step = box.pieces() == 1 ? row_size : box.whole.channels;
  const bool streams =
      are_pieces_streamed(y + first, box.piece_size(), step, batch * box.whole.size());
  parallel_for(batch * box.whole.height, threads, [&](Index i, int) {
    T* const to = y + i * row_size;
    const Index row = i % box.whole.height - box.row;
    if (row < 0 || row >= box.part.height) {
      fill_or_stream(to, row_size, streams);
      if (streams) simd::finish_stream();
      return;
    }
    const Index image_row = i / box.whole.height * box.part.height + row;
    const T* from = x + image_row * box.part.width * box.part.channels;
    T* end = fill_or_stream(to, first, streams);
    for (Index piece = 0; piece < box.pieces(); ++piece, from += box.piece_size()) {
      if (piece > 0) end = fill_or_stream(end, gap, streams);
      end = copy_or_stream(from, box.piece_size(), end, streams);
    }
    fill_or_stream(end, to + row_size - end, streams);
    if (streams) simd::finish_stream();
  });
}

}  // namespace TWEED_NAMESPACE::kernels
