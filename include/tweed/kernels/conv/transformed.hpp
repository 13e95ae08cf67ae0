#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/pass.hpp>
#include <tweed/kernels/conv/transformed/backward_pass.hpp>
#include <tweed/kernels/conv/transformed/forward_pass.hpp>
#include <tweed/kernels/conv/transformed/functions.hpp>

#include <cstddef>
#include <span>

namespace TWEED_NAMESPACE::kernels::conv {

/// Convolution of transformed images, stride 1: tiles of the images and the kernel are transformed
/// over vectors of channels, which leaves one small product over channels for each slot of the
/// transform. With X, U and Z the transforms of x, the kernel and dy, all passes are plain
/// products: Y = X U, dX = Z U^T, dU = X^T Z. Z serves both gradients. X is kept from forward to
/// backward, or made again where images have many tiles: then dU is summed up block by block, each
/// part of the batch by itself, and neither X nor Z ever leaves the cache. docs/convolution.md
/// derives it.
template <class T, class A>
struct TransformKernels {
  static constexpr Index kept_bytes(const Geometry& g, Index batch) {
    return TransformedForward<T>::kept_bytes(layout(g, batch));
  }
  static constexpr Index forward_bytes(const Geometry& g, Index batch, int threads) {
    return TransformedForward<T>::bytes(layout(g, batch), g, threads);
  }
  static constexpr Index backward_bytes(const Geometry& g, Index batch, int threads) {
    return TransformedBackward<T>::bytes(layout(g, batch), g, threads);
  }

  static constexpr Index prepared_bytes(const Geometry& g) {
    return Scratch::bytes<T>(layout(g, 1).kernel_size());
  }

  static void prepare(const Geometry& g, const T* kernel, std::span<std::byte> to, int threads) {
    const Layout l = layout(g, 1);
    Buffer<std::byte> block(threads * kernel_transform_bytes<T>(l.kind));
    Scratch scratch(block.values());
    const WorkerScratch memory(scratch, kernel_transform_bytes<T>(l.kind), threads);
    functions_of<T, A>(l.kind).forward_kernel(g, l, {kernel, g.channels, g.filters},
                                              elements_of<T>(to, l.kernel_size()), memory, threads);
  }

  static void forward(const Geometry& g, const Forward<T>& pass) {
    const Layout l = layout(g, pass.batch);
    TransformedForward<T>::run(l, functions_of<T, A>(l.kind), g, pass);
  }

  static void backward(const Geometry& g, const Backward<T>& pass) {
    const Layout l = layout(g, pass.batch);
    TransformedBackward<T>::run(l, functions_of<T, A>(l.kind), g, pass);
  }

 private:
  using Layout = TransformLayout<T>;

  static constexpr Layout layout(const Geometry& g, Index batch) { return {A::kind(g), g, batch}; }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
