#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// The definition as plain loops: any geometry. Every other algorithm is tested against it, in
/// double.
template <class T>
struct Reference {
  static constexpr Index shared_bytes(const Geometry&) { return 0; }
  static constexpr Index worker_bytes(const Geometry&) { return 0; }
  static const T* prepare(const Geometry&, const T* kernel, Scratch) { return kernel; }

  static void forward(const Geometry& g, const T* x, const T* kernel, const T* bias,
                      const Activation& activation, const RowRange& rows, T* y, bool, Scratch) {
    for (Index row = rows.begin; row < rows.end; ++row) {
      T* const line = y + row * g.columns.output * g.filters;
      for (Index column = 0; column < g.columns.output; ++column) {
        T* const pixel = line + column * g.filters;
        bias == nullptr ? std::fill_n(pixel, g.filters, T{}) : std::copy_n(bias, g.filters, pixel);
      }
    }
    for_each_product(g, rows, [&](Index input, Index weights, Index output) {
      for (Index f = 0; f < g.group_filters(); ++f) {
        y[output + f] += x[input] * kernel[weights + f];
      }
    });
    const Index row_size = g.columns.output * g.filters;
    T* const first = y + rows.begin * row_size;
    const Index size = (rows.end - rows.begin) * row_size;
    if (activation.is_relu()) relu(first, first, size, 1);
    apply_other(activation, first, size);
  }

  static void input_gradient(const Geometry& g, const T* dy, const T* kernel, T* dx, Scratch) {
    std::fill_n(dx, g.input_size(), T{});
    for_each_product(g, {0, g.rows.output}, [&](Index input, Index weights, Index output) {
      T sum{};
      for (Index f = 0; f < g.group_filters(); ++f) sum += dy[output + f] * kernel[weights + f];
      dx[input] += sum;
    });
  }

  static void add_kernel_gradient(const Geometry& g, const T* x, const T* dy, T* gradient,
                                  T* bias_gradient, Scratch) {
    if (bias_gradient != nullptr) sum_pixels(dy, g.output_pixels(), g.filters, bias_gradient);
    for_each_product(g, {0, g.rows.output}, [&](Index input, Index weights, Index output) {
      for (Index f = 0; f < g.group_filters(); ++f) {
        gradient[weights + f] += x[input] * dy[output + f];
      }
    });
  }

 private:
  /// Calls `body(input, weights, output)` for each input element and each of its group's kernel
  /// rows that meet in an output pixel: offsets into one sample of x, the kernel, one sample of y.
  template <class Body>
  static void for_each_product(const Geometry& g, const RowRange& rows, const Body& body) {
    for (Index row = rows.begin; row < rows.end; ++row) {
      for (Index column = 0; column < g.columns.output; ++column) {
        const Index output = (row * g.columns.output + column) * g.filters;
        for (Index i = g.rows.first_tap(row); i < g.rows.end_tap(row); ++i) {
          for (Index j = g.columns.first_tap(column); j < g.columns.end_tap(column); ++j) {
            const Index y = row * g.rows.stride - g.rows.before + i * g.rows.dilation;
            const Index x = column * g.columns.stride - g.columns.before + j * g.columns.dilation;
            const Index input = (y * g.columns.input + x) * g.channels;
            const Index tap = (i * g.columns.window + j) * g.group_channels();
            for (Index c = 0; c < g.channels; ++c) {
              const Index first_filter = c / g.group_channels() * g.group_filters();
              body(input + c, (tap + c % g.group_channels()) * g.filters + first_filter,
                   output + first_filter);
            }
          }
        }
      }
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
