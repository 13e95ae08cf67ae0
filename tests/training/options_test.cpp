#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<4, 4, 1>, Flatten, Dense<3>>;

const Dataset<> data = tests::bars(10, 4, 3);

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Index most = std::numeric_limits<Index>::max();

/// Changes the weights by nothing; it has no learning rate.
struct Still {
  template <class T>
  struct State {
    template <class Self, class Visit>
    static void visit(Self&, const Visit&) {}
  };
  template <class T>
  State<T> make_state(Index) const {
    return {};
  }
  template <class T>
  void update(State<T>&, std::span<T>, std::span<const std::type_identity_t<T>>, int) const {}
};

/// What is said to a training that must not change the model.
template <class Optimizer>
std::string refusal(const Optimizer& optimizer, const FitOptions& options = {}) {
  Model<Net> model{1};
  const Model<Net> before = model;
  const auto message =
      error_message([&] { fit(model, SoftmaxCE{}, optimizer, data, data, options); });
  if (!message.empty()) CHECK(std::ranges::equal(model.parameters(), before.parameters()));
  return message;
}

std::string refusal(const FitOptions& options) { return refusal(Adam{}, options); }

}  // namespace

TEST_CASE("an optimiser's setting that cannot take effect is refused, and the model as it was") {
  for (const double wrong : {not_a_number, infinity, -1e-9}) {
    CHECK(refusal(Adam{.learning_rate = wrong}).starts_with("Adam: learning_rate is "));
    CHECK(refusal(Adam{.weight_decay = wrong}).starts_with("Adam: weight_decay is "));
    CHECK(refusal(SGD{.learning_rate = wrong}).starts_with("SGD: learning_rate is "));
    CHECK(refusal(SGD{.weight_decay = wrong}).starts_with("SGD: weight_decay is "));
  }
  for (const double wrong : {not_a_number, infinity, -0.1, 1.0, 1.5}) {
    CHECK(refusal(Adam{.beta1 = wrong}).starts_with("Adam: beta1 is "));
    CHECK(refusal(Adam{.beta2 = wrong}).starts_with("Adam: beta2 is "));
    CHECK(refusal(SGD{.momentum = wrong}).starts_with("SGD: momentum is "));
  }
  for (const double wrong : {not_a_number, infinity, -1e-8, 0.0, 1e-60}) {
    CHECK(refusal(Adam{.epsilon = wrong}).starts_with("Adam: epsilon is "));
  }
  CHECK(refusal(Adam{.beta1 = 1}) == "Adam: beta1 is 1, it must be at least 0 and below 1");
  CHECK(refusal(SGD{.nesterov = true}).starts_with("SGD: nesterov is true and momentum 0"));
}

TEST_CASE("a momentum schedule wants an optimiser with a momentum") {
  const FitOptions options{.momentum_schedule = OneCycleMomentum{}};
  CHECK(refusal(Adam{}, options).empty());
  CHECK(refusal(SGD{.momentum = 0.5}, options).empty());
  CHECK(refusal(Lookahead{SGD{.momentum = 0.5}}, options).empty());
  const std::string none =
      "FitOptions: a momentum_schedule is given, but the optimiser's momentum is 0: give it one "
      "above 0";
  CHECK(refusal(SGD{}, options) == none);
  CHECK(refusal(Lookahead{SGD{}}, options) == none);
  CHECK(refusal(Still{}, options) ==
        "FitOptions: a momentum_schedule is given, but the optimiser has no momentum");
  CHECK(refusal(Adam{}, {.momentum_schedule = ConstantSchedule{}}) ==
        "Adam: beta1 is 1, it must be at least 0 and below 1");
}

TEST_CASE("the ends of the ranges are as they should be") {
  CHECK(refusal(Adam{.learning_rate = 0, .beta1 = 0, .beta2 = 0, .epsilon = 1e-37}).empty());
  CHECK(refusal(SGD{.learning_rate = 0}).empty());
}

TEST_CASE("an optimiser that is changed on the way is looked at again, and so is its state") {
  Model<Net> model{1};
  const Model<Net> before = model;
  Trainer trainer(model, SoftmaxCE{}, SGD{}, {.batch_size = 1});
  const std::vector<float> pixels(16, 0.5F);
  const std::vector<Label> label{1};
  const auto message = [&] {
    return error_message([&] { trainer.step({pixels.data(), 1, Net::input}, label); });
  };
  trainer.optimizer().learning_rate = not_a_number;
  CHECK(message().starts_with("SGD: learning_rate is "));
  trainer.optimizer() = {.momentum = 0.9};  // there is no velocity
  CHECK(message().ends_with(" gradients and a state for 0"));
  CHECK(std::ranges::equal(model.parameters(), before.parameters()));
  CHECK(trainer.steps() == 0);

  std::vector<float> weights(3, 1.0F);
  const std::vector<float> gradients(2, 1.0F);
  auto state = Adam{}.make_state<float>(3);
  CHECK(error_message([&] { Adam{}.update<float>(state, weights, gradients, 1); }) ==
        "Adam: 3 parameters, but 2 gradients and a state for 3");
}

TEST_CASE("a length of training that is none is refused") {
  CHECK(refusal({.epochs = 0}) == "FitOptions: epochs is 0, it must be at least 1");
  CHECK(refusal({.epochs = -3}) == "FitOptions: epochs is -3, it must be at least 1");
  CHECK(refusal({.epochs = -3, .steps = 5}) == "FitOptions: epochs is -3, it must be at least 0");
  CHECK(refusal({.steps = -3}) ==
        "FitOptions: steps is -3, it must be at least 0 and at most 1e+15");
  CHECK(refusal({.steps = most}).starts_with("FitOptions: steps is 9223372036854775807"));
  CHECK(refusal({.epochs = most}).starts_with("FitOptions: epochs is 9223372036854775807"));
  CHECK(refusal({.epochs = 0, .steps = 1}).empty());
}

TEST_CASE("a training that is longer than its memory can be kept for begins all the same") {
  const auto run = [](FitOptions options) {
    options.on_step = [](StepReport& report) { report.stop = report.step == 3; };
    Model<Net> model{1};
    return fit(model, SoftmaxCE{}, Adam{}, data, options).steps.size();
  };
  CHECK(run({.steps = 1'000'000'000'000}) == 3);
  CHECK(run({.epochs = 1'000'000'000'000}) == 3);
}

TEST_CASE("the other options of a training") {
  for (const double wrong : {not_a_number, infinity, -1.0}) {
    CHECK(refusal({.clip_norm = wrong}).starts_with("FitOptions: clip_norm is "));
    CHECK(refusal({.early_stopping = EarlyStopping{.min_delta = wrong}})
              .starts_with("EarlyStopping: min_delta is "));
    std::vector<float> gradients{1.0F};
    CHECK(error_message([&] {
            clip_norm<float>(gradients, wrong);
          }).starts_with("clip_norm: longest is "));
    CHECK(error_message([&] {
            Model<Net> model;
            Trainer trainer(model, SoftmaxCE{}, Adam{}, {.clip_norm = wrong});
          }).starts_with("TrainerOptions: clip_norm is "));
  }
  CHECK(refusal({.early_stopping = EarlyStopping{.patience = -1}}) ==
        "EarlyStopping: patience is -1, it must be at least 0");
  CHECK(refusal({.batch_size = 0}) == "FitOptions: batch_size is 0, it must be at least 1");
  CHECK(refusal({.threads = -1}).starts_with("options: threads is -1"));
}

TEST_CASE("a schedule needs a rate to change, and gives a factor for it") {
  CHECK(refusal(Still{}, {.schedule = ConstantSchedule{}}) ==
        "FitOptions: a schedule is given, but the optimiser has no learning_rate");
  CHECK(refusal(Still{}).empty());
  for (const double wrong : {not_a_number, infinity, -1.0}) {
    CHECK(refusal({.schedule = [&](const ScheduleInput&) {
            return wrong;
          }}).starts_with("FitOptions: the schedule's factor is "));
    CHECK(refusal({.schedule = CosineSchedule{.lowest = wrong}})
              .starts_with("CosineSchedule: lowest is "));
    CHECK(refusal({.schedule = StepSchedule{.every = 1, .factor = wrong}})
              .starts_with("StepSchedule: factor is "));
    CHECK(refusal({.schedule = PlateauSchedule{.factor = wrong}})
              .starts_with("PlateauSchedule: factor is "));
    CHECK(refusal({.schedule = PlateauSchedule{.min_delta = wrong}})
              .starts_with("PlateauSchedule: min_delta is "));
    CHECK(refusal({.schedule = PlateauSchedule{.lowest = wrong}})
              .starts_with("PlateauSchedule: lowest is "));
  }
  CHECK(refusal({.schedule = CosineSchedule{.warm_up = -1}}) ==
        "CosineSchedule: warm_up is -1, it must be at least 0");
  CHECK(refusal({.schedule = PlateauSchedule{.patience = -1}})
            .starts_with("PlateauSchedule: patience is -1"));
  CHECK(refusal({.schedule = PlateauSchedule{.factor = 1.0}})
            .starts_with("PlateauSchedule: factor is 1"));
}
