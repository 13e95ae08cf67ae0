#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<6, 6, 1>, Conv2D<3, 3, NoBias{}>, BatchNorm<>, ReLU, Conv2D<5, 3>,
                       ReLU, Flatten, Dense<4>>;
using GroupList = ParameterGroups;
using TensorValues = std::map<std::string, std::vector<float>>;

const Dataset<> data = tests::bars(24, 6, 4, 1);

TensorValues tensors_of(const Model<Net>& model) {
  TensorValues tensors;
  for (const auto& tensor : model.tensors()) {
    tensors[tensor.name].assign(tensor.values.begin(), tensor.values.end());
  }
  return tensors;
}

template <class O>
TensorValues trained(const O& optimizer, const GroupList& groups, FitOptions options = {}) {
  options.batch_size = 8;
  options.groups = groups;
  if (options.steps == 0) options.steps = 7;
  Model<Net> model{1};
  fit(model, SoftmaxCE{}, optimizer, data, options);
  return tensors_of(model);
}

std::string refusal(const GroupList& groups) {
  return error_message([&] { trained(Adam{}, groups); });
}

/// Knows no rate.
struct Still {
  template <class T>
  struct State {};
  template <class T>
  State<T> make_state(Index) const {
    return {};
  }
  template <class T>
  void update(State<T>&, std::span<T>, std::span<const std::type_identity_t<T>>, int) const {}
};

/// y = scale * x, and counts how often it runs forward and backward.
struct Counted {
  static inline int forward_runs = 0;
  static inline int backward_runs = 0;

  static constexpr std::string_view name = "counted";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool overwrites_dy = false;

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }
  static constexpr std::array<Parameter, 1> parameters(const Shape&) {
    return {{{"scale", {1, 1, 1, 1}, 1, Initializer::ones}}};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    ++forward_runs;
    for (Index i = 0; i < pass.x.size(); ++i) {
      pass.y.data[i] = pass.parameters[0][0] * pass.x.data[i];
    }
  }
  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    ++backward_runs;
    pass.gradients[0][0] = T{};
    for (Index i = 0; i < pass.dy.size(); ++i) {
      pass.gradients[0][0] += pass.dy.data[i] * pass.x.data[i];
      if (!pass.dx.empty()) pass.dx.data[i] = pass.parameters[0][0] * pass.dy.data[i];
    }
  }
};

}  // namespace

TEST_CASE("groups that change nothing give the same bits, for each optimiser") {
  const GroupList same{{.match = "*.kernel", .rate_factor = 1.0},
                       {.match = "conv2d_2.*", .weight_decay = 0.1},
                       {.frozen = false}};
  const Adam adam{.learning_rate = 0.01, .weight_decay = 0.1};
  CHECK(trained(adam, same) == trained(adam, {}));
  const SGD sgd{.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.1};
  CHECK(trained(sgd, same) == trained(sgd, {}));
}

TEST_CASE("a parameter's group decides alone how it is trained") {
  // One step: what it does to a parameter depends on no other.
  const FitOptions once{.steps = 1};
  const SGD slow{.learning_rate = 0.01, .weight_decay = 0.5};
  const SGD fast{.learning_rate = 0.1, .weight_decay = 0.5};
  const SGD free{.learning_rate = 0.01};
  const TensorValues all_slow = trained(slow, {}, once);
  const TensorValues all_fast = trained(fast, {}, once);
  const TensorValues all_free = trained(free, {}, once);
  const TensorValues start = tensors_of(Model<Net>{1});
  const TensorValues mixed = trained(slow,
                                     {{.match = "*.bias", .weight_decay = 0},
                                      {.match = "batch_norm_1.s*", .weight_decay = 0},
                                      {.from = "dense_1", .rate_factor = 10.0},
                                      {.match = "conv2d_1.*", .frozen = true}},
                                     once);
  CHECK(mixed.at("conv2d_1.kernel") == start.at("conv2d_1.kernel"));
  CHECK(mixed.at("batch_norm_1.scale") == all_free.at("batch_norm_1.scale"));
  CHECK(mixed.at("batch_norm_1.shift") == all_free.at("batch_norm_1.shift"));
  CHECK(mixed.at("conv2d_2.kernel") == all_slow.at("conv2d_2.kernel"));
  CHECK(mixed.at("conv2d_2.bias") == all_free.at("conv2d_2.bias"));
  CHECK(mixed.at("dense_1.kernel") == all_fast.at("dense_1.kernel"));
  // Running statistics are no parameters: they follow the batches.
  CHECK(mixed.at("batch_norm_1.mean") == all_slow.at("batch_norm_1.mean"));
}

TEST_CASE("the last group that says something holds") {
  const FitOptions once{.steps = 1};
  const TensorValues start = tensors_of(Model<Net>{1});
  const TensorValues head = trained(
      SGD{}, {{.frozen = true}, {.match = "dense_*", .frozen = false}, {.rate_factor = 2}}, once);
  for (const auto& entry : head) {
    const std::string& name = entry.first;
    const auto& values = entry.second;
    CAPTURE(name);
    const bool is_state = name == "batch_norm_1.mean" || name == "batch_norm_1.variance";
    const bool is_trained = name.starts_with("dense_1");
    CHECK((values == start.at(name)) == !(is_trained || is_state));
  }
  const TensorValues twice = trained(SGD{.learning_rate = 0.02}, {}, once);
  CHECK(head.at("dense_1.kernel") == twice.at("dense_1.kernel"));
}

TEST_CASE(
    "the gradients of frozen layers before all others are not computed, nor do others count") {
  Model<Net> model{1};
  std::vector<char> layers(model.graph().traits.size(), 1);
  layers.back() = 0;  // the last one trains
  TrainingPass<Net> frozen(model, 4, 1, layers);
  TrainingPass<Net> whole(4, 1);
  const std::vector<float> pixels(4 * 36, 0.5F);
  const std::vector<Label> labels{0, 1, 2, 3};
  for (TrainingPass<Net>* pass : {&frozen, &whole}) {
    const auto logits = pass->forward(model, Batch<const float>{pixels.data(), 4, {6, 6, 1}}, {});
    SoftmaxCE{}.gradient(logits, labels, pass->output_gradient());
    pass->backward(model);
  }
  const auto found = model.named(frozen.gradients());
  const auto expected = model.named(whole.gradients());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].name);
    const bool is_trained = found[i].name.starts_with("dense_1");
    const auto is_zero = [](float value) { return value == 0.0F; };
    CHECK(std::ranges::all_of(found[i].values, is_zero) == !is_trained);
    if (is_trained) CHECK(std::ranges::equal(found[i].values, expected[i].values));
  }
}

TEST_CASE("frozen layers between others leave their gradients alone, the others' keep their bits") {
  using Deep = Sequential<Input<6, 6, 1>, Conv2D<3, 3>, ReLU, Conv2D<4, 3>, BatchNorm<>, ReLU,
                          DepthwiseConv2D<3>, PReLU<>, Flatten, Dense<8>, LayerNorm<>, Dense<4>>;
  Model<Deep> model{1};
  std::vector<char> layers(model.graph().traits.size(), 1);
  layers.front() = layers.back() = 0;  // these two train
  TrainingPass<Deep> some(model, 4, 2, layers);
  TrainingPass<Deep> all(4, 2);
  std::vector<float> pixels;
  for (std::uint64_t i = 0; i < 4 * 36; ++i) {
    pixels.push_back(static_cast<float>(random_uniform({.seed = 4}, i)));
  }
  const std::vector<Label> labels{0, 1, 2, 3};
  for (TrainingPass<Deep>* pass : {&some, &all}) {
    std::ranges::fill(pass->gradients(), 7.0F);
    const auto logits = pass->forward(model, Batch<const float>{pixels.data(), 4, {6, 6, 1}}, {});
    SoftmaxCE{}.gradient(logits, labels, pass->output_gradient());
    pass->backward(model);
  }
  const auto found = model.named(some.gradients());
  const auto expected = model.named(all.gradients());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].name);
    const bool is_trained =
        found[i].name.starts_with("conv2d_1") || found[i].name.starts_with("dense_2");
    const auto is_as_before = [](float value) { return value == 7.0F; };
    CHECK(std::ranges::all_of(found[i].values, is_as_before) == !is_trained);
    if (is_trained) CHECK(std::ranges::equal(found[i].values, expected[i].values));
  }
}

TEST_CASE("frozen layers between others keep neither their input nor its transform") {
  using Deep = Sequential<Input<16, 16, 8>, Conv2D<8, 3>, Sigmoid, MaxPool<2>,
                          Conv2D<8, 5, Algorithm::fft>, BatchNorm<>, Flatten, Dense<2>>;
  Model<Deep> model{1};
  const auto bytes = [&](bool is_frozen) {
    std::vector<char> layers(model.graph().traits.size(), 0);
    layers[3] = is_frozen ? 1 : 0;
    return TrainingPass<Deep>(model, 8, 1, layers).bytes();
  };
  const Index input = 8 * 8 * 8 * 8 * Index{sizeof(float)};
  CHECK(bytes(true) <= bytes(false) - 2 * input);
}

TEST_CASE("what lies in frozen first layers runs neither backward nor again, to the same bits") {
  using Deep = Sequential<Input<6, 6, 1>, Recompute<Counted, Conv2D<3, 3>, ReLU>,
                          Recompute<Conv2D<5, 3>, ReLU>, Flatten, Dense<4>>;
  const auto after_a_step = [](const GroupList& groups) {
    Counted::forward_runs = Counted::backward_runs = 0;
    Model<Deep> model{1};
    fit(model, SoftmaxCE{}, SGD{}, data, {.batch_size = 8, .steps = 1, .groups = groups});
    std::vector<std::vector<float>> last;  // of the last three layers
    for (const auto& tensor : model.tensors()) {
      if (tensor.name.starts_with("conv2d_2") || tensor.name.starts_with("dense")) {
        last.emplace_back(tensor.values.begin(), tensor.values.end());
      }
    }
    return last;
  };
  const auto expected = after_a_step({});
  CHECK(Counted::forward_runs == 2);
  CHECK(Counted::backward_runs == 1);
  CHECK(after_a_step({{.to = "conv2d_1", .frozen = true}}) == expected);
  CHECK(Counted::forward_runs == 1);
  CHECK(Counted::backward_runs == 0);
}

TEST_CASE("gradients of the inputs are there, whatever is frozen") {
  using Deep = Sequential<Input<2>, Recompute<Counted, Dense<3>, ReLU>, Dense<2>>;
  Model<Deep> model{1};
  const std::array<char, 4> frozen{1, 1, 1, 0};
  TrainingPass<Deep> some(model, 1, 1, frozen);
  TrainingPass<Deep> all(1, 1);
  const std::vector<float> x{1, 2};
  std::vector<std::vector<float>> found;
  for (TrainingPass<Deep>* pass : {&some, &all}) {
    const Batch<const float> batch{x.data(), 1, Deep::input};
    SoftmaxCE{}.gradient(pass->forward(model, batch, {}), std::vector<Label>{1},
                         pass->output_gradient());
    const auto dx = pass->backward_to_input(model);
    found.emplace_back(dx.values().begin(), dx.values().end());
  }
  CHECK(found[0] == found[1]);
}

TEST_CASE("frozen parameters do not count where the gradient is clipped") {
  const FitOptions clipped{.steps = 1, .clip_norm = 1e-3};
  const TensorValues start = tensors_of(Model<Net>{1});
  const TensorValues found =
      trained(SGD{.learning_rate = 1.0}, {{.match = "conv2d_2.*", .frozen = true}}, clipped);
  double squares = 0.0;  // of how far they went
  for (const auto& [name, values] : found) {
    if (name == "batch_norm_1.mean" || name == "batch_norm_1.variance") continue;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double by = static_cast<double>(values[i]) - static_cast<double>(start.at(name)[i]);
      squares += by * by;
    }
  }
  CHECK(std::sqrt(squares) == doctest::Approx(1e-3).epsilon(1e-3));
}

TEST_CASE(
    "Muon takes kernels, of convolutions too, but those that a group gives to its companion") {
  const FitOptions once{.steps = 1, .schedule = [](const ScheduleInput&) { return 0.5; }};
  const Muon muon{.learning_rate = 0.1, .companion = {.learning_rate = 0.02}};
  const TensorValues adam = trained(muon.companion, {}, once);
  const TensorValues plain = trained(muon, {}, once);
  const TensorValues given = trained(muon, {{.match = "dense_1.*", .companion = true}}, once);
  for (const auto& entry : plain) {
    CAPTURE(entry.first);
    const bool is_kernel = entry.first.ends_with(".kernel");
    const bool is_given = !is_kernel || entry.first == "dense_1.kernel";
    CHECK((entry.second == adam.at(entry.first)) == !is_kernel);
    CHECK((given.at(entry.first) == adam.at(entry.first)) == is_given);
  }
  const auto said = error_message([&] { trained(Adam{}, {{.companion = true}}); });
  CHECK(said == "parameter groups: a group has a companion, but the optimiser has no companion");
}

TEST_CASE("groups: any number of threads gives the same bits") {
  const GroupList groups{{.match = "*.bias", .weight_decay = 0},
                         {.to = "conv2d_1", .frozen = true}};
  const Adam adam{.weight_decay = 0.1};
  const auto one = trained(adam, groups, {.threads = 1});
  for (const int threads : {2, 3, 8}) CHECK(trained(adam, groups, {.threads = threads}) == one);
}

TEST_CASE("a group that means nothing is refused") {
  CHECK(refusal({{.match = "*.bais", .weight_decay = 0}}) ==
        "parameter groups: no parameter of a group's layers matches \"*.bais\"; there are "
        "conv2d_1.kernel, batch_norm_1.scale, batch_norm_1.shift, conv2d_2.kernel, conv2d_2.bias, "
        "dense_1.kernel, dense_1.bias");
  CHECK(refusal({{.match = "*.bias", .to = "conv2d_1", .frozen = true}})
            .starts_with("parameter groups: no parameter of a group's layers matches \"*.bias\""));
  CHECK(refusal({{.to = "stem", .frozen = true}}) ==
        "parameter groups: a group names the layer \"stem\"; there are conv2d_1, batch_norm_1, "
        "relu_1, conv2d_2, relu_2, flatten_1, dense_1");
  CHECK(refusal({{.from = "dense_1", .to = "relu_1", .frozen = true}}) ==
        "parameter groups: a group is from \"dense_1\" to \"relu_1\", which comes before");
  CHECK(
      refusal({{.match = "dense_1.*"}}) ==
      "parameter groups: the group of \"dense_1.*\" says nothing; give rate_factor, weight_decay, "
      "frozen or companion");
  CHECK(refusal({{.frozen = true}}) ==
        "parameter groups: the groups freeze all parameters, there is nothing to train");
  CHECK(refusal({{.rate_factor = -1}}) ==
        "parameter groups: a group's rate_factor is -1, it must be finite and at least 0");
  CHECK(refusal({{.weight_decay = std::nan("")}})
            .starts_with("parameter groups: a group's weight_decay is"));
}

TEST_CASE("a group for what the optimiser does not have is refused") {
  const auto said = [](const GroupList& groups) {
    return error_message([&] { trained(Still{}, groups); });
  };
  CHECK(said({{.rate_factor = 2.0}}) ==
        "parameter groups: a group has a rate_factor, but the optimiser has no learning_rate");
  CHECK(said({{.weight_decay = 0}}) ==
        "parameter groups: a group has a weight_decay, but the optimiser has no weight_decay");
  CHECK(said({{.match = "dense_1.*", .frozen = true}}).empty());
}
