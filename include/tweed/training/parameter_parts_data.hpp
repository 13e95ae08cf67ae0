#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/optim/optimizer.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

/// What the groups of parameters mean for a network: its parameters cut into parts, each of which
/// an optimiser treats alike.
namespace TWEED_NAMESPACE::detail {

/// What the groups say of a parameter.
struct ParameterSettings {
  double rate_factor = 1.0;
  std::optional<double> weight_decay = {};
  bool frozen = false;
  bool companion = false;

  friend bool operator==(const ParameterSettings&, const ParameterSettings&) = default;
};

/// Neighbours in the block of all parameters with the same settings.
struct ParameterPart {
  Index offset = 0;
  Index size = 0;
  ParameterSettings settings = {};
  std::size_t first_place = 0;
  std::size_t place_count = 0;

  bool contains(Index element) const { return element >= offset && element < offset + size; }
};

struct ParameterParts {
  std::vector<ParameterPart> parts;    ///< one, where there are no groups
  std::vector<ParameterPlace> places;  ///< of all tensors, from the start of their part
  std::vector<char> frozen_layers;     ///< for each, whether all of it is; or nothing

  std::span<const ParameterPlace> places_of(const ParameterPart& part) const {
    return {places.data() + part.first_place, part.place_count};
  }
};

}  // namespace TWEED_NAMESPACE::detail
