#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/conv/geometry.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// The definition as plain loops: any geometry, no scratch. Every other algorithm is tested against
/// it, in double.
template <class T>
struct Reference {
  static void forward(const Geometry& g, const Forward<T>& pass) {
    parallel_for(pass.batch, pass.threads, [&](Index n, int) {
      T* const y = pass.y + n * g.output_size();
      for (Index pixel = 0; pixel < g.output_pixels(); ++pixel) {
        std::copy_n(pass.bias, g.filters, y + pixel * g.filters);
      }
      for_each_product(g, [&](Index input, Index tap, Index output) {
        const T x = pass.x[n * g.input_size() + input];
        const T* const kernel = pass.kernel + tap * g.filters;
        for (Index f = 0; f < g.filters; ++f) y[output + f] += x * kernel[f];
      });
      if (pass.activation == Activation::relu) relu(y, y, g.output_size(), 1);
    });
  }

  static void input_gradient(const Geometry& g, const Backward<T>& pass) {
    parallel_for(pass.batch, pass.threads, [&](Index n, int) {
      T* const dx = pass.dx + n * g.input_size();
      const T* const dy = pass.dy + n * g.output_size();
      std::fill_n(dx, g.input_size(), T{});
      for_each_product(g, [&](Index input, Index tap, Index output) {
        const T* const kernel = pass.kernel + tap * g.filters;
        T sum{};
        for (Index f = 0; f < g.filters; ++f) sum += dy[output + f] * kernel[f];
        dx[input] += sum;
      });
    });
  }

  static void kernel_gradient(const Geometry& g, const Backward<T>& pass) {
    std::fill_n(pass.kernel_gradient, g.kernel_size(), T{});
    for (Index n = 0; n < pass.batch; ++n) {
      const T* const dy = pass.dy + n * g.output_size();
      for_each_product(g, [&](Index input, Index tap, Index output) {
        const T x = pass.x[n * g.input_size() + input];
        T* const gradient = pass.kernel_gradient + tap * g.filters;
        for (Index f = 0; f < g.filters; ++f) gradient[f] += x * dy[output + f];
      });
    }
  }

 private:
  /// Calls `body(input, tap, output)` for each input element and kernel tap that meet in an output
  /// pixel: offsets into one sample of x, into kernel rows [kh,kw,c], into one sample of y.
  template <class Body>
  static void for_each_product(const Geometry& g, const Body& body) {
    for (Index row = 0; row < g.rows.output; ++row) {
      for (Index column = 0; column < g.columns.output; ++column) {
        const Index output = (row * g.columns.output + column) * g.filters;
        for (Index i = g.rows.first_tap(row); i < g.rows.end_tap(row); ++i) {
          for (Index j = g.columns.first_tap(column); j < g.columns.end_tap(column); ++j) {
            const Index y = row * g.rows.stride - g.rows.before + i;
            const Index x = column * g.columns.stride - g.columns.before + j;
            const Index input = (y * g.columns.input + x) * g.channels;
            const Index tap = (i * g.columns.window + j) * g.channels;
            for (Index c = 0; c < g.channels; ++c) body(input + c, tap + c, output);
          }
        }
      }
    }
  }
};

}  // namespace tweed::kernels::conv
