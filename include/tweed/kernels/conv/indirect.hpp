#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/indirect/kernel_sum.hpp>
#include <tweed/kernels/conv/indirect/tap_sum.hpp>
#include <tweed/kernels/conv/transposed_pass.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace TWEED_NAMESPACE::kernels::conv {

/// Convolution as matrix products whose rows are read where they lie in the images, through
/// pointers (Dukhan, *The Indirect Convolution Algorithm*, 2019): taps outside the image point to
/// zeros. Any geometry; a 1x1 convolution is one plain product.
template <class T>
struct Indirect {
  static constexpr Index kept_bytes(const Geometry&, Index) { return 0; }

  static constexpr Index forward_bytes(const Geometry& g, Index, int threads) {
    const TapSum<T> sum(g, false);
    return sum.shared_bytes() + threads * (sum.worker_bytes() + Scratch::bytes<T>(g.output_size()));
  }

  static constexpr Index backward_bytes(const Geometry& g, Index batch, int threads) {
    const TapSum<T> sum(g, true);
    return sum.shared_bytes() + threads * worker_bytes(g, sum) +
           Scratch::bytes<T>(chunk_images(g, batch) * g.output_size());
  }

  static constexpr Index prepared_bytes(const Geometry& g) {
    return TapSum<T>(g, false).kernel_bytes();
  }

  static void prepare(const Geometry& g, const T* kernel, std::span<std::byte> to, int threads) {
    TapSum<T>(g, false).pack(kernel, to, threads);
  }

  static constexpr Index transposed_bytes(const Geometry& g, int threads) {
    const TapSum<T> sum(g, true);
    return sum.shared_bytes() + threads * sum.worker_bytes();
  }

  static void forward(const Geometry& g, Forward<T> pass) {
    if (pass.batch == 0) return;
    TapSum<T> sum(g, false);
    sum.prepare(pass.kernel, pass.kernel_transform, pass.bias, pass.batch, pass.scratch,
                pass.threads);
    const Index bytes = sum.worker_bytes() + Scratch::bytes<T>(g.output_size());
    const WorkerScratch memory(pass.scratch, bytes, pass.threads);
    if (pass.pool == nullptr) {
      sum.choose_stores(pass.y, pass.batch);
      run_images(sum, {pass.x, g.input_size(), pass.y, g.output_size()}, pass.batch,
                 pass.activation, memory, pass.threads);
      return;
    }
    for_each_share(pass.batch, pass.pool->geometry.rows.output, pass.threads,
                   [&](Index n, const RowRange& rows, int worker) {
                     Scratch scratch = memory.of(worker);
                     T* const y = scratch.take<T>(g.output_size());
                     sum.run(pass.x + n * g.input_size(), convolution_rows(pass.pool, rows),
                             pass.activation, y, scratch);
                     finish_rows(pass, n, rows, y);
                   });
  }

  /// All gradients. Some images at a time: first the gradient before activation and pool, then what
  /// is made of it.
  static void backward(const Geometry& g, const Backward<T>& pass) {
    const bool with_kernel = pass.kernel_gradient != nullptr;
    if (with_kernel && pass.batch * g.output_size() == 0) {
      std::fill_n(pass.kernel_gradient, g.kernel_size(), T{});
      if (pass.bias_gradient != nullptr) std::fill_n(pass.bias_gradient, g.filters, T{});
    }
    run_backward(g, pass, with_kernel);
  }

  /// The input gradient as a forward pass, with a bias and an activation.
  static void transposed(const Geometry& g, TransposedForward<T> pass) {
    if (pass.batch == 0) return;
    TapSum<T> sum(g, true);
    sum.prepare(pass.kernel, {}, pass.bias, pass.batch, pass.scratch, pass.threads);
    sum.choose_stores(pass.y, pass.batch);
    const WorkerScratch memory(pass.scratch, sum.worker_bytes(), pass.threads);
    run_images(sum, {pass.x, g.output_size(), pass.y, g.input_size()}, pass.batch, pass.activation,
               memory, pass.threads);
  }

  /// The input gradient alone.
  static void input_gradient(const Geometry& g, const Backward<T>& pass) {
    run_backward(g, pass, false);
  }

 private:
  /// Elements of the gradient before activation and pool that are made at a time.
  static constexpr Index chunk_size = 4 * 1024 * 1024;

  static constexpr Index chunk_images(const Geometry& g, Index batch) {
    return std::clamp<Index>(chunk_size / std::max<Index>(g.output_size(), 1), 1,
                             std::max<Index>(batch, 1));
  }

  static void run_backward(const Geometry& g, Backward<T> pass, bool with_kernel) {
    TapSum<T> sum(g, true);
    if (pass.dx != nullptr) {
      sum.prepare(pass.kernel, {}, nullptr, pass.batch, pass.scratch, pass.threads);
      sum.choose_stores(pass.dx, pass.batch);
    }
    const Index images = chunk_images(g, pass.batch);
    T* const aside = pass.scratch.template take<T>(images * g.output_size());
    const WorkerScratch memory(pass.scratch, worker_bytes(g, sum), pass.threads);
    for (Index first = 0; first < pass.batch; first += images) {
      const Index count = std::min(images, pass.batch - first);
      const T* delta = pass.dy + first * g.output_size();
      if (needs_delta_image(pass)) {
        parallel_for(count, pass.threads, [&](Index i, int) {
          delta_image(g, pass, first + i, aside + i * g.output_size());
        });
        delta = aside;
      }
      if (pass.dx != nullptr) {
        T* const dx = pass.dx + first * g.input_size();
        run_images(sum, {delta, g.output_size(), dx, g.input_size()}, count, Activation::none,
                   memory, pass.threads);
      }
      if (!with_kernel) continue;
      const KernelSum<T> kernel_sum{g,
                                    pass.x + first * g.input_size(),
                                    delta,
                                    count * g.output_pixels(),
                                    pass.kernel_gradient,
                                    pass.bias_gradient,
                                    first > 0};
      kernel_sum.run(memory, pass.threads);
    }
  }

  /// Images that are read and written, and the elements of each.
  struct Images {
    const T* source;
    Index source_size;
    T* target;
    Index target_size;
  };

  /// Calls `body(image, rows, worker)`: a thread to an image, or to some of its `height` rows where
  /// there are fewer images than threads.
  template <class Body>
  static void for_each_share(Index images, Index height, int threads, const Body& body) {
    const Index shares = std::min<Index>(height, (threads + images - 1) / images);
    parallel_for(images * shares, threads, [&](Index job, int worker) {
      body(job / shares, share_of(height, job % shares, shares), worker);
    });
  }

  static void run_images(const TapSum<T>& sum, const Images& images, Index count,
                         const Activation& activation, const WorkerScratch& memory, int threads) {
    if (sum.is_pointwise() && count > 1) {
      return run_images(sum.of_stacked(count), images, 1, activation, memory, threads);
    }
    if (sum.joins_images(count)) {
      parallel_for(std::min<Index>(threads, count), threads, [&](Index share, int worker) {
        const RowRange mine = share_of(count, share, std::min<Index>(threads, count));
        sum.run_joined(images.source + mine.begin * images.source_size, images.source_size,
                       mine.end - mine.begin, activation,
                       images.target + mine.begin * images.target_size, images.target_size,
                       memory.of(worker));
      });
      return;
    }
    if (count == 1 && threads > 1 && sum.shares_outputs()) {
      parallel_for(threads, threads, [&](Index share, int worker) {
        sum.of_outputs(share, threads)
            .run(images.source, {0, sum.height()}, activation, images.target, memory.of(worker));
      });
      return;
    }
    for_each_share(count, sum.height(), threads, [&](Index n, const RowRange& rows, int worker) {
      sum.run(images.source + n * images.source_size, rows, activation,
              images.target + n * images.target_size, memory.of(worker));
    });
  }

  static constexpr Index worker_bytes(const Geometry& g, const TapSum<T>& sum) {
    return std::max(sum.worker_bytes(), KernelSum<T>::worker_bytes(g));
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
