#pragma once

#include <tweed/core/shape.hpp>

#include <concepts>
#include <span>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// A tensor among the parameters that an optimiser gets: a matrix [rows,columns], whose rows are
/// inputs of the layer and its columns outputs, or a vector of so many columns.
struct ParameterPlace {
  Index offset = 0;
  Index rows = 1;
  Index columns = 0;
  bool is_matrix = false;
};

namespace detail {

/// An optimiser's state for `size` parameters, which are these tensors.
template <class T, class O>
auto make_state(const O& optimizer, Index size, std::span<const ParameterPlace> places) {
  if constexpr (requires { optimizer.template make_state<T>(size, places); }) {
    return optimizer.template make_state<T>(size, places);
  } else if constexpr (requires { optimizer.template make_state<T>(size); }) {
    return optimizer.template make_state<T>(size);
  }
}

/// Whether an optimiser has a learning rate, or several, for schedules.
template <class O>
concept HasRate = requires(O& optimizer) {
  optimizer.scale_rate(1.0);
}
|| requires(O& optimizer) { optimizer.learning_rate *= 1.0; };

template <HasRate O>
void scale_rate(O& optimizer, double factor) {
  if constexpr (requires { optimizer.scale_rate(factor); }) {
    optimizer.scale_rate(factor);
  } else {
    optimizer.learning_rate *= factor;
  }
}

/// The learning rate, or of several the first; 0 where there is none.
template <class O>
double rate_of(const O& optimizer) {
  if constexpr (requires { optimizer.learning_rate; }) return optimizer.learning_rate;
  if constexpr (requires { optimizer.optimizer(); }) return rate_of(optimizer.optimizer());
  return 0.0;
}

/// Whether an optimiser has a momentum, or Adam's name for it, for schedules.
template <class O>
concept HasMomentum = requires(O& optimizer) {
  optimizer.set_momentum(0.5);
}
|| requires(O& optimizer) { optimizer.momentum = 0.5; }
|| requires(O& optimizer) { optimizer.beta1 = 0.5; };

template <HasMomentum O>
void set_momentum(O& optimizer, double momentum) {
  if constexpr (requires { optimizer.set_momentum(momentum); }) {
    optimizer.set_momentum(momentum);
  } else if constexpr (requires { optimizer.momentum; }) {
    optimizer.momentum = momentum;
  } else {
    optimizer.beta1 = momentum;
  }
}

/// Whether it remembers what a momentum is of: SGD does not where that is 0.
template <HasMomentum O>
bool keeps_momentum(const O& optimizer) {
  if constexpr (requires { optimizer.momentum; }) return optimizer.momentum != 0.0;
  if constexpr (requires { optimizer.optimizer(); }) return keeps_momentum(optimizer.optimizer());
  return true;
}

template <class O>
concept HasWeightDecay = requires(O& optimizer) {
  optimizer.set_weight_decay(0.0);
}
|| requires(O& optimizer) { optimizer.weight_decay = 0.0; };

template <HasWeightDecay O>
void set_weight_decay(O& optimizer, double weight_decay) {
  if constexpr (requires { optimizer.set_weight_decay(weight_decay); }) {
    optimizer.set_weight_decay(weight_decay);
  } else {
    optimizer.weight_decay = weight_decay;
  }
}

}  // namespace detail

/// How a step changes weights: what `fit` and `Trainer` take as an optimiser. A value that has
/// - `template <class T> struct State`, what it remembers of each parameter;
/// - `template <class T> State<T> make_state(Index size) const`, for so many parameters; with a
///   second argument, `std::span<const ParameterPlace>`, where it must know the tensors;
/// - `template <class T> void update(State<T>& state, std::span<T> parameters, std::span<const
///   std::type_identity_t<T>> gradients, int threads) const`: one step.
///
/// Where it treats each element by itself, the result is the same for any number of threads. It
/// throws Error, with nothing changed, where a setting is out of its range.
///
/// A member `learning_rate` is what schedules change, `momentum` or `beta1` what momentum schedules
/// set, and `weight_decay` what groups of parameters may set; who has several of them, or an
/// `optimizer()` inside, has `void scale_rate(double factor)`, `void set_momentum(double)` and
/// `void set_weight_decay(double)`. One that treats matrices in a way of its own, and leaves
/// vectors to another, states a `has_companion`: groups may then give that one matrices, too. With
/// `static constexpr std::string_view name` and `static void visit(optimizer, take)`, which calls
/// `take(name, value)` for each setting (an `Index`, a `bool` or a `double`), checkpoints know it;
/// and with `static void State<T>::visit(state, visit)`, which calls `visit(name, span or Index)`
/// for all that it holds, they keep its state.
template <class O, class T = float>
concept Optimizer = requires(const O& optimizer, typename O::template State<T>& state,
                             std::span<T> parameters, std::span<const T> gradients) {
  { detail::make_state<T>(optimizer, 0, {}) } -> std::same_as<typename O::template State<T>>;
  optimizer.template update<T>(state, parameters, gradients, 1);
};

}  // namespace TWEED_NAMESPACE
