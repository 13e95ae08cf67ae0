#pragma once

#include <tweed/core/namespace.hpp>

#include <concepts>
#include <type_traits>

namespace TWEED_NAMESPACE::detail {

template <class Option, class Other>
consteval void take_option(Option& chosen, const Other& option) {
  if constexpr (std::same_as<Option, Other>) chosen = option;
}

/// The option of type `Option` among a layer's template arguments, or `fallback`. Options may stand
/// in any order: `Conv2D<32, 5, Stride{2}, Padding::valid>`.
template <class Option, auto... options>
consteval Option option_or(Option fallback) {
  Option chosen = fallback;
  (take_option(chosen, options), ...);
  return chosen;
}

/// Whether an option of that type is among a layer's template arguments.
template <class Option, auto... options>
inline constexpr bool has_option = (false || ... ||
                                    std::same_as<std::remove_const_t<decltype(options)>, Option>);

/// The option types that a layer knows.
template <class... Known>
struct OptionTypes {
  /// Whether every option is of a known type, at most one of each.
  template <auto... options>
  static consteval bool accept() {
    constexpr auto count = []<class Option>(std::type_identity<Option>) {
      return (0 + ... + int{std::same_as<std::remove_const_t<decltype(options)>, Option>});
    };
    return ((count(std::type_identity<Known>{}) <= 1) && ...) &&
           (0 + ... + count(std::type_identity<Known>{})) == sizeof...(options);
  }
};

}  // namespace TWEED_NAMESPACE::detail
