#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/optim/adam.hpp>
#include <tweed/optim/check_sizes.hpp>
#include <tweed/optim/optimizer.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace TWEED_NAMESPACE {

/// Muon (Jordan and others, *Muon: An optimizer for hidden layers in neural networks*, 2024), with
/// PyTorch's formula and defaults: the momentum of a matrix is made nearly orthogonal, by five
/// iterations after Newton and Schulz, and so are its steps. Kernels are matrices, those of
/// convolutions too: [window and channels, filters]. All else, such as biases, and what groups of
/// parameters give it, goes to `companion`, an Adam.
///
///     Muon{.learning_rate = 0.02, .companion = {.learning_rate = 3e-4}}
///
/// Iterations are computed in the number type of the network, where PyTorch takes bfloat16.
/// `weight_decay` is decoupled: before each step matrices are multiplied by 1 - learning_rate *
/// weight_decay.
struct Muon {
  static constexpr std::string_view name = "muon";
  static constexpr bool has_companion = true;

  double learning_rate = 1e-3;  ///< at least 0
  double momentum = 0.95;       ///< in [0, 1)
  bool nesterov = true;
  double weight_decay = 0.1;  ///< at least 0
  Index iterations = 5;       ///< from 1 to 99
  double epsilon = 1e-7;      ///< the least norm that a matrix is divided by; above 0
  /// Whether the rate is multiplied by 0.2 sqrt(max(rows, columns)), which makes steps as long as
  /// Adam's, rather than by sqrt(max(1, columns / rows)). Rows are a layer's inputs.
  bool matches_adam = false;
  Adam companion = {};

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const Muon& muon, const Take& take) {
    take("learning_rate", muon.learning_rate);
    take("momentum", muon.momentum);
    take("nesterov", muon.nesterov);
    take("weight_decay", muon.weight_decay);
    take("iterations", muon.iterations);
    take("epsilon", muon.epsilon);
    take("matches_adam", muon.matches_adam);
    take("companion.learning_rate", muon.companion.learning_rate);
    take("companion.beta1", muon.companion.beta1);
    take("companion.beta2", muon.companion.beta2);
    take("companion.epsilon", muon.companion.epsilon);
    take("companion.weight_decay", muon.companion.weight_decay);
  }

  /// Both rates, for schedules and groups of parameters.
  void scale_rate(double factor) {
    learning_rate *= factor;
    companion.learning_rate *= factor;
  }
  void set_weight_decay(double decay) { weight_decay = companion.weight_decay = decay; }

  /// What is remembered of all matrices, one after another, and of all else.
  template <class T>
  struct State {
    Buffer<T> velocity;
    Adam::State<T> companion;
    std::vector<ParameterPlace> places;
    Buffer<std::byte> scratch;

    /// Shows `visit(name, span or number)` all that a checkpoint must keep.
    template <class Self, class Visit>
    static void visit(Self& self, const Visit& visit) {
      visit("velocity", self.velocity.values());
      Adam::State<T>::visit(self.companion, visit);
    }
  };

  /// For `size` parameters, which are these tensors. Throws Error, as `update` does, where a
  /// setting is out of its range.
  template <class T>
  State<T> make_state(Index size, std::span<const ParameterPlace> places) const {
    check_settings();
    Index matrices = 0;
    Index others = 0;
    for (const ParameterPlace& place : places) {
      (place.is_matrix ? matrices : others) += place.rows * place.columns;
    }
    if (matrices + others > size) throw Error("Muon: the tensors are larger than all parameters");
    return {.velocity = Buffer<T>(matrices),
            .companion = companion.make_state<T>(others),
            .places = {places.begin(), places.end()},
            .scratch = {}};
  }

  /// One step: changes `parameters` against `gradients`.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    check_settings();
    Index end = 0;
    for (const ParameterPlace& place : state.places) {
      end = std::max(end, place.offset + place.rows * place.columns);
    }
    detail::check_sizes<T>("Muon", parameters, gradients, std::ssize(parameters));
    if (end > std::ssize(parameters)) throw Error("Muon: parameters are missing");
    companion.begin_step(state.companion);
    Index first_matrix = 0;
    Index first_other = 0;
    for (const ParameterPlace& place : state.places) {
      const Index size = place.rows * place.columns;
      const auto begin = static_cast<std::size_t>(place.offset);
      const auto p = parameters.subspan(begin, static_cast<std::size_t>(size));
      const auto g = gradients.subspan(begin, static_cast<std::size_t>(size));
      if (place.is_matrix) {
        step_matrix<T>(state, place, p, g, first_matrix, threads);
        first_matrix += size;
      } else {
        companion.step_part<T>(state.companion, first_other, p, g, threads);
        first_other += size;
      }
    }
  }

  /// Numbers that `update` reads or writes for each parameter, for profiles: but for the products.
  static constexpr Index numbers_moved() { return 5; }

 private:
  template <class T>
  void step_matrix(State<T>& state, const ParameterPlace& place, std::span<T> parameters,
                   std::span<const T> gradients, Index first, int threads) const {
    const Index bytes = kernels::chosen::muon_scratch_bytes<T>(place.rows, place.columns, threads);
    if (state.scratch.size() < bytes) state.scratch = Buffer<std::byte>(bytes);
    const auto rows = static_cast<double>(place.rows);
    const auto columns = static_cast<double>(place.columns);
    const double factor = matches_adam ? 0.2 * std::sqrt(std::max(rows, columns))
                                       : std::sqrt(std::max(1.0, columns / rows));
    kernels::chosen::muon<T>({.rows = place.rows,
                              .columns = place.columns,
                              .parameters = parameters.data(),
                              .gradients = gradients.data(),
                              .velocity = state.velocity.data() + first,
                              .learning_rate = learning_rate * factor,
                              .momentum = momentum,
                              .nesterov = nesterov,
                              .iterations = iterations,
                              .epsilon = epsilon,
                              .kept = 1.0 - learning_rate * weight_decay,
                              .scratch = Scratch(state.scratch.values()),
                              .threads = threads});
  }

  void check_settings() const {
    detail::check_option("Muon", "learning_rate", learning_rate, {.from = 0});
    detail::check_option("Muon", "momentum", momentum, {.from = 0, .below = 1});
    detail::check_option("Muon", "weight_decay", weight_decay, {.from = 0});
    detail::check_option("Muon", "iterations", iterations, {.from = 1, .to = 99});
    detail::check_option("Muon", "epsilon", epsilon, {.above = 0});
  }
};

}  // namespace TWEED_NAMESPACE
