#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/random.hpp>

#include <span>

namespace TWEED_NAMESPACE {

/// A batch of training samples for an augmentation to change in place, and what it may go by.
template <class T>
struct AugmentPass {
  Batch<T> x = {};  ///< [n,h,w,c], of several inputs the first
  /// For random numbers: another one in each step, and for each part of a `Compose`.
  RandomKey key = {.use = RandomUse::augment};
  int threads = 1;
  Index epoch = 0;                        ///< from 0
  std::span<const Index> positions = {};  ///< [n] of the samples in the data set; empty if unknown
  std::span<T> scratch = {};              ///< [threads,h,w,c] to be overwritten, or less
};

}  // namespace TWEED_NAMESPACE
