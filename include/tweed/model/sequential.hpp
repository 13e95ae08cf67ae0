#pragma once

#include <tweed/graph/for_each_layer.hpp>
#include <tweed/graph/misfit.hpp>
#include <tweed/model/network_view.hpp>

#include <array>

namespace TWEED_NAMESPACE {

/// A network as a type: entries one after another, which are layers or what `graph/composites.hpp`
/// has. Its graph is known while compiling, and an entry that cannot take what reaches it does not
/// compile.
///
///     using Net = Sequential<Input<8, 8, 3>, Conv2D<4, 3>, ReLU,
///                            Residual<Conv2D<4, 3>, ReLU>, Flatten, Dense<10>>;
template <class First, class... Entries>
class Sequential {
  static_assert(detail::is_input<First>, "Sequential: the first entry must be an Input<...>");
  static_assert(sizeof...(Entries) > 0, "Sequential: expected at least one layer");

  static constexpr auto lowered_ = detail::lower<First, Entries...>();
  using Misfit = detail::Misfit<lowered_.failed, Path<Entries...>, lowered_>;
  static_assert(detail::LayerRejectsItsInput<typename Misfit::Position, typename Misfit::Suspect,
                                             typename Misfit::Refused, Misfit::why>::ok);

 public:
  using Everything = Path<First, Entries...>;

  static constexpr GraphView graph = lowered_.graph.view();

  /// Of one sample, and of what the network makes of it; the first of each, where there are
  /// several.
  static constexpr Shape input = graph.input();
  static constexpr Shape output = graph.output();

  /// Number of layers.
  static constexpr std::size_t depth = graph.nodes.size();

  /// Numbers that training changes.
  static constexpr Index parameter_count = graph.parameter_count();

  /// Elements of the block that holds all parameters, gaps included.
  static constexpr Index block_size = [] {
    Index size = 0;
    for (const Traits& traits : graph.traits) size += traits.parameter_block_size;
    return size;
  }();
};

/// The same network, run layer by layer.
template <class Net>
struct Unfolded : Net {
  static constexpr bool is_unfolded = true;
};

namespace detail {

/// The layers of a network, bound to what runs them for a number type.
template <class Net, class T>
inline constexpr auto bound_layers = [] {
  std::array<BoundLayer<T>, Net::depth> bound{};
  std::size_t i = 0;
  ForEachLayer<typename Net::Everything>::run([&]<class L>(std::type_identity<L>) {
    // What is no layer has been complained of already.
    if constexpr (Layer<L>) bound[i++] = {&layer_table<LayerClass<L>, T>, &ValueOf<L>::value};
  });
  return bound;
}();

template <class Net>
inline constexpr auto described_layers = [] {
  std::array<DescribedLayer, Net::depth> described{};
  std::size_t i = 0;
  ForEachLayer<typename Net::Everything>::run([&]<class L>(std::type_identity<L>) {
    if constexpr (Layer<L>) described[i++] = {&layer_text<LayerClass<L>>, &ValueOf<L>::value};
  });
  return described;
}();

}  // namespace detail

/// A network that is a type.
template <class Net>
concept StaticNetwork = requires {
  typename Net::Everything;
};

/// What networks are kept as: a type needs no memory.
template <class Net>
class NetworkHandle;

template <StaticNetwork Net>
class NetworkHandle<Net> {
 public:
  template <class T>
  NetworkView<T> view() const {
    return {Net::graph, detail::bound_layers<Net, T>};
  }
  NetworkText text() const { return {Net::graph, detail::described_layers<Net>}; }

  friend constexpr bool operator==(const NetworkHandle&, const NetworkHandle&) = default;
};

template <class Net>
inline constexpr bool is_unfolded = requires {
  Net::is_unfolded;
};

/// Those of `wanted` that a network allows.
template <class Net>
constexpr unsigned char folds_of(unsigned char wanted) {
  return is_unfolded<Net> ? folds::none : wanted;
}

}  // namespace TWEED_NAMESPACE
