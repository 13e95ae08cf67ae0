#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/optim/check_sizes.hpp>
#include <tweed/optim/optimizer.hpp>

#include <algorithm>
#include <span>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

struct LookaheadOptions {
  Index every = 5;       ///< steps of the optimiser, at least 1
  double towards = 0.5;  ///< how far slow weights go to fast ones, in (0, 1]
};

/// Lookahead (Zhang, Lucas, Hinton and Ba, *Lookahead Optimizer: k steps forward, 1 step back*,
/// NeurIPS 2019): after every k steps of an optimiser its weights are put back onto the way that
/// they went since the last time. What the optimiser remembers stays as it is.
///
///     Lookahead{Adam{.learning_rate = 1e-3}, {.every = 5, .towards = 0.5}}
///
/// Schedules and groups of parameters change the optimiser.
template <class Fast>
class Lookahead {
 public:
  static constexpr std::string_view name = "lookahead";
  static constexpr bool has_companion = requires { requires Fast::has_companion; };

  explicit Lookahead(Fast optimizer = {}, LookaheadOptions options = {})
      : fast_(optimizer), options_(options) {}

  const Fast& optimizer() const { return fast_; }
  const LookaheadOptions& options() const { return options_; }

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const Lookahead& lookahead, const Take& take) requires requires {
    std::string_view(Fast::name);
  }
  {
    take("every", lookahead.options_.every);
    take("towards", lookahead.options_.towards);
    take("optimizer", std::string_view(Fast::name));
    Fast::visit(lookahead.fast_, take);
  }

  void scale_rate(double factor) requires detail::HasRate<Fast> {
    detail::scale_rate(fast_, factor);
  }
  void set_momentum(double momentum) requires detail::HasMomentum<Fast> {
    detail::set_momentum(fast_, momentum);
  }
  void set_weight_decay(double decay) requires detail::HasWeightDecay<Fast> {
    detail::set_weight_decay(fast_, decay);
  }

  /// What the optimiser remembers, the slow weights, and the steps so far.
  template <class T>
  struct State {
    typename Fast::template State<T> fast;
    Buffer<T> slow;
    Index steps = 0;

    /// Shows `visit(name, span or number)` all that a checkpoint must keep.
    template <class Self, class Visit>
    static void visit(Self& self, const Visit& visit) {
      Fast::template State<T>::visit(self.fast, visit);
      visit("slow", self.slow.values());
      visit("lookahead_steps", self.steps);
    }
  };

  /// For `size` parameters, which are these tensors. Throws Error, as `update` does, where a
  /// setting is out of its range.
  template <class T>
  State<T> make_state(Index size, std::span<const ParameterPlace> places = {}) const {
    check_settings();
    return {detail::make_state<T>(fast_, size, places), Buffer<T>(size), 0};
  }

  /// One step: changes `parameters` against `gradients`. Slow weights begin as the parameters
  /// before the first one.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    check_settings();
    detail::check_sizes<T>("Lookahead", parameters, gradients, state.slow.size());
    if (state.steps == 0) std::copy_n(parameters.data(), parameters.size(), state.slow.data());
    fast_.template update<T>(state.fast, parameters, gradients, threads);
    ++state.steps;
    if (state.steps % options_.every != 0) return;
    kernels::chosen::blend<T>(options_.towards, parameters.data(), 1.0 - options_.towards,
                              state.slow.data(), std::ssize(parameters), threads);
    std::copy_n(state.slow.data(), parameters.size(), parameters.data());
  }

  /// Numbers that `update` reads or writes for each parameter, for profiles.
  constexpr Index numbers_moved() const {
    if constexpr (requires { fast_.numbers_moved(); }) return fast_.numbers_moved();
    return 3;
  }

 private:
  void check_settings() const {
    detail::check_option("Lookahead", "every", options_.every, {.from = 1});
    detail::check_option("Lookahead", "towards", options_.towards, {.above = 0, .to = 1});
  }

  Fast fast_;
  LookaheadOptions options_;
};

}  // namespace TWEED_NAMESPACE
