#pragma once

#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/relu.hpp>
#include <tweed/model/sequential.hpp>

#include <tuple>
#include <utility>

/// Neighbouring layers that one kernel can do together are folded into one stage at compile time.
/// It changes how a network runs, not what it computes: `Unfolded<Net>` runs layer by layer.
namespace tweed::detail {

/// The layer that does `First` and then `Second`, where there is one: specialise to add another.
template <class First, class Second>
struct Fold {};

template <Index filters, Window kernel, auto... options, class Next>
struct Fold<Conv2D<filters, kernel, options...>, Next>
    : Fold<typename Conv2D<filters, kernel, options...>::Base, Next> {};

template <Window kernel, auto... options, class Next>
struct Fold<DepthwiseConv2D<kernel, options...>, Next>
    : Fold<typename DepthwiseConv2D<kernel, options...>::Base, Next> {};

template <class Filters, Window kernel, auto... options>
struct Fold<Convolution<kernels::Activation::none, NoPool, Filters, kernel, options...>, ReLU> {
  using type = Convolution<kernels::Activation::relu, NoPool, Filters, kernel, options...>;
};

template <class Pool>
concept FusiblePool = Pool::geometry({1, 1, 1})
.window_size() < kernels::no_tap<kernels::conv::FusedPool::Tap>;

template <kernels::Activation activation, class Filters, Window kernel, auto... options,
          Window window, auto... pool_options>
requires FusiblePool<MaxPool<window, pool_options...>>
struct Fold<Convolution<activation, NoPool, Filters, kernel, options...>,
            MaxPool<window, pool_options...>> {
  using type =
      Convolution<activation, MaxPool<window, pool_options...>, Filters, kernel, options...>;
};

template <Index units, auto... options>
struct Fold<Dense<units, options...>, ReLU> {
  using type = FullyConnected<kernels::Activation::relu, units, options...>;
};

template <class First, class Second>
concept Foldable = requires {
  typename Fold<First, Second>::type;
};

/// Layers [first, end) of a network, run by the one layer `Runs`.
template <class Runs, std::size_t first_layer, std::size_t end_layer>
struct Stage {
  using Run = Runs;
  static constexpr std::size_t first = first_layer;
  static constexpr std::size_t end = end_layer;
};

/// Walks along the layers, the last stage open for folding.
template <class Done, class Open, class... Rest>
struct FoldLayers;

template <class... Done, class Open>
struct FoldLayers<std::tuple<Done...>, Open> {
  using type = std::tuple<Done..., Open>;
};

template <class... Done, class Run, std::size_t first, std::size_t end, class Next, class... Rest>
struct FoldLayers<std::tuple<Done...>, Stage<Run, first, end>, Next, Rest...>
    : FoldLayers<std::tuple<Done..., Stage<Run, first, end>>, Stage<Next, end, end + 1>, Rest...> {
};

template <class... Done, class Run, std::size_t first, std::size_t end, class Next, class... Rest>
requires Foldable<Run, Next>
struct FoldLayers<std::tuple<Done...>, Stage<Run, first, end>, Next, Rest...>
    : FoldLayers<std::tuple<Done...>, Stage<typename Fold<Run, Next>::type, first, end + 1>,
                 Rest...> {
};

template <class Net>
struct StagesOf;

template <class First, class Head, class... Tail>
struct StagesOf<Sequential<First, Head, Tail...>>
    : FoldLayers<std::tuple<>, Stage<Head, 0, 1>, Tail...> {};

}  // namespace tweed::detail

namespace tweed {

/// The same network, run layer by layer.
template <class Net>
struct Unfolded : Net {};

namespace detail {

template <class First, class... TheLayers>
struct StagesOf<Unfolded<Sequential<First, TheLayers...>>> {
  template <std::size_t... i>
  static std::tuple<Stage<TheLayers, i, i + 1>...> stages(std::index_sequence<i...>);
  using type = decltype(stages(std::index_sequence_for<TheLayers...>{}));
};

}  // namespace detail

/// What runs when `Net` runs, a std::tuple of stages.
template <class Net>
using Stages = typename detail::StagesOf<Net>::type;

template <class Net>
inline constexpr std::size_t stage_count = std::tuple_size_v<Stages<Net>>;

template <class Net, std::size_t i>
using StageAt = std::tuple_element_t<i, Stages<Net>>;

/// Calls `body(constant i)` for each stage in order.
template <class Net, class Body>
constexpr void for_each_stage(const Body& body) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (body(std::integral_constant<std::size_t, i>{}), ...);
  }
  (std::make_index_sequence<stage_count<Net>>{});
}

/// The same from the last to the first.
template <class Net, class Body>
constexpr void for_each_stage_backward(const Body& body) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (body(std::integral_constant<std::size_t, stage_count<Net> - 1 - i>{}), ...);
  }
  (std::make_index_sequence<stage_count<Net>>{});
}

}  // namespace tweed
