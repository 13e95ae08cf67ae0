#pragma once

#include <tweed/model/model.hpp>
#include <tweed/model/network_memory.hpp>

#include <span>

namespace TWEED_NAMESPACE {

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
class TrainingPass : public NetworkMemory<Net, T> {
 public:
  /// `threads`: 0 takes all that OpenMP offers. Throws Error for a batch size below 1.
  explicit TrainingPass(Index batch_size, int threads = 0) requires StaticNetwork<Net>
      : TrainingPass(NetworkHandle<Net>(), batch_size, threads) {}
  /// To train `model`, or another one of the same network. `frozen`: for each layer, whether
  /// nobody wants the gradients of its parameters; nothing where all are wanted. Where they lie
  /// before the first that are wanted, the backward pass ends there, and they stay zeros.
  explicit TrainingPass(const Model<Net, T>& model, Index batch_size, int threads = 0,
                        std::span<const char> frozen = {})
      : TrainingPass(model.network(), batch_size, threads, frozen) {}

  /// The network's output for x [n,h,w,c], n <= batch_size, as in training. x must stay as it is
  /// until `backward`; the output stays until the next `forward`. `random` says which elements
  /// dropout keeps: give another step each time.
  Batch<const T> forward(const Model<Net, T>& model, const Batch<const T>& x,
                         const RandomKey& random, const Watcher& watcher = {}) {
    return forward(model, std::span(&x, 1), random, watcher);
  }

  /// The first of the network's outputs for a batch of each of its inputs, all of as many samples.
  Batch<const T> forward(const Model<Net, T>& model, std::span<const Batch<const T>> inputs,
                         const RandomKey& random, const Watcher& watcher = {}) {
    return this->executor().forward(inputs, model.values(), random, watcher);
  }

  /// Where the gradient of the loss by output k of the network goes, between the two passes.
  Batch<T> output_gradient(std::size_t k = 0) { return this->executor().output_gradient(k); }

  /// The gradients of all parameters, from those of the outputs and the last `forward`. What lies
  /// before the first layer with parameters does not run.
  void backward(const Model<Net, T>& model, const Watcher& watcher = {}) {
    this->executor().backward(model.values(), false, watcher);
  }

  /// Computes the gradients of the network's inputs as well, and returns that of the first
  /// [n,h,w,c]; it is valid until the next pass.
  Batch<const T> backward_to_input(const Model<Net, T>& model) {
    this->executor().backward(model.values(), true, {});
    return input_gradient(0);
  }
  Batch<const T> input_gradient(std::size_t k) { return this->executor().input_gradient(k); }

  /// Brings the state of layers up to date with the batch of the last `forward`.
  void commit(Model<Net, T>& model) { this->executor().commit(model.values()); }

  /// One number for each of the model's parameters, in the same layout.
  std::span<T> gradients() { return this->executor().gradients(); }
  std::span<const T> gradients() const { return this->executor().gradients(); }

 private:
  TrainingPass(const NetworkHandle<Net>& network, Index batch_size, int threads,
               std::span<const char> frozen = {})
      : NetworkMemory<Net, T>("TrainingPass", network,
                              {.mode = Mode::training,
                               .folds = folds_of<Net>(folds::in_training),
                               .batch_size = batch_size,
                               .threads = threads,
                               .frozen = frozen}) {}
};

}  // namespace TWEED_NAMESPACE
