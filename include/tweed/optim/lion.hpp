#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/optim/check_sizes.hpp>

#include <span>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// Lion (Chen and others, *Symbolic Discovery of Optimization Algorithms*, NeurIPS 2023, Algorithm
/// 2): a step along the sign of a momentum, as long for each parameter as for any other. Its rate
/// should be 3 to 10 times smaller than Adam's, and its weight decay as much larger.
///
/// `weight_decay` is decoupled, as in the paper: before each step all parameters are multiplied by
/// 1 - learning_rate * weight_decay.
struct Lion {
  static constexpr std::string_view name = "lion";

  double learning_rate = 1e-4;  ///< at least 0
  double beta1 = 0.9;           ///< of the momentum in this step, in [0, 1)
  double beta2 = 0.99;          ///< of the momentum that is kept, in [0, 1)
  double weight_decay = 0.0;    ///< at least 0

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const Lion& lion, const Take& take) {
    take("learning_rate", lion.learning_rate);
    take("beta1", lion.beta1);
    take("beta2", lion.beta2);
    take("weight_decay", lion.weight_decay);
  }

  /// Of each parameter.
  template <class T>
  struct State {
    Buffer<T> first_moment;

    /// Shows `visit(name, span)` all that a checkpoint must keep.
    template <class Self, class Visit>
    static void visit(Self& self, const Visit& visit) {
      visit("first_moment", self.first_moment.values());
    }
  };

  /// For `size` parameters. Throws Error, as `update` does, where a setting is out of its range.
  template <class T>
  State<T> make_state(Index size) const {
    check_settings();
    return {Buffer<T>(size)};
  }

  /// One step: changes `parameters` against `gradients`, in one pass over memory.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    check_settings();
    detail::check_sizes<T>("Lion", parameters, gradients, state.first_moment.size());
    kernels::chosen::lion<T>({.count = std::ssize(parameters),
                              .parameters = parameters.data(),
                              .gradients = gradients.data(),
                              .first_moment = state.first_moment.data(),
                              .learning_rate = learning_rate,
                              .beta1 = beta1,
                              .beta2 = beta2,
                              .kept = 1.0 - learning_rate * weight_decay,
                              .threads = threads});
  }

  /// Numbers that `update` reads or writes for each parameter, for profiles.
  static constexpr Index numbers_moved() { return 5; }

 private:
  void check_settings() const {
    detail::check_option("Lion", "learning_rate", learning_rate, {.from = 0});
    detail::check_option("Lion", "beta1", beta1, {.from = 0, .below = 1});
    detail::check_option("Lion", "beta2", beta2, {.from = 0, .below = 1});
    detail::check_option("Lion", "weight_decay", weight_decay, {.from = 0});
  }
};

}  // namespace TWEED_NAMESPACE
