#pragma once

#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/matmul.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// Convolution as a matrix product (Chellapilla, Puri and Simard, *High Performance Convolutional
/// Neural Networks for Document Processing*, 2006): each output pixel's inputs are laid out as one
/// row of a matrix [pixels, kh*kw*c], a strip of output rows at a time so that the matrix stays in
/// the cache. With groups, one after the other. Any geometry.
template <class T>
struct Im2col {
  static constexpr Index shared_bytes(const Geometry&) { return 0; }
  static constexpr Index worker_bytes(const Geometry& g) {
    return Scratch::bytes<T>(strip_size(g)) + matmul_scratch_bytes<T>();
  }
  static const T* prepare(const Geometry&, const T* kernel, Scratch) { return kernel; }

  EIGEN_DONT_INLINE static void forward(const Geometry& g, const T* x, const T* kernel,
                                        const T* bias, Activation activation, const RowRange& rows,
                                        T* y, Scratch scratch) {
    T* const columns = scratch.take<T>(strip_size(g));
    for_each_strip(g, rows, [&](Index row, Index height) {
      const auto strip = strip_of(g, y, row, height);
      for (Index group = 0; group < g.groups; ++group) {
        gather(g, x + group * g.group_channels(), row, height, columns);
        matmul<T>(row_major<const T>(columns, strip.rows, kernel_rows(g)),
                  filters_of(g, kernel_matrix(g, kernel), group), filters_of(g, strip, group),
                  Write::replace, scratch);
      }
      add_bias(strip.data, strip.rows, strip.columns, bias, activation);
    });
  }

  EIGEN_DONT_INLINE static void input_gradient(const Geometry& g, const T* dy, const T* kernel,
                                               T* dx, Scratch scratch) {
    T* const columns = scratch.take<T>(strip_size(g));
    std::fill_n(dx, g.input_size(), T{});
    for_each_strip(g, {0, g.rows.output}, [&](Index row, Index height) {
      const auto strip = strip_of<const T>(g, dy, row, height);
      for (Index group = 0; group < g.groups; ++group) {
        matmul<T>(filters_of(g, strip, group),
                  filters_of(g, kernel_matrix(g, kernel), group).transposed(),
                  row_major(columns, strip.rows, kernel_rows(g)), Write::replace, scratch);
        scatter(g, columns, row, height, dx + group * g.group_channels());
      }
    });
  }

  EIGEN_DONT_INLINE static void add_kernel_gradient(const Geometry& g, const T* x, const T* dy,
                                                    T* gradient, Scratch scratch) {
    T* const columns = scratch.take<T>(strip_size(g));
    for_each_strip(g, {0, g.rows.output}, [&](Index row, Index height) {
      const auto strip = strip_of<const T>(g, dy, row, height);
      for (Index group = 0; group < g.groups; ++group) {
        gather(g, x + group * g.group_channels(), row, height, columns);
        matmul<T>(row_major<const T>(columns, strip.rows, kernel_rows(g)).transposed(),
                  filters_of(g, strip, group), filters_of(g, kernel_matrix(g, gradient), group),
                  Write::add, scratch);
      }
    });
  }

 private:
  /// Elements of the matrix that one strip may have, unless a single output row needs more.
  static constexpr Index target_strip_size = 128 * 1024;

  static constexpr Index row_size(const Geometry& g) {
    return g.columns.output * g.taps() * g.group_channels();
  }
  static constexpr Index strip_rows(const Geometry& g) {
    return std::clamp<Index>(target_strip_size / std::max<Index>(row_size(g), 1), 1, g.rows.output);
  }
  static constexpr Index strip_size(const Geometry& g) { return strip_rows(g) * row_size(g); }
  static constexpr Index kernel_rows(const Geometry& g) { return g.taps() * g.group_channels(); }

  template <class U>
  static Matrix<U> kernel_matrix(const Geometry& g, U* kernel) {
    return row_major(kernel, kernel_rows(g), g.filters);
  }
  /// The columns that belong to a group.
  template <class U>
  static Matrix<U> filters_of(const Geometry& g, const Matrix<U>& all, Index group) {
    return all.block(0, group * g.group_filters(), all.rows, g.group_filters());
  }

  template <class Body>
  static void for_each_strip(const Geometry& g, const RowRange& rows, const Body& body) {
    for (Index row = rows.begin; row < rows.end; row += strip_rows(g)) {
      body(row, std::min(strip_rows(g), rows.end - row));
    }
  }

  /// The strip's pixels of one sample of y or dy, as a matrix [pixels,f].
  template <class U>
  static Matrix<U> strip_of(const Geometry& g, U* y, Index row, Index rows) {
    return row_major(y + row * g.columns.output * g.filters, rows * g.columns.output, g.filters);
  }

  /// Calls `body(offset into the sample, offset into the strip's matrix, elements)` for each run of
  /// inputs under a kernel row; the offset into the sample is -1 where the run is padding.
  template <class Body>
  static void for_each_run(const Geometry& g, Index row, Index rows, const Body& body) {
    const Index channels = g.group_channels();
    const bool taps_touch = g.groups == 1 && g.columns.dilation == 1;
    Index at = 0;
    for (Index r = row; r < row + rows; ++r) {
      for (Index column = 0; column < g.columns.output; ++column) {
        const Index first = g.columns.first_tap(column);
        const Index end = std::max(first, g.columns.end_tap(column));
        const Index x = column * g.columns.stride - g.columns.before + first * g.columns.dilation;
        for (Index i = 0; i < g.rows.window; ++i, at += g.columns.window * channels) {
          const Index y = r * g.rows.stride - g.rows.before + i * g.rows.dilation;
          if (y < 0 || y >= g.rows.input || first == end) {
            body(Index{-1}, at, g.columns.window * channels);
            continue;
          }
          body(Index{-1}, at, first * channels);
          const Index length = taps_touch ? end - first : 1;
          Index from = (y * g.columns.input + x) * g.channels;
          for (Index tap = first; tap < end; tap += length) {
            body(from, at + tap * channels, length * channels);
            from += g.columns.dilation * g.channels;
          }
          body(Index{-1}, at + end * channels, (g.columns.window - end) * channels);
        }
      }
    }
  }

  static void gather(const Geometry& g, const T* x, Index row, Index rows, T* columns) {
    for_each_run(g, row, rows, [&](Index from, Index to, Index count) {
      if (from < 0) {
        std::fill_n(columns + to, count, T{});
      } else {
        std::copy_n(x + from, count, columns + to);
      }
    });
  }

  static void scatter(const Geometry& g, const T* columns, Index row, Index rows, T* dx) {
    for_each_run(g, row, rows, [&](Index to, Index from, Index count) {
      if (to < 0) return;
      for (Index i = 0; i < count; ++i) dx[to + i] += columns[from + i];
    });
  }
};

}  // namespace tweed::kernels::conv
