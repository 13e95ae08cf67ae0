#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/program.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// The memory that a program works in, and the passes that its nodes get.
template <class T>
class Executor {
 public:
  [[gnu::cold]] Executor(const NetworkView<T>& network, const ProgramOptions& options)
      : program_(std::make_shared<const Program<T>>(network, options)),
        arena_(plan().size()),
        scratch_(program_->scratch_bytes()),
        tensors_(layout().tensors().size()),
        inputs_(network.graph.inputs.size()),
        operands_(16),
        operand_gradients_(16) {}

  const Program<T>& program() const { return *program_; }
  int threads() const { return program_->options().threads; }

  /// Takes a batch, of which all inputs have as many samples. Throws Error, in the name of `who`,
  /// where it does not fit.
  void load(const char* who, std::span<const Batch<const T>> inputs) {
    if (!program_) throw Error(text(who, ": its memory was moved away, make another one"));
    check_inputs(who, inputs);
    std::ranges::copy(inputs, inputs_.begin());
    count_ = inputs[0].count;
  }
  Index count() const { return count_; }

  /// Takes the weights of a model.
  void bind(std::span<const T> block) {
    if (block.data() == bound_ && !block.empty()) return;
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      tensors_[i] = values_of(block, layout().tensors()[i]);
    }
    bound_ = block.data();
  }

  /// Whatever lies in a slot, as samples of the shape of `value`.
  Batch<T> at(int slot, int value) { return {address(slot), count_, graph().shape(value)}; }
  Batch<T> output(std::size_t k) {
    const int value = graph().outputs[k];
    return at(plan().slots().value(value), value);
  }
  Batch<T> output_gradient(std::size_t k) {
    const int edge = graph().edge_count() + static_cast<int>(k);
    return at(plan().slots().edge(edge), graph().outputs[k]);
  }

  /// What a step's node keeps.
  std::span<std::byte> kept(const Step& step) { return kept(step.node, step.kept); }
  std::span<std::byte> kept(int node) { return kept(node, plan().slots().kept(node)); }

  /// Fills what the forward pass of a node needs into `pass`.
  void fill(const Step& step, InferPass<T>& pass) {
    const Node& node = graph().node(step.node);
    fill_operands(step, node);
    const auto tensors = std::span(std::as_const(tensors_));
    pass.x = operands_[0];
    pass.inputs = std::span(operands_).first(static_cast<std::size_t>(node.edge_count));
    pass.y = at(step.y, node.output);
    pass.parameters = layout().trained_of(node.layer).of(tensors);
    pass.state = layout().state_of(node.layer).of(tensors);
    pass.epilogue = node.epilogue;
    pass.scratch = Scratch(scratch_.values());
    pass.threads = threads();
  }

  /// Fills what the backward pass of a node needs into `pass`, but for its gradients. `to_input`:
  /// whether the gradients of the network's inputs are wanted.
  void fill(const Step& step, bool to_input, BackwardPass<T>& pass) {
    const Node& node = graph().node(step.node);
    const auto operands = static_cast<std::size_t>(node.edge_count);
    fill_operands(step, node);
    for (std::size_t i = 0; i < operands; ++i) {
      const int edge = node.first_edge + static_cast<int>(i);
      const int value = graph().edge(edge);
      operand_gradients_[i] = at(plan().slots().edge(edge), value);
      if (!is_wanted(value, to_input)) operand_gradients_[i].data = nullptr;
    }
    pass.x = operands_[0];
    pass.inputs = std::span(operands_).first(operands);
    pass.y = at(step.y, node.output);
    pass.dy = at(step.dy, node.output);
    pass.dx = operand_gradients_[0];
    pass.input_gradients = std::span(operand_gradients_).first(operands);
    pass.parameters = layout().trained_of(node.layer).of(std::span(std::as_const(tensors_)));
    pass.epilogue = node.epilogue;
    pass.scratch = Scratch(scratch_.values());
    pass.threads = threads();
  }

  bool is_wanted(int value, bool to_input) const {
    const Schedule& schedule = plan().schedule();
    return schedule.needs(value) || (to_input && schedule.wants(value));
  }

 private:
  const Plan& plan() const { return program_->plan(); }
  const Layout& layout() const { return program_->layout(); }
  GraphView graph() const { return program_->graph(); }

  [[gnu::cold]] void check_inputs(const char* who, std::span<const Batch<const T>> inputs) const {
    const GraphView graph = this->graph();
    if (inputs.size() != graph.inputs.size()) {
      throw Error(
          text(who, ": the network takes ", graph.inputs.size(), " inputs, got ", inputs.size()));
    }
    const Index most = program_->options().batch_size;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const auto& x = inputs[k];
      if (x.shape != graph.input(k)) {
        throw Error(text(who, ": the network takes samples of ", to_string(graph.input(k)),
                         ", these are ", to_string(x.shape)));
      }
      if (x.count < 0 || x.count > most) {
        throw Error(text(who, ": it was made for batches of up to ", most,
                         " samples, this one has ", x.count));
      }
      if (x.count != inputs[0].count) {
        throw Error(text(who, ": the first input has ", inputs[0].count, " samples, input ", k + 1,
                         " has ", x.count));
      }
    }
  }

  T* address(int slot) {
    const Index offset = plan().offset(slot);
    if (offset >= 0) return reinterpret_cast<T*>(arena_.data() + offset);
    const int input = plan().input_of(slot);
    // Nobody writes to an input: the plan puts nothing but views there.
    return input < 0 ? nullptr : const_cast<T*>(inputs_[static_cast<std::size_t>(input)].data);
  }

  std::span<std::byte> kept(int node, int slot) {
    const Index offset = plan().offset(slot);
    if (offset < 0) return {};
    return {arena_.data() + offset, static_cast<std::size_t>(program_->kept_bytes(node))};
  }

  void fill_operands(const Step& step, const Node& node) {
    const int* const slots = plan().schedule().operands(step);
    for (int i = 0; i < node.edge_count; ++i) {
      operands_[static_cast<std::size_t>(i)] = at(slots[i], graph().edge(node.first_edge + i));
    }
  }

  std::shared_ptr<const Program<T>> program_;
  Buffer<std::byte> arena_;
  Buffer<std::byte> scratch_;
  std::vector<std::span<const T>> tensors_;  // of the model that was bound
  const T* bound_ = nullptr;
  std::vector<Batch<const T>> inputs_;
  Index count_ = 0;
  std::vector<Batch<const T>> operands_;  // of the node that runs
  std::vector<Batch<T>> operand_gradients_;
};

}  // namespace TWEED_NAMESPACE::detail
