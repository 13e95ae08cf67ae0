#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/kernel_sum.hpp>
#include <tweed/kernels/conv/tap_sum.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// Convolution as matrix products whose rows are read where they lie in the images, through
/// pointers (Dukhan, *The Indirect Convolution Algorithm*, 2019): taps outside the image point to
/// zeros. Any geometry; a 1x1 convolution is one plain product.
template <class T>
struct Indirect {
  static constexpr Index forward_bytes(const Geometry& g, int threads) {
    const TapSum<T> sum(g, false);
    return sum.shared_bytes() + threads * (sum.worker_bytes() + Scratch::bytes<T>(g.output_size()));
  }

  static constexpr Index backward_bytes(const Geometry& g, Index batch, int threads) {
    const TapSum<T> sum(g, true);
    return sum.shared_bytes() + threads * worker_bytes(sum) +
           Scratch::bytes<T>(chunk_images(g, batch) * g.output_size());
  }

  /// A thread to an image, or to some rows of one where there are fewer images than threads.
  static void forward(const Geometry& g, Forward<T> pass) {
    if (pass.batch == 0) return;
    TapSum<T> sum(g, false);
    sum.prepare(pass.kernel, pass.bias, pass.batch, pass.scratch, pass.threads);
    const Index bytes = sum.worker_bytes() + Scratch::bytes<T>(g.output_size());
    std::byte* const memory = pass.scratch.template take<std::byte>(pass.threads * bytes);
    if (pass.pool == nullptr && sum.joins_images(pass.batch)) {
      return run_joined(sum, {pass.x, g.input_size(), pass.y, g.output_size()}, pass.batch,
                        pass.activation, memory, bytes, pass.threads);
    }
    const Index height = pass.pool == nullptr ? g.rows.output : pass.pool->geometry.rows.output;
    const Index shares = std::min<Index>(height, (pass.threads + pass.batch - 1) / pass.batch);
    parallel_for(pass.batch * shares, pass.threads, [&](Index job, int worker) {
      const Index n = job / shares;
      const RowRange rows = share_of(height, job % shares, shares);
      Scratch scratch = worker_scratch(memory, worker, bytes);
      T* const y = output_image(g, pass, n, scratch.take<T>(g.output_size()));
      sum.run(pass.x + n * g.input_size(), convolution_rows(pass.pool, rows), pass.activation, y,
              scratch);
      finish_rows(pass, n, rows, y);
    });
  }

  /// All gradients. Some images at a time: first the gradient before activation and pool, then what
  /// is made of it.
  static void backward(const Geometry& g, const Backward<T>& pass) {
    if (pass.batch == 0) {
      std::fill_n(pass.kernel_gradient, g.kernel_size(), T{});
      std::fill_n(pass.bias_gradient, g.filters, T{});
    }
    run_backward(g, pass, true);
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
      sum.prepare(pass.kernel, nullptr, pass.batch, pass.scratch, pass.threads);
    }
    const Index images = chunk_images(g, pass.batch);
    T* const aside = pass.scratch.template take<T>(images * g.output_size());
    const Index bytes = worker_bytes(sum);
    std::byte* const memory = pass.scratch.template take<std::byte>(pass.threads * bytes);
    for (Index first = 0; first < pass.batch; first += images) {
      const Index count = std::min(images, pass.batch - first);
      const T* delta = pass.dy + first * g.output_size();
      if (needs_delta_image(pass)) {
        parallel_for(count, pass.threads, [&](Index i, int) {
          delta_image(g, pass, first + i, aside + i * g.output_size());
        });
        delta = aside;
      }
      if (pass.dx != nullptr && sum.joins_images(pass.batch)) {
        T* const dx = pass.dx + first * g.input_size();
        run_joined(sum, {delta, g.output_size(), dx, g.input_size()}, count, Activation::none,
                   memory, bytes, pass.threads);
      } else if (pass.dx != nullptr) {
        const Index shares = std::min<Index>(g.rows.input, (pass.threads + count - 1) / count);
        parallel_for(count * shares, pass.threads, [&](Index job, int worker) {
          const Index i = job / shares;
          sum.run(delta + i * g.output_size(), share_of(g.rows.input, job % shares, shares),
                  Activation::none, pass.dx + (first + i) * g.input_size(),
                  worker_scratch(memory, worker, bytes));
        });
      }
      if (!with_kernel) continue;
      const KernelSum<T> kernel_sum{g,
                                    pass.x + first * g.input_size(),
                                    delta,
                                    count * g.output_pixels(),
                                    pass.kernel_gradient,
                                    pass.bias_gradient,
                                    first > 0};
      kernel_sum.run(memory, bytes, pass.threads);
    }
  }

  /// Images that are read and written, and the elements of each.
  struct Images {
    const T* source;
    Index source_size;
    T* target;
    Index target_size;
  };

  /// A share of the images to each thread.
  static void run_joined(const TapSum<T>& sum, const Images& images, Index count,
                         Activation activation, std::byte* memory, Index bytes, int threads) {
    parallel_for(std::min<Index>(threads, count), threads, [&](Index share, int worker) {
      const RowRange mine = share_of(count, share, std::min<Index>(threads, count));
      sum.run_joined(images.source + mine.begin * images.source_size, images.source_size,
                     mine.end - mine.begin, activation,
                     images.target + mine.begin * images.target_size, images.target_size,
                     worker_scratch(memory, worker, bytes));
    });
  }

  static constexpr Index worker_bytes(const TapSum<T>& sum) {
    return std::max(sum.worker_bytes(), KernelSum<T>::worker_bytes());
  }
};

}  // namespace tweed::kernels::conv
