#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

using namespace tweed;

namespace {

using Net = Sequential<Input<4, 4, 1>, Flatten, Dense<3>>;

const Dataset<> data = tests::bars(10, 4, 3);

template <class Optimizer>
Model<Net> trained(const Optimizer& optimizer, const FitOptions& options = {}) {
  Model<Net> model{1};
  fit(model, SoftmaxCE{}, optimizer, data, options);
  return model;
}

/// Steps whose momentum is set by hand.
template <class Optimizer, class Set>
Model<Net> trained_by_hand(const Optimizer& optimizer, const FitOptions& options, const Set& set) {
  Model<Net> model{1};
  Training training(model, SoftmaxCE{}, optimizer, data, options);
  Trainer trainer(model, SoftmaxCE{}, optimizer, {.batch_size = options.batch_size});
  BatchOrder order(data.size(), options.batch_size, options.seed);
  BatchMemory<Dataset<>, float> memory(data, options.batch_size);
  for (Index step = 0; step < training.steps(); ++step) {
    const auto filled = memory.fill(order.batch(step), 1);
    trainer.optimizer() = optimizer;
    set(trainer.optimizer(), OneCycleMomentum{}({.step = step, .steps = training.steps()}));
    trainer.step(filled.inputs(), filled.targets, filled.weights);
  }
  return model;
}

}  // namespace

TEST_CASE("a momentum schedule says what the momentum of each step is") {
  const FitOptions options{.batch_size = 4, .epochs = 3, .momentum_schedule = OneCycleMomentum{}};
  const auto check = [&](const auto& optimizer, const auto& set) {
    CHECK(tests::same_bits(trained(optimizer, options).values(),
                           trained_by_hand(optimizer, options, set).values()));
    FitOptions constant = options;
    constant.momentum_schedule = [](const ScheduleInput&) { return 0.7; };
    auto with_constant = optimizer;
    set(with_constant, 0.7);
    FitOptions none = options;
    none.momentum_schedule = {};
    CHECK(tests::same_bits(trained(optimizer, constant).values(),
                           trained(with_constant, none).values()));
  };
  check(SGD{.learning_rate = 0.1, .momentum = 0.9},
        [](SGD& sgd, double momentum) { sgd.momentum = momentum; });
  check(Adam{.learning_rate = 0.1}, [](Adam& adam, double momentum) { adam.beta1 = momentum; });
  check(Lookahead{RMSprop{.learning_rate = 0.01, .momentum = 0.5}},
        [](auto& lookahead, double momentum) { lookahead.set_momentum(momentum); });
}

TEST_CASE("rate and momentum follow their schedules together") {
  const SGD sgd{.learning_rate = 0.1, .momentum = 0.9};
  const FitOptions both{.batch_size = 4,
                        .epochs = 2,
                        .schedule = OneCycleSchedule{},
                        .momentum_schedule = [](const ScheduleInput&) { return 0.9; }};
  FitOptions rate = both;
  rate.momentum_schedule = {};
  CHECK(tests::same_bits(trained(sgd, both).values(), trained(sgd, rate).values()));
}
