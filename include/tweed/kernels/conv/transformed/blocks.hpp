#pragma once

// Who transforms and multiplies which tiles.

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/conv/channel_range.hpp>
#include <tweed/kernels/conv/row_range.hpp>
#include <tweed/kernels/conv/transformed/layout.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Tiles [first, end), and who works on them: one thread, `worker`, or all of so many `threads`.
struct TransformBlock {
  Index first;
  Index end;
  int worker;
  int threads;

  Index tiles() const { return end - first; }
  /// Whose memory member i of a loop over `threads` may use.
  int worker_of(int i) const { return threads == 1 ? worker : i; }
};

/// Whether some images are worked on by several threads, since there are more threads than images.
constexpr bool shares_images(Index batch, int threads) { return batch < threads; }

/// Calls `body(block)` for blocks on which all threads work together.
template <class T, class Body>
void for_each_common_block(const TransformLayout<T>& l, int threads, const Body& body) {
  for (Index first = 0; first < l.tiles(); first += l.block_tiles) {
    body(TransformBlock{first, std::min(first + l.block_tiles, l.tiles()), 0, threads});
  }
}

/// Calls `body(block)` for blocks of about the same size that make up tiles [begin, end).
template <class T, class Body>
void for_each_block(const TransformLayout<T>& l, Index begin, Index end, int worker, int threads,
                    const Body& body) {
  const Index count = end - begin;
  const Index blocks = shares_of(count, std::max<Index>(l.block_tiles, 1));
  for (Index i = 0; i < blocks; ++i) {
    body(TransformBlock{begin + l.cut(count, i, blocks), begin + l.cut(count, i + 1, blocks),
                        worker, threads});
  }
}

/// Calls `body(block)` for blocks of each thread's own images, or of its part of an image.
template <class T, class Body>
void for_each_own_block(const TransformLayout<T>& l, int threads, const Body& body) {
  const auto begin_of = [&](Index share) {
    return shares_images(l.batch, threads) ? l.cut(l.tiles(), share, threads)
                                           : l.batch * share / threads * l.tiles_per_image;
  };
  parallel_for(threads, threads, [&](Index share, int worker) {
    for_each_block(l, begin_of(share), begin_of(share + 1), worker, 1, body);
  });
}

/// Calls `body(first, end, worker)` for the block's tiles, or for those of each of its images,
/// which its threads share out.
template <class T, class Body>
void for_each_image(const TransformLayout<T>& l, const TransformBlock& block, const Body& body) {
  if (block.threads == 1) return body(block.first, block.end, block.worker);
  const Index images = block.tiles() / l.tiles_per_image;
  parallel_for(images, block.threads, [&](Index i, int worker) {
    const Index first = block.first + i * l.tiles_per_image;
    body(first, first + l.tiles_per_image, worker);
  });
}

/// Those of so many channels that one register holds.
template <class T>
constexpr ChannelRange channels_of(Index vector, Index channels) {
  const Index begin = vector * Pack<T>::width;
  return {begin, std::min(begin + Pack<T>::width, channels)};
}

/// Calls `body(tile, channels, member)` for tiles [first, end): all channels at once or, where
/// several threads share them, a register full at a time. `member` is which of the threads does.
template <class T, class Body>
void for_each_tile(Index first, Index end, Index channels, int threads, const Body& body) {
  if (threads == 1) {
    for (Index tile = first; tile < end; ++tile) body(tile, ChannelRange{0, channels}, 0);
    return;
  }
  const Index vectors = shares_of(channels, Pack<T>::width);
  parallel_for((end - first) * vectors, threads, [&](Index i, int member) {
    body(first + i / vectors, channels_of<T>(i % vectors, channels), member);
  });
}

}  // namespace TWEED_NAMESPACE::kernels::conv
