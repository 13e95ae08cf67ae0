#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/optim/check_sizes.hpp>

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// Adagrad (Duchi, Hazan and Singer, *Adaptive Subgradient Methods for Online Learning and
/// Stochastic Optimization*, JMLR 2011), with PyTorch's formula and defaults: each gradient is
/// divided by the root of the sum of its squares so far.
///
/// `weight_decay` is decoupled, as for Adam: before each step all parameters are multiplied by
/// 1 - learning_rate * weight_decay. (PyTorch's Adagrad adds it to the gradient instead.)
struct Adagrad {
  static constexpr std::string_view name = "adagrad";

  double learning_rate = 1e-2;  ///< at least 0
  double initial_sum = 0.0;     ///< that the sum of squares starts from, at least 0
  double epsilon = 1e-10;       ///< above 0, also in the type of the parameters
  double weight_decay = 0.0;    ///< at least 0

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const Adagrad& adagrad, const Take& take) {
    take("learning_rate", adagrad.learning_rate);
    take("initial_sum", adagrad.initial_sum);
    take("epsilon", adagrad.epsilon);
    take("weight_decay", adagrad.weight_decay);
  }

  /// Of each parameter.
  template <class T>
  struct State {
    Buffer<T> sum_of_squares;

    /// Shows `visit(name, span)` all that a checkpoint must keep.
    template <class Self, class Visit>
    static void visit(Self& self, const Visit& visit) {
      visit("sum_of_squares", self.sum_of_squares.values());
    }
  };

  /// For `size` parameters. Throws Error, as `update` does, where a setting is out of its range.
  template <class T>
  State<T> make_state(Index size) const {
    check_settings<T>();
    State<T> state{Buffer<T>(size)};
    std::fill_n(state.sum_of_squares.data(), size, static_cast<T>(initial_sum));
    return state;
  }

  /// One step: changes `parameters` against `gradients`, in one pass over memory.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    check_settings<T>();
    detail::check_sizes<T>("Adagrad", parameters, gradients, state.sum_of_squares.size());
    kernels::chosen::adagrad<T>({.count = std::ssize(parameters),
                                 .parameters = parameters.data(),
                                 .gradients = gradients.data(),
                                 .sum_of_squares = state.sum_of_squares.data(),
                                 .learning_rate = learning_rate,
                                 .epsilon = epsilon,
                                 .kept = 1.0 - learning_rate * weight_decay,
                                 .threads = threads});
  }

  /// Numbers that `update` reads or writes for each parameter, for profiles.
  static constexpr Index numbers_moved() { return 5; }

 private:
  template <class T>
  void check_settings() const {
    constexpr auto smallest = static_cast<double>(std::numeric_limits<T>::min());
    detail::check_option("Adagrad", "learning_rate", learning_rate, {.from = 0});
    detail::check_option("Adagrad", "initial_sum", initial_sum, {.from = 0});
    detail::check_option("Adagrad", "epsilon", epsilon, {.from = smallest});
    detail::check_option("Adagrad", "weight_decay", weight_decay, {.from = 0});
  }
};

}  // namespace TWEED_NAMESPACE
