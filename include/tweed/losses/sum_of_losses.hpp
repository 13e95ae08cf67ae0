#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/losses/batch_loss.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace TWEED_NAMESPACE {

/// A loss in a `SumOfLosses`, and what it is multiplied by there: `Weighted{SoftmaxCE{}, 0.5}`.
template <class Of>
struct Weighted {
  using Loss = Of;

  Loss loss;
  double weight = 1.0;  ///< at least 0
};
template <class Loss>
Weighted(Loss, double) -> Weighted<Loss>;

/// The losses of several outputs over some samples. `mean_loss()` is the sum of their means times
/// their factors, each over what counts of its own output in all samples; what counts and is
/// correct are those of the first output.
template <std::size_t number_of_outputs>
struct LossSums : LossSum {
  std::array<LossSum, number_of_outputs> outputs{};  ///< of each, without its factor
  std::array<double, number_of_outputs> factors{};   ///< the weight of each loss in the sum

  LossSums() = default;
  LossSums(const std::array<LossSum, number_of_outputs>& outputs_,
           const std::array<double, number_of_outputs>& factors_)
      : outputs(outputs_), factors(factors_) {
    add_up();
  }

  /// Further samples, with the same losses.
  LossSums& operator+=(const LossSums& other) {
    for (std::size_t k = 0; k < number_of_outputs; ++k) outputs[k] += other.outputs[k];
    factors = other.factors;
    add_up();
    return *this;
  }

 private:
  /// The sum as one whose mean is over what counts of the first output or, where that is nothing,
  /// of the next of which something does.
  void add_up() {
    const auto counts = [](const LossSum& sum) { return sum.weight() > 0.0; };
    const auto found = std::ranges::find_if(outputs, counts);
    const double over = found == outputs.end() ? 0.0 : found->weight();
    static_cast<LossSum&>(*this) = outputs[0];
    excess = over - static_cast<double>(count);
    loss = 0.0;
    for (std::size_t k = 0; k < number_of_outputs; ++k) {
      const LossSum& of = outputs[k];
      loss += factors[k] * (of.weight() == over ? of.loss : over * of.mean_loss());
    }
  }
};

namespace detail {

/// A loss that stands in a sum without a weight counts once.
template <class Loss>
struct AsWeighted {
  using type = Weighted<Loss>;
};
template <class Loss>
struct AsWeighted<Weighted<Loss>> {
  using type = Weighted<Loss>;
};

template <class Targets>
concept IsTuple = requires {
  std::tuple_size<Targets>::value;
};

/// For how many outputs these targets are.
template <class Targets>
inline constexpr std::size_t targets_in = 1;
template <IsTuple Targets>
inline constexpr std::size_t targets_in<Targets> = std::tuple_size_v<Targets>;

template <class Loss, class T, class Targets>
concept ComparesWith = TellsOfOne<Loss, T, Targets> ||
    requires(const Loss& loss, const Batch<const T>& outputs, const Targets& targets) {
  loss.value(outputs, targets);
};

/// The weights of samples for output k: of each output, or the same for all.
template <std::size_t k, class Weights>
std::span<const float> weights_of_output(const Weights& weights) {
  if constexpr (IsTuple<Weights>) {
    return std::get<k>(weights);
  } else {
    return weights;
  }
}

/// Carries a loss and the targets that it does not take into the compiler's message, and the number
/// of their output, counted from 1.
template <std::size_t number, class Loss, class Targets>
struct LossRejectsTheTargets {
  static_assert(number == 0,
                "tweed: a loss in SumOfLosses cannot take the targets of its output: all take "
                "numbers, SoftmaxCE labels, too; the output's number, the loss and the targets are "
                "in the line that names LossRejectsTheTargets");
};

}  // namespace detail

/// The loss of a network with several outputs: a loss for each, in their order, times its weight,
/// all added up.
///
///     fit(model, SumOfLosses{SoftmaxCE{}, Weighted{MeanSquaredError{}, 0.5}}, Adam{}, data);
///
/// The data are a `ZipDataset` with a target for each output.
template <class... Losses>
class SumOfLosses {
  static_assert(sizeof...(Losses) > 0, "tweed: SumOfLosses needs a loss for each output");

  using Terms = std::tuple<typename detail::AsWeighted<Losses>::type...>;
  using Indices = std::index_sequence_for<Losses...>;
  template <std::size_t k>
  using Number = std::integral_constant<std::size_t, k>;

 public:
  static constexpr std::string_view name = "sum_of_losses";

  /// How many outputs it is of, the loss of output k, and what value and gradient return.
  static constexpr std::size_t outputs = sizeof...(Losses);
  template <std::size_t k>
  using LossOf = typename std::tuple_element_t<k, Terms>::Loss;
  using Sum = LossSums<outputs>;

  SumOfLosses() : SumOfLosses(Losses{}...) {}
  /// Throws Error for a weight that is below 0.
  explicit SumOfLosses(Losses... losses)
      : terms_(typename detail::AsWeighted<Losses>::type{std::move(losses)}...) {
    each([](auto, const auto& term) {
      detail::check_option("Weighted", "weight", term.weight, {.from = 0});
    });
  }

  /// Shows `take(name, value)` each loss by its number, and its settings: "2", "2.weight" and so
  /// on.
  template <class Take>
  static void visit(const SumOfLosses& sum, const Take& take) {
    sum.each([&](auto k, const auto& term) { show(std::to_string(k + 1), term, take); });
  }

  /// The losses of a batch of each output, compared with `targets`: a tuple of what the losses
  /// take, or, for a single output, its targets themselves. `weights` are those of the samples, or
  /// an array of them, for each output. Throws Error where a loss does.
  template <class T, class Targets, class Weights = std::span<const float>>
  Sum value(const std::array<Batch<const T>, outputs>& batches, const Targets& targets,
            const Weights& weights = {}, int threads = 1) const {
    return total<T>(targets, [&](auto k, const auto& term, const auto& target) {
      return loss_value(term.loss, batches[k], target,
                        {threads, detail::weights_of_output<k>(weights)});
    });
  }

  /// What `value` gives, and the gradient of the mean loss by each output into `gradients`.
  template <class T, class Targets, class Weights = std::span<const float>>
  Sum gradient(const std::array<Batch<const T>, outputs>& batches, const Targets& targets,
               const std::array<Batch<T>, outputs>& gradients, const Weights& weights = {},
               int threads = 1) const {
    return total<T>(targets, [&](auto k, const auto& term, const auto& target) {
      const LossSum sum = loss_gradient(term.loss, batches[k], target, gradients[k],
                                        {threads, detail::weights_of_output<k>(weights)});
      if (term.weight != 1.0) multiply(gradients[k].values(), term.weight, threads);
      return sum;
    });
  }

  /// Whether one of the losses ignores a label.
  bool ignores_labels() const {
    bool found = false;
    each([&](auto, const auto& term) { found = found || detail::ignores_labels(term.loss); });
    return found;
  }

 private:
  /// Calls `use(k, term k)`.
  template <class Use>
  void each(const Use& use) const {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (use(Number<k>(), std::get<k>(terms_)), ...);
    }
    (Indices());
  }

  /// Adds up `of(k, term k, its targets)`.
  template <class T, class Targets, class Of>
  Sum total(const Targets& targets, const Of& of) const {
    static_assert(detail::targets_in<Targets> == outputs,
                  "tweed: SumOfLosses takes a tuple of targets, one for each loss");
    std::array<LossSum, outputs> sums;
    std::array<double, outputs> factors{};
    if constexpr (detail::targets_in<Targets> == outputs) {
      each([&](auto k, const auto& term) {
        using Target = std::remove_cvref_t<decltype(target<k>(targets))>;
        factors[k] = term.weight;
        if constexpr (detail::ComparesWith<LossOf<k>, T, Target>) {
          sums[k] = of(k, term, target<k>(targets));
        } else {
          detail::LossRejectsTheTargets<k + 1, LossOf<k>, Target>();
        }
      });
    }
    return {sums, factors};
  }

  template <class T>
  static void multiply(std::span<T> values, double factor, int threads) {
    parallel_ranges(std::ssize(values), 16384, threads, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i)
        values[static_cast<std::size_t>(i)] *= static_cast<T>(factor);
    });
  }

  template <std::size_t k, class Targets>
  static const auto& target(const Targets& targets) {
    if constexpr (detail::IsTuple<Targets>) {
      return std::get<k>(targets);
    } else {
      return targets;
    }
  }

  /// A loss that does not say what it is has no settings to compare.
  template <class Term, class Take>
  static void show(const std::string& number, const Term& term, const Take& take) {
    using Loss = typename Term::Loss;
    const auto take_named = [&](const char* setting, const auto& value, const auto&... otherwise) {
      std::string path = number;
      path += '.';
      path += setting;
      take(path.c_str(), value, otherwise...);
    };
    if constexpr (requires {
                    std::string_view(Loss::name);
                    Loss::visit(term.loss, take_named);
                  }) {
      take(number.c_str(), std::string_view(Loss::name));
      Loss::visit(term.loss, take_named);
    } else {
      take(number.c_str(), std::string_view("unknown"));
    }
    take_named("weight", term.weight);
  }

  Terms terms_;
};

}  // namespace TWEED_NAMESPACE
