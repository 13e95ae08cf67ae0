#include <tweed/graph/fold.hpp>
#include <tweed/model/program.hpp>
#include <support/branched_networks.hpp>
#include <support/network_run.hpp>
#include <support/plan_check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace tweed;

namespace {

/// y = scale * x, as a layer of the first version: its `backward` leaves rubbish in dy.
struct Destroyer {
  static constexpr std::string_view name = "destroyer";
  static constexpr Reads backward_reads{.input = true, .output = false};

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static constexpr std::array<Parameter, 1> parameters(const Shape& input) {
    return {{{"scale", {input.channels, 1, 1, 1}, 1, Initializer::ones}}};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    const auto scale = pass.parameters[0];
    for (std::size_t i = 0; i < pass.x.values().size(); ++i) {
      pass.y.data[i] = scale[i % scale.size()] * pass.x.data[i];
    }
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const auto scale = pass.parameters[0];
    std::ranges::fill(pass.gradients[0], T{});
    for (std::size_t i = 0; i < pass.x.values().size(); ++i) {
      pass.gradients[0][i % scale.size()] += pass.dy.data[i] * pass.x.data[i];
      if (!pass.dx.empty()) pass.dx.data[i] = pass.dy.data[i] * scale[i % scale.size()];
    }
    std::ranges::fill(pass.dy.values(), std::numeric_limits<T>::quiet_NaN());
  }
};

template <class T>
std::vector<Index> kept_of(const detail::Program<T>& program) {
  std::vector<Index> kept;
  if (program.options().mode == Mode::inference) return kept;
  for (int i = 0; i < program.graph().node_count(); ++i) kept.push_back(program.kept_bytes(i));
  return kept;
}

template <class T>
void check_plan(const NetworkView<T>& view, Mode mode, std::span<const char> frozen = {}) {
  for (const unsigned char folded : {folds::none, folds::in_training}) {
    for (const Index batch : {1, 7}) {
      const detail::Program<T> program(
          view, {.mode = mode, .folds = folded, .batch_size = batch, .frozen = frozen});
      tests::PlanCheck check(program.graph(), program.plan(), batch, Index{sizeof(T)},
                             kept_of(program));
      CHECK(check.run() == "");
      CHECK(program.plan().size() >= program.plan().peak().size);
    }
  }
}

template <class T>
void check_plans(const NetworkView<T>& view) {
  check_plan(view, Mode::training);
  check_plan(view, Mode::inference);
  std::vector<char> frozen;  // every other layer with parameters
  bool is_frozen = false;
  for (const Traits& traits : view.graph.traits) {
    if (traits.trains()) is_frozen = !is_frozen;
    frozen.push_back(traits.trains() && is_frozen);
  }
  check_plan(view, Mode::training, frozen);
}

template <class Net>
void check_plans() {
  check_plans(NetworkHandle<Net>().template view<float>());
  check_plans(NetworkHandle<Net>().template view<double>());
}

/// Chains take no more than what is held at the worst step, within 2 % in training, and two values
/// in inference.
template <class Net>
void check_chain() {
  check_plans<Net>();
  const auto view = NetworkHandle<Net>().template view<float>();
  for (const unsigned char folded : {folds::none, folds::in_training}) {
    for (const Mode mode : {Mode::training, Mode::inference}) {
      const detail::Program<float> program(view, {.mode = mode, .folds = folded, .batch_size = 3});
      const Index peak = program.plan().peak().size;
      CHECK(program.plan().size() <= (mode == Mode::inference ? peak : peak + peak / 50));
    }
    const detail::Program<float> inference(view, {.folds = folded, .batch_size = 3});
    Index largest = 0;
    for (const Node& node : inference.graph().nodes) {
      largest = std::max(
          largest, aligned_bytes(3 * Net::graph.shape(node.output).size() * Index{sizeof(float)}));
    }
    CHECK(inference.plan().size() <= 2 * largest);
  }
}

/// A graph of random layers and joins, in double. Values that nobody reads become outputs. With
/// `recompute` some parts of it are computed again; the layers are the same.
AnyNetworkOf<double> random_graph(std::uint32_t seed, bool recompute) {
  using Value = AnyNetworkOf<double>::Value;
  tests::Picker picker(seed);
  AnyNetworkOf<double> network;
  std::vector<Value> values{network.input({3, 4, 2})};
  if (picker.between(0, 2) == 0) values.push_back(network.input({3, 4, 2}));
  std::vector<int> readers(values.size());
  const auto pick = [&] {
    // Late ones more often, so that graphs become deep.
    const auto back = std::min(picker.between(1, std::ssize(values)), picker.between(1, 4));
    return static_cast<std::size_t>(std::max<Index>(0, std::ssize(values) - back));
  };
  const auto add = [&](const AnyLayerOf<double>& layer, const std::vector<std::size_t>& from) {
    std::vector<Value> operands;
    for (const std::size_t i : from) {
      operands.push_back(values[i]);
      ++readers[i];
    }
    values.push_back(network.add(layer, operands));
    readers.push_back(0);
  };
  const auto add_random = [&] {
    const std::size_t x = pick();
    const Shape shape = network.shape(values[x]);
    switch (picker.between(0, 9)) {
      case 0:
        return add(Conv2DLayer{.filters = picker.between(1, 3), .kernel = 3}, {x});
      case 1:
        return add(Conv2DLayer{.filters = 2, .kernel = 1, .has_bias = false}, {x});
      case 2:
        return add(ReLU{}, {x});
      case 3:
        return add(DropoutLayer{.rate = 0.25}, {x});
      case 4:
        return add(MaxPoolLayer{.window = 2, .stride = 1, .padding = Padding::same}, {x});
      case 5:
        return add(Destroyer{}, {x});
      case 6:
        return add(AddLayer{}, {x, x});
      default: {
        std::vector<std::size_t> same{x};
        for (int tries = 0; tries < 3; ++tries) {
          const std::size_t other = pick();
          if (network.shape(values[other]) == shape) same.push_back(other);
        }
        if (picker.between(0, 2) == 0 && shape.channels * std::ssize(same) < 9) {
          return add(ConcatLayer{}, same);
        }
        if (same.size() == 2 && picker.between(0, 1) == 0) return add(MultiplyLayer{}, same);
        return add(AddLayer{}, same);
      }
    }
  };
  const auto parts = picker.between(2, 4);
  for (Index part = 0; part < parts; ++part) {
    const auto layers = picker.between(1, 6);
    const auto body = [&] {
      for (Index i = 0; i < layers; ++i) add_random();
    };
    const bool again = picker.between(0, 1) == 0;
    recompute&& again ? network.recompute(body) : body();
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (readers[i] > 0) continue;
    const bool is_input = i < network.graph().inputs.size();
    if (is_input) add(ReLU{}, {i});
  }
  for (std::size_t i = network.graph().inputs.size(); i < values.size(); ++i) {
    if (readers[i] == 0 || picker.between(0, 9) == 0) network.output(values[i]);
  }
  return network;
}

using Model64 = Model<AnyNetworkOf<double>, double>;

Model64 random_model(std::uint32_t seed, bool recompute) {
  Model64 model(random_graph(seed, recompute));
  tests::fill_parameters(model, 0.4);
  return model;
}

}  // namespace

TEST_CASE("plan: chains") {
  check_chain<Sequential<Input<5>, Dense<3>>>();
  check_chain<Sequential<Input<8, 8, 3>, Conv2D<7, 3>, ReLU, MaxPool<2>, Dropout<0.5>, Conv2D<2, 3>,
                         ReLU, Flatten, Dense<9>, ReLU, Dense<4>>>();
  check_chain<Sequential<Input<8, 8, 3>, Repeat<9, Conv2D<3, 3>, ReLU>>>();
  check_chain<Sequential<Input<4, 4, 2>, Flatten, Flatten, ReLU, Dropout<0.1>, ReLU>>();
  check_chain<Sequential<Input<9, 9, 1>, Conv2D<64, 3>, MaxPool<9>, Conv2D<1, 1>, Flatten,
                         Dense<500>, ReLU, Dense<2>>>();
}

TEST_CASE("plan: graphs") {
  check_plans<tests::Branched>();
  check_plans<tests::BranchedOf<Recompute>>();
  check_plans<tests::TwoInputs>();
  check_plans<Sequential<Input<3, 4, 2>, Residual<>, Residual<Residual<>>>>();
  check_plans<Sequential<Input<3, 4, 2>, Conv2D<2, 3>, Add<Flatten, Flatten>, Dense<2>>>();
  check_plans<Sequential<Input<6>, Dense<6>, As<"x">, ReLU, Output<"y">, Dropout<0.5>,
                         Add<From<"x">>, Output<"z">>>();
}

TEST_CASE("plan: a layer that leaves rubbish in dy gets a copy where somebody else reads it") {
  using Net =
      Sequential<Input<3, 4, 2>, Conv2D<3, 3>, Residual<Conv2D<3, 3>, Destroyer>,
                 Residual<Destroyer, Conv2D<3, 3>>, Concat<Destroyer, Destroyer>, Destroyer>;
  check_plans<Net>();
  Model<Net, double> model;
  tests::fill_parameters(model);
  CHECK(tests::worst_gradient(model) < 1e-7);
}

TEST_CASE("plan: no two pieces of random graphs lie in one place at one time") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    check_plans(random_graph(seed, false).view());
    check_plans(random_graph(seed, true).view());
  }
}

TEST_CASE("plan: random graphs have the same results whatever is in memory or computed again") {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const Model64 model = random_model(seed, false);
    const auto expected = tests::run_network(model, {});
    CHECK(tests::same_bits(tests::run_network(model, {.planned = 5, .threads = 3, .poison = true}),
                           expected));
    CHECK(tests::same_bits(
        tests::run_network(random_model(seed, true), {.threads = 2, .poison = true}), expected));
  }
}

TEST_CASE("plan: gradients of random graphs agree with central differences") {
  for (std::uint32_t seed = 0; seed < 25; ++seed) {
    CAPTURE(seed);
    CHECK(tests::worst_gradient(random_model(seed, seed % 2 == 0), 3) < 1e-7);
  }
}
