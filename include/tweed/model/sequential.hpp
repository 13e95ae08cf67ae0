#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/layers/input.hpp>

#include <array>
#include <span>
#include <string>
#include <tuple>

namespace tweed {

namespace detail {

/// The shapes between the layers, found in one walk; `misfit` is the first layer that rejects its
/// input, or -1.
template <std::size_t depth>
struct Route {
  std::array<Shape, depth + 1> shapes{};
  Index misfit = -1;
};

template <class... Layers>
consteval auto route(const Shape& input) {
  Route<sizeof...(Layers)> found;
  found.shapes[0] = input;
  Index at = 0;
  const auto visit = [&]<class L>(std::type_identity<L>) {
    if (found.misfit >= 0) return;
    const auto i = static_cast<std::size_t>(at);
    const auto answer = L::fit(found.shapes[i]);
    if (static_cast<int>(answer.why) != 0) found.misfit = at;
    found.shapes[i + 1] = answer.output;
    ++at;
  };
  (visit(std::type_identity<Layers>{}), ...);
  return found;
}

/// Carries the facts of a misfit into the compiler's message. A flat template rather than a nested
/// one: it costs one error instead of one for each enclosing type.
template <Index position, class TheLayer, Shape input, auto why>
struct LayerRejectsItsInput {
  static_assert(static_cast<int>(why) == 0,
                "Sequential: a layer cannot take the shape that reaches it; its position (from 1), "
                "the layer, the shape and the reason are in the line that names "
                "LayerRejectsItsInput");
  static constexpr bool ok = true;
};

/// A parameter and its place: which layer it belongs to, and where it starts in the block of all
/// parameters (on a cache line of its own).
struct PlacedParameter {
  Parameter parameter;
  std::size_t layer = 0;
  Index offset = 0;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_block(std::size_t found) {
  throw Error("model: its weights are missing, there are " + std::to_string(found) +
              " numbers; was it moved from?");
}

/// A parameter's values within the block of all. Throws Error where that is too small, as in a
/// model that was moved from.
template <class U>
std::span<U> values_of(std::span<U> block, const PlacedParameter& placed) {
  if (static_cast<std::size_t>(placed.offset + placed.parameter.size()) > block.size()) {
    refuse_block(block.size());
  }
  return block.subspan(static_cast<std::size_t>(placed.offset),
                       static_cast<std::size_t>(placed.parameter.size()));
}

}  // namespace detail

/// Layers one after another, bound to an input shape. A type without values: what the shapes are
/// and where each parameter lies is known at compile time, and a layer that cannot take the shape
/// that reaches it does not compile.
///
///     using Net = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, Flatten, Dense<10>>;
template <class First, Layer... TheLayers>
class Sequential {
  static_assert(detail::is_input<First>, "Sequential: the first entry must be an Input<...>");
  static_assert(sizeof...(TheLayers) > 0, "Sequential: there must be at least one layer");

  static constexpr auto route_ = detail::route<TheLayers...>(detail::shape_of(First{}));
  static constexpr std::size_t suspect_ =
      route_.misfit < 0 ? 0 : static_cast<std::size_t>(route_.misfit);
  using Suspect = std::tuple_element_t<suspect_, std::tuple<TheLayers...>>;
  static_assert(detail::LayerRejectsItsInput<route_.misfit + 1, Suspect, route_.shapes[suspect_],
                                             Suspect::fit(route_.shapes[suspect_]).why>::ok);

 public:
  using Layers = std::tuple<TheLayers...>;
  static constexpr std::size_t depth = sizeof...(TheLayers);

  /// `shapes[i]` reaches layer i; the last one is the output.
  static constexpr std::array<Shape, depth + 1> shapes = route_.shapes;
  static constexpr Shape input = shapes.front();
  static constexpr Shape output = shapes.back();

  static constexpr std::size_t tensor_count = (0 + ... + parameter_tensors<TheLayers>);

  /// Every parameter in the order of the layers. In the block each starts on a cache line, at
  /// multiples of 16 elements for any number type; the gaps stay zero.
  static constexpr std::array<detail::PlacedParameter, tensor_count> parameters = [] {
    std::array<detail::PlacedParameter, tensor_count> placed{};
    std::size_t tensor = 0;
    std::size_t layer = 0;
    Index offset = 0;
    const auto visit = [&]<class L>(std::type_identity<L>) {
      for (const Parameter& parameter : parameters_of<L>(shapes[layer])) {
        placed[tensor++] = {parameter, layer, offset};
        offset += aligned_count<float>(parameter.size());
      }
      ++layer;
    };
    (visit(std::type_identity<TheLayers>{}), ...);
    return placed;
  }();

  /// Elements of the block that holds all parameters, gaps included.
  static constexpr Index block_size = [] {
    Index size = 0;
    for (const auto& placed : parameters) {
      size += aligned_count<float>(placed.parameter.size());
    }
    return size;
  }();

  /// Numbers that training changes.
  static constexpr Index parameter_count = [] {
    Index count = 0;
    for (const auto& placed : parameters) count += placed.parameter.size();
    return count;
  }();

  /// What each layer calls itself.
  static constexpr std::array<std::string_view, depth> layer_names = {TheLayers::name...};
};

}  // namespace tweed
