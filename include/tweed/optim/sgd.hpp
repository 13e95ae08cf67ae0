#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/optim/check_sizes.hpp>

#include <span>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// Stochastic gradient descent with momentum (velocity = momentum * velocity + gradient) and, if
/// asked for, Nesterov's look-ahead (Sutskever, Martens, Dahl and Hinton, *On the importance of
/// initialization and momentum in deep learning*, ICML 2013), in the form that PyTorch uses.
///
/// `weight_decay` is decoupled, as in Keras and for Adam: before each step all parameters, biases
/// too, are multiplied by 1 - learning_rate * weight_decay. (PyTorch's SGD adds it to the gradient
/// instead, which differs where there is momentum.)
struct SGD {
  static constexpr std::string_view name = "sgd";

  double learning_rate = 1e-2;  ///< at least 0
  double momentum = 0.0;        ///< in [0, 1)
  bool nesterov = false;        ///< needs a momentum
  double weight_decay = 0.0;    ///< at least 0

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const SGD& sgd, const Take& take) {
    take("learning_rate", sgd.learning_rate);
    take("momentum", sgd.momentum);
    take("nesterov", sgd.nesterov);
    take("weight_decay", sgd.weight_decay);
  }

  /// The velocity of each parameter; empty without momentum.
  template <class T>
  struct State {
    Buffer<T> velocity;

    /// Shows `visit(name, span)` all that a checkpoint must keep.
    template <class Self, class Visit>
    static void visit(Self& self, const Visit& visit) {
      visit("velocity", self.velocity.values());
    }
  };

  /// For `size` parameters. Throws Error, as `update` does, where a setting is out of its range.
  template <class T>
  State<T> make_state(Index size) const {
    check_settings();
    return {Buffer<T>(momentum == 0.0 ? 0 : size)};
  }

  /// One step: changes `parameters` against `gradients`, in one pass over memory.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    check_settings();
    detail::check_sizes<T>("SGD", parameters, gradients,
                           momentum == 0.0 ? std::ssize(parameters) : state.velocity.size());
    kernels::chosen::sgd<T>({.count = std::ssize(parameters),
                             .parameters = parameters.data(),
                             .gradients = gradients.data(),
                             .velocity = momentum == 0.0 ? nullptr : state.velocity.data(),
                             .learning_rate = learning_rate,
                             .momentum = momentum,
                             .nesterov = nesterov,
                             .kept = 1.0 - learning_rate * weight_decay,
                             .threads = threads});
  }

  /// Numbers that `update` reads or writes for each parameter, for profiles.
  constexpr Index numbers_moved() const { return momentum == 0.0 ? 3 : 5; }

 private:
  void check_settings() const {
    detail::check_option("SGD", "learning_rate", learning_rate, {.from = 0});
    detail::check_option("SGD", "momentum", momentum, {.from = 0, .below = 1});
    detail::check_option("SGD", "weight_decay", weight_decay, {.from = 0});
    if (nesterov && momentum == 0.0) {
      throw Error("SGD: nesterov is true and momentum 0, it must be above 0 to look ahead");
    }
  }
};

}  // namespace TWEED_NAMESPACE
