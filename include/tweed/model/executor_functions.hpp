#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/model/executor.hpp>
#include <tweed/model/preparation.hpp>
#include <tweed/model/program.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

namespace TWEED_NAMESPACE::detail {

template <class T>
[[gnu::cold]] Executor<T>::Executor(const char* owner, const NetworkView<T>& network,
                                    ProgramOptions options)
    : owner_(owner) {
  checked_batch_size(owner, options.batch_size, network.graph);
  options.threads = resolve_threads(options.threads);
  program_ = std::make_unique<const Program<T>>(network, options);
  arena_ = Buffer<std::byte>(program_->plan().size());
  scratch_ = Buffer<std::byte>(program_->scratch_bytes());
  gradients_ = Buffer<T>(program_->gradients_size());
  inputs_.resize(network.graph.inputs.size());
}
template <class T>
Executor<T>::Executor(Executor&& other) noexcept = default;
template <class T>
Executor<T>& Executor<T>::operator=(Executor&& other) noexcept = default;
template <class T>
Executor<T>::~Executor() = default;

template <class T>
Index Executor<T>::batch_size() const {
  return program_ ? program_->options().batch_size : 0;
}
template <class T>
int Executor<T>::threads() const {
  return program_->options().threads;
}
template <class T>
Index Executor<T>::bytes() const {
  return program_->bytes();
}

template <class T>
Batch<const T> Executor<T>::forward(std::span<const Batch<const T>> inputs,
                                    std::span<const T> weights, const RandomKey& random,
                                    const Watcher& watcher, const Preparation<T>* preparation) {
  take(inputs);
  weights_ = weights;
  random_ = random;
  preparation_ = preparation;
  for (const Step& step : program_->plan().steps()) {
    if (step.kind != StepKind::forward) break;
    run_forward(step);
    watcher(step.node);
  }
  return output(0);
}

template <class T>
void Executor<T>::backward(std::span<const T> weights, bool to_input, const Watcher& watcher) {
  weights_ = weights;
  for (const Step& step : program_->plan().steps()) {
    if (step.kind == StepKind::recompute && is_wanted_again(step, to_input)) run_forward(step);
    if (step.kind == StepKind::sum && is_wanted(step.node, to_input)) add(step);
    if (step.kind != StepKind::backward) continue;
    if (!is_wanted(program_->graph().node(step.node).output, to_input)) continue;
    run_backward(step, to_input);
    watcher(step.node);
  }
}

template <class T>
void Executor<T>::commit(std::span<T> weights) {
  const GraphView graph = program_->graph();
  for (int i = 0; i < graph.node_count(); ++i) {
    const Node& node = graph.node(i);
    const BoundLayer<T>& layer = program_->network().layer_of(node);
    if (layer.table->commit == nullptr) continue;
    const TensorValues<T> state(program_->layout().state_of(node.layer), weights);
    layer.table->commit(layer.layer, {.input = graph.input_of(node),
                                      .count = count_,
                                      .kept = kept(i, program_->plan().slots().kept(i)),
                                      .state = state});
  }
}

template <class T>
Batch<T> Executor<T>::output(std::size_t k) {
  const int value = program_->graph().outputs[k];
  return at(program_->plan().slots().value(value), value);
}
template <class T>
Batch<T> Executor<T>::output_gradient(std::size_t k) {
  return at(program_->plan().slots().output_gradient(k), program_->graph().outputs[k]);
}
template <class T>
Batch<T> Executor<T>::input_gradient(std::size_t k) {
  const int value = program_->graph().inputs[k];
  return at(program_->plan().schedule().gradient_of(value), value);
}

template <class T>
[[gnu::cold]] void Executor<T>::take(std::span<const Batch<const T>> inputs) {
  if (!program_) throw Error(text(owner_, ": its memory was moved away, make another one"));
  const GraphView graph = program_->graph();
  if (inputs.size() != graph.inputs.size()) {
    throw Error(
        text(owner_, ": the network takes ", graph.inputs.size(), " inputs, got ", inputs.size()));
  }
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto& x = inputs[k];
    if (x.shape != graph.input(k)) {
      throw Error(text(owner_, ": the network takes samples of ", to_string(graph.input(k)),
                       ", these are ", to_string(x.shape)));
    }
    if (x.count < 0 || x.count > batch_size()) {
      throw Error(text(owner_, ": it was made for batches of up to ", batch_size(),
                       " samples, this one has ", x.count));
    }
    if (x.count != inputs[0].count) {
      throw Error(text(owner_, ": the first input has ", inputs[0].count, " samples, input ", k + 1,
                       " has ", x.count));
    }
  }
  std::copy(inputs.begin(), inputs.end(), inputs_.begin());
  count_ = inputs[0].count;
}

template <class T>
void Executor<T>::run_forward(const Step& step) {
  const Node& node = program_->graph().node(step.node);
  if (program_->graph().traits_of(node).is_view) return;
  const TensorValues parameters(program_->layout().trained_of(node.layer), weights_);
  const TensorValues state(program_->layout().state_of(node.layer), weights_);
  ForwardPass<T> pass;
  fill(step, node, pass);
  pass.parameters = parameters;
  pass.state = state;
  const BoundLayer<T>& layer = program_->network().layer_of(node);
  if (!program_->trains()) {
    if (preparation_ != nullptr) pass.prepared = preparation_->stage(step.node);
    return layer.table->infer(layer.layer, pass);
  }
  layer.table->forward(layer.layer, pass);
}

template <class T>
void Executor<T>::run_backward(const Step& step, bool to_input) {
  const GraphView graph = program_->graph();
  const Node& node = graph.node(step.node);
  const Traits& traits = graph.traits_of(node);
  if (traits.is_view || traits.passes_gradient) return;
  const Batch<T> dy = at(step.dy, node.output);
  if (step.dy != step.from) std::copy_n(at(step.from, node.output).data, dy.size(), dy.data);
  std::array<Batch<T>, most_operands> dx;
  const auto operand_count = static_cast<std::size_t>(node.edge_count);
  for (std::size_t i = 0; i < operand_count; ++i) {
    const int edge = node.first_edge + static_cast<int>(i);
    dx[i] = at(program_->plan().slots().edge(edge), graph.edge(edge));
    if (!is_wanted(graph.edge(edge), to_input)) dx[i].data = nullptr;
  }
  const auto trained = program_->layout().trained_of(node.layer);
  const TensorValues parameters(trained, weights_);
  const TensorValues gradients(trained, gradients_.values());
  BackwardPass<T> pass;
  fill(step, node, pass);
  pass.dy = dy;
  pass.dx = dx[0];
  pass.input_gradients = std::span(dx).first(operand_count);
  pass.parameters = parameters;
  pass.gradients = gradients;
  pass.is_frozen = program_->plan().schedule().is_frozen(node.output);
  const BoundLayer<T>& layer = program_->network().layer_of(node);
  layer.table->backward(layer.layer, pass);
}

/// What all passes of a node get.
template <class T>
template <class Pass>
void Executor<T>::fill(const Step& step, const Node& node, Pass& pass) {
  pass.inputs = operands(step, node);
  pass.x = pass.inputs[0];
  pass.y = at(step.y, node.output);
  pass.kept = kept(step.node, step.kept);
  pass.random = random_;
  pass.random.layer = static_cast<std::uint32_t>(node.layer);
  pass.epilogue = node.epilogue;
  pass.scratch = Scratch(scratch_.values());
  pass.threads = threads();
}

/// Adds two gradients of one value.
template <class T>
void Executor<T>::add(const Step& step) {
  const std::array<Batch<const T>, 2> summands{at(step.from, step.node), at(step.with, step.node)};
  kernels::chosen::add<T>(summands, at(step.y, step.node), Activation::none, threads());
}

template <class T>
bool Executor<T>::is_wanted(int value, bool to_input) const {
  const PassSchedule& schedule = program_->plan().schedule();
  return schedule.needs(value) || (to_input && schedule.wants(value));
}

template <class T>
bool Executor<T>::is_wanted_again(const Step& step, bool to_input) const {
  const int segment = program_->graph().node(step.node).segment;
  return to_input || program_->plan().schedule().needs_segment(segment);
}

template <class T>
std::span<const Batch<const T>> Executor<T>::operands(const Step& step, const Node& node) {
  const int* const slots = program_->plan().schedule().operands(step);
  std::size_t count = 0;
  for (const int value : program_->graph().inputs_of(node)) {
    operands_[count] = at(slots[count], value);
    ++count;
  }
  return std::span(operands_).first(count);
}

/// What a node keeps.
template <class T>
std::span<std::byte> Executor<T>::kept(int node, int slot) {
  const Index offset = program_->plan().offset(slot);
  if (offset < 0) return {};
  return arena_.values().subspan(static_cast<std::size_t>(offset),
                                 static_cast<std::size_t>(program_->kept_bytes(node)));
}

template <class T>
T* Executor<T>::address(int slot) {
  const Index offset = program_->plan().offset(slot);
  if (offset >= 0) return reinterpret_cast<T*>(arena_.data() + offset);
  const int input = program_->plan().input_of(slot);
  // Nobody writes to an input: the plan puts nothing but views there.
  return input < 0 ? nullptr : const_cast<T*>(inputs_[static_cast<std::size_t>(input)].data);
}

/// Whatever lies in a slot, as samples of the shape of `value`.
template <class T>
Batch<T> Executor<T>::at(int slot, int value) {
  return {address(slot), count_, program_->graph().shape(value)};
}

}  // namespace TWEED_NAMESPACE::detail
