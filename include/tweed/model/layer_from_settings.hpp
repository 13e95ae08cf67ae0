#pragma once

#include <tweed/core/read_setting.hpp>
#include <tweed/layers/layers.hpp>
#include <tweed/model/any_layer.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace TWEED_NAMESPACE::detail {

/// A layer that was made from its settings, or why it was not.
template <class T>
struct LayerFromSettings {
  std::optional<AnyLayerOf<T>> layer = {};
  bool is_known = true;                 ///< whether there is such a layer
  const Setting* unknown = nullptr;     ///< a setting that the layer does not have
  const Setting* unsuitable = nullptr;  ///< a setting that is not of its kind
};

/// Algorithms come and go with versions; one that is gone leaves the choice to this version.
inline bool read_setting(const Setting& setting, Algorithm& algorithm) {
  if (setting.kind != Setting::Kind::word) return false;
  algorithm = algorithm_named(setting.word).value_or(Algorithm::automatic);
  return true;
}

template <class T, class L>
LayerFromSettings<T> read_layer(const Settings& settings) {
  LayerFromSettings<T> read;
  L layer;
  Settings known;
  const auto take = [&](const char* name, auto& value, const auto&...) {
    known.push_back({.name = name});
    const auto found = std::ranges::find(settings, known.back().name, &Setting::name);
    if (found == settings.end() || read_setting(*found, value)) return;
    if (read.unsuitable == nullptr) read.unsuitable = &*found;
  };
  L::visit(layer, take);
  for (const Setting& setting : settings) {
    const bool is_known = std::ranges::find(known, setting.name, &Setting::name) != known.end();
    if (!is_known && read.unknown == nullptr) read.unknown = &setting;
  }
  if (read.unsuitable == nullptr && read.unknown == nullptr) read.layer.emplace(layer);
  return read;
}

/// The layer of the list in <tweed/layers/layers.hpp> that files call `type`, with these settings.
/// What they lack keeps its default: files of earlier versions have less.
template <class T>
LayerFromSettings<T> layer_from_settings(std::string_view type, const Settings& settings) {
  LayerFromSettings<T> read{.is_known = false};
  [&]<class... L>(std::type_identity<std::tuple<L...>>) {
    ((type == L::name ? void(read = read_layer<T, L>(settings)) : void()), ...);
  }(std::type_identity<Layers>{});
  return read;
}

}  // namespace TWEED_NAMESPACE::detail
