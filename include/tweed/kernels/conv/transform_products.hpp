#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/conv/slot_product.hpp>
#include <tweed/kernels/conv/transform_memory.hpp>
#include <tweed/kernels/matmul.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// C = A B, while what is `upcoming` may be fetched.
template <class T>
using RealProduct = void(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c,
                         const Upcoming<T>& upcoming, const Scratch& scratch);

/// As transforms need it whose slots are all real.
template <class T>
void many_real_products(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c,
                        const Upcoming<T>& upcoming, const Scratch&) {
  SlotProduct<T>::real(a, b, c, upcoming);
}

/// As those need it that have few: this has no tiles of its own to compile.
template <class T>
void few_real_products(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c,
                       const Upcoming<T>&, const Scratch& scratch) {
  matmul<T>(a, b, c, Write::replace, scratch);
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
    const Index tiles = block.end - block.first;
    const Index depth = from.depth;
    const Index columns = to.side->padded_channels;
    const Index channels = from.side->padded_channels;
    parallel_for(l.kind.frequencies(), block.threads, [&](Index frequency, int worker) {
      const Index slot = l.kind.slot_of(frequency);
      const T* const a = from.data + l.slot_offset(*from.side, slot);
      const T* const b = kernel.data + slot * l.kernel_step();
      T* const c = to.data + l.slot_offset(*to.side, slot);
      const Index slots = l.kind.is_real(frequency) ? 1 : 2;
      const Upcoming<T> next(b + slots * l.kernel_step(), slots * l.kernel_step());
      Scratch scratch = memory.sums(block.threads == 1 ? block.worker : worker);
      if (slots == 1) {
        return real_product({a, tiles, depth, from.side->tile_step}, row_major(b, depth, columns),
                            {c, tiles, columns, to.side->tile_step}, next, scratch);
      }
      SlotMatrix<T> left{a, a + channels, from.side->tile_step};
      SlotMatrix<T> right{b, b + l.kernel_step(), columns};
      const SlotResult<T> result{c, c + columns, to.side->tile_step};
      add_sum(left, tiles, channels, scratch);
      add_sum(right, depth, columns, scratch);
      SlotProduct<T>::complex(tiles, columns, depth, left, right, result, next);
    });
  }

  /// One slot of dU = X^T Z over some tiles, or dU += X^T Z.
  EIGEN_DONT_INLINE static void kernel_gradient_slot(const Layout& l, Index frequency, const T* x,
                                                     const T* z, Index tiles, T* du, bool add,
                                                     const Scratch& sums) {
    const Index rows = l.input.padded_channels;
    const Index columns = l.output.padded_channels;
    const Index slot = l.kind.slot_of(frequency);
    T* const to = du + slot * l.kernel_step();
    if (l.kind.is_real(frequency)) {
      const Matrix<const T> left{x + l.slot_offset(l.input, slot), tiles, rows, l.input.tile_step};
      const Matrix<const T> right{z + l.slot_offset(l.output, slot), tiles, columns,
                                  l.output.tile_step};
      return matmul<T>(left.transposed(), right, row_major(to, rows, columns),
                       add ? Write::add : Write::replace, sums);
    }
    for (Index first = 0; first < tiles; first += transform_depth_block) {
      const Index depth = std::min(transform_depth_block, tiles - first);
      const T* const a = x + first * l.input.tile_step + l.slot_offset(l.input, slot);
      const T* const b = z + first * l.output.tile_step + l.slot_offset(l.output, slot);
      SlotMatrix<T> left{a, a + rows, l.input.tile_step};
      SlotMatrix<T> right{b, b + columns, l.output.tile_step};
      const SlotResult<T> result{to, to + l.kernel_step(), columns, add || first > 0};
      const Upcoming<T> next(b, 0);
      Scratch scratch = sums;
      add_sum(left, depth, rows, scratch);
      add_sum(right, depth, columns, scratch);
      SlotProduct<T>::template complex<Left::transposed>(rows, columns, depth, left, right, result,
                                                         next);
    }
  }

 private:
  /// The sum of the parts of a matrix [rows,columns], columns being whole vectors.
  EIGEN_DONT_INLINE static void add_sum(SlotMatrix<T>& matrix, Index rows, Index columns,
                                        Scratch& scratch) {
    T* const sum = scratch.take<T>(rows * columns);
    for (Index r = 0; r < rows; ++r) {
      const T* const re = matrix.re + r * matrix.row_step;
      const T* const im = matrix.im + r * matrix.row_step;
      for (Index i = 0; i < columns; i += Pack<T>::width) {
        (Pack<T>::load(re + i) + Pack<T>::load(im + i)).store(sum + r * columns + i);
      }
    }
    matrix.sum = sum;
    matrix.sum_step = columns;
  }
};

}  // namespace tweed::kernels::conv
