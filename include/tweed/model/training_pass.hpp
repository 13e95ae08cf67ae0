#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/model/executor.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE {

/// Watches nothing. A watcher of a pass is called as `watcher(i)` when node i of the folded network
/// is done.
struct NoWatcher {
  constexpr void operator()(std::size_t) const {}
};

/// The memory of a training step, and the two passes that work in it: activations, gradients and
/// scratch for batches of up to `batch_size` samples. All of it is taken here, once.
///
///     TrainingPass<Net> pass(100);
///     const auto logits = pass.forward(model, images, key);
///     const LossSum loss = SoftmaxCE{}.gradient(logits, labels, pass.output_gradient());
///     pass.backward(model);
///     pass.commit(model);
///     optimizer.update(state, model.parameters(), pass.gradients(), pass.threads());
template <class Net, class T = float>
class TrainingPass {
 public:
  /// `threads`: 0 takes all that OpenMP offers. Throws Error for a batch size below 1.
  explicit TrainingPass(Index batch_size, int threads = 0) requires StaticNetwork<Net>
      : TrainingPass(NetworkHandle<Net>(), batch_size, threads) {}
  /// To train `model`, or another one of the same network.
  explicit TrainingPass(const Model<Net, T>& model, Index batch_size, int threads = 0)
      : TrainingPass(model.network(), batch_size, threads) {}

  Index batch_size() const { return batch_size_; }
  int threads() const { return executor_.threads(); }

  /// Bytes held.
  Index bytes() const { return executor_.program().bytes(); }

  /// What runs: the network after folding, each node one layer or several.
  const FoldedGraph& folded() const { return executor_.program().folded(); }
  const Plan& plan() const { return executor_.program().plan(); }

  /// The network's output for x [n,h,w,c], n <= batch_size, as in training. x must stay as it is
  /// until `backward`; the output stays until the next `forward`. `random` says which elements
  /// dropout keeps: give another step each time.
  template <class Watcher = NoWatcher>
  Batch<const T> forward(const Model<Net, T>& model, const Batch<const T>& x,
                         const RandomKey& random, const Watcher& watcher = {}) {
    return forward(model, std::span(&x, 1), random, watcher);
  }

  /// The first of the network's outputs for a batch of each of its inputs, all of as many samples.
  template <class Watcher = NoWatcher>
  Batch<const T> forward(const Model<Net, T>& model, std::span<const Batch<const T>> inputs,
                         const RandomKey& random, const Watcher& watcher = {}) {
    executor_.load("TrainingPass", inputs);
    executor_.bind(model.values());
    random_ = random;
    for (const Step& step : plan().steps()) {
      if (step.kind != StepKind::forward) break;
      run_forward(step);
      watcher(static_cast<std::size_t>(step.node));
    }
    return executor_.output(0);
  }

  /// Output k of the last `forward`.
  Batch<const T> output(std::size_t k) { return executor_.output(k); }

  /// Where the gradient of the loss by output k of the network goes, between the two passes.
  Batch<T> output_gradient(std::size_t k = 0) { return executor_.output_gradient(k); }

  /// The gradients of all parameters, from those of the outputs and the last `forward`. What lies
  /// before the first layer with parameters does not run.
  template <class Watcher = NoWatcher>
  void backward(const Model<Net, T>& model, const Watcher& watcher = {}) {
    run_backward(model, false, watcher);
  }

  /// Computes the gradients of the network's inputs as well, and returns that of the first
  /// [n,h,w,c]; it is valid until the next pass.
  Batch<const T> backward_to_input(const Model<Net, T>& model) {
    run_backward(model, true, NoWatcher{});
    return input_gradient(0);
  }
  Batch<const T> input_gradient(std::size_t k) {
    const int value = graph().inputs[k];
    return executor_.at(plan().schedule().gradient_of(value), value);
  }

  /// Brings the state of layers up to date with the batch of the last `forward`.
  void commit(Model<Net, T>& model) {
    const NetworkView<T> network = network_.template view<T>();
    for (int i = 0; i < graph().node_count(); ++i) {
      const Node& node = graph().node(i);
      const BoundLayer<T>& layer = network.layer_of(node);
      if (layer.table->commit == nullptr) continue;
      tensors_.clear();
      for (const auto& placed : layout().state_of(node.layer).of(layout().tensors())) {
        tensors_.push_back(detail::values_of(model.values(), placed));
      }
      layer.table->commit(layer.layer, {.input = graph().input_of(node),
                                        .count = executor_.count(),
                                        .kept = executor_.kept(i),
                                        .state = tensors_});
    }
  }

  /// One number for each of the model's parameters, in the same layout.
  std::span<T> gradients() { return gradients_.values(); }
  std::span<const T> gradients() const { return gradients_.values(); }

 private:
  TrainingPass(const NetworkHandle<Net>& network, Index batch_size, int threads)
      : network_(network),
        batch_size_(detail::checked_batch_size("TrainingPass", batch_size,
                                               network_.template view<T>().graph)),
        executor_(network_.template view<T>(), {.mode = Mode::training,
                                                .folds = folds_of<Net>(folds::in_training),
                                                .batch_size = batch_size_,
                                                .threads = resolve_threads(threads)}),
        gradients_(executor_.program().layout().trained_size()) {
    tensors_.reserve(6);  // as many as a layer can have: no pass allocates
  }

  GraphView graph() const { return executor_.program().graph(); }
  const Layout& layout() const { return executor_.program().layout(); }

  RandomKey random_of(const Node& node) const {
    RandomKey key = random_;
    key.layer = static_cast<std::uint32_t>(node.layer);
    return key;
  }

  void run_forward(const Step& step) {
    const Node& node = graph().node(step.node);
    if (graph().traits_of(node).is_view) return;
    ForwardPass<T> pass;
    executor_.fill(step, pass);
    pass.kept = executor_.kept(step);
    pass.random = random_of(node);
    const BoundLayer<T>& layer = network_.template view<T>().layer_of(node);
    layer.table->forward(layer.layer, pass);
  }

  template <class Watcher>
  void run_backward(const Model<Net, T>& model, bool to_input, const Watcher& watcher) {
    executor_.bind(model.values());
    for (const Step& step : plan().steps()) {
      if (step.kind == StepKind::recompute) run_forward(step);
      if (step.kind == StepKind::sum && executor_.is_wanted(step.node, to_input)) add(step);
      if (step.kind == StepKind::backward) {
        const Node& node = graph().node(step.node);
        if (!executor_.is_wanted(node.output, to_input)) continue;
        run_backward(step, node, to_input);
        watcher(static_cast<std::size_t>(step.node));
      }
    }
  }

  void run_backward(const Step& step, const Node& node, bool to_input) {
    const Traits& traits = graph().traits_of(node);
    if (traits.is_view || traits.passes_gradient) return;
    if (step.dy != step.from) {
      const auto from = executor_.at(step.from, node.output).values();
      std::ranges::copy(from, executor_.at(step.dy, node.output).data);
    }
    BackwardPass<T> pass;
    executor_.fill(step, to_input, pass);
    tensors_.clear();
    for (const auto& placed : layout().trained_of(node.layer).of(layout().tensors())) {
      tensors_.push_back(detail::values_of(gradients_.values(), placed));
    }
    pass.gradients = tensors_;
    pass.kept = executor_.kept(step);
    pass.random = random_of(node);
    const BoundLayer<T>& layer = network_.template view<T>().layer_of(node);
    layer.table->backward(layer.layer, pass);
  }

  /// Adds two gradients of one value.
  void add(const Step& step) {
    const Batch<T> a = executor_.at(step.from, step.node);
    const Batch<T> b = executor_.at(step.with, step.node);
    const Batch<T> y = executor_.at(step.y, step.node);
    constexpr Index grain = 16384;
    parallel_ranges(y.size(), grain, threads(), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) y.data[i] = a.data[i] + b.data[i];
    });
  }

  [[no_unique_address]] NetworkHandle<Net> network_;
  MovedSize batch_size_;
  detail::Executor<T> executor_;
  Buffer<T> gradients_;
  std::vector<std::span<T>> tensors_;  // of the node that runs
  RandomKey random_;
};

}  // namespace TWEED_NAMESPACE
