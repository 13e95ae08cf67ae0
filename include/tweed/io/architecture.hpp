#pragma once

#include <tweed/core/layer_text.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <optional>
#include <string>

#ifndef TWEED_COMPILED
#include <tweed/io/architecture_json.hpp>
#endif

/// What a network is, as JSON: its input shape and its layers in order, each with its settings.
namespace TWEED_NAMESPACE::detail {

/// The network as JSON.
TWEED_PREBUILT std::string architecture_text(const NetworkText& network);

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE {

/// A model's network as JSON, or nothing where a layer does not state its settings.
template <class Net, class T>
std::optional<std::string> architecture_of(const Model<Net, T>& model) {
  const NetworkText network = model.network().text();
  Settings all;
  const bool is_stated = std::ranges::all_of(network.layers, [&](const DescribedLayer& layer) {
    return layer.text->settings(layer.layer, all);
  });
  if (!is_stated) return {};
  return detail::architecture_text(network);
}

}  // namespace TWEED_NAMESPACE
