#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/indirect/tap_geometry.hpp>
#include <tweed/kernels/conv/indirect/tap_kernel.hpp>
#include <tweed/kernels/conv/indirect/tap_pointers.hpp>
#include <tweed/kernels/product/product_panels.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace TWEED_NAMESPACE::kernels::conv {

/// The sum over taps that makes the forward pass, or the input gradient: each place of the target
/// is a row of a product, the source's pixels under its taps times a matrix of the kernel for each
/// tap. Taps that lie outside read zeros.
template <class T>
class TapSum {
 public:
  constexpr TapSum(const Geometry& g, bool is_gradient)
      : t_(g, is_gradient), outputs_{0, t_.outputs} {}

  /// Scratch for `prepare`, and for each worker of `run`.
  constexpr Index shared_bytes() const {
    return kernel_bytes() + Scratch::bytes<T>(t_.groups() * padded_outputs()) +
           Scratch::bytes<T>(t_.source_step());
  }
  constexpr Index worker_bytes() const {
    return Scratch::bytes<const T*>(Pointers::count(t_)) +
           Scratch::bytes<Index>(Pointers::column_count(t_));
  }

  /// What `pack` writes.
  constexpr Index kernel_bytes() const { return Scratch::bytes<T>(TapKernel<T>::size(t_)); }

  /// Lays out the kernel for the products.
  void pack(const T* kernel, std::span<std::byte> to, int threads) const {
    TapKernel<T>::pack(t_, kernel, elements_of<T>(to, TapKernel<T>::size(t_)), threads);
  }

  /// Once for all images. `packed` is what `pack` made, or empty. `bias` may be nullptr.
  void prepare(const T* kernel, std::span<const std::byte> packed, const T* bias, Index images,
               Scratch& scratch, int threads) {
    kernel_ = packed.empty()
                  ? laid_out(kernel, images, scratch, threads)
                  : TapKernel<T>::of_packed(elements_of<T>(packed, TapKernel<T>::size(t_)));
    T* const padded_bias = scratch.take<T>(t_.groups() * padded_outputs());
    T* const zeros = scratch.take<T>(t_.source_step());
    std::fill_n(padded_bias, t_.groups() * padded_outputs(), T{});
    std::fill_n(zeros, t_.source_step(), T{});
    for (Index group = 0; group < t_.groups() && bias != nullptr; ++group) {
      std::copy_n(bias + group * t_.outputs, t_.outputs, padded_bias + group * padded_outputs());
    }
    bias_ = padded_bias;
    zeros_ = zeros;
  }

  /// Stores the target of so many images past the caches if it would not stay in them.
  void choose_stores(const T* target, Index images) {
    constexpr Index line = alignment / Index{sizeof(T)};
    is_streamed_ = t_.outputs % line == 0 &&
                   is_streamed(target, t_.target_step(), images * t_.places() * t_.target_step());
  }

  /// Rows of an image of the target.
  constexpr Index height() const { return t_.rows.size(); }

  constexpr bool is_pointwise() const { return t_.is_pointwise(); }

  /// The same sum for images `count` times as high.
  TapSum of_stacked(Index count) const {
    TapSum stacked = *this;
    stacked.t_ = t_.of_stacked(count);
    return stacked;
  }

  /// Whether more memory is read where threads share out the rows of an image, and each reads the
  /// whole kernel, than where they share out the outputs, and each reads the whole image.
  constexpr bool shares_outputs() const {
    const Index image = t_.rows.source_size() * t_.columns.source_size() * t_.source_step();
    return t_.groups() == 1 && TapKernel<T>::size(t_) > image;
  }

  /// A share of the outputs, in whole panels.
  TapSum of_outputs(Index share, Index shares) const {
    constexpr Index width = ProductTile<T>::columns;
    const RowRange panels = share_of((t_.outputs + width - 1) / width, share, shares);
    TapSum some = *this;
    some.outputs_ = {panels.begin * width, panels.end * width};
    return some;
  }

  /// Whether to run many images at once: where the places of one do not fill the tiles, or where so
  /// many of their taps lie outside that it pays to skip these for each place.
  [[gnu::cold]] constexpr bool joins_images(Index batch) const {
    constexpr Index tile = ProductTile<T>::rows;
    const Index phases = t_.rows.step() * t_.columns.step();
    const Index phase_places = t_.places() / phases;
    const Index used = t_.rows.used_taps() * t_.columns.used_taps();
    const Index all = t_.places() * t_.taps() / phases;
    return batch >= 2 * tile && (phase_places < tile || 25 * used < 24 * all);
  }

  /// `images` images, which are so many elements apart.
  EIGEN_DONT_INLINE void run_joined(const T* source, Index source_size, Index images,
                                    const Activation& activation, T* target, Index target_size,
                                    Scratch scratch) const {
    const Pointers pointers{t_, zeros_};
    const T** const sources = scratch.take<const T*>(Pointers::count(t_));
    t_.for_each_phase([&](const TapPhase& phase) {
      for (Index row = phase.row; row < t_.rows.size(); row += t_.rows.step()) {
        for (Index column = phase.column; column < t_.columns.size(); column += t_.columns.step()) {
          const TapWindow taps = window_of(phase, row, column);
          T* const to = target + (row * t_.columns.size() + column) * t_.target_step();
          for (Index first = 0; first < images; first += most_places) {
            const Index count = std::min(most_places, images - first);
            T* targets[most_places];
            for (Index i = 0; i < count; ++i) targets[i] = to + (first + i) * target_size;
            pointers.find_in_images(phase, taps, row, column, source + first * source_size,
                                    source_size, count, sources);
            multiply_groups(phase, taps, {count}, sources, activation, targets);
          }
        }
      }
    });
    if (is_streamed_) simd::finish_stream();
  }

  /// Rows of one image of the target.
  EIGEN_DONT_INLINE void run(const T* source, const RowRange& rows, const Activation& activation,
                             T* target, Scratch scratch) const {
    const T** const sources = scratch.take<const T*>(Pointers::count(t_));
    Index* const columns = scratch.take<Index>(Pointers::column_count(t_));
    t_.for_each_phase([&](const TapPhase& phase) {
      Pointers{t_, zeros_}.find_columns(phase, columns);
      run_phase(source, rows, phase, {columns, sources}, activation, target);
    });
    if (is_streamed_) simd::finish_stream();
  }

 private:
  using Pointers = TapPointers<T>;

  static constexpr Index most_places = Pointers::most_places;
  /// An activation runs over so many at a time at least: a call for fewer costs more.
  static constexpr Index activated_columns = 64;
  static constexpr Index few_places = 2 * most_places;  // do not repay a copy of the kernel

  /// Places whose pointers are known: `skip` places behind these.
  struct Pointed {
    Index count;
    Index skip = 0;
  };

  constexpr Index padded_outputs() const { return padded_columns<T>(t_.outputs); }

  TapKernel<T> laid_out(const T* kernel, Index images, Scratch& scratch, int threads) const {
    const std::span<std::byte> to = scratch.take_bytes(kernel_bytes());
    const bool repays_a_copy = images * t_.places() > few_places;
    if (!repays_a_copy && TapKernel<T>::fits_as_it_is(t_)) return TapKernel<T>::as_it_is(kernel);
    pack(kernel, to, threads);
    return TapKernel<T>::of_packed(elements_of<T>(to, TapKernel<T>::size(t_)));
  }

  void run_phase(const T* source, const RowRange& rows, const TapPhase& phase,
                 const typename Pointers::Memory& memory, const Activation& activation,
                 T* target) const {
    const Index first_row =
        rows.begin + ((phase.row - rows.begin) % t_.rows.step() + t_.rows.step()) % t_.rows.step();
    const Index height = count_from(first_row, rows.end, t_.rows.step());
    const Index width = count_from(phase.column, t_.columns.size(), t_.columns.step());
    const Index blocks = (height * width + most_places - 1) / most_places;
    const TapWindow all{{0, phase.row_taps}, {0, phase.column_taps}};
    const Pointers pointers{t_, zeros_};
    T* targets[most_places];
    for (Index block = 0; block < blocks; ++block) {
      const Index begin = height * width * block / blocks;
      const Index end = height * width * (block + 1) / blocks;
      if (is_pointwise()) {  // the same pointers, further on
        const TapPlaces first{first_row, 0, std::min(most_places, height * width)};
        if (block == 0) pointers.find(phase, first, width, source, memory, target, targets);
        multiply_groups(phase, all, {end - begin, begin}, memory.sources, activation, targets);
      } else {
        const TapPlaces places{first_row + begin / width * t_.rows.step(), begin % width,
                               end - begin};
        pointers.find(phase, places, width, source, memory, target, targets);
        multiply_groups(phase, all, {end - begin}, memory.sources, activation, targets);
      }
    }
  }

  static constexpr Index count_from(Index first, Index end, Index step) {
    return first < end ? (end - first + step - 1) / step : 0;
  }

  TapWindow window_of(const TapPhase& phase, Index row, Index column) const {
    return {t_.rows.taps_inside(phase.row, row), t_.columns.taps_inside(phase.column, column)};
  }

  void multiply_groups(const TapPhase& phase, const TapWindow& taps, const Pointed& places,
                       const T* const* sources, const Activation& activation,
                       T* const* targets) const {
    for (Index group = 0; group < t_.groups(); ++group) {
      bool adds = false;
      for_each_depth(phase, taps, [&](const RowRange& depth, bool is_last) {
        multiply(phase, depth, places, group, sources, adds,
                 is_last ? activation : Activation::none, targets);
        adds = true;
      });
    }
  }

  /// Calls `body(depth, is_last)` for the parts of the depth that some taps make up, none of them
  /// across a block; at least once, if with nothing.
  template <class Body>
  void for_each_depth(const TapPhase& phase, const TapWindow& taps, const Body& body) const {
    const Index columns = taps.columns.end - taps.columns.begin;
    const Index rows = columns > 0 ? taps.rows.end - taps.rows.begin : 0;
    const bool is_whole = columns == phase.column_taps;
    const Index pieces = is_whole ? std::min<Index>(rows, 1) : rows;
    for (Index piece = 0; piece < pieces; ++piece) {
      const Index tap = (taps.rows.begin + piece) * phase.column_taps + taps.columns.begin;
      const Index end = (tap + (is_whole ? rows * columns : columns)) * t_.depth;
      for (Index d = tap * t_.depth; d < end;) {
        const Index next =
            std::min((d / TapKernel<T>::depth_block + 1) * TapKernel<T>::depth_block, end);
        body(RowRange{d, next}, piece == pieces - 1 && next == end);
        d = next;
      }
    }
    if (pieces == 0 || t_.depth == 0) body(RowRange{0, 0}, true);
  }

  /// The places of one group, a part of a block of the depth.
  void multiply(const TapPhase& phase, const RowRange& depth, const Pointed& places, Index group,
                const T* const* sources, bool adds, const Activation& activation,
                T* const* targets) const {
    const bool is_whole = depth.begin == 0 && depth.end == phase.taps() * t_.depth;
    const Index end = std::min(outputs_.end, t_.outputs);
    Index activated = outputs_.begin;
    for_each_panel<T>(t_.outputs, [&](Index vectors, Index j, Index columns) {
      if (j < outputs_.begin || j >= outputs_.end) return;
      const PanelOperand<T> b = kernel_.panel(t_, phase, group, depth, j, vectors);
      LinesAhead<T> next = j == outputs_.begin ? rows_ahead(sources[0], places) : LinesAhead<T>();
      LinesAhead<T> next_panel = kernel_.behind(b, depth);
      next.then = &next_panel;
      multiply_panel<T>(RowsOperand<T>{sources, most_places, t_.depth,
                                       group * t_.depth + places.skip * t_.source_step()},
                        places.count, depth.begin, depth.end, b,
                        {.rows = targets,
                         .column = group * t_.outputs + j + places.skip * t_.target_step(),
                         .columns = columns,
                         .adds = adds,
                         .bias = bias_ + group * padded_outputs() + j,
                         .rectifies = activation.is_relu(),
                         .is_streamed = is_streamed_ && is_whole && !activation.is_other()},
                        next);
      const Index ready = j + columns - activated;
      if (!activation.is_other() || (ready < activated_columns && j + columns < end)) return;
      const Index first = group * t_.outputs + activated + places.skip * t_.target_step();
      for (Index p = 0; p < places.count; ++p) apply_other(activation, targets[p] + first, ready);
      activated += ready;
    });
  }

  /// What lies behind the rows of a tile: the next one's, where rows are read from end to end.
  LinesAhead<T> rows_ahead(const T* first, const Pointed& places) const {
    constexpr Index height = ProductTile<T>::rows;
    if (!is_pointwise() || t_.groups() > 1 || t_.depth > TapKernel<T>::depth_block) return {};
    const T* const second_tile = first + (places.skip + height) * t_.depth;
    return {second_tile, height, t_.depth, height * t_.depth, places.count};
  }

  TapGeometry t_;
  RowRange outputs_;  ///< of each group, those that are computed
  TapKernel<T> kernel_;
  bool is_streamed_ = false;  ///< the target
  const T* bias_ = nullptr;
  const T* zeros_ = nullptr;
};

}  // namespace TWEED_NAMESPACE::kernels::conv
