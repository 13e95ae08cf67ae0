#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/random.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <string>

namespace TWEED_NAMESPACE {

/// Changes training images at random, each time anew, so that the network does not learn them by
/// heart: a callable that takes images, the key of the step and a number of threads.
struct ShiftAndFlip {
  Index shift = 0;    ///< moved by up to so many pixels each way; zeros come in
  bool flip = false;  ///< mirrored, left to right, every other time

  /// Changes the images of x [n,h,w,c] in place. The key's seed and step, and an image's place in
  /// the batch, decide what happens to it: the same for any number of threads. Throws Error for a
  /// shift that is negative or as long as a side, and where a mirrored image is no other.
  template <class T>
  void operator()(const Batch<T>& x, const RandomKey& key, int threads) const;
};

namespace detail {

/// Mirrors an image [h,w,c] in place.
template <class T>
void mirror(T* image, const Shape& shape) {
  const Index row_size = shape.width * shape.channels;
  for (Index y = 0; y < shape.height; ++y) {
    T* const row = image + y * row_size;
    for (Index x = 0; x < shape.width / 2; ++x) {
      T* const left = row + x * shape.channels;
      T* const right = row + (shape.width - 1 - x) * shape.channels;
      std::swap_ranges(left, left + shape.channels, right);
    }
  }
}

/// Moves `count` elements of a row or column of blocks by `by`, in place; zeros come in.
template <class T>
void move_along(T* from, Index count, Index by) {
  if (by >= 0) {
    std::copy_backward(from, from + count - by, from + count);
    std::fill_n(from, by, T{});
  } else {
    std::copy(from - by, from + count, from);
    std::fill_n(from + count + by, -by, T{});
  }
}

/// Moves an image [h,w,c] in place, down and to the right where positive.
template <class T>
void move_image(T* image, const Shape& shape, Index down, Index right) {
  const Index row_size = shape.width * shape.channels;
  if (down != 0) move_along(image, shape.height * row_size, down * row_size);
  if (right == 0) return;
  for (Index y = 0; y < shape.height; ++y) {
    move_along(image + y * row_size, row_size, right * shape.channels);
  }
}

}  // namespace detail

template <class T>
void ShiftAndFlip::operator()(const Batch<T>& x, const RandomKey& key, int threads) const {
  if (shift < 0 || shift >= std::min(x.shape.height, x.shape.width)) {
    throw Error(detail::text("augmentation: a shift of ", shift, " pixels, images of ",
                             to_string(x.shape), " can be shifted by 0 to ",
                             std::min(x.shape.height, x.shape.width) - 1));
  }
  if (flip && x.shape.width == 1) {
    throw Error(detail::text("augmentation: images of ", to_string(x.shape),
                             " are one pixel wide, there is nothing to flip"));
  }
  parallel_for(x.count, threads, [&](Index i, int) {
    const RandomBlock bits = random_block(key, static_cast<std::uint64_t>(i));
    const auto offset = [&](std::uint32_t draw) {
      const auto choices = static_cast<std::uint64_t>(2 * shift + 1);
      return static_cast<Index>((std::uint64_t{draw} * choices) >> 32) - shift;
    };
    if (flip && bits[0] >> 31 == 1) detail::mirror(x.sample(i), x.shape);
    detail::move_image(x.sample(i), x.shape, offset(bits[1]), offset(bits[2]));
  });
}

}  // namespace TWEED_NAMESPACE
