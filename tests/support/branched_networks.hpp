#pragma once

#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>

namespace tests {

using tweed::Add;
using tweed::As;
using tweed::Concat;
using tweed::Conv2D;
using tweed::Dense;
using tweed::DepthwiseConv2D;
using tweed::Dropout;
using tweed::Flatten;
using tweed::From;
using tweed::Input;
using tweed::MaxPool;
using tweed::Multiply;
using tweed::Output;
using tweed::Padding;
using tweed::Path;
using tweed::ReLU;
using tweed::Repeat;
using tweed::Residual;
using tweed::Sequential;
using tweed::Stride;
using tweed::Window;

/// Residuals, three readers of one value, a long skip, squeeze and excitation, two outputs. `Part`
/// is `Path`, or `Recompute`.
template <template <class...> class Part>
using BranchedOf = Sequential<
    Input<6, 5, 2>, Conv2D<4, 3>, ReLU, As<"skip">,
    Part<Residual<Conv2D<4, 3>, ReLU, Dropout<0.3>, Conv2D<4, 3>>, ReLU>,
    Add<Path<Conv2D<4, 3>, ReLU>, DepthwiseConv2D<3>, Path<>>,
    Concat<Path<>, Path<MaxPool<2, Stride{1}, Padding::same>, Conv2D<3, 1>, ReLU>, From<"skip">>,
    Multiply<Path<MaxPool<Window{6, 5}>, Dense<11>>>,
    Part<Repeat<2, Residual<Conv2D<11, 3>, ReLU>>>, As<"trunk">, Flatten, Dense<3>, Output<"class">,
    From<"trunk">, MaxPool<2>, Flatten, Dense<2>, Output<"box">>;
using Branched = BranchedOf<Path>;

/// Two inputs, a value that is added to itself, an output that is read on.
using TwoInputs = Sequential<Input<6, 5, 2>, Conv2D<4, 3>, ReLU, MaxPool<Window{6, 5}>, As<"seen">,
                             Input<3>, Concat<From<"seen">>, Dense<4>, Residual<Dense<4>, ReLU>,
                             Add<Path<>, Path<>>, Output<"code">, Dense<3>, Output<"class">>;

/// Layers with state, a factor for each channel, up and down again.
template <template <class...> class Part>
using NormalizedOf =
    tweed::Sequential<Input<6, 8, 2>, Conv2D<4, 3, tweed::NoBias{}>, tweed::BatchNorm<>, ReLU,
                      As<"fine">, tweed::AveragePool<2>,
                      Part<Residual<Conv2D<4, 3, tweed::NoBias{}>, tweed::BatchNorm<>, ReLU,
                                    Conv2D<4, 3>, tweed::BatchNorm<tweed::Momentum{0.5}>>,
                           ReLU>,
                      tweed::Upsample<2>, Concat<From<"fine">>,
                      Multiply<tweed::Path<tweed::GlobalAveragePool, Dense<8>>>, tweed::BatchNorm<>,
                      tweed::GlobalAveragePool, Dense<3>>;
using Normalized = NormalizedOf<Path>;

/// `Branched`, built layer by layer. `recompute` says whether its parts are computed again.
template <class T>
tweed::AnyNetworkOf<T> build_branched(bool recompute) {
  using namespace tweed;
  const Conv2DLayer conv{.filters = 4, .kernel = 3};
  AnyNetworkOf<T> network;
  const auto part = [&](const auto& body) { recompute ? network.recompute(body) : body(); };
  auto x = network.input({6, 5, 2});
  x = network.add(conv, {x});
  x = network.add(ReLU{}, {x});
  const auto skip = x;
  part([&] {
    auto y = network.add(conv, {x});
    y = network.add(ReLU{}, {y});
    y = network.add(DropoutLayer{.rate = 0.3}, {y});
    y = network.add(conv, {y});
    x = network.add(AddLayer{}, {x, y});
    x = network.add(ReLU{}, {x});
  });
  auto y = network.add(conv, {x});
  y = network.add(ReLU{}, {y});
  x = network.add(AddLayer{}, {y, network.add(DepthwiseConv2DLayer{.kernel = 3}, {x}), x});
  y = network.add(MaxPoolLayer{.window = 2, .stride = 1, .padding = Padding::same}, {x});
  y = network.add(Conv2DLayer{.filters = 3, .kernel = 1}, {y});
  y = network.add(ReLU{}, {y});
  x = network.add(ConcatLayer{}, {x, y, skip});
  y = network.add(MaxPoolLayer{.window = {6, 5}, .stride = {6, 5}}, {x});
  y = network.add(DenseLayer{.units = 11}, {y});
  x = network.add(MultiplyLayer{}, {x, y});
  part([&] {
    for (int i = 0; i < 2; ++i) {
      y = network.add(Conv2DLayer{.filters = 11, .kernel = 3}, {x});
      y = network.add(ReLU{}, {y});
      x = network.add(AddLayer{}, {x, y});
    }
  });
  y = network.add(Flatten{}, {x});
  network.output(network.add(DenseLayer{.units = 3}, {y}));
  y = network.add(MaxPoolLayer{.window = 2, .stride = 2}, {x});
  y = network.add(Flatten{}, {y});
  network.output(network.add(DenseLayer{.units = 2}, {y}));
  return network;
}

/// `TwoInputs`, built layer by layer.
template <class T>
tweed::AnyNetworkOf<T> build_two_inputs() {
  using namespace tweed;
  AnyNetworkOf<T> network;
  auto x = network.input({6, 5, 2});
  x = network.add(Conv2DLayer{.filters = 4, .kernel = 3}, {x});
  x = network.add(ReLU{}, {x});
  x = network.add(MaxPoolLayer{.window = {6, 5}, .stride = {6, 5}}, {x});
  x = network.add(ConcatLayer{}, {network.input({1, 1, 3}), x});
  x = network.add(DenseLayer{.units = 4}, {x});
  auto y = network.add(DenseLayer{.units = 4}, {x});
  y = network.add(ReLU{}, {y});
  x = network.add(AddLayer{}, {x, y});
  x = network.add(AddLayer{}, {x, x});
  network.output(x);
  network.output(network.add(DenseLayer{.units = 3}, {x}));
  return network;
}

}  // namespace tests
