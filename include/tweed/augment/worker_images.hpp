#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/core/buffer.hpp>

namespace TWEED_NAMESPACE::detail {

/// Memory for an image for each worker: the scratch of a pass, or, where there is not enough, some
/// of its own.
template <class T>
class WorkerImages {
 public:
  explicit WorkerImages(const AugmentPass<T>& pass) : size_(pass.x.shape.size()) {
    const Index wanted = pass.threads * size_;
    const bool is_enough = std::ssize(pass.scratch) >= wanted;
    if (!is_enough) own_ = Buffer<T>(wanted);
    first_ = is_enough ? pass.scratch.data() : own_.data();
  }
  WorkerImages(const WorkerImages&) = delete;
  WorkerImages& operator=(const WorkerImages&) = delete;

  T* of(int worker) const { return first_ + worker * size_; }

 private:
  Index size_;
  Buffer<T> own_;
  T* first_;
};

}  // namespace TWEED_NAMESPACE::detail
