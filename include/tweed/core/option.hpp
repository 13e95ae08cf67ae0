#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

/// Options that a caller may set to anything: what cannot take effect is refused.
namespace TWEED_NAMESPACE::detail {

/// The finite numbers that an option takes: those within the bounds that are given.
struct OptionRange {
  static constexpr double none = std::numeric_limits<double>::max();

  double from = -none;
  double above = -none;
  double to = none;
  double below = none;

  constexpr bool contains(double value) const {
    return value >= from && (above == -none || value > above) && value <= to &&
           (below == none || value < below);
  }

  /// "at least 0 and below 1"
  [[gnu::cold]] std::string describe(bool can_be_infinite) const {
    const bool is_bounded = to != none || below != none;
    std::string description = can_be_infinite && !is_bounded ? "finite" : "";
    const auto add = [&](const char* what, double bound) {
      if (std::abs(bound) == none) return;
      description += text(description.empty() ? "" : " and ", what, " ", bound);
    };
    add("at least", from);
    add("above", above);
    add("at most", to);
    add("below", below);
    return description;
  }
};

[[noreturn, gnu::cold]] inline void refuse_option(const char* owner, const char* name,
                                                  const TextPart& value,
                                                  const std::string& expected) {
  std::string message = text(owner, ": ", name, " is ");
  value.append_to(message);
  throw Error(message + ", it must be " + expected);
}

/// Throws Error, "Adam: beta1 is 1, it must be at least 0 and below 1", where a value is not in its
/// range.
template <class Number>
[[gnu::cold]] void check_option(const char* owner, const char* name, Number value,
                                const OptionRange& range) {
  if (range.contains(static_cast<double>(value))) return;
  refuse_option(owner, name, value, range.describe(std::is_floating_point_v<Number>));
}

/// `batch_size`, where it is one that memory can be planned for: sizes in bytes stay below 2^63.
inline Index checked_batch_size(const char* owner, Index batch_size) {
  check_option(owner, "batch_size", batch_size, {.from = 1, .to = 1e9});
  return batch_size;
}

}  // namespace TWEED_NAMESPACE::detail
