#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/executor.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/prepared_model.hpp>

#include <initializer_list>
#include <span>

namespace TWEED_NAMESPACE {

/// The memory that inference needs, for batches of up to `batch_size` samples. Each thread that
/// predicts has one of its own; the model they share is const.
template <class Net, class T = float>
class Inference {
 public:
  /// `threads`: 0 takes all that OpenMP offers. Throws Error for a batch size below 1.
  explicit Inference(Index batch_size, int threads = 0) requires StaticNetwork<Net>
      : Inference(NetworkHandle<Net>(), batch_size, threads, folds::in_inference, false) {}

  /// To predict with `model`, or another one of the same network.
  explicit Inference(const Model<Net, T>& model, Index batch_size, int threads = 0)
      : Inference(model.network(), batch_size, threads, folds::in_inference, false) {}

  /// To predict with `prepared`, or another one for as large batches, and with no other model.
  explicit Inference(const PreparedModel<Net, T>& prepared, int threads = 0)
      : Inference(prepared.model().network(), prepared.batch_size(), threads, folds::in_prepared,
                  true) {}

  Index batch_size() const { return batch_size_; }
  int threads() const { return executor_.threads(); }
  /// Bytes held.
  Index bytes() const { return executor_.program().bytes(); }

  /// The network's output for x [n,h,w,c], n <= batch_size: a view of memory that the next call
  /// overwrites. Throws Error where x does not fit, or where this was made for another network.
  Batch<const T> operator()(const Model<Net, T>& model, const Batch<const T>& x) {
    return (*this)(model, std::span(&x, 1));
  }
  Batch<const T> operator()(const PreparedModel<Net, T>& prepared, const Batch<const T>& x) {
    return (*this)(prepared, std::span(&x, 1));
  }

  /// The first of the network's outputs for a batch of each of its inputs, all of as many samples.
  Batch<const T> operator()(const Model<Net, T>& model, std::span<const Batch<const T>> inputs) {
    if (is_prepared_) {
      throw Error("Inference: it was made for a prepared model, make one for this model");
    }
    return run(model, inputs, [](int) { return Prepared{}; });
  }
  Batch<const T> operator()(const PreparedModel<Net, T>& prepared,
                            std::span<const Batch<const T>> inputs) {
    if (!is_prepared_ || batch_size_ != prepared.batch_size()) {
      throw Error(
          detail::text("Inference: it was not made for a model prepared for batches of up to ",
                       prepared.batch_size(), " samples, make one from it"));
    }
    return run(prepared.model(), inputs,
               [&](int node) { return prepared.stage(static_cast<std::size_t>(node)); });
  }

  /// Output k of the batch before: a view of memory that the next call overwrites.
  Batch<const T> output(std::size_t k) { return executor_.output(k); }

 private:
  Inference(const NetworkHandle<Net>& network, Index batch_size, int threads, unsigned char folds,
            bool is_prepared)
      : network_(network),
        batch_size_(
            detail::checked_batch_size("Inference", batch_size, network_.template view<T>().graph)),
        is_prepared_(is_prepared),
        executor_(network_.template view<T>(), {.mode = Mode::inference,
                                                .folds = folds_of<Net>(folds),
                                                .batch_size = batch_size_,
                                                .threads = resolve_threads(threads),
                                                .is_prepared = is_prepared}) {}

  /// `prepared(i)` is what the layer of node i made ready.
  template <class PreparedOf>
  Batch<const T> run(const Model<Net, T>& model, std::span<const Batch<const T>> inputs,
                     const PreparedOf& prepared) {
    if (!(model.network() == network_)) {
      throw Error("Inference: it was made for another network");
    }
    executor_.load("Inference", inputs);
    executor_.bind(model.values());
    const NetworkView<T> network = network_.template view<T>();
    const GraphView graph = executor_.program().graph();
    for (const Step& step : executor_.program().plan().steps()) {
      if (step.kind != StepKind::forward) continue;
      const Node& node = graph.node(step.node);
      if (graph.traits_of(node).is_view) continue;
      InferPass<T> pass;
      executor_.fill(step, pass);
      pass.prepared = prepared(step.node);
      const BoundLayer<T>& layer = network.layer_of(node);
      layer.table->infer(layer.layer, pass);
    }
    return output(0);
  }

  [[no_unique_address]] NetworkHandle<Net> network_;
  MovedSize batch_size_;
  bool is_prepared_;
  detail::Executor<T> executor_;
};

/// The memory to predict with `model`: what predicts with any type of model takes it from here.
template <class Net, class T>
Inference<Net, T> make_inference(const Model<Net, T>& model, Index batch_size, int threads = 0) {
  return Inference<Net, T>(model, batch_size, threads);
}

/// Batches are as large as those that the model was prepared for, whatever the second argument
/// says.
template <class Net, class T>
Inference<Net, T> make_inference(const PreparedModel<Net, T>& model, Index, int threads = 0) {
  return Inference<Net, T>(model, threads);
}

}  // namespace TWEED_NAMESPACE
