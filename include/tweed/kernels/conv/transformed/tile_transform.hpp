#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/conv/channel_range.hpp>
#include <tweed/kernels/conv/transformed/layout.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// What happens to a tile on its way back into an image.
template <class T>
struct Finish {
  const T* bias = nullptr;  // [channels]
  Activation activation = Activation::none;
  bool streams = false;  ///< past the caches
};

/// Scratch of a tile's way to slots or back: too much for the stack of a small thread.
template <class T>
constexpr Index tile_bytes(const TransformKind& kind) {
  return Scratch::bytes<T>(kind.workspace() * Pack<T>::width);
}

/// Tiles of images to slots and back, over vectors of channels. `scratch` holds `tile_bytes`.
template <class Tile, class T>
class TileTransform {
  using Layout = TransformLayout<T>;

 public:
  /// Transforms some channels of a tile of an image of the input, or of the gradient of the output.
  /// Those behind the last one, up to `padded_channels`, are zeros.
  static void forward(const Layout& l, const TransformSide& side, const T* image, Index tile,
                      const ChannelRange& channels, T* to, Scratch scratch) {
    const Place place(l, side, tile);
    Tile& workspace = *scratch.take<Tile>(1);
    for (Index c = channels.begin; c < channels.end; c += width) {
      load(l, side, place, image + place.first + c, side.channels - c, to + c, workspace);
      workspace.to_slots(to + c, side.steps);
    }
  }

  /// The way back, to some channels of an image of the output, or of the gradient of the input.
  /// There tiles overlap, and are added to what those before them left.
  static void inverse(const Layout& l, const TransformSide& side, const T* from, Index tile,
                      const ChannelRange& channels, const Finish<T>& finish, T* image,
                      Scratch scratch) {
    const Place place(l, side, tile);
    Tile& workspace = *scratch.take<Tile>(1);
    for (Index c = channels.begin; c < channels.end; c += width) {
      workspace.from_slots(from + c, side.steps);
      store(l, side, place, c, workspace, finish, image + place.first + c);
    }
    if (finish.activation.is_other()) apply(side, place, channels, finish.activation, image);
  }

 private:
  static constexpr Index width = Pack<T>::width;

  /// Where a tile lies in its image.
  struct Place {
    TilePart rows;
    TilePart columns;
    Index first;        ///< offset of its first pixel inside
    Index old_rows;     ///< these, and
    Index old_columns;  ///< these the tiles before it have, too

    Place(const Layout& l, const TransformSide& side, Index tile)
        : rows(part(l.rows, tile / l.columns.tiles, side.height, side.grid)),
          columns(part(l.columns, tile % l.columns.tiles, side.width, side.grid)),
          first((rows.first * side.width + columns.first) * side.channels),
          old_rows(side.grid == Grid::input && tile >= l.columns.tiles ? l.rows.size - l.rows.step
                                                                       : 0),
          old_columns(side.grid == Grid::input && tile % l.columns.tiles > 0
                          ? l.columns.size - l.columns.step
                          : 0) {}

    static TilePart part(const AxisTiling& axis, Index tile, Index size, Grid grid) {
      return grid == Grid::input ? input_part(axis, tile, size) : output_part(axis, tile, size);
    }
  };

  /// Meanwhile fetches the slots that the tile will be stored `to`, if they are many.
  static void load(const Layout& l, const TransformSide& side, const Place& place, const T* from,
                   Index channels, const T* to, Tile& workspace) {
    // Copies, which no store can change.
    const TransformKind kind = l.kind;
    const bool is_gradient = side.grid == Grid::output;
    const Index pixel_step = side.channels;
    const Index slot_step = side.steps.slot;
    const Index lanes = std::clamp<Index>(channels, 0, width);
    Pack<T> values[Tile::length];
    for (auto& value : values) value = Pack<T>::zero();
    for (Index y = 0; y < Tile::length; ++y) {
      const Index row = kind.position(y, is_gradient);
      const T* const slots = to + l.slot_offset(side, y * kind.size);
      if (kind.family == TransformKind::Family::fourier) {
        for (Index i = 0; i < kind.size; ++i) prefetch(slots + i * slot_step);
      }
      if (y < place.rows.begin || y >= place.rows.end) {
        workspace.clear_row(row);
        continue;
      }
      const T* pixel = from;
      for (Index x = place.columns.begin; x < place.columns.end; ++x, pixel += pixel_step) {
        values[kind.position(x, is_gradient)] = Pack<T>::load(pixel, lanes);
      }
      workspace.set_row(row, values);
      from += side.width * side.channels;
    }
  }

  static void store(const Layout& l, const TransformSide& side, const Place& place, Index channel,
                    const Tile& workspace, const Finish<T>& finish, T* to) {
    const TransformKind kind = l.kind;
    const bool is_gradient = side.grid == Grid::input;
    const Index pixel_step = side.channels;
    const bool rectifies = finish.activation.is_relu();
    const bool streams = finish.streams;
    const Index lanes = std::min(width, side.channels - channel);
    const auto bias =
        finish.bias == nullptr ? Pack<T>::zero() : Pack<T>::load(finish.bias + channel, lanes);
    for (Index y = place.rows.begin; y < place.rows.end; ++y) {
      Pack<T> values[Tile::length];
      workspace.get_row(kind.position(y, is_gradient), values);
      T* pixel = to;
      for (Index x = place.columns.begin; x < place.columns.end; ++x, pixel += pixel_step) {
        Pack<T> value = values[kind.position(x, is_gradient)] + bias;
        if (y < place.old_rows || x < place.old_columns) {
          value = value + Pack<T>::load(pixel, lanes);
        }
        if (rectifies) value = max(value, Pack<T>::zero());
        if (streams) {
          simd::stream(pixel, value.lanes);
        } else {
          value.store(pixel, lanes);
        }
      }
      to += side.width * side.channels;
    }
  }

  /// An activation to some channels of a tile.
  EIGEN_DONT_INLINE static void apply(const TransformSide& side, const Place& place,
                                      const ChannelRange& channels, const Activation& activation,
                                      T* image) {
    const Index end = std::min(channels.end, side.channels);
    const Index count = std::max<Index>(end - channels.begin, 0);
    const Index columns = place.columns.end - place.columns.begin;
    const bool is_whole = count == side.channels;  // then its pixels lie side by side
    T* row = image + place.first + channels.begin;
    for (Index y = place.rows.begin; y < place.rows.end; ++y) {
      for (Index x = 0; x < (is_whole ? 1 : columns); ++x) {
        apply_other(activation, row + x * side.channels, is_whole ? columns * count : count);
      }
      row += side.width * side.channels;
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
