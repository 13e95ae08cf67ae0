#pragma once

#include <tweed/graph/composites.hpp>
#include <tweed/graph/graph.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <type_traits>

/// From the type of a network to plain data. Each distinct entry is one small function, run as
/// often as the entry stands there, which writes into arrays: compiling costs next to nothing, and
/// no list of types grows with the network.
namespace TWEED_NAMESPACE::detail {

inline constexpr std::size_t deepest_trail = 64;

/// Where an entry stands: its place, from 1, in each of the lists that it is nested in.
struct Trail {
  std::size_t depth = 0;
  std::array<short, deepest_trail> places{};

  constexpr void enter() { places[std::min(depth++, deepest_trail - 1)] = 0; }
  constexpr void next() { ++places[std::min(depth, deepest_trail) - 1]; }
  constexpr void leave() { --depth; }
};

struct NamedValue {
  std::string_view name;
  int value = 0;
};

/// What can be wrong with an entry, besides that a layer does not take its input.
enum class EntryTrouble {
  fits,
  no_value_has_this_name_put_As_before_it,
  it_is_no_layer_compare_it_with_the_concept_LayerValue,
  it_joins_several_values_put_it_into_a_Join,
  it_has_more_than_16_operands,
  it_is_nested_more_than_64_lists_deep,
  nobody_reads_what_it_makes
};

/// Where a walk along a network's entries is, and what is wrong if it has stopped there.
struct Whereabouts {
  Trail trail = {};
  bool failed = false;
  EntryTrouble trouble = EntryTrouble::fits;
  std::array<Shape, most_operands> refused{};  ///< what reaches the entry
  std::size_t refused_count = 0;

  constexpr void fail(Shapes at, EntryTrouble what = EntryTrouble::fits) {
    failed = true;
    trouble = what;
    for (const Shape& shape : at) refused[refused_count++] = shape;
  }
};

/// The state of a walk, which writes down the nodes.
struct Lowering : Whereabouts {
  Node* nodes = nullptr;
  int* edges = nullptr;
  Shape* shapes = nullptr;
  Traits* traits = nullptr;
  int* inputs = nullptr;
  int* outputs = nullptr;
  NamedValue* names = nullptr;
  GraphSize used = {};
  int values = 0;
  int current = -1;  ///< the value that reaches the next entry
  int segment = 0;   ///< 0 outside of all
  int segments = 0;
  int unread = -1;  ///< the value to stop at because nobody reads it

  constexpr void input(const Shape& shape) {
    inputs[used.inputs++] = values;
    value(shape);
  }
  constexpr void value(const Shape& shape) {
    if (values == unread) fail(Shapes(&shape, 1), EntryTrouble::nobody_reads_what_it_makes);
    shapes[values] = shape;
    current = values++;
  }
  constexpr void node(const int* operands, int count, const Shape& output, const Traits& facts) {
    nodes[used.nodes] = {.layer = used.nodes,
                         .first_edge = used.edges,
                         .edge_count = count,
                         .output = values,
                         .segment = segment};
    traits[used.nodes++] = facts;
    for (int i = 0; i < count; ++i) edges[used.edges++] = operands[i];
    value(output);
  }
  constexpr void name(std::string_view text) { names[used.names++] = {text, current}; }
  constexpr void from(std::string_view text) {
    for (int i = used.names; i-- > 0;) {
      if (names[i].name != text) continue;
      current = names[i].value;
      return;
    }
    fail({}, EntryTrouble::no_value_has_this_name_put_As_before_it);
  }
};

/// Asks a layer what it makes of `operands`.
template <Layer L>
constexpr void lower_layer(Lowering& to, const int* operands, int count) {
  constexpr const auto& layer = ValueOf<L>::value;
  std::array<Shape, most_operands> shapes{};
  for (int i = 0; i < count; ++i) shapes[static_cast<std::size_t>(i)] = to.shapes[operands[i]];
  const Shapes inputs(shapes.data(), static_cast<std::size_t>(count));
  const auto answer = fit_of(layer, inputs);
  if (static_cast<int>(answer.why) != 0) return to.fail(inputs);
  to.node(operands, count, answer.output, traits_of(layer, inputs[0]));
}

constexpr GraphSize sum_of(std::initializer_list<GraphSize> sizes) {
  GraphSize sum;
  for (const GraphSize& size : sizes) sum = sum + size;
  return sum;
}

/// What an entry adds to a graph: how much room it takes, and the nodes themselves.
template <class Entry>
struct Lower {
  static constexpr GraphSize size{.nodes = 1, .edges = 1};
  static constexpr void into(Lowering& to) {
    const Shapes input(to.shapes + to.current, 1);
    if constexpr (!Layer<Entry>) {
      to.fail({}, EntryTrouble::it_is_no_layer_compare_it_with_the_concept_LayerValue);
    } else if constexpr (JoinValue<LayerClass<Entry>>) {
      to.fail(input, EntryTrouble::it_joins_several_values_put_it_into_a_Join);
    } else {
      const int operand = to.current;
      lower_layer<Entry>(to, &operand, 1);
    }
  }
};

/// Where an entry has failed, the rest is not looked at, and the trail stays.
template <class Entry>
constexpr void lower_next(Lowering& to) {
  if (to.failed) return;
  to.trail.next();
  if (to.trail.depth > deepest_trail) {
    return to.fail({}, EntryTrouble::it_is_nested_more_than_64_lists_deep);
  }
  Lower<Entry>::into(to);
}

// No fold expression: clang takes at most 256 operands in one.
template <class... Entries>
constexpr void lower_all(Lowering& to) {
  to.trail.enter();
  const int in_order[] = {0, (lower_next<Entries>(to), 0)...};
  static_cast<void>(in_order);
  if (!to.failed) to.trail.leave();
}

/// A type that is derived from a composite.
template <class Entry>
requires requires { typename Entry::Runs; }
struct Lower<Entry> : Lower<typename Entry::Runs> {};

template <class... Entries>
struct Lower<Path<Entries...>> {
  static constexpr GraphSize size = sum_of({Lower<Entries>::size...});
  static constexpr void into(Lowering& to) { lower_all<Entries...>(to); }
};

template <class... Entries>
struct Lower<Block<Entries...>> : Lower<Path<Entries...>> {
  static constexpr void into(Lowering& to) {
    const int names = to.used.names;
    lower_all<Entries...>(to);
    to.used.names = names;
  }
};

template <class... Entries>
struct Lower<Recompute<Entries...>> : Lower<Path<Entries...>> {
  static constexpr void into(Lowering& to) {
    const int outer = to.segment;
    if (outer == 0) to.segment = ++to.segments;
    lower_all<Entries...>(to);
    to.segment = outer;
  }
};

template <class L, class... Operands>
struct Lower<Join<L, Operands...>> {
  /// Whether what comes in is an operand itself.
  static constexpr std::size_t own = sizeof...(Operands) == 1 ? 1 : 0;
  static constexpr std::size_t count = own + sizeof...(Operands);
  static constexpr GraphSize size =
      sum_of({GraphSize{.nodes = 1, .edges = int{count}}, Lower<Operands>::size...});

  static constexpr void into(Lowering& to) {
    if constexpr (!Layer<L>) {
      return to.fail({}, EntryTrouble::it_is_no_layer_compare_it_with_the_concept_LayerValue);
    } else if constexpr (count > most_operands) {
      return to.fail({}, EntryTrouble::it_has_more_than_16_operands);
    } else {
      std::array<int, count + 1> operands{};
      const int incoming = to.current;
      operands[0] = incoming;
      std::size_t i = own;
      to.trail.enter();
      const auto operand = [&]<class Operand>(std::type_identity<Operand>) {
        to.current = incoming;
        lower_next<Operand>(to);
        operands[i++] = to.current;
      };
      (operand(std::type_identity<Operands>{}), ...);
      if (to.failed) return;
      to.trail.leave();
      lower_layer<L>(to, operands.data(), static_cast<int>(count));
    }
  }
};

template <Index... sizes>
struct Lower<Input<sizes...>> {
  static constexpr GraphSize size{.inputs = 1};
  static constexpr void into(Lowering& to) { to.input(shape_of(Input<sizes...>{})); }
};
template <ValueName name>
struct Lower<As<name>> {
  static constexpr GraphSize size{.names = 1};
  static constexpr void into(Lowering& to) { to.name(name.text()); }
};
template <ValueName name>
struct Lower<From<name>> {
  static constexpr GraphSize size{};
  static constexpr void into(Lowering& to) { to.from(name.text()); }
};
template <ValueName name>
struct Lower<Output<name>> {
  static constexpr GraphSize size{.outputs = 1};
  static constexpr void into(Lowering& to) { to.outputs[to.used.outputs++] = to.current; }
};

/// A graph, or where it went wrong.
template <GraphSize size>
struct Lowered : Whereabouts {
  StaticGraph<size> graph{};
};

/// The first value that no node reads and that is no output, or -1.
template <std::size_t values>
constexpr int first_unread(const GraphView& graph) {
  std::array<bool, values> is_read{};
  for (const int value : graph.edges) is_read[static_cast<std::size_t>(value)] = true;
  for (const int value : graph.outputs) is_read[static_cast<std::size_t>(value)] = true;
  for (std::size_t i = 0; i < values; ++i) {
    if (!is_read[i]) return static_cast<int>(i);
  }
  return -1;
}

/// `unread`: the value to stop at because nobody reads it, or -1.
template <class First, class... Entries>
consteval auto lower(int unread) {
  constexpr GraphSize size = sum_of({Lower<First>::size, Lower<Entries>::size...});
  Lowered<size> result;
  std::array<NamedValue, size.names + 1> names{};
  auto& graph = result.graph;
  Lowering to;
  to.nodes = graph.nodes.data();
  to.edges = graph.edges.data();
  to.shapes = graph.shapes.data();
  to.traits = graph.traits.data();
  to.inputs = graph.inputs.data();
  to.outputs = graph.outputs.data();
  to.names = names.data();
  to.unread = unread;
  Lower<First>::into(to);
  lower_all<Entries...>(to);
  if (size.outputs == 0) graph.outputs[0] = to.current;
  static_cast<Whereabouts&>(result) = to;
  return result;
}

/// The graph of a network's entries, or what is wrong with the first that does not fit.
template <class First, class... Entries>
consteval auto lower() {
  constexpr auto lowered = lower<First, Entries...>(-1);
  if constexpr (lowered.failed) {
    return lowered;
  } else {
    constexpr int unread = first_unread<lowered.graph.shapes.size()>(lowered.graph.view());
    if constexpr (unread < 0) {
      return lowered;
    } else {
      return lower<First, Entries...>(unread);
    }
  }
}

}  // namespace TWEED_NAMESPACE::detail
