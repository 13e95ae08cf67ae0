#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/place.hpp>
#include <tweed/graph/schedule.hpp>

#include <span>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// What a plan depends on besides the graph.
struct PlanSizes {
  Index batch = 0;                    ///< samples at most
  Index element = 0;                  ///< bytes of a number
  std::span<const Index> kept;        ///< bytes that each node keeps, for the whole batch
  std::span<const char> frozen = {};  ///< see PassSchedule
};

/// Where everything lies in one block of memory, in bytes. A layer that works in place writes over
/// what nobody reads any more; a view and what it shows share a place, as do the gradient of a sum
/// and those of its terms.
class Plan {
 public:
  [[gnu::cold]] Plan(const GraphView& graph, Mode mode, const PlanSizes& sizes)
      : graph_(graph),
        schedule_(graph, mode, sizes.kept, sizes.frozen),
        sizes_(sizes),
        place_of_(static_cast<std::size_t>(slots().count()), nowhere) {
    for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
      place_of(graph.inputs[k]) = -2 - static_cast<int>(k);
    }
    for (; now_ < std::ssize(steps()); ++now_) place_step(steps()[static_cast<std::size_t>(now_)]);
    size_ = place(lives_, now_);
    peak_ = peak_of(lives_, now_);
  }

  const PassSchedule& schedule() const { return schedule_; }
  const Slots& slots() const { return schedule_.slots(); }
  /// The steps of the schedule, with the copies of dy that the plan makes.
  const std::vector<Step>& steps() const { return schedule_.steps(); }
  Index size() const { return size_; }
  /// What is held at the worst step, and which step that is.
  const Peak& peak() const { return peak_; }

  /// Where a slot lies in the block, or nothing: -1. `input_of` says whether it is an input.
  Index offset(int slot) const {
    const int place = place_of_[static_cast<std::size_t>(slot)];
    return place < 0 ? -1 : life(place).offset;
  }
  /// Which of the network's inputs a slot is or shows, or -1.
  int input_of(int slot) const { return -2 - place_of_[static_cast<std::size_t>(slot)]; }

 private:
  static constexpr int nowhere = -1;

  int& place_of(int slot) { return place_of_[static_cast<std::size_t>(slot)]; }
  const Lifetime& life(int place) const { return lives_[static_cast<std::size_t>(place)]; }
  Index bytes_of(int value) const {
    return aligned_bytes(graph_.shape(value).size() * sizes_.batch * sizes_.element);
  }

  /// Puts a slot where another lies already.
  [[gnu::cold]] void share(int slot, int place) {
    place_of(slot) = place;
    if (place < 0) return;
    int& last = lives_[static_cast<std::size_t>(place)].last;
    last = std::max({last, now_, schedule_.last_read(slot)});
  }
  [[gnu::cold]] void take(int slot, Index bytes) {
    lives_.push_back({bytes, now_, now_});
    share(slot, static_cast<int>(lives_.size()) - 1);
  }
  /// Whether nobody reads what lies at a slot's place after this step.
  bool is_free(int slot) {
    const int place = place_of(slot);
    return place >= 0 && life(place).last <= now_;
  }

  [[gnu::cold]] void place_step(const Step& step) {
    if (step.kind == StepKind::loss) return place_output_gradients();
    if (step.kind == StepKind::sum) return place_sum(step);
    if (step.kind == StepKind::backward) return place_backward(step);
    place_forward(step);
  }

  [[gnu::cold]] void place_output_gradients() {
    if (std::ssize(steps()) == now_ + 1) return;  // no backward pass
    for (std::size_t k = 0; k < graph_.outputs.size(); ++k) {
      take(slots().output_gradient(k), bytes_of(graph_.outputs[k]));
    }
  }

  [[gnu::cold]] void place_sum(const Step& step) {
    if (step.y == step.from) return;  // a third one is added to the sum of two
    for (const int summand : {step.from, step.with}) {
      if (is_free(summand)) return share(step.y, place_of(summand));
    }
    take(step.y, bytes_of(step.node));
  }

  [[gnu::cold]] void place_forward(const Step& step) {
    const Node& node = graph_.node(step.node);
    const Traits& traits = graph_.traits_of(node);
    const int* const operands = schedule_.operands(step);
    if (traits.is_view) return share(step.y, place_of(operands[0]));
    const Index bytes = bytes_of(node.output);
    for (int i = 0; traits.in_place && i < node.edge_count; ++i) {
      const bool fits = bytes_of(graph_.edge(node.first_edge + i)) == bytes;
      if (place_of(step.y) == nowhere && fits && is_free(operands[i])) {
        share(step.y, place_of(operands[i]));
      }
    }
    if (place_of(step.y) == nowhere) take(step.y, bytes);
    const Index kept = sizes_.kept.empty() ? 0 : sizes_.kept[static_cast<std::size_t>(step.node)];
    if (kept > 0) take(step.kept, aligned_bytes(kept));
    if (kept > 0 && traits.commits) lives_.back().last = static_cast<int>(steps().size()) - 1;
  }

  [[gnu::cold]] void place_backward(const Step& step) {
    const Node& node = graph_.node(step.node);
    const Traits& traits = graph_.traits_of(node);
    const bool is_alias = traits.is_view || traits.passes_gradient;
    bool is_own = is_free(step.dy);
    if (!is_alias && traits.overwrites_dy && !is_own) {
      take(schedule_.copy_gradient(now_), bytes_of(node.output));
      is_own = true;
    }
    for (int e = node.first_edge; e < node.end_edge(); ++e) {
      if (!schedule_.wants(graph_.edge(e))) continue;
      const bool over = traits.in_place && is_own && node.edge_count == 1;
      if (is_alias || over) {
        share(slots().edge(e), place_of(step.dy));
      } else {
        take(slots().edge(e), bytes_of(graph_.edge(e)));
      }
    }
  }

  GraphView graph_;
  PassSchedule schedule_;
  PlanSizes sizes_;
  std::vector<int> place_of_;  // of a slot: which life, or nowhere, or -2 - k: input k
  std::vector<Lifetime> lives_;
  int now_ = 0;
  Index size_ = 0;
  Peak peak_;
};

}  // namespace TWEED_NAMESPACE
