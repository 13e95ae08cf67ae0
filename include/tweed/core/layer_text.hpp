#pragma once

#include <tweed/core/enumerator_name.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/core/settings.hpp>

#include <string>
#include <string_view>

namespace TWEED_NAMESPACE {

/// What a layer makes of its inputs, or why it does not take them.
struct FitAnswer {
  Shape output{1, 1, 0};
  std::string why_not = {};  ///< empty where it does
};

/// What can be told of a layer class, for summaries, profiles and files; `layer` points to the
/// value.
struct LayerText {
  FitAnswer (*fit)(const void* layer, Shapes inputs);
  TensorList (*tensors)(const void* layer, const Shape& input);
  std::string (*describe)(const void* layer);
  std::string_view (*runs_as)(const void* layer, const Shape& input, Index batch);
  Index (*multiply_adds)(const void* layer, const Shape& input);
  /// Adds them to `settings`. Returns whether the layer states them.
  bool (*settings)(const void* layer, Settings& settings);
  /// Says what the layer is in ONNX. Returns whether it does.
  bool (*onnx)(const void* layer, const Shape& input, OnnxOperator& what);
};

/// A layer and what tells of it.
struct DescribedLayer {
  const LayerText* text = nullptr;
  const void* layer = nullptr;

  FitAnswer fit(Shapes inputs) const { return text->fit(layer, inputs); }
  TensorList tensors(const Shape& input) const { return text->tensors(layer, input); }

  /// The settings, and how it will run where there is a choice.
  std::string describe(const Shape& input, Index batch) const {
    std::string description = text->describe(layer);
    const std::string_view algorithm = text->runs_as(layer, input, batch);
    if (!algorithm.empty()) description.append(", ").append(algorithm);
    return description;
  }
};

namespace detail {

template <class L>
constexpr LayerText make_layer_text() {
  LayerText text{};
  text.fit = [](const void* layer, Shapes inputs) -> FitAnswer {
    const auto answer = fit_of(*static_cast<const L*>(layer), inputs);
    if (static_cast<int>(answer.why) == 0) return {answer.output};
    return {answer.output, enumerator_words(answer.why)};
  };
  text.tensors = [](const void* layer, const Shape& input) {
    return tensors_of(*static_cast<const L*>(layer), input);
  };
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
  text.settings = []([[maybe_unused]] const void* layer, [[maybe_unused]] Settings& settings) {
    if constexpr (HasSettings<L>) {
      add_settings(settings, *static_cast<const L*>(layer));
      return true;
    } else if constexpr (requires { L::settings; }) {
      add_settings(settings, L::settings);
      return true;
    } else {
      return false;
    }
  };
  text.onnx = []([[maybe_unused]] const void* layer, [[maybe_unused]] const Shape& input,
                 [[maybe_unused]] OnnxOperator& what) {
    if constexpr (requires(const L& l) { l.onnx(input); }) {
      what = static_cast<const L*>(layer)->onnx(input);
      return true;
    } else {
      return false;
    }
  };
  return text;
}

}  // namespace detail

/// What can be told of the layer class L.
template <class L>
inline constexpr LayerText layer_text = detail::make_layer_text<L>();

}  // namespace TWEED_NAMESPACE
