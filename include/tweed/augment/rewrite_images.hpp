#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/core/buffer.hpp>
#include <tweed/core/parallel.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::detail {

/// Calls `rewrite(i, from, to)` for each image i of a batch, with `to` where it lies and `from` a
/// copy of it. The copies lie in the scratch of the pass or, where there is not enough, in memory
/// that is taken for the call.
template <class T, class Rewrite>
void rewrite_images(const AugmentPass<T>& pass, const Rewrite& rewrite) {
  const Index size = pass.x.shape.size();
  const bool has_scratch = std::ssize(pass.scratch) >= pass.threads * size;
  Buffer<T> own;
  if (!has_scratch) own = Buffer<T>(pass.threads * size);
  T* const copies = has_scratch ? pass.scratch.data() : own.data();
  parallel_for(pass.x.count, pass.threads, [&](Index i, int worker) {
    T* const copy = copies + worker * size;
    T* const image = pass.x.sample(i);
    std::copy_n(image, size, copy);
    rewrite(i, static_cast<const T*>(copy), image);
  });
}

}  // namespace TWEED_NAMESPACE::detail
