#pragma once

#include <tweed/core/settings.hpp>
#include <tweed/layers/layers.hpp>
#include <tweed/model/any_layer.hpp>

#include <optional>
#include <string_view>

namespace TWEED_NAMESPACE::detail {

/// A layer that was made from its settings, or why it was not.
template <class T>
struct LayerFromSettings {
  std::optional<AnyLayerOf<T>> layer = {};
  bool is_known = true;                 ///< whether there is such a layer
  const Setting* unknown = nullptr;     ///< a setting that the layer does not have
  const Setting* unsuitable = nullptr;  ///< a setting that is not of its kind
};

/// The layer of the list in <tweed/layers/layers.hpp> that files call `type`, with these settings.
/// What they lack keeps its default: files of earlier versions have less.
template <class T>
LayerFromSettings<T> layer_from_settings(std::string_view type, const Settings& settings);

}  // namespace TWEED_NAMESPACE::detail

#ifndef TWEED_COMPILED
#include <tweed/model/listed_layers.hpp>
#endif
