#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/optim/check_sizes.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// Adam (Kingma and Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, Algorithm 1), with
/// the bias correction as published. With `weight_decay` it is AdamW (Loshchilov and Hutter,
/// *Decoupled Weight Decay Regularization*, ICLR 2019): before each step all parameters, biases
/// too, are multiplied by 1 - learning_rate * weight_decay, as PyTorch and Keras do it.
struct Adam {
  static constexpr std::string_view name = "adam";

  double learning_rate = 1e-3;  ///< at least 0
  double beta1 = 0.9;           ///< in [0, 1)
  double beta2 = 0.999;         ///< in [0, 1)
  double epsilon = 1e-8;        ///< above 0, also in the type of the parameters
  double weight_decay = 0.0;    ///< at least 0

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const Adam& adam, const Take& take) {
    take("learning_rate", adam.learning_rate);
    take("beta1", adam.beta1);
    take("beta2", adam.beta2);
    take("epsilon", adam.epsilon);
    take("weight_decay", adam.weight_decay);
  }

  /// The moments of each parameter, and how many steps they have seen.
  template <class T>
  struct State {
    Buffer<T> first_moment;
    Buffer<T> second_moment;
    Index step = 0;

    /// Shows `visit(name, span or number)` all that a checkpoint must keep.
    template <class Self, class Visit>
    static void visit(Self& self, const Visit& visit) {
      visit("first_moment", self.first_moment.values());
      visit("second_moment", self.second_moment.values());
      visit("step", self.step);
    }
  };

  /// For `size` parameters. Throws Error, as `update` does, where a setting is out of its range.
  template <class T>
  State<T> make_state(Index size) const {
    check_settings<T>();
    return {Buffer<T>(size), Buffer<T>(size)};
  }

  /// One step: changes `parameters` against `gradients`, in one pass over memory.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    check_settings<T>();
    detail::check_sizes<T>("Adam", parameters, gradients,
                           std::min(state.first_moment.size(), state.second_moment.size()));
    begin_step(state);
    step_part(state, 0, parameters, gradients, threads);
  }

  /// Numbers that `update` reads or writes for each parameter, for profiles.
  static constexpr Index numbers_moved() { return 7; }

 private:
  friend struct Muon;

  template <class T>
  void begin_step(State<T>& state) const {
    check_settings<T>();
    ++state.step;
  }

  /// For neighbours whose state begins at `first`. They must lie within it.
  template <class T>
  void step_part(State<T>& state, Index first, std::span<T> parameters,
                 std::span<const std::type_identity_t<T>> gradients, int threads) const {
    const auto t = static_cast<double>(state.step);
    const double correction1 = 1.0 / (1.0 - std::pow(beta1, t));
    const double correction2 = 1.0 / (1.0 - std::pow(beta2, t));
    kernels::chosen::adam<T>({.count = std::ssize(parameters),
                              .parameters = parameters.data(),
                              .gradients = gradients.data(),
                              .first_moment = state.first_moment.data() + first,
                              .second_moment = state.second_moment.data() + first,
                              .learning_rate = learning_rate,
                              .beta1 = beta1,
                              .beta2 = beta2,
                              .epsilon = epsilon,
                              .correction1 = correction1,
                              .correction2 = correction2,
                              .kept = 1.0 - learning_rate * weight_decay,
                              .threads = threads});
  }

  template <class T>
  void check_settings() const {
    constexpr auto smallest = static_cast<double>(std::numeric_limits<T>::min());
    detail::check_option("Adam", "learning_rate", learning_rate, {.from = 0});
    detail::check_option("Adam", "beta1", beta1, {.from = 0, .below = 1});
    detail::check_option("Adam", "beta2", beta2, {.from = 0, .below = 1});
    detail::check_option("Adam", "epsilon", epsilon, {.from = smallest});
    detail::check_option("Adam", "weight_decay", weight_decay, {.from = 0});
  }
};

}  // namespace TWEED_NAMESPACE
