#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/indirect/tap_geometry.hpp>
#include <tweed/kernels/conv/row_range.hpp>
#include <tweed/kernels/product/product_panels.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// The kernel, laid out for a sum over taps once for all images: for each group and phase, blocks
/// of the depth that all of the phase's taps make up, and in each block the panels of
/// `for_each_panel`, row by row.
template <class T>
class TapKernel {
 public:
  /// Rows of a block.
  static constexpr Index depth_block = 512;

  /// Numbers of the layout.
  static constexpr Index size(const TapGeometry& t) { return t.groups() * group_size(t); }

  static void pack(const TapGeometry& t, const T* kernel, T* packed, int threads) {
    t.for_each_phase([&](const TapPhase& phase) {
      for (Index group = 0; group < t.groups(); ++group) {
        pack_phase(t, kernel, group, phase, packed + offset(t, phase, group), threads);
      }
    });
  }

  /// What `pack` made.
  static TapKernel of_packed(const T* packed) { return {packed, false}; }

  /// Whether products can take a kernel as it is: its rows are those of whole panels.
  static constexpr bool fits_as_it_is(const TapGeometry& t) {
    return !t.is_gradient() && t.groups() == 1 && t.outputs == padded_outputs(t);
  }
  static TapKernel as_it_is(const T* kernel) { return {kernel, true}; }

  TapKernel() = default;

  /// Columns from `column` on for some of a phase's depth, none of it across a block.
  PanelOperand<T> panel(const TapGeometry& t, const TapPhase& phase, Index group,
                        const RowRange& depth, Index column, Index vectors) const {
    if (is_in_place_) return {data_ + depth.begin * t.outputs + column, t.outputs, vectors};
    const Index width = vectors * simd::width<T>;
    const Index begin = depth.begin / depth_block * depth_block;
    const Index length = std::min(depth_block, phase.taps() * t.depth - begin);
    const T* const block = data_ + offset(t, phase, group) + begin * padded_outputs(t);
    return {block + column * length + (depth.begin - begin) * width, width, vectors};
  }

  /// What lies behind a panel of some depth: mostly the next one.
  LinesAhead<T> behind(const PanelOperand<T>& panel, const RowRange& depth) const {
    if (is_in_place_) return {};
    const Index size = depth.height() * panel.row_step;
    return LinesAhead<T>::end_to_end(panel.data + size, size);
  }

 private:
  TapKernel(const T* data, bool is_in_place) : data_(data), is_in_place_(is_in_place) {}

  static constexpr Index padded_outputs(const TapGeometry& t) {
    return padded_columns<T>(t.outputs);
  }

  static constexpr Index group_size(const TapGeometry& t) {
    return t.taps() * t.depth * padded_outputs(t);
  }

  static Index offset(const TapGeometry& t, const TapPhase& phase, Index group) {
    return group * group_size(t) + phase.taps_before * t.depth * padded_outputs(t);
  }

  static void pack_phase(const TapGeometry& t, const T* kernel, Index group, const TapPhase& phase,
                         T* to, int threads) {
    const Index rows = phase.taps() * t.depth;
    parallel_for(shares_of(rows, depth_block), threads, [&](Index block, int) {
      const Index begin = block * depth_block;
      const Index end = std::min(begin + depth_block, rows);
      for_each_panel<T>(t.outputs, [&](Index vectors, Index j, Index columns) {
        T* line = to + begin * padded_outputs(t) + j * (end - begin);
        for (Index d = begin; d < end;) {
          const Index length = std::min(t.depth - d % t.depth, end - d);
          const auto b = matrix_of(t, kernel, group, phase, d / t.depth);
          pack_panel(vectors, b.block(d % t.depth, j, length, columns), line);
          line += length * vectors * simd::width<T>;
          d += length;
        }
      });
    });
  }

  /// The matrix [depth,outputs] of a phase's tap.
  static Matrix<const T> matrix_of(const TapGeometry& t, const T* kernel, Index group,
                                   const TapPhase& phase, Index tap) {
    const Geometry& g = t.convolution;
    const Index i = t.rows.tap_of_phase(phase.row, tap / phase.column_taps);
    const Index j = t.columns.tap_of_phase(phase.column, tap % phase.column_taps);
    const T* const first = kernel + (i * g.columns.window + j) * g.group_channels() * g.filters +
                           group * g.group_filters();
    const Matrix<const T> matrix{first, g.group_channels(), g.group_filters(), g.filters};
    return t.is_gradient() ? matrix.transposed() : matrix;
  }

  const T* data_ = nullptr;
  bool is_in_place_ = false;
};

}  // namespace TWEED_NAMESPACE::kernels::conv
