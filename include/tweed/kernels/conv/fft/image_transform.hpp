#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/conv/fft/layout.hpp>

#include <algorithm>

namespace tweed::kernels::fft {

/// Images [n,h,w,c] on their way into a transform. Where `mask` is given, a number counts only
/// where the mask's, [n,h,w,c] too, is positive: the gradient of a ReLU.
template <class T>
struct Source {
  const T* images;
  const T* mask = nullptr;
};

/// What happens to a tile on its way back into an image.
template <class T>
struct Finish {
  const T* bias = nullptr;  // [channels]
  Activation activation = Activation::none;
  bool add = false;  ///< to what the image holds: input tiles overlap
};

/// Images to transforms and back, with transforms of size n.
template <int n, class T>
class ImageTransform {
 public:
  /// Transforms the tiles of `count` images from number `begin` on into `to`, or its conjugate.
  static void forward(const Layout<T>& layout, const Side& side, const Source<T>& source,
                      Index begin, Index count, T* to, bool conjugated, int threads) {
    parallel_for(count * layout.tiles_per_image, threads, [&](Index tile, int) {
      const Place place(layout, side, tile % layout.tiles_per_image);
      const Index first = (begin + tile / layout.tiles_per_image) * side.image_size() + place.first;
      for (Index c = 0; c < side.padded_channels; c += width) {
        TileSpectrum<n, T> spectrum;
        load_tile(side, place, source, first + c, std::min(width, side.channels - c), spectrum);
        spectrum.to_slots(to + tile * side.padded_channels + c, side.slot_step, conjugated);
      }
    });
  }

  /// The way back: overwrites a block of images, or, where their tiles overlap, adds these up, one
  /// image at a time and in order.
  static void inverse(const Layout<T>& layout, const Side& side, const T* from, bool conjugated,
                      Finish<T> finish, T* images, Index count, int threads) {
    finish.add = side.is_input && layout.tiles_per_image > 1;
    parallel_for(count, threads, [&](Index i, int) {
      T* const image = images + i * side.image_size();
      if (finish.add || layout.tiles_per_image > 1) std::fill_n(image, side.image_size(), T{});
      for (Index tile = 0; tile < layout.tiles_per_image; ++tile) {
        const Place place(layout, side, tile);
        const T* const at = from + (i * layout.tiles_per_image + tile) * side.padded_channels;
        for (Index c = 0; c < side.channels; c += width) {
          TileSpectrum<n, T> spectrum;
          spectrum.from_slots(at + c, side.slot_step, conjugated);
          store_tile(side, place, c, spectrum, finish, image + place.first + c);
        }
      }
    });
  }

 private:
  static constexpr Index width = Pack<T>::width;

  /// Where a tile lies in its image.
  struct Place {
    conv::TilePart rows;
    conv::TilePart columns;
    Index first;  ///< offset of its first pixel inside

    Place(const Layout<T>& layout, const Side& side, Index tile)
        : rows(part(layout.rows, tile / layout.columns.tiles, side.height, side.is_input)),
          columns(part(layout.columns, tile % layout.columns.tiles, side.width, side.is_input)),
          first((rows.first * side.width + columns.first) * side.channels) {}

    static conv::TilePart part(const conv::AxisTiling& axis, Index tile, Index size,
                               bool is_input) {
      return is_input ? conv::input_part(axis, tile, size) : conv::output_part(axis, tile, size);
    }
  };

  /// The tile's pixels from offset `at` of the source on.
  static void load_tile(const Side& side, const Place& place, const Source<T>& source, Index at,
                        Index lanes, TileSpectrum<n, T>& spectrum) {
    Pack<T> values[n];
    std::fill_n(values, n, Pack<T>::zero());
    for (Index y = 0; y < place.rows.begin; ++y) spectrum.clear_row(y);
    for (Index y = place.rows.begin; y < place.rows.end; ++y) {
      Index pixel = at;
      for (Index x = place.columns.begin; x < place.columns.end; ++x, pixel += side.channels) {
        values[x] = Pack<T>::load(source.images + pixel, lanes);
        if (source.mask != nullptr) {
          values[x] = where_positive(Pack<T>::load(source.mask + pixel, lanes), values[x]);
        }
      }
      spectrum.set_row(y, values);
      at += side.width * side.channels;
    }
    for (Index y = place.rows.end; y < n; ++y) spectrum.clear_row(y);
  }

  static void store_tile(const Side& side, const Place& place, Index channel,
                         const TileSpectrum<n, T>& spectrum, const Finish<T>& finish, T* to) {
    const Index lanes = std::min(width, side.channels - channel);
    const auto bias =
        finish.bias == nullptr ? Pack<T>::zero() : Pack<T>::load(finish.bias + channel, lanes);
    for (Index y = place.rows.begin; y < place.rows.end; ++y) {
      Pack<T> values[n];
      spectrum.get_row(y, values);
      T* pixel = to;
      for (Index x = place.columns.begin; x < place.columns.end; ++x, pixel += side.channels) {
        Pack<T> value = values[x] + bias;
        if (finish.add) value = value + Pack<T>::load(pixel, lanes);
        if (finish.activation == Activation::relu) value = max(value, Pack<T>::zero());
        value.store(pixel, lanes);
      }
      to += side.width * side.channels;
    }
  }
};

/// The kernel [kh,kw,c,f] to its transform [slot][c][f] and back. The way there divides by n * n,
/// which the inverse transforms of all passes leave to it.
template <int n, class T>
class KernelTransform {
 public:
  static void forward(const conv::Geometry& g, const Layout<T>& layout, const T* kernel, T* to,
                      int threads) {
    parallel_for(layout.input.padded_channels, threads, [&](Index c, int) {
      for (Index f = 0; f < layout.output.padded_channels; f += width) {
        const Index lanes = c < g.channels ? std::min(width, g.filters - f) : 0;
        TileSpectrum<n, T> spectrum;
        for (Index y = 0; y < n; ++y) spectrum.clear_row(y);
        for (Index i = 0; i < g.rows.window && lanes > 0; ++i) {
          Pack<T> values[n];
          std::fill_n(values, n, Pack<T>::zero());
          for (Index j = 0; j < g.columns.window; ++j) {
            values[layout.columns.tap_position(j)] =
                scale * Pack<T>::load(kernel + tap(g, i, j, c) + f, lanes);
          }
          spectrum.set_row(layout.rows.tap_position(i), values);
        }
        spectrum.to_slots(to + c * layout.output.padded_channels + f, layout.kernel_step, false);
      }
    });
  }

  /// From the conjugate of the gradient's transform.
  static void inverse(const conv::Geometry& g, const Layout<T>& layout, const T* from, T* gradient,
                      int threads) {
    parallel_for(g.channels, threads, [&](Index c, int) {
      for (Index f = 0; f < g.filters; f += width) {
        const Index lanes = std::min(width, g.filters - f);
        TileSpectrum<n, T> spectrum;
        spectrum.from_slots(from + c * layout.output.padded_channels + f, layout.kernel_step, true);
        for (Index i = 0; i < g.rows.window; ++i) {
          Pack<T> values[n];
          spectrum.get_row(layout.rows.tap_position(i), values);
          for (Index j = 0; j < g.columns.window; ++j) {
            const auto value = scale * values[layout.columns.tap_position(j)];
            value.store(gradient + tap(g, i, j, c) + f, lanes);
          }
        }
      }
    });
  }

 private:
  static constexpr Index width = Pack<T>::width;
  static constexpr T scale = T{1} / T{n * n};

  static Index tap(const conv::Geometry& g, Index i, Index j, Index c) {
    return ((i * g.columns.window + j) * g.channels + c) * g.filters;
  }
};

}  // namespace tweed::kernels::fft
