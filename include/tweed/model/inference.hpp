#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/network_memory.hpp>
#include <tweed/model/prepared_model.hpp>

#include <span>
#include <string>

namespace TWEED_NAMESPACE {

/// The memory that inference needs, for batches of up to `batch_size` samples. Each thread that
/// predicts has one of its own; the model they share is const.
template <class Net, class T = float>
class Inference : public NetworkMemory<Net, T> {
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
    return run(model, inputs, nullptr);
  }
  Batch<const T> operator()(const PreparedModel<Net, T>& prepared,
                            std::span<const Batch<const T>> inputs) {
    if (!is_prepared_ || this->batch_size() != prepared.batch_size()) {
      throw Error(
          detail::text("Inference: it was not made for a model prepared for batches of up to ",
                       prepared.batch_size(), " samples, make one from it"));
    }
    return run(prepared.model(), inputs, &prepared.preparation());
  }

 private:
  Inference(const NetworkHandle<Net>& network, Index batch_size, int threads, unsigned char folds,
            bool is_prepared)
      : NetworkMemory<Net, T>("Inference", network,
                              {.folds = folds_of<Net>(folds),
                               .batch_size = batch_size,
                               .threads = threads,
                               .is_prepared = is_prepared}),
        is_prepared_(is_prepared) {}

  Batch<const T> run(const Model<Net, T>& model, std::span<const Batch<const T>> inputs,
                     const detail::Preparation<T>* preparation) {
    if (!(model.network() == this->network())) {
      throw Error("Inference: it was made for another network");
    }
    return this->executor().forward(inputs, model.values(), {}, {}, preparation);
  }

  bool is_prepared_;
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
