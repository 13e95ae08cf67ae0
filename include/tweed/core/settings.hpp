#pragma once

#include <tweed/core/window.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace TWEED_NAMESPACE {

/// A setting of a layer, a loss or an optimiser as files hold it. A plain structure: a variant
/// would take every program longer to compile.
struct Setting {
  enum class Kind { boolean, integer, natural, real, word, integers };

  Kind kind = Kind::integer;
  Index integer = 0;  ///< all of its bits for a natural number
  double real = 0.0;
  std::string word = {};
  std::vector<Index> integers = {};
  std::string name = {};
};

/// In the order in which they are stated.
using Settings = std::vector<Setting>;

namespace detail {

template <class Number>
requires std::is_arithmetic_v<Number> Setting setting_of(Number number) {
  using Kind = Setting::Kind;
  if constexpr (std::is_floating_point_v<Number>) {
    return {.kind = Kind::real, .real = number};
  } else {
    constexpr Kind whole = std::is_signed_v<Number> ? Kind::integer : Kind::natural;
    return {.kind = std::is_same_v<Number, bool> ? Kind::boolean : whole,
            .integer = static_cast<Index>(number)};
  }
}
template <class Pair>
requires requires(const Pair& pair) {
  pair.height;
  pair.width;
}
Setting setting_of(const Pair& pair) {
  return {.kind = Setting::Kind::integers, .integers = {pair.height, pair.width}};
}
/// A word for each enumerator: what `name` calls it.
template <class Word>
requires std::is_enum_v<Word> Setting setting_of(Word word) {
  return {.kind = Setting::Kind::word, .word = std::string(name(word))};
}
inline Setting setting_of(std::string_view word) {
  return {.kind = Setting::Kind::word, .word = std::string(word)};
}
template <std::same_as<Padding> Sides>
Setting setting_of(const Sides& padding) {
  if (padding == Padding::same || padding == Padding::valid) {
    return {.kind = Setting::Kind::word, .word = to_string(padding)};
  }
  const auto& [rows, columns] = padding;
  return {.kind = Setting::Kind::integers,
          .integers = {rows.before, rows.after, columns.before, columns.after}};
}

/// What has settings shows them through a static `visit`. One that was added later has a third
/// argument: with that value it is left out, so that what does not use it stays as it was.
template <class Thing>
void add_settings(Settings& settings, const Thing& thing) {
  Thing::visit(thing, [&](const char* name, const auto& value, const auto&... otherwise) {
    if ((... || (value == otherwise))) return;
    settings.push_back(setting_of(value));
    settings.back().name = name;
  });
}

/// Takes a setting, for the compiler to see whether there are any.
struct TakeAny {
  void operator()(const char*, const auto&...) const {}
};

template <class Thing>
concept HasSettings = requires(const Thing& thing) {
  Thing::visit(thing, TakeAny{});
};

}  // namespace detail

}  // namespace TWEED_NAMESPACE
