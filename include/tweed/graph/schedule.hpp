#pragma once

#include <tweed/graph/graph.hpp>

#include <span>
#include <vector>

namespace TWEED_NAMESPACE {

enum class StepKind : unsigned char {
  forward,
  recompute,  ///< forward again, in the backward pass
  loss,       ///< between the two passes
  backward,
  sum  ///< of two gradients of one value, which several nodes read
};

/// One step of a pass. What it works on is named by slots.
struct Step {
  StepKind kind = StepKind::forward;
  int node = -1;          ///< or the value whose gradients are added
  int first_operand = 0;  ///< in `Schedule::operands`: a slot for each of the node's inputs
  int y = -1;             ///< slot: the node's output, or the sum
  int dy = -1;            ///< slot: the gradient that `backward` is given, and may write to
  int from = -1;          ///< slot: what `dy` is a copy of, or the first summand
  int with = -1;          ///< slot: the second summand
  int kept = -1;          ///< slot: what the layer keeps
};

/// All that may need memory, counted through.
struct Slots {
  int values;
  int edges;
  int nodes;

  constexpr explicit Slots(const GraphView& graph)
      : values(graph.value_count()),
        edges(graph.edge_count() + static_cast<int>(graph.outputs.size())),
        nodes(graph.node_count()) {}

  constexpr int value(int v) const { return v; }
  /// A value that is computed again in the backward pass.
  constexpr int again(int v) const { return values + v; }
  /// The gradient that a node hands back along an edge; those of the network's outputs come last.
  constexpr int edge(int e) const { return 2 * values + e; }
  constexpr int sum(int v) const { return 2 * values + edges + v; }
  /// A copy of dy for a node that writes to it.
  constexpr int copy(int node) const { return 3 * values + edges + node; }
  /// What a node keeps.
  constexpr int kept(int node) const { return 3 * values + edges + nodes + node; }
  /// What it keeps in a forward pass that will be computed again: rubbish.
  constexpr int kept_for_nobody(int node) const { return 3 * values + edges + 2 * nodes + node; }
  constexpr int count() const { return 3 * (values + nodes) + edges; }
};

enum class Mode : unsigned char { inference, training };

/// What the backward pass reads of a node, its epilogue considered: a ReLU is known by its output,
/// a pool by what it kept.
constexpr Reads reads_of(const Traits& traits, const Epilogue& epilogue) {
  Reads reads = traits.reads;
  if (!epilogue.activation.is_none()) reads.output = true;
  if (!epilogue.pool.is_none()) reads.output = false;
  return reads;
}

/// In which order a pass runs, and when each slot is read for the last time. The backward pass is
/// planned with the gradients of the network's inputs; it may leave them out.
///
/// Where several nodes read a value, the gradient of each is added as soon as it is there, that of
/// the last reader first: the order is fixed, and a value has one sum at a time.
class Schedule {
 public:
  /// `kept`: bytes that each node keeps, nothing where none does.
  [[gnu::cold]] Schedule(const GraphView& graph, Mode mode, std::span<const Index> kept)
      : graph_(graph),
        slots_(graph),
        last_read_(static_cast<std::size_t>(slots_.count()), -1),
        needs_(static_cast<std::size_t>(slots_.values)),
        wants_(static_cast<std::size_t>(slots_.values)),
        is_again_(static_cast<std::size_t>(slots_.values)),
        segment_of_(static_cast<std::size_t>(slots_.values)),
        gradient_(static_cast<std::size_t>(slots_.values), -1) {
    for (const Node& node : graph.nodes) at(segment_of_, node.output) = node.segment;
    if (mode == Mode::training) find_what_is_computed_again(kept);
    for (int i = 0; i < graph.node_count(); ++i) add_forward(i);
    for (const int value : graph.outputs) read(slots_.value(value));
    add({.kind = StepKind::loss});
    if (mode == Mode::inference) return;
    find_gradients();
    add_backward();
    // Outputs stay for whoever looks at them after the step.
    for (const int value : graph.outputs) read(slots_.value(value));
    for (const int value : graph.inputs) {
      if (gradient_of(value) >= 0) read(gradient_of(value));
    }
  }

  const Slots& slots() const { return slots_; }
  const std::vector<Step>& steps() const { return steps_; }
  /// The slots of a step's inputs.
  const int* operands(const Step& step) const { return operands_.data() + step.first_operand; }
  /// The last step that reads a slot, or -1.
  int last_read(int slot) const { return last_read_[static_cast<std::size_t>(slot)]; }
  /// Whether training needs the gradient of a value.
  bool needs(int value) const { return needs_[static_cast<std::size_t>(value)]; }
  /// Whether it is needed for training or for the gradients of the inputs.
  bool wants(int value) const { return wants_[static_cast<std::size_t>(value)]; }
  /// The slot that ends up with the gradient of a value, -1 if none does.
  int gradient_of(int value) const { return gradient_[static_cast<std::size_t>(value)]; }
  int loss_step() const { return graph_.node_count(); }

 private:
  template <class List>
  static auto at(List& list, int i) -> decltype(list[std::size_t{}]) {
    return list[static_cast<std::size_t>(i)];
  }

  int now() const { return static_cast<int>(steps_.size()); }
  void read(int slot) { at(last_read_, slot) = now(); }
  void add(const Step& step) { steps_.push_back(step); }

  /// The slot of a value for a node of `segment` in the backward pass.
  int late_slot(int value, int segment) const {
    const bool is_again = segment > 0 && at(segment_of_, value) == segment && at(is_again_, value);
    return is_again ? slots_.again(value) : slots_.value(value);
  }

  [[gnu::cold]] void add_forward(int i) {
    const Node& node = graph_.node(i);
    Step step{.kind = StepKind::forward,
              .node = i,
              .first_operand = static_cast<int>(operands_.size()),
              .y = slots_.value(node.output),
              .kept = node.segment > 0 ? slots_.kept_for_nobody(i) : slots_.kept(i)};
    for (const int value : graph_.inputs_of(node)) {
      operands_.push_back(slots_.value(value));
      read(slots_.value(value));
    }
    read(step.kept);
    add(step);
  }

  /// What a segment computes again: what its backward pass reads, and what that is made of.
  [[gnu::cold]] void find_what_is_computed_again(std::span<const Index> kept) {
    for (int i = graph_.node_count(); i-- > 0;) {
      const Node& node = graph_.node(i);
      if (node.segment == 0) continue;
      const Reads reads = reads_of(graph_.traits_of(node), node.epilogue);
      const bool keeps = !kept.empty() && kept[static_cast<std::size_t>(i)] > 0;
      if (reads.output || keeps) at(is_again_, node.output) = true;
      for (const int value : graph_.inputs_of(node)) {
        const bool is_read = reads.input || at(is_again_, node.output);
        if (is_read && at(segment_of_, value) == node.segment) at(is_again_, value) = true;
      }
    }
  }

  [[gnu::cold]] void find_gradients() {
    for (const int value : graph_.inputs) at(wants_, value) = true;
    for (const Node& node : graph_.nodes) {
      bool needs = graph_.traits_of(node).trains();
      bool wants = needs;
      for (const int value : graph_.inputs_of(node)) {
        needs = needs || at(needs_, value);
        wants = wants || at(wants_, value);
      }
      at(needs_, node.output) = needs;
      at(wants_, node.output) = wants;
    }
  }

  /// A further gradient of a value.
  [[gnu::cold]] void gain(int value, int slot) {
    int& sum = at(gradient_, value);
    if (sum < 0) {
      sum = slot;
      return;
    }
    read(sum);
    read(slot);
    add({.kind = StepKind::sum, .node = value, .y = slots_.sum(value), .from = sum, .with = slot});
    sum = slots_.sum(value);
  }

  [[gnu::cold]] void add_backward() {
    for (std::size_t k = 0; k < graph_.outputs.size(); ++k) {
      gain(graph_.outputs[k], slots_.edge(graph_.edge_count() + static_cast<int>(k)));
    }
    int open = 0;  // the segment that was computed again
    for (int i = graph_.node_count(); i-- > 0;) {
      const Node& node = graph_.node(i);
      if (!at(wants_, node.output) || at(gradient_, node.output) < 0) continue;
      if (node.segment > 0 && node.segment != open) {
        open = node.segment;
        for (int j = 0; j <= i; ++j) add_again(j, open);
      }
      add_backward(i);
      for (int e = node.first_edge; e < node.end_edge(); ++e) {
        if (at(wants_, graph_.edge(e))) gain(graph_.edge(e), slots_.edge(e));
      }
    }
  }

  [[gnu::cold]] void add_again(int i, int segment) {
    const Node& node = graph_.node(i);
    if (node.segment != segment || !at(is_again_, node.output)) return;
    Step step{.kind = StepKind::recompute,
              .node = i,
              .first_operand = static_cast<int>(operands_.size()),
              .y = slots_.again(node.output),
              .kept = slots_.kept(i)};
    for (const int value : graph_.inputs_of(node)) {
      operands_.push_back(late_slot(value, segment));
      read(operands_.back());
    }
    add(step);
  }

  [[gnu::cold]] void add_backward(int i) {
    const Node& node = graph_.node(i);
    const Reads reads = reads_of(graph_.traits_of(node), node.epilogue);
    const int dy = at(gradient_, node.output);
    Step step{.kind = StepKind::backward,
              .node = i,
              .first_operand = static_cast<int>(operands_.size()),
              .y = late_slot(node.output, node.segment),
              .dy = dy,
              .from = dy,
              .kept = slots_.kept(i)};
    for (const int value : graph_.inputs_of(node)) {
      operands_.push_back(late_slot(value, node.segment));
      if (reads.input) read(operands_.back());
    }
    if (reads.output) read(step.y);
    read(dy);
    read(step.kept);
    add(step);
  }

  GraphView graph_;
  Slots slots_;
  std::vector<Step> steps_;
  std::vector<int> operands_;
  std::vector<int> last_read_;  // of slots
  std::vector<bool> needs_;     // of values
  std::vector<bool> wants_;
  std::vector<bool> is_again_;
  std::vector<int> segment_of_;
  std::vector<int> gradient_;  // slot that holds what has been added up so far
};

}  // namespace TWEED_NAMESPACE
