#pragma once

#include <tweed/core/lasting.hpp>
#include <tweed/core/option.hpp>
#include <tweed/data/batch_list.hpp>
#include <tweed/data/batches.hpp>
#include <tweed/kernels/softmax.hpp>
#include <tweed/model/viewed_inference.hpp>

#include <numeric>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE {

namespace detail {

/// Throws Error unless `data` fits the inputs of the network and, where that is wanted, its
/// outputs.
template <class M, AnyDataset Data>
void check_data(const M& model, const Data& data, bool checks_targets = true) {
  const GraphView graph = model.graph();
  check_dataset(data, graph.input_shapes(), checks_targets ? graph.output_shapes() : ShapeView());
}

/// What it takes to run a network over a data set, batch after batch. The data must outlive it.
template <class M, AnyDataset Data>
class DatasetPass {
 public:
  [[gnu::cold]] DatasetPass(const M& model, Lasting<Data> data, const PredictOptions& options,
                            bool checks_targets = true)
      : size_(checked_size(model, *data, checks_targets)),
        inference_(model, size_, options),
        memory_(data, inference_.batch_size()),
        positions_(static_cast<std::size_t>(inference_.batch_size())) {}

  /// `take(first sample, inference, targets, weights)` gets each batch's: the inference has its
  /// outputs.
  template <class Take>
  void operator()(const M& model, const Take& take) {
    for (Index first = 0; first < size_; first += inference_.batch_size()) {
      const Index count = std::min(inference_.batch_size(), size_ - first);
      std::iota(positions_.begin(), positions_.end(), first);
      const auto positions = std::span(positions_).first(static_cast<std::size_t>(count));
      const auto filled = memory_.fill(positions, inference_.threads());
      inference_(model, inputs_of<typename M::Scalar>(filled.inputs()));
      take(first, inference_, filled.targets, filled.weights);
    }
  }

 private:
  static Index checked_size(const M& model, const Data& data, bool checks_targets) {
    check_data(model, data, checks_targets);
    return data.size();
  }

  Index size_;
  ViewedInference<M> inference_;
  BatchMemory<Data, typename M::Scalar> memory_;
  std::vector<Index> positions_;
};

/// Runs the network over a batch for each of its inputs; `take(first sample, inference)` gets what
/// it makes of each part of them.
template <class M, class T, class Take>
void run_in_batches(const M& model, std::span<const Batch<const T>> inputs,
                    const PredictOptions& options, const Take& take) {
  const Index size = inputs.empty() ? 0 : inputs[0].count;
  ViewedInference<M> inference(model, size, options);
  std::vector<Batch<const T>> part(inputs.begin(), inputs.end());
  for (Index first = 0; first < size; first += inference.batch_size()) {
    const Index count = std::min(inference.batch_size(), size - first);
    for (std::size_t k = 0; k < part.size(); ++k) {
      part[k] = {inputs[k].sample(first), count, inputs[k].shape};
    }
    inference(model, part);
    take(first, inference);
  }
}

/// How many samples there are.
template <class T, class Given>
Index size_of(const Given& samples) {
  if constexpr (AnyDataset<Given>) {
    return samples.size();
  } else {
    return count_of<T>(inputs_of<T>(samples));
  }
}

/// Runs the network over samples; `take(first sample, logits)` gets each batch's.
template <class M, class Given, class Take>
void for_each_logits(const M& model, const Given& samples, const PredictOptions& options,
                     const Take& take) {
  const auto take_output = [&](Index first, auto& inference, const auto&...) {
    take(first, inference.output(static_cast<std::size_t>(options.output)));
  };
  if constexpr (AnyDataset<Given>) {
    DatasetPass<M, Given>(model, samples, options)(model, take_output);
  } else {
    run_in_batches(model, inputs_of<typename M::Scalar>(samples), options, take_output);
  }
}

/// The shape of the output that is to be predicted.
template <class M>
Shape predicted_shape(const M& model, const PredictOptions& options) {
  const GraphView graph = model.graph();
  const auto last = static_cast<double>(graph.outputs.size() - 1);
  check_option("PredictOptions", "output", options.output, {.from = 0, .to = last});
  return graph.output(static_cast<std::size_t>(options.output));
}

/// Collects `row(logits of a pixel, their number, place for them)` over all pixels of all samples;
/// a vector is a pixel.
template <class M, class Given, class Row>
auto rows_of(const M& model, const Given& samples, const PredictOptions& options, const Row& row) {
  using T = typename M::Scalar;
  const Shape output = predicted_shape(model, options);
  std::vector<T> rows(static_cast<std::size_t>(size_of<T>(samples) * output.size()));
  for_each_logits(model, samples, options, [&](Index first, const Batch<const T>& logits) {
    T* const to = rows.data() + first * output.size();
    for (Index at = 0; at < logits.size(); at += output.channels) {
      row(logits.data + at, output.channels, to + at);
    }
  });
  return rows;
}

}  // namespace detail

/// The network's outputs [n,classes] for samples: a data set, a `Batch<const T>` of numbers scaled
/// as in training, or such a batch for each input, as `{images, numbers}` or in an array. Of
/// several outputs it is the one that the options name; with test-time views the mean over them,
/// of which probabilities and classes are made as well. The model is a `Model` or a
/// `PreparedModel`. Throws Error, as its like below, where the samples do not fit the network or an
/// option cannot be met.
template <class M, class Given = BatchList<typename M::Scalar>>
std::vector<typename M::Scalar> predict_logits(const M& model, const Given& samples,
                                               const PredictOptions& options = {}) {
  return detail::rows_of(model, samples, options, [](const auto* logits, Index count, auto* to) {
    std::copy_n(logits, count, to);
  });
}

/// The probability of each class [n,classes]: the softmax of the outputs, or, where they are
/// images, of each pixel [n,h,w,classes].
template <class M, class Given = BatchList<typename M::Scalar>>
std::vector<typename M::Scalar> predict_probabilities(const M& model, const Given& samples,
                                                      const PredictOptions& options = {}) {
  return detail::rows_of(model, samples, options, [](const auto* logits, Index count, auto* to) {
    kernels::softmax(logits, count, to);
  });
}

/// The likeliest class of each sample [n], or, where outputs are images, of each pixel [n,h,w].
template <class M, class Given = BatchList<typename M::Scalar>>
std::vector<Label> predict_classes(const M& model, const Given& samples,
                                   const PredictOptions& options = {}) {
  const Shape output = detail::predicted_shape(model, options);
  const Index pixels = output.height * output.width;
  std::vector<Label> classes(
      static_cast<std::size_t>(detail::size_of<typename M::Scalar>(samples) * pixels));
  detail::for_each_logits(model, samples, options, [&](Index first, const auto& logits) {
    for (Index i = 0; i < logits.count * pixels; ++i) {
      const Index best = kernels::argmax(logits.data + i * output.channels, output.channels);
      classes[static_cast<std::size_t>(first * pixels + i)] = static_cast<Label>(best);
    }
  });
  return classes;
}

}  // namespace TWEED_NAMESPACE
