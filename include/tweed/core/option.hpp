#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>

/// Options that a caller may set to anything: what cannot take effect is refused.
namespace TWEED_NAMESPACE::detail {

/// The finite numbers that an option takes: those within the bounds that are given.
struct OptionRange {
  std::optional<double> from = {};
  std::optional<double> above = {};
  std::optional<double> to = {};
  std::optional<double> below = {};

  bool contains(double value) const {
    return std::isfinite(value) && (!from || value >= *from) && (!above || value > *above) &&
           (!to || value <= *to) && (!below || value < *below);
  }

  /// "at least 0 and below 1"
  [[gnu::cold]] std::string describe(bool can_be_infinite) const {
    std::string description = can_be_infinite && !to && !below ? "finite" : "";
    const auto add = [&](const char* what, const std::optional<double>& bound) {
      if (bound) description += text(description.empty() ? "" : " and ", what, " ", *bound);
    };
    add("at least", from);
    add("above", above);
    add("at most", to);
    add("below", below);
    return description;
  }
};

/// Throws Error, "Adam: beta1 is 1, it must be at least 0 and below 1", where a value is not in its
/// range.
template <class Number>
void check_option(const char* owner, const char* name, Number value, const OptionRange& range) {
  if (range.contains(static_cast<double>(value))) return;
  throw Error(text(owner, ": ", name, " is ", value, ", it must be ",
                   range.describe(std::is_floating_point_v<Number>)));
}

/// `batch_size`, where it is one that memory can be planned for: sizes in bytes stay below 2^63.
inline Index checked_batch_size(const char* owner, Index batch_size) {
  check_option(owner, "batch_size", batch_size, {.from = 1, .to = 1e9});
  return batch_size;
}

}  // namespace TWEED_NAMESPACE::detail
