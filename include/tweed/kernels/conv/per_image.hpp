#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/gradient_parts.hpp>
#include <tweed/kernels/conv/indirect.hpp>
#include <tweed/kernels/simd.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Runs an algorithm that knows how to convolve one image. Such a `OneImage` has
/// - `shared_bytes(g)`, `prepare(g, kernel, scratch)`: the kernel as its `forward` wants it;
/// - `worker_bytes(g)`: scratch of one call of any of its functions;
/// - `forward(g, x, kernel, bias, activation, rows, y, streams, scratch)`: some rows of one image;
///   bias may be nullptr;
/// - `add_kernel_gradient(g, x, dy, gradient, bias_gradient, scratch)`: adds that of one image, and
///   writes that of the bias, unless it is nullptr; indirect makes the input's;
/// - or, instead, `add_gradients(g, x, dy, kernel, dx, streams, gradient, bias_gradient, scratch)`
///   for all of them, where any may be nullptr: with `gradient` the bias's is, too;
/// - `Pooled`, where it has a faster way behind some max-pools.
template <class T, class OneImage>
struct PerImage : KeepsNothing {
  static constexpr Index forward_bytes(const Geometry& g, Index, int threads) {
    return aligned_bytes(OneImage::shared_bytes(g)) + threads * worker_bytes(g);
  }

  static constexpr Index backward_bytes(const Geometry& g, Index batch, int threads) {
    const Index bytes = Scratch::bytes<T>(parts_of(g, batch).count() * g.kernel_size()) +
                        Scratch::bytes<T>(batch * g.filters) + threads * worker_bytes(g);
    if constexpr (has_joint_gradients) {
      return bytes;
    } else {
      return std::max(bytes, Indirect<T>::backward_bytes(g, batch, threads));
    }
  }

  /// A thread to an image, or to some rows of one where there are fewer images than threads.
  static void forward(const Geometry& g, Forward<T> pass) {
    if (pass.batch == 0) return;
    const Index shared = aligned_bytes(OneImage::shared_bytes(g));
    const T* const kernel =
        OneImage::prepare(g, pass.kernel, Scratch(pass.scratch.take_bytes(shared)));
    const WorkerScratch memory(pass.scratch, worker_bytes(g), pass.threads);
    const Index height = pass.pool == nullptr ? g.rows.output : pass.pool->geometry.rows.output;
    const Index shares = std::min<Index>(height, (pass.threads + pass.batch - 1) / pass.batch);
    const bool streams = pass.pool == nullptr && !pass.activation.is_other() &&
                         is_streamed(pass.y, g.filters, pass.batch * g.output_size());
    parallel_for(pass.batch * shares, pass.threads, [&](Index job, int worker) {
      const Index n = job / shares;
      const RowRange rows = share_of(height, job % shares, shares);
      Scratch scratch = memory.of(worker);
      T* const y = output_image(g, pass, n, scratch.take<T>(g.output_size()));
      OneImage::forward(g, pass.x + n * g.input_size(), kernel, pass.bias, pass.activation,
                        convolution_rows(pass.pool, rows), y, streams, scratch);
      finish_rows(pass, n, rows, y);
      if (streams) simd::finish_stream();
    });
  }

  /// All gradients, a part of the batch at a time: the parts do not depend on the threads.
  static void backward(const Geometry& g, const Backward<T>& pass) {
    if constexpr (has_joint_gradients) {
      if (pass.kernel_gradient != nullptr || pass.dx != nullptr) run_backward(g, pass);
    } else {
      if (pass.kernel_gradient != nullptr) run_backward(g, pass);
      if (pass.dx != nullptr) Indirect<T>::input_gradient(g, pass);
    }
  }

 private:
  static void run_backward(const Geometry& g, Backward<T> pass) {
    const BatchParts parts = parts_of(g, pass.batch);
    T* const kernel_parts = pass.scratch.template take<T>(parts.count() * g.kernel_size());
    T* const bias_parts = pass.scratch.template take<T>(pass.batch * g.filters);
    const WorkerScratch memory(pass.scratch, worker_bytes(g), pass.threads);
    const bool streams =
        pass.dx != nullptr && is_streamed(pass.dx, g.channels, pass.batch * g.input_size());
    parallel_for(parts.count(), pass.threads, [&](Index part, int worker) {
      T* const kernel_gradient =
          pass.kernel_gradient == nullptr ? nullptr : kernel_parts + part * g.kernel_size();
      if (kernel_gradient != nullptr) std::fill_n(kernel_gradient, g.kernel_size(), T{});
      Scratch scratch = memory.of(worker);
      T* const aside = scratch.take<T>(g.output_size());
      for (Index n = parts.begin(part); n < parts.end(part); ++n) {
        const T* const x = pass.x + n * g.input_size();
        T* const bias_gradient =
            pass.bias_gradient == nullptr ? nullptr : bias_parts + n * g.filters;
        if constexpr (has_pooled()) {
          if (pass.pool != nullptr && OneImage::Pooled::fits(g, *pass.pool)) {
            const auto& pool = pass.pool->geometry;
            const Index offset = n * pool.output_size();
            OneImage::Pooled::add(g, pool, x, pass.dy + offset, pass.pool->taps + offset,
                                  kernel_gradient, bias_gradient, scratch);
            continue;
          }
        }
        const T* const delta = delta_image(g, pass, n, aside);
        if constexpr (has_joint_gradients) {
          T* const dx = pass.dx == nullptr ? nullptr : pass.dx + n * g.input_size();
          OneImage::add_gradients(g, x, delta, pass.kernel, dx, streams, kernel_gradient,
                                  bias_gradient, scratch);
        } else {
          OneImage::add_kernel_gradient(g, x, delta, kernel_gradient, bias_gradient, scratch);
        }
      }
      if (streams) simd::finish_stream();
    });
    if (pass.kernel_gradient != nullptr) {
      sum_parts(kernel_parts, parts.count(), g.kernel_size(), pass.kernel_gradient, pass.threads);
    }
    if (pass.bias_gradient == nullptr) return;
    sum_parts(bias_parts, pass.batch, g.filters, pass.bias_gradient, pass.threads);
  }

  static constexpr bool has_pooled() {
    if constexpr (requires { typename OneImage::Pooled; }) return OneImage::Pooled::is_available;
    return false;
  }

  static constexpr bool has_joint_gradients = requires(const Geometry& g, const T* in, T* out) {
    OneImage::add_gradients(g, in, in, in, out, false, out, out, Scratch{});
  };

  static constexpr BatchParts parts_of(const Geometry& g, Index batch) {
    return gradient_parts(g, batch, g.kernel_size() * Index{sizeof(T)});
  }

  static constexpr Index worker_bytes(const Geometry& g) {
    return Scratch::bytes<T>(g.output_size()) + aligned_bytes(OneImage::worker_bytes(g));
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
