#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace TWEED_NAMESPACE {

/// A setting of a layer, a loss or an optimiser as files hold it.
using Setting = std::variant<bool, Index, std::uint64_t, double, std::string, std::vector<Index>>;

/// Settings by name, in the order in which they are stated.
using Settings = std::vector<std::pair<std::string, Setting>>;

namespace detail {

template <class Number>
requires std::is_arithmetic_v<Number> Setting setting_of(Number number) { return number; }
template <class Pair>
requires requires(const Pair& pair) {
  pair.height;
  pair.width;
}
Setting setting_of(const Pair& pair) { return std::vector<Index>{pair.height, pair.width}; }
/// A word for each enumerator: what `name` calls it.
template <class Word>
requires std::is_enum_v<Word> Setting setting_of(Word word) { return std::string(name(word)); }
inline Setting setting_of(std::string_view word) { return std::string(word); }
inline Setting setting_of(const Padding& padding) {
  if (padding == Padding::same || padding == Padding::valid) return to_string(padding);
  const auto& [rows, columns] = padding;
  return std::vector<Index>{rows.before, rows.after, columns.before, columns.after};
}

/// What has settings shows them through a static `visit`. One that was added later has a third
/// argument: with that value it is left out, so that what does not use it stays as it was.
template <class Thing>
Settings settings_of(const Thing& thing) {
  Settings settings;
  Thing::visit(thing, [&](const char* name, const auto& value, const auto&... otherwise) {
    if ((... || (value == otherwise))) return;
    settings.emplace_back(name, setting_of(value));
  });
  return settings;
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

/// What can be told of a layer class, for summaries, profiles and files; `layer` points to the
/// value.
struct LayerText {
  std::string (*describe)(const void* layer);
  std::string_view (*runs_as)(const void* layer, const Shape& input, Index batch);
  Index (*multiply_adds)(const void* layer, const Shape& input);
  /// Nothing where the layer does not state them.
  std::optional<Settings> (*settings)(const void* layer);
  /// Nothing where the layer does not say what it is in ONNX.
  std::optional<OnnxOperator> (*onnx)(const void* layer, const Shape& input);
};

/// A layer and what tells of it.
struct DescribedLayer {
  const LayerText* text = nullptr;
  const void* layer = nullptr;

  /// The settings, and how it will run where there is a choice.
  std::string describe(const Shape& input, Index batch) const {
    std::string description = text->describe(layer);
    const std::string_view algorithm = text->runs_as(layer, input, batch);
    if (!algorithm.empty()) description.append(", ").append(algorithm);
    return description;
  }
  Index multiply_adds(const Shape& input) const { return text->multiply_adds(layer, input); }
  std::optional<Settings> settings() const { return text->settings(layer); }
  std::optional<OnnxOperator> onnx(const Shape& input) const { return text->onnx(layer, input); }
};

namespace detail {

template <class L>
constexpr LayerText make_layer_text() {
  LayerText text{};
  text.describe = []([[maybe_unused]] const void* layer) {
    if constexpr (requires(const L& l) { l.describe(); }) {
      return std::string(static_cast<const L*>(layer)->describe());
    } else {
      return std::string();
    }
  };
  text.runs_as = []([[maybe_unused]] const void* layer, [[maybe_unused]] const Shape& input,
                    [[maybe_unused]] Index batch) -> std::string_view {
    if constexpr (requires(const L& l) { l.runs_as(input, batch); }) {
      return static_cast<const L*>(layer)->runs_as(input, batch);
    } else {
      return {};
    }
  };
  text.multiply_adds = []([[maybe_unused]] const void* layer,
                          [[maybe_unused]] const Shape& input) -> Index {
    if constexpr (requires(const L& l) { l.multiply_adds(input); }) {
      return static_cast<const L*>(layer)->multiply_adds(input);
    } else {
      return 0;
    }
  };
  text.settings = []([[maybe_unused]] const void* layer) -> std::optional<Settings> {
    if constexpr (HasSettings<L>) {
      return settings_of(*static_cast<const L*>(layer));
    } else if constexpr (requires { L::settings; }) {
      return settings_of(L::settings);
    } else {
      return {};
    }
  };
  text.onnx = []([[maybe_unused]] const void* layer,
                 [[maybe_unused]] const Shape& input) -> std::optional<OnnxOperator> {
    if constexpr (requires(const L& l) { l.onnx(input); }) {
      return static_cast<const L*>(layer)->onnx(input);
    } else {
      return {};
    }
  };
  return text;
}

}  // namespace detail

/// What can be told of the layer class L.
template <class L>
inline constexpr LayerText layer_text = detail::make_layer_text<L>();

}  // namespace TWEED_NAMESPACE
