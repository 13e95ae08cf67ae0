#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/bias.hpp>
#include <tweed/kernels/conv/geometry.hpp>

#include <Eigen/Core>

#include <algorithm>

namespace tweed::bench {

/// The baseline: the patches of a whole image as one matrix [pixels, kh*kw*c] and Eigen's own
/// product, a thread to an image. Call `Eigen::setNbThreads(1)` first, or Eigen adds threads of its
/// own.
template <class T>
struct EigenIm2col {
  using Geometry = kernels::conv::Geometry;

  static Index scratch_bytes(const Geometry& g, int threads) {
    return Scratch::bytes<T>(max_batch_parts * g.kernel_size()) +
           Scratch::bytes<T>(threads * patches_size(g));
  }

  static void forward(const Geometry& g, kernels::conv::Forward<T> pass) {
    T* const memory = empty_patches(g, pass.scratch, pass.threads);
    const auto kernel = matrix(pass.kernel, kernel_rows(g), g.filters);
    parallel_for(pass.batch, pass.threads, [&](Index n, int worker) {
      T* const patches = memory + worker * patches_size(g);
      T* const y = pass.y + n * g.output_size();
      gather(g, pass.x + n * g.input_size(), patches);
      matrix(y, g.output_pixels(), g.filters).noalias() =
          matrix<const T>(patches, g.output_pixels(), kernel_rows(g)) * kernel;
      kernels::add_bias(y, g.output_pixels(), g.filters, pass.bias, pass.activation);
    });
  }

  static void input_gradient(const Geometry& g, kernels::conv::Backward<T> pass) {
    T* const memory = empty_patches(g, pass.scratch, pass.threads);
    const auto kernel = matrix(pass.kernel, kernel_rows(g), g.filters);
    parallel_for(pass.batch, pass.threads, [&](Index n, int worker) {
      T* const patches = memory + worker * patches_size(g);
      const T* const dy = pass.dy + n * g.output_size();
      matrix(patches, g.output_pixels(), kernel_rows(g)).noalias() =
          matrix(dy, g.output_pixels(), g.filters) * kernel.transpose();
      scatter(g, patches, pass.dx + n * g.input_size());
    });
  }

  static void kernel_gradient(const Geometry& g, kernels::conv::Backward<T> pass) {
    const BatchParts parts{pass.batch};
    T* const partial = pass.scratch.template take<T>(max_batch_parts * g.kernel_size());
    T* const memory = empty_patches(g, pass.scratch, pass.threads);
    std::fill_n(partial, parts.count() * g.kernel_size(), T{});
    parallel_for(parts.count(), pass.threads, [&](Index part, int worker) {
      T* const patches = memory + worker * patches_size(g);
      auto gradient = matrix(partial + part * g.kernel_size(), kernel_rows(g), g.filters);
      for (Index n = parts.begin(part); n < parts.end(part); ++n) {
        const T* const dy = pass.dy + n * g.output_size();
        gather(g, pass.x + n * g.input_size(), patches);
        gradient.noalias() +=
            matrix<const T>(patches, g.output_pixels(), kernel_rows(g)).transpose() *
            matrix(dy, g.output_pixels(), g.filters);
      }
    });
    kernels::sum_parts(partial, parts.count(), g.kernel_size(), pass.kernel_gradient, pass.threads);
  }

 private:
  using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  static auto matrix(T* data, Index rows, Index columns) {
    return Eigen::Map<RowMajor>(data, rows, columns);
  }
  template <class U>
  static auto matrix(const U* data, Index rows, Index columns) {
    return Eigen::Map<const RowMajor>(data, rows, columns);
  }

  static Index kernel_rows(const Geometry& g) { return g.taps() * g.channels; }
  static Index patches_size(const Geometry& g) { return g.output_pixels() * kernel_rows(g); }

  /// Patches for each worker, all zero: `gather` never writes to the padding.
  static T* empty_patches(const Geometry& g, Scratch& scratch, int threads) {
    T* const patches = scratch.take<T>(threads * patches_size(g));
    std::fill_n(patches, threads * patches_size(g), T{});
    return patches;
  }

  /// Calls `body(offset into the sample, offset into the patches, elements)` for each run of inputs
  /// under a kernel row.
  template <class Body>
  static void for_each_run(const Geometry& g, const Body& body) {
    Index patch = 0;
    for (Index row = 0; row < g.rows.output; ++row) {
      for (Index column = 0; column < g.columns.output; ++column) {
        const Index first = g.columns.first_tap(column);
        const Index end = std::max(first, g.columns.end_tap(column));
        const Index x = column * g.columns.stride - g.columns.before + first;
        for (Index i = 0; i < g.rows.window; ++i, patch += g.columns.window * g.channels) {
          const Index y = row * g.rows.stride - g.rows.before + i;
          if (y < 0 || y >= g.rows.input) continue;
          body((y * g.columns.input + x) * g.channels, patch + first * g.channels,
               (end - first) * g.channels);
        }
      }
    }
  }

  static void gather(const Geometry& g, const T* x, T* patches) {
    for_each_run(
        g, [&](Index from, Index to, Index count) { std::copy_n(x + from, count, patches + to); });
  }

  static void scatter(const Geometry& g, const T* patches, T* dx) {
    std::fill_n(dx, g.input_size(), T{});
    for_each_run(g, [&](Index to, Index from, Index count) {
      for (Index i = 0; i < count; ++i) dx[to + i] += patches[from + i];
    });
  }
};

}  // namespace tweed::bench
