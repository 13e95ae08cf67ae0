#pragma once

#include <tweed/core/shape.hpp>

#include <concepts>
#include <span>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// How a step changes weights: what `fit` and `Trainer` take as an optimiser. A value that has
/// - `template <class T> struct State`, what it remembers of each parameter;
/// - `template <class T> State<T> make_state(Index size) const`, for so many parameters;
/// - `template <class T> void update(State<T>& state, std::span<T> parameters, std::span<const
///   std::type_identity_t<T>> gradients, int threads) const`: one step.
///
/// Where it treats each element by itself, the result is the same for any number of threads. It
/// throws Error, with nothing changed, where a setting is out of its range.
///
/// A member `learning_rate` is what schedules change, `weight_decay` what groups of parameters may
/// set. With `static constexpr std::string_view name` and `static void visit(optimizer, take)`,
/// which calls `take(name, value)` for each setting (an `Index`, a `bool` or a `double`),
/// checkpoints know it; and with `static void State<T>::visit(state, visit)`, which calls
/// `visit(name, span or Index)` for all that it holds, they keep its state.
template <class O, class T = float>
concept Optimizer = requires(const O& optimizer, typename O::template State<T>& state,
                             std::span<T> parameters, std::span<const T> gradients) {
  { optimizer.template make_state<T>(Index{}) } -> std::same_as<typename O::template State<T>>;
  optimizer.template update<T>(state, parameters, gradients, 1);
};

}  // namespace TWEED_NAMESPACE
