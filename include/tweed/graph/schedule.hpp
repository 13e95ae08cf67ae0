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
  int first_operand = 0;  ///< in `PassSchedule::operands`: a slot for each of the node's inputs
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
  int outputs;

  constexpr explicit Slots(const GraphView& graph)
      : values(graph.value_count()),
        edges(graph.edge_count() + static_cast<int>(graph.outputs.size())),
        nodes(graph.node_count()),
        outputs(static_cast<int>(graph.outputs.size())) {}

  constexpr int value(int v) const { return v; }
  /// A value that is computed again in the backward pass.
  constexpr int again(int v) const { return values + v; }
  /// The gradient that a node hands back along an edge; those of the network's outputs come last.
  constexpr int edge(int e) const { return 2 * values + e; }
  constexpr int output_gradient(std::size_t k) const {
    return edge(edges - outputs + static_cast<int>(k));
  }
  constexpr int sum(int v) const { return 2 * values + edges + v; }
  /// A copy of dy for a node that writes to it.
  constexpr int copy(int node) const { return 3 * values + edges + node; }
  /// What a node keeps.
  constexpr int kept(int node) const { return 3 * values + edges + nodes + node; }
  /// What it keeps in a forward pass that will be computed again: rubbish.
  constexpr int kept_for_nobody(int node) const { return 3 * values + edges + 2 * nodes + node; }
  constexpr int count() const { return 3 * (values + nodes) + edges; }
};

/// In which order a pass runs, and when each slot is read for the last time. The backward pass is
/// planned with the gradients of the network's inputs; it may leave them out.
///
/// Where several nodes read a value, the gradient of each is added as soon as it is there, that of
/// the last reader first: the order is fixed, and a value has one sum at a time.
class PassSchedule {
 public:
  /// `kept`: bytes that each node keeps, nothing where none does. `frozen`: for each layer, whether
  /// training needs none of its parameters' gradients; nothing where it needs all.
  [[gnu::cold]] PassSchedule(const GraphView& graph, Mode mode, std::span<const Index> kept,
                             std::span<const char> frozen = {})
      : graph_(graph),
        slots_(graph),
        last_read_(static_cast<std::size_t>(slots_.count()), -1),
        values_(graph.shapes.size()) {
    for (const Node& node : graph.nodes) facts(node.output).segment = node.segment;
    if (mode == Mode::training) {
      find_gradients(frozen);
      find_what_is_computed_again(kept);
    }
    for (int i = 0; i < graph.node_count(); ++i) add(StepKind::forward, i);
    for (const int value : graph.outputs) read(slots_.value(value));
    steps_.push_back({.kind = StepKind::loss});
    if (mode == Mode::inference) return;
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
  bool needs(int value) const { return facts(value).needs; }
  /// Whether training needs gradients of what a segment computes again.
  bool needs_segment(int segment) const {
    return needed_segments_[static_cast<std::size_t>(segment)] != 0;
  }
  /// Whether it is needed for training or for the gradients of the inputs.
  bool wants(int value) const { return facts(value).wants; }
  /// Whether training needs none of the gradients of the parameters that a value is made with.
  bool is_frozen(int value) const { return facts(value).is_frozen; }
  /// The slot that ends up with the gradient of a value, -1 if none does.
  int gradient_of(int value) const { return facts(value).gradient; }

  /// Gives a backward step a copy of dy: returns its slot.
  int copy_gradient(int step) {
    Step& copied = steps_[static_cast<std::size_t>(step)];
    copied.dy = slots_.copy(copied.node);
    return copied.dy;
  }

 private:
  struct ValueFacts {
    bool needs = false;
    bool wants = false;
    bool is_frozen = false;  // what makes it has parameters, and nobody needs their gradients
    bool is_again = false;   // computed again
    int segment = 0;
    int gradient = -1;  // slot that holds what has been added up so far
  };

  ValueFacts& facts(int value) { return values_[static_cast<std::size_t>(value)]; }
  const ValueFacts& facts(int value) const { return values_[static_cast<std::size_t>(value)]; }

  void read(int slot) {
    last_read_[static_cast<std::size_t>(slot)] = static_cast<int>(steps_.size());
  }

  Reads reads_of(const Node& node) const {
    return tweed::reads_of(graph_.traits_of(node), node.epilogue, is_frozen(node.output));
  }

  /// The slot of a value for a node of `segment` in the backward pass.
  int late_slot(int value, int segment) const {
    const bool is_again = segment > 0 && facts(value).segment == segment && facts(value).is_again;
    return is_again ? slots_.again(value) : slots_.value(value);
  }

  [[gnu::cold]] void add(StepKind kind, int i) {
    const Node& node = graph_.node(i);
    const bool is_forward = kind == StepKind::forward;
    const bool is_backward = kind == StepKind::backward;
    const int segment = is_forward ? 0 : node.segment;
    Step step{.kind = kind,
              .node = i,
              .first_operand = static_cast<int>(operands_.size()),
              .y = late_slot(node.output, segment),
              .kept = is_forward && node.segment > 0 ? slots_.kept_for_nobody(i) : slots_.kept(i)};
    const Reads reads = reads_of(node);
    for (const int value : graph_.inputs_of(node)) {
      operands_.push_back(late_slot(value, segment));
      if (reads.input || !is_backward) read(operands_.back());
    }
    if (is_backward) {
      step.dy = step.from = gradient_of(node.output);
      if (reads.output) read(step.y);
      read(step.dy);
    }
    read(step.kept);
    steps_.push_back(step);
  }

  /// What a segment computes again: what its backward pass reads, and what that is made of.
  [[gnu::cold]] void find_what_is_computed_again(std::span<const Index> kept) {
    for (int i = graph_.node_count(); i-- > 0;) {
      const Node& node = graph_.node(i);
      if (node.segment == 0) continue;
      const Reads reads = reads_of(node);
      const bool keeps = !kept.empty() && kept[static_cast<std::size_t>(i)] > 0;
      ValueFacts& output = facts(node.output);
      output.is_again = output.is_again || reads.output || keeps;
      for (const int value : graph_.inputs_of(node)) {
        const bool is_read = reads.input || output.is_again;
        if (is_read && facts(value).segment == node.segment) facts(value).is_again = true;
      }
    }
  }

  [[gnu::cold]] void find_gradients(std::span<const char> frozen) {
    for (const int value : graph_.inputs) facts(value).wants = true;
    for (const Node& node : graph_.nodes) {
      const auto segment = static_cast<std::size_t>(node.segment);
      if (segment >= needed_segments_.size()) needed_segments_.resize(segment + 1);
      ValueFacts& output = facts(node.output);
      output.wants = graph_.traits_of(node).trains();
      output.is_frozen = !frozen.empty() && frozen[static_cast<std::size_t>(node.layer)] != 0;
      output.needs = output.wants && !output.is_frozen;
      for (const int value : graph_.inputs_of(node)) {
        output.needs = output.needs || needs(value);
        output.wants = output.wants || wants(value);
      }
      if (output.needs) needed_segments_[segment] = 1;
    }
  }

  /// A further gradient of a value.
  [[gnu::cold]] void gain(int value, int slot) {
    int& sum = facts(value).gradient;
    if (sum >= 0) {
      read(sum);
      read(slot);
      steps_.push_back({.kind = StepKind::sum,
                        .node = value,
                        .y = slots_.sum(value),
                        .from = sum,
                        .with = slot});
    }
    sum = sum < 0 ? slot : slots_.sum(value);
  }

  [[gnu::cold]] void add_backward() {
    for (std::size_t k = 0; k < graph_.outputs.size(); ++k) {
      gain(graph_.outputs[k], slots_.output_gradient(k));
    }
    int open = 0;  // the segment that was computed again
    for (int i = graph_.node_count(); i-- > 0;) {
      const Node& node = graph_.node(i);
      if (!wants(node.output) || gradient_of(node.output) < 0) continue;
      if (node.segment > 0 && node.segment != open) {
        open = node.segment;
        for (int j = 0; j <= i; ++j) {
          const Node& again = graph_.node(j);
          if (again.segment == open && facts(again.output).is_again) add(StepKind::recompute, j);
        }
      }
      add(StepKind::backward, i);
      for (int e = node.first_edge; e < node.end_edge(); ++e) {
        if (wants(graph_.edge(e))) gain(graph_.edge(e), slots_.edge(e));
      }
    }
  }

  GraphView graph_;
  Slots slots_;
  std::vector<Step> steps_;
  std::vector<int> operands_;
  std::vector<int> last_read_;         // of slots
  std::vector<char> needed_segments_;  // by their numbers
  std::vector<ValueFacts> values_;
};

}  // namespace TWEED_NAMESPACE
