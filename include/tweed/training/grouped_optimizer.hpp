#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/training/parameter_parts.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// An optimiser at work on the parts of a network's parameters: what it remembers of each, but for
/// those that are frozen.
template <class Optimizer, class T>
class GroupedOptimizer {
 public:
  using State = typename Optimizer::template State<T>;

  /// Throws Error where a part has settings that the optimiser has not.
  [[gnu::cold]] GroupedOptimizer(const char* who, const Optimizer& optimizer,
                                 std::shared_ptr<const ParameterParts> parts)
      : optimizer_(optimizer), parts_(std::move(parts)) {
    for (const ParameterPart& part : parts_->parts) {
      check(who, part);
      if (part.settings.frozen) continue;
      states_.push_back(make_state<T>(optimizer_for(part), part.size, parts_->places_of(part)));
    }
  }

  Optimizer& optimizer() { return optimizer_; }
  const Optimizer& optimizer() const { return optimizer_; }
  State& first_state() { return states_.front(); }

  /// Remembers what another one does. Throws Error where it is of other parts.
  [[gnu::cold]] void remember(const GroupedOptimizer& other) {
    const auto same = [](const ParameterPart& a, const ParameterPart& b) {
      return a.offset == b.offset && a.size == b.size && a.settings.frozen == b.settings.frozen;
    };
    if (!std::ranges::equal(parts_->parts, other.parts_->parts, same)) {
      throw Error("Trainer: the trainer to go on from has other parameters or other groups");
    }
    states_ = other.states_;
  }

  /// One step.
  void update(std::span<T> parameters, std::span<const T> gradients, int threads) {
    std::size_t next = 0;
    for (const ParameterPart& part : parts_->parts) {
      if (part.settings.frozen) continue;
      const auto offset = static_cast<std::size_t>(part.offset);
      const auto size = static_cast<std::size_t>(part.size);
      optimizer_for(part).template update<T>(states_[next++], parameters.subspan(offset, size),
                                             gradients.subspan(offset, size), threads);
    }
  }

  /// Gradients that nobody uses become zero: they do not count in the norm of all.
  void clear_frozen(std::span<T> gradients) const {
    for (const ParameterPart& part : parts_->parts) {
      if (part.settings.frozen) std::fill_n(gradients.data() + part.offset, part.size, T{});
    }
  }

  /// Shows `visit(part, name, span or number)` all that the optimiser remembers.
  template <class Visit>
  void visit_state(const Visit& visit) {
    std::size_t next = 0;
    for (const ParameterPart& part : parts_->parts) {
      if (part.settings.frozen) continue;
      State::visit(states_[next++],
                   [&](const char* name, auto&& value) { visit(part, name, value); });
    }
  }

 private:
  [[gnu::cold]] static void check(const char* who, const ParameterPart& part) {
    const auto refuse = [&](const char* setting, const char* member) {
      throw Error(text(who, ": a group has a ", setting, ", but the optimiser has no ", member));
    };
    if (part.settings.rate_factor != 1.0 && !HasRate<Optimizer>) {
      refuse("rate_factor", "learning_rate");
    }
    if (part.settings.weight_decay && !HasWeightDecay<Optimizer>) {
      refuse("weight_decay", "weight_decay");
    }
    if (part.settings.companion && !has_companion_) refuse("companion", "companion");
  }

  static constexpr bool has_companion_ = requires { requires Optimizer::has_companion; };

  /// With the settings of a part.
  Optimizer optimizer_for(const ParameterPart& part) const {
    Optimizer optimizer = optimizer_;
    if constexpr (HasRate<Optimizer>) {
      if (part.settings.rate_factor != 1.0) scale_rate(optimizer, part.settings.rate_factor);
    }
    if constexpr (HasWeightDecay<Optimizer>) {
      if (part.settings.weight_decay) set_weight_decay(optimizer, *part.settings.weight_decay);
    }
    return optimizer;
  }

  Optimizer optimizer_;
  std::shared_ptr<const ParameterParts> parts_;
  std::vector<State> states_;  // of the parts that are not frozen
};

}  // namespace TWEED_NAMESPACE::detail
