#pragma once

#include <tweed/graph/plan.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// Runs the steps of a plan on memory that holds, instead of numbers, what they stand for: whatever
/// a step reads must still be there, and lie where nobody else's is.
class PlanCheck {
 public:
  /// `kept`: bytes that each node keeps.
  PlanCheck(const tweed::GraphView& graph, const tweed::Plan& plan, tweed::Index batch,
            tweed::Index element, std::vector<tweed::Index> kept)
      : graph_(graph),
        plan_(plan),
        batch_(batch),
        element_(element),
        kept_(std::move(kept)),
        cells_(static_cast<std::size_t>(plan.size() / tweed::alignment), nothing),
        content_(static_cast<std::size_t>(plan.slots().count()), nothing) {
    kept_.resize(graph.nodes.size());
    for (const int input : graph.inputs) content(input) = next_++;
  }

  /// What is wrong, or nothing.
  std::string run() {
    for (const tweed::Step& step : plan_.steps()) {
      ++now_;
      switch (step.kind) {
        case tweed::StepKind::forward:
        case tweed::StepKind::recompute:
          forward(step);
          break;
        case tweed::StepKind::loss:
          loss();
          break;
        case tweed::StepKind::sum:
          sum(step);
          break;
        case tweed::StepKind::backward:
          backward(step);
      }
    }
    if (trains()) finish();
    return trouble_;
  }

 private:
  struct Piece {
    int slot = -1;
    tweed::Index bytes = 0;
  };

  static constexpr int nothing = -1;

  int& content(int slot) { return content_[static_cast<std::size_t>(slot)]; }
  bool trains() const { return std::ssize(plan_.steps()) > graph_.node_count() + 1; }
  tweed::Index bytes_of(int value) const { return graph_.shape(value).size() * batch_ * element_; }
  Piece value(int slot, int value) const { return {slot, bytes_of(value)}; }

  void complain(const std::string& what, int slot) {
    if (!trouble_.empty()) return;
    trouble_ = "step " + std::to_string(now_) + ": " + what + " slot " + std::to_string(slot);
  }

  std::span<int> cells(const Piece& piece) {
    const tweed::Index offset = plan_.offset(piece.slot);
    const tweed::Index count = (piece.bytes + tweed::alignment - 1) / tweed::alignment;
    if (offset < 0) return {};
    if (offset % tweed::alignment != 0 || offset + count * tweed::alignment > plan_.size()) {
      complain("outside lies", piece.slot);
      return {};
    }
    return std::span(cells_).subspan(static_cast<std::size_t>(offset / tweed::alignment),
                                     static_cast<std::size_t>(count));
  }

  void read(const Piece& piece) {
    const bool is_input = plan_.offset(piece.slot) < 0 && plan_.input_of(piece.slot) >= 0;
    if (content(piece.slot) == nothing) return complain("nothing was written to", piece.slot);
    if (is_input) return;
    const auto found = cells(piece);
    if (found.empty()) return complain("there is no place for", piece.slot);
    const auto is_other = [&](int cell) { return cell != content(piece.slot); };
    if (std::ranges::any_of(found, is_other)) complain("something else lies in", piece.slot);
  }
  void write(const Piece& piece) {
    content(piece.slot) = next_++;
    const auto to = cells(piece);
    if (to.empty()) return complain("nothing can be written to", piece.slot);
    std::ranges::fill(to, content(piece.slot));
  }
  /// What is written while something is read must lie apart from it.
  void check_apart(const Piece& a, const Piece& b) {
    const auto first = cells(a);
    const auto second = cells(b);
    if (first.empty() || second.empty()) return;
    if (first.data() < second.data() + second.size() &&
        second.data() < first.data() + first.size()) {
      complain("slot " + std::to_string(a.slot) + " is written while somebody reads", b.slot);
    }
  }

  std::vector<Piece> operands(const tweed::Step& step, const tweed::Node& node) const {
    std::vector<Piece> pieces;
    const int* const slots = plan_.schedule().operands(step);
    for (int i = 0; i < node.edge_count; ++i) {
      pieces.push_back(value(slots[i], graph_.edge(node.first_edge + i)));
    }
    return pieces;
  }
  Piece kept(const tweed::Step& step) const {
    return {step.kept, kept_[static_cast<std::size_t>(step.node)]};
  }

  void forward(const tweed::Step& step) {
    const tweed::Node& node = graph_.node(step.node);
    const tweed::Traits& traits = graph_.traits_of(node);
    const auto inputs = operands(step, node);
    const Piece y = value(step.y, node.output);
    for (const Piece& x : inputs) read(x);
    if (traits.is_view) {
      content(step.y) = content(inputs[0].slot);
      return read(y);
    }
    for (const Piece& x : inputs) {
      const bool over = traits.in_place && plan_.offset(x.slot) == plan_.offset(y.slot);
      if (!over) check_apart(y, x);
      if (kept(step).bytes > 0) check_apart(kept(step), x);
    }
    write(y);
    if (kept(step).bytes == 0) return;
    check_apart(kept(step), y);
    write(kept(step));
  }

  void loss() {
    for (const int output : graph_.outputs) read(value(output, output));
    for (std::size_t k = 0; trains() && k < graph_.outputs.size(); ++k) {
      write(value(gradient_of_output(k), graph_.outputs[k]));
    }
    for (std::size_t k = 0; trains() && k < graph_.outputs.size(); ++k) {
      read(value(gradient_of_output(k), graph_.outputs[k]));
    }
    for (const int output : graph_.outputs) read(value(output, output));
  }
  int gradient_of_output(std::size_t k) const {
    return plan_.slots().edge(graph_.edge_count() + static_cast<int>(k));
  }

  void sum(const tweed::Step& step) {
    read(value(step.from, step.node));
    read(value(step.with, step.node));
    write(value(step.y, step.node));
  }

  void backward(const tweed::Step& step) {
    const tweed::Node& node = graph_.node(step.node);
    const tweed::Traits& traits = graph_.traits_of(node);
    const Piece dy = value(step.dy, node.output);
    if (step.dy != step.from) {
      read(value(step.from, node.output));
      check_apart(dy, value(step.from, node.output));
      write(dy);
    }
    read(dy);
    std::vector<Piece> gradients;
    for (int e = node.first_edge; e < node.end_edge(); ++e) {
      if (plan_.schedule().wants(graph_.edge(e))) {
        gradients.push_back(value(plan_.slots().edge(e), graph_.edge(e)));
      }
    }
    if (traits.is_view || traits.passes_gradient) {
      for (const Piece& dx : gradients) {
        content(dx.slot) = content(dy.slot);
        read(dx);
      }
      return;
    }
    const tweed::Reads reads =
        tweed::reads_of(traits, node.epilogue, plan_.schedule().is_frozen(node.output));
    std::vector<Piece> seen;
    if (reads.input) seen = operands(step, node);
    if (reads.output) seen.push_back(value(step.y, node.output));
    if (kept(step).bytes > 0) seen.push_back(kept(step));
    for (const Piece& piece : seen) read(piece);
    if (traits.overwrites_dy) {
      for (const Piece& piece : seen) check_apart(dy, piece);
      write(dy);
    }
    for (const Piece& dx : gradients) {
      for (const Piece& piece : seen) check_apart(dx, piece);
      const bool over = traits.in_place && plan_.offset(dx.slot) == plan_.offset(dy.slot);
      if (!over) check_apart(dx, dy);
      for (const Piece& other : gradients) {
        if (other.slot != dx.slot) check_apart(dx, other);
      }
      write(dx);
    }
  }

  /// What is looked at after a step.
  void finish() {
    ++now_;
    for (const int output : graph_.outputs) read(value(output, output));
    for (const int input : graph_.inputs) {
      const int gradient = plan_.schedule().gradient_of(input);
      if (gradient >= 0) read(value(gradient, input));
    }
    for (int i = 0; i < graph_.node_count(); ++i) {
      const tweed::Index bytes = kept_[static_cast<std::size_t>(i)];
      if (bytes > 0 && graph_.traits_of(graph_.node(i)).commits) {
        read({plan_.slots().kept(i), bytes});
      }
    }
  }

  tweed::GraphView graph_;
  const tweed::Plan& plan_;
  tweed::Index batch_;
  tweed::Index element_;
  std::vector<tweed::Index> kept_;
  std::vector<int> cells_;    // what lies in each cache line
  std::vector<int> content_;  // what a slot should hold
  int next_ = 0;
  int now_ = -1;
  std::string trouble_;
};

}  // namespace tests
