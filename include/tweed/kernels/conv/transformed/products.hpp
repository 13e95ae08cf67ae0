#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/conv/transformed/blocks.hpp>
#include <tweed/kernels/conv/transformed/memory.hpp>
#include <tweed/kernels/conv/transformed/slot_product.hpp>
#include <tweed/kernels/matmul.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// C = A B for B in the panels of `for_each_panel`, while what is needed `next` is fetched.
template <class T>
using RealProduct = void(const Matrix<const T>& a, const T* b, const Matrix<T>& c,
                         LinesAhead<T>& next);

/// As transforms need it whose slots are all real.
template <class T>
void many_real_products(const Matrix<const T>& a, const T* b, const Matrix<T>& c,
                        LinesAhead<T>& next) {
  SlotProduct<T>::real(a, b, c, next);
}

/// As those need it that have few: this has no tiles of its own to compile.
template <class T>
void few_real_products(const Matrix<const T>& a, const T* b, const Matrix<T>& c,
                       LinesAhead<T>& next) {
  multiply_panels<T>(a, b, c, next);
}

/// The products of a transformed convolution, slot by slot.
template <class T>
class TransformProducts {
  using Layout = TransformLayout<T>;
  using Block = TransformBlock;
  using Memory = TransformMemory<T>;

 public:
  /// Transformed tiles, or a transformed kernel with rows of `side`'s channels.
  struct Operand {
    const T* data;
    const TransformSide* side;
    Index depth = 0;
  };
  struct Target {
    T* data;
    const TransformSide* side;
  };

  /// Tiles `to` = tiles `from` times the kernel, slot by slot.
  EIGEN_DONT_INLINE static void multiply(const Layout& l, RealProduct<T>* real_product,
                                         const Block& block, const Operand& from,
                                         const Operand& kernel, const Target& to,
                                         const Memory& memory) {
    const Index tiles = block.tiles();
    const Index columns = to.side->padded_channels;
    const Index most = most_rows(from.side->padded_channels);
    parallel_for(l.kind.frequencies(), block.threads, [&](Index frequency, int worker) {
      const Index slot = l.kind.slot_of(frequency);
      const Index slots = l.kind.is_real(frequency) ? 1 : 2;
      const T* const b = kernel.data + slot * l.kernel_step();
      LinesAhead<T> next =
          LinesAhead<T>::end_to_end(b + slots * l.kernel_step(), slots * l.kernel_step());
      const Scratch scratch = memory.rest(block.worker_of(worker));
      for (Index first = 0; first < tiles; first += most) {
        const Index rows = std::min(most, tiles - first);
        const T* const a =
            from.data + first * from.side->tile_step + l.slot_offset(*from.side, slot);
        T* const c = to.data + first * to.side->tile_step + l.slot_offset(*to.side, slot);
        if (slots == 1) {
          real_product({a, rows, from.depth, from.side->tile_step}, b,
                       {c, rows, columns, to.side->tile_step}, next);
        } else {
          SlotProduct<T>::complex(
              rows, columns, from.depth,
              with_sum(a, from.side->tile_step, rows, from.side->padded_channels, scratch),
              {b, b + l.kernel_step()}, {c, c + columns, to.side->tile_step}, next);
        }
      }
    });
  }

  /// One slot of dU = X^T Z over some tiles, or dU += X^T Z.
  EIGEN_DONT_INLINE static void kernel_gradient_slot(const Layout& l, Index frequency, const T* x,
                                                     const T* z, Index tiles, T* du, bool add,
                                                     const Scratch& scratch) {
    const Index rows = l.input.padded_channels;
    const Index columns = l.output.padded_channels;
    const Index slot = l.kind.slot_of(frequency);
    const T* const a = x + l.slot_offset(l.input, slot);
    const T* const b = z + l.slot_offset(l.output, slot);
    T* const to = du + slot * l.kernel_step();
    if (l.kind.is_real(frequency)) {
      const Matrix<const T> left{a, tiles, rows, l.input.tile_step};
      return matmul<T>(left.transposed(), {b, tiles, columns, l.output.tile_step},
                       row_major(to, rows, columns), add ? Write::add : Write::replace, scratch);
    }
    for (Index first = 0; first < tiles; first += transform_depth_block) {
      const Index depth = std::min(transform_depth_block, tiles - first);
      const Matrix<const T> x_rows{a + first * l.input.tile_step, depth, rows, l.input.tile_step};
      const Matrix<const T> z_rows{b + first * l.output.tile_step, depth, columns,
                                   l.output.tile_step};
      Scratch memory = scratch;
      const auto left = in_panels(x_rows, SlotProduct<T>::left_panel, memory);
      const auto right = in_panels(z_rows, SlotProduct<T>::right_panel, memory);
      LinesAhead<T> next(x_rows.block(0, 2 * rows, depth, 2 * rows));
      LinesAhead<T> next_z(z_rows.block(0, 2 * columns, depth, 2 * columns));
      next.then = &next_z;
      SlotProduct<T>::transposed(rows, columns, depth, left, right,
                                 {to, to + l.kernel_step(), columns, add || first > 0}, next);
    }
  }

 private:
  /// Tiles that are multiplied at a time by one slot of the kernel, so that they stay in the
  /// second-level cache meanwhile.
  static constexpr Index most_rows(Index channels) {
    constexpr Index height = ProductTile<T>::rows;
    return std::clamp<Index>((Index{32} << 10) / channels / height * height, 8 * height,
                             transform_row_block);
  }

  /// Rows of a complex matrix and the sum of its parts, columns being whole vectors.
  EIGEN_DONT_INLINE static SlotRows<T> with_sum(const T* a, Index row_step, Index rows,
                                                Index columns, Scratch scratch) {
    T* const sum = scratch.take<T>(rows * columns);
    for (Index r = 0; r < rows; ++r) {
      const T* const re = a + r * row_step;
      for (Index i = 0; i < columns; i += Pack<T>::width) {
        (Pack<T>::load(re + i) + Pack<T>::load(re + columns + i)).store(sum + r * columns + i);
      }
    }
    return {a, a + columns, row_step, sum, columns};
  }

  /// A complex matrix copied into panels, with the sum of its parts. Imaginary parts lie behind the
  /// real ones.
  EIGEN_DONT_INLINE static SlotPanels<T> in_panels(const Matrix<const T>& a, Index panel,
                                                   Scratch& scratch) {
    T* const to_re = scratch.take<T>(a.rows * a.columns);
    T* const to_im = scratch.take<T>(a.rows * a.columns);
    T* const to_sum = scratch.take<T>(a.rows * a.columns);
    for (Index r = 0; r < a.rows; ++r) {
      const T* const from = &a(r, 0);
      for (Index j = 0; j < a.columns; j += panel) {
        const Index width = std::min(panel, a.columns - j);
        const Index to = j * a.rows + r * width;
        for (Index i = 0; i < width; i += Pack<T>::width) {
          const auto re = Pack<T>::load(from + j + i);
          const auto im = Pack<T>::load(from + a.columns + j + i);
          re.store(to_re + to + i);
          im.store(to_im + to + i);
          (re + im).store(to_sum + to + i);
        }
      }
    }
    return {to_re, to_im, to_sum};
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
