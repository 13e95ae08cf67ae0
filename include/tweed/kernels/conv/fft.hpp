#pragma once

#include <tweed/kernels/conv/fft/image_transform.hpp>
#include <tweed/kernels/conv/slot_product.hpp>

#include <algorithm>
#include <utility>

namespace tweed::kernels::conv {

/// Convolution by the fast Fourier transform, stride 1. Images are cut into tiles, or taken whole,
/// and transformed over vectors of channels; for each frequency there is one small product over
/// channels. With X and U the transforms of input and kernel and Z the conjugate of that of dy, all
/// passes are plain products: Y = X U, conj(dX) = Z U^T, conj(dU) = X^T Z. X and U are kept from
/// forward to backward, Z serves both gradients. docs/convolution.md derives it.
template <class T>
class Fft {
  using Layout = fft::Layout<T>;

 public:
  static constexpr bool supports(const Geometry& g) {
    return g.rows.stride == 1 && g.columns.stride == 1 && fft::best_size(g) > 0;
  }

  static constexpr Index kept_bytes(const Geometry& g, Index batch) {
    const Layout l(g, batch);
    return Scratch::bytes<T>(l.kernel_size()) +
           Scratch::bytes<T>(l.blocks() * l.block_size(l.input));
  }

  static constexpr Index scratch_bytes(const Geometry& g, Index batch, int threads) {
    const Layout l(g, batch);
    const Index sides =
        Scratch::bytes<T>(l.block_size(l.input)) + Scratch::bytes<T>(l.block_size(l.output));
    return sides + Scratch::bytes<T>(l.kernel_size()) + threads * worker_bytes(l);
  }

  /// Without `kept`, the transforms of x and the kernel live in scratch.
  static void forward(const Geometry& g, Forward<T> pass) {
    const Layout l(g, pass.batch);
    T* const y = pass.scratch.template take<T>(l.block_size(l.output));
    std::byte* const memory = pass.scratch.template take<std::byte>(pass.threads * worker_bytes(l));
    Scratch kept = pass.kept == nullptr
                       ? pass.scratch
                       : Scratch({pass.kept, static_cast<std::size_t>(kept_bytes(g, pass.batch))});
    T* const u = kept.take<T>(l.kernel_size());
    T* const x = kept.take<T>((pass.kept == nullptr ? 1 : l.blocks()) * l.block_size(l.input));
    with_size(l.size, [&](auto n) {
      using Images = fft::ImageTransform<n, T>;
      fft::KernelTransform<n, T>::forward(g, l, pass.kernel, u, pass.threads);
      for (Index block = 0; block < l.blocks(); ++block) {
        const Index first = block * l.block_images;
        const Index count = l.images_of(block);
        T* const block_x = pass.kept == nullptr ? x : x + block * l.block_size(l.input);
        Images::forward(l, l.input, {pass.x}, first, count, block_x, false, pass.threads);
        parallel_for(l.frequencies(), pass.threads, [&](Index frequency, int worker) {
          Scratch scratch = worker_scratch(memory, worker, worker_bytes(l));
          multiply(l, frequency, padded_tiles(l, count), l.output.padded_channels,
                   l.input.padded_channels, tiles_matrix(l, l.input, block_x, frequency, scratch),
                   kernel_matrix(l, u, frequency, scratch),
                   result(l.output, l.slot_of(frequency), y));
        });
        Images::inverse(l, l.output, y, false, {pass.bias, pass.activation},
                        pass.y + first * l.output.image_size(), count, pass.threads);
      }
    });
  }

  /// All gradients, the ReLU's mask and the bias's included.
  static void backward(const Geometry& g, Backward<T> pass) {
    const Layout l(g, pass.batch);
    Scratch kept(
        {const_cast<std::byte*>(pass.kept), static_cast<std::size_t>(kept_bytes(g, pass.batch))});
    const T* const u = kept.take<T>(l.kernel_size());
    const T* const x = kept.take<T>(l.blocks() * l.block_size(l.input));
    T* const z = pass.scratch.template take<T>(l.block_size(l.output));
    T* const dx = pass.scratch.template take<T>(l.block_size(l.input));
    T* const du = pass.scratch.template take<T>(l.kernel_size());
    std::byte* const memory = pass.scratch.template take<std::byte>(pass.threads * worker_bytes(l));
    const T* const mask = pass.activation == Activation::relu ? pass.y : nullptr;
    std::fill_n(pass.bias_gradient, g.filters, T{});
    with_size(l.size, [&](auto n) {
      using Images = fft::ImageTransform<n, T>;
      if (pass.batch == 0) std::fill_n(du, l.kernel_size(), T{});
      for (Index block = 0; block < l.blocks(); ++block) {
        const Index first = block * l.block_images;
        const Index count = l.images_of(block);
        Images::forward(l, l.output, {pass.dy, mask}, first, count, z, true, pass.threads);
        add_bias_gradient(l, z, count, g.filters, pass.bias_gradient);
        parallel_for(l.frequencies(), pass.threads, [&](Index frequency, int worker) {
          Scratch scratch = worker_scratch(memory, worker, worker_bytes(l));
          const auto z_matrix = tiles_matrix(l, l.output, z, frequency, scratch);
          auto x_matrix =
              tiles_matrix(l, l.input, x + block * l.block_size(l.input), frequency, scratch);
          std::swap(x_matrix.row_step, x_matrix.column_step);
          auto du_result = kernel_result(l, frequency, du);
          du_result.add = block > 0;
          multiply(l, frequency, l.input.padded_channels, l.output.padded_channels,
                   count * l.tiles_per_image, x_matrix, z_matrix, du_result);
          if (pass.dx == nullptr) return;
          multiply(l, frequency, padded_tiles(l, count), l.input.padded_channels,
                   l.output.padded_channels, z_matrix, transposed_kernel(l, u, frequency, scratch),
                   result(l.input, l.slot_of(frequency), dx));
        });
        if (pass.dx != nullptr) {
          Images::inverse(l, l.input, dx, true, {}, pass.dx + first * l.input.image_size(), count,
                          pass.threads);
        }
      }
      fft::KernelTransform<n, T>::inverse(g, l, du, pass.kernel_gradient, pass.threads);
    });
  }

 private:
  static constexpr Index worker_bytes(const Layout& l) {
    return 2 * Scratch::bytes<T>(l.largest_slot()) + 3 * Scratch::bytes<T>(l.kernel_slot());
  }

  static constexpr Index padded_tiles(const Layout& l, Index images) {
    return (images * l.tiles_per_image + 3) / 4 * 4;
  }

  template <class Body>
  static void with_size(Index size, const Body& body) {
    switch (size) {
      case 8:
        return body(std::integral_constant<int, 8>{});
      case 9:
        return body(std::integral_constant<int, 9>{});
      case 16:
        return body(std::integral_constant<int, 16>{});
      default:
        return body(std::integral_constant<int, 32>{});
    }
  }

  static const T* sum_of(const T* a, const T* b, Index count, T* sum) {
    for (Index i = 0; i < count; i += Pack<T>::width) {
      (Pack<T>::load(a + i) + Pack<T>::load(b + i)).store(sum + i);
    }
    return sum;
  }

  /// A block's tiles at one frequency, [tiles,channels].
  static SlotMatrix<T> tiles_matrix(const Layout& l, const fft::Side& side, const T* block,
                                    Index frequency, Scratch& scratch) {
    const T* const re = block + l.slot_of(frequency) * side.slot_step;
    if (l.is_real(frequency)) return {re, nullptr, nullptr, side.padded_channels};
    const T* const im = re + side.slot_step;
    T* const sum = scratch.take<T>(l.largest_slot());
    return {re, im, sum_of(re, im, l.block_tiles * side.padded_channels, sum),
            side.padded_channels};
  }

  /// The kernel at one frequency, [channels,filters].
  static SlotMatrix<T> kernel_matrix(const Layout& l, const T* u, Index frequency,
                                     Scratch& scratch) {
    const T* const re = u + l.slot_of(frequency) * l.kernel_step;
    if (l.is_real(frequency)) return {re, nullptr, nullptr, l.output.padded_channels};
    const T* const im = re + l.kernel_step;
    T* const sum = scratch.take<T>(l.kernel_slot());
    return {re, im, sum_of(re, im, l.kernel_slot(), sum), l.output.padded_channels};
  }

  /// The same transposed, [filters,channels].
  static SlotMatrix<T> transposed_kernel(const Layout& l, const T* u, Index frequency,
                                         Scratch& scratch) {
    const Index rows = l.input.padded_channels;
    const Index columns = l.output.padded_channels;
    const T* const from = u + l.slot_of(frequency) * l.kernel_step;
    T* const re = scratch.take<T>(l.kernel_slot());
    simd::transpose(from, rows, columns, re);
    if (l.is_real(frequency)) return {re, nullptr, nullptr, rows};
    T* const im = scratch.take<T>(l.kernel_slot());
    T* const sum = scratch.take<T>(l.kernel_slot());
    simd::transpose(from + l.kernel_step, rows, columns, im);
    return {re, im, sum_of(re, im, l.kernel_slot(), sum), rows};
  }

  static SlotResult<T> result(const fft::Side& side, Index slot, T* block) {
    T* const re = block + slot * side.slot_step;
    return {re, re + side.slot_step, side.padded_channels, false};
  }

  static SlotResult<T> kernel_result(const Layout& l, Index frequency, T* du) {
    T* const re = du + l.slot_of(frequency) * l.kernel_step;
    return {re, re + l.kernel_step, l.output.padded_channels, false};
  }

  /// The lowest frequency of a tile is the sum of its pixels.
  static void add_bias_gradient(const Layout& l, const T* z, Index images, Index filters,
                                T* gradient) {
    for (Index tile = 0; tile < images * l.tiles_per_image; ++tile) {
      const T* const sums = z + tile * l.output.padded_channels;
      for (Index f = 0; f < filters; ++f) gradient[f] += sums[f];
    }
  }

  static void multiply(const Layout& l, Index frequency, Index rows, Index columns, Index depth,
                       const SlotMatrix<T>& a, const SlotMatrix<T>& b, const SlotResult<T>& c) {
    if (l.is_real(frequency)) {
      SlotProduct<T>::real(rows, columns, depth, a, b, c);
    } else {
      SlotProduct<T>::complex(rows, columns, depth, a, b, c);
    }
  }
};

}  // namespace tweed::kernels::conv
