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

/// RMSprop (Hinton, *Neural Networks for Machine Learning*, lecture 6e, 2012), with PyTorch's
/// formula and defaults: each gradient is divided by the root of a running mean of its squares.
/// `centered` takes the variance instead of the mean of squares (Graves, *Generating Sequences With
/// Recurrent Neural Networks*, 2013).
///
/// `weight_decay` is decoupled, as for Adam: before each step all parameters are multiplied by
/// 1 - learning_rate * weight_decay. (PyTorch's RMSprop adds it to the gradient instead.)
struct RMSprop {
  static constexpr std::string_view name = "rmsprop";

  double learning_rate = 1e-2;  ///< at least 0
  double decay = 0.99;          ///< of the mean of squares, in [0, 1)
  double momentum = 0.0;        ///< in [0, 1)
  double epsilon = 1e-8;        ///< above 0, also in the type of the parameters
  bool centered = false;        ///< whether it is the variance that it divides by
  double weight_decay = 0.0;    ///< at least 0

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const RMSprop& rmsprop, const Take& take) {
    take("learning_rate", rmsprop.learning_rate);
    take("decay", rmsprop.decay);
    take("momentum", rmsprop.momentum);
    take("epsilon", rmsprop.epsilon);
    take("centered", rmsprop.centered);
    take("weight_decay", rmsprop.weight_decay);
  }

  /// Of each parameter; `mean` is empty unless centred, `velocity` without momentum.
  template <class T>
  struct State {
    Buffer<T> mean_of_squares;
    Buffer<T> mean;
    Buffer<T> velocity;

    /// Shows `visit(name, span)` all that a checkpoint must keep.
    template <class Self, class Visit>
    static void visit(Self& self, const Visit& visit) {
      visit("mean_of_squares", self.mean_of_squares.values());
      visit("mean", self.mean.values());
      visit("velocity", self.velocity.values());
    }
  };

  /// For `size` parameters. Throws Error, as `update` does, where a setting is out of its range.
  template <class T>
  State<T> make_state(Index size) const {
    check_settings<T>();
    return {Buffer<T>(size), Buffer<T>(centered ? size : 0), Buffer<T>(momentum == 0.0 ? 0 : size)};
  }

  /// One step: changes `parameters` against `gradients`, in one pass over memory.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    check_settings<T>();
    Index size = state.mean_of_squares.size();
    if (centered) size = std::min(size, state.mean.size());
    if (momentum != 0.0) size = std::min(size, state.velocity.size());
    detail::check_sizes<T>("RMSprop", parameters, gradients, size);
    kernels::chosen::rmsprop<T>({.count = std::ssize(parameters),
                                 .parameters = parameters.data(),
                                 .gradients = gradients.data(),
                                 .mean_of_squares = state.mean_of_squares.data(),
                                 .mean = centered ? state.mean.data() : nullptr,
                                 .velocity = momentum == 0.0 ? nullptr : state.velocity.data(),
                                 .learning_rate = learning_rate,
                                 .decay = decay,
                                 .momentum = momentum,
                                 .epsilon = epsilon,
                                 .kept = 1.0 - learning_rate * weight_decay,
                                 .threads = threads});
  }

  /// Numbers that `update` reads or writes for each parameter, for profiles.
  constexpr Index numbers_moved() const {
    return 5 + (centered ? 2 : 0) + (momentum == 0.0 ? 0 : 2);
  }

 private:
  template <class T>
  void check_settings() const {
    constexpr auto smallest = static_cast<double>(std::numeric_limits<T>::min());
    detail::check_option("RMSprop", "learning_rate", learning_rate, {.from = 0});
    detail::check_option("RMSprop", "decay", decay, {.from = 0, .below = 1});
    detail::check_option("RMSprop", "momentum", momentum, {.from = 0, .below = 1});
    detail::check_option("RMSprop", "epsilon", epsilon, {.from = smallest});
    detail::check_option("RMSprop", "weight_decay", weight_decay, {.from = 0});
  }
};

}  // namespace TWEED_NAMESPACE
