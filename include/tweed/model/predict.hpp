#pragma once

#include <tweed/core/lasting.hpp>
#include <tweed/core/option.hpp>
#include <tweed/data/batches.hpp>
#include <tweed/kernels/softmax.hpp>
#include <tweed/model/inference.hpp>

#include <numeric>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

struct PredictOptions {
  Index batch_size = 100;
  int threads = 0;  ///< 0: all that OpenMP offers
};

namespace detail {

/// The samples of a batch, where there are `size` in all.
inline Index batch_size_for(Index size, const PredictOptions& options) {
  return checked_batch_size("PredictOptions",
                            std::min(options.batch_size, std::max<Index>(size, 1)));
}

/// Runs the network over x [n,h,w,c] in batches; `take(first sample, logits)` gets each batch's.
template <class M, class T, class Take>
void for_each_logits(const M& model, const Batch<const T>& x, const PredictOptions& options,
                     const Take& take) {
  auto inference = make_inference(model, batch_size_for(x.count, options), options.threads);
  for (Index first = 0; first < x.count; first += inference.batch_size()) {
    const Index count = std::min(inference.batch_size(), x.count - first);
    take(first, inference(model, {x.sample(first), count, x.shape}));
  }
}

/// What it takes to run a network over a data set, batch after batch. The data must outlive it.
template <class M, AnyDataset Data>
class DatasetPass {
 public:
  [[gnu::cold]] DatasetPass(const M& model, Lasting<Data> data, const PredictOptions& options)
      : size_(checked_size(model, *data)),
        inference_(make_inference(model, batch_size_for(size_, options), options.threads)),
        memory_(data, inference_.batch_size()),
        positions_(static_cast<std::size_t>(inference_.batch_size())) {}

  /// `take(first sample, outputs, targets)` gets each batch's.
  template <class Take>
  void operator()(const M& model, const Take& take) {
    for (Index first = 0; first < size_; first += inference_.batch_size()) {
      const Index count = std::min(inference_.batch_size(), size_ - first);
      std::iota(positions_.begin(), positions_.end(), first);
      const auto positions = std::span(positions_).first(static_cast<std::size_t>(count));
      const auto [x, targets] = memory_.fill(positions, inference_.threads());
      take(first, inference_(model, x), targets);
    }
  }

 private:
  static Index checked_size(const M& model, const Data& data) {
    check_dataset(data, model.input_shape(), model.output_shape().size());
    return data.size();
  }

  Index size_;
  decltype(make_inference(std::declval<const M&>(), 1, 1)) inference_;
  BatchMemory<Data, typename M::Scalar> memory_;
  std::vector<Index> positions_;
};

/// The same as above over a data set; `take` gets the targets too.
template <class M, AnyDataset Data, class Take>
void for_each_logits(const M& model, const Data& data, const PredictOptions& options,
                     const Take& take) {
  DatasetPass<M, Data>(model, data, options)(model, take);
}

/// Collects `row(logits of a sample, their number, place for them)` over all samples.
template <class M, class Samples, class Row>
auto rows_of(const M& model, const Samples& samples, Index count, const PredictOptions& options,
             const Row& row) {
  using T = typename M::Scalar;
  const Index outputs = model.output_shape().size();
  std::vector<T> rows(static_cast<std::size_t>(count * outputs));
  for_each_logits(model, samples, options,
                  [&](Index first, const Batch<const T>& logits, const auto&...) {
                    for (Index i = 0; i < logits.count; ++i) {
                      row(logits.sample(i), outputs, rows.data() + (first + i) * outputs);
                    }
                  });
  return rows;
}

template <class T>
Index count_of(const Batch<T>& samples) {
  check_option("predict", "the number of samples", samples.count, {.from = 0});
  return samples.count;
}
template <AnyDataset Data>
Index count_of(const Data& samples) {
  return samples.size();
}

}  // namespace detail

/// The network's outputs [n,classes] for samples: a data set, or a `Batch<const T>` of numbers
/// scaled as in training. The model is a `Model`, or whatever else `make_inference` takes. Throws
/// Error, as its like below, where the samples do not fit the network or an option cannot be met.
template <class M, class Samples>
std::vector<typename M::Scalar> predict_logits(const M& model, const Samples& samples,
                                               const PredictOptions& options = {}) {
  return detail::rows_of(
      model, samples, detail::count_of(samples), options,
      [](const auto* logits, Index count, auto* to) { std::copy_n(logits, count, to); });
}

/// The probability of each class [n,classes]: the softmax of the outputs.
template <class M, class Samples>
std::vector<typename M::Scalar> predict_probabilities(const M& model, const Samples& samples,
                                                      const PredictOptions& options = {}) {
  return detail::rows_of(
      model, samples, detail::count_of(samples), options,
      [](const auto* logits, Index count, auto* to) { kernels::softmax(logits, count, to); });
}

/// The likeliest class of each sample [n].
template <class M, class Samples>
std::vector<Label> predict_classes(const M& model, const Samples& samples,
                                   const PredictOptions& options = {}) {
  std::vector<Label> classes(static_cast<std::size_t>(detail::count_of(samples)));
  detail::for_each_logits(
      model, samples, options, [&](Index first, const auto& logits, const auto&...) {
        for (Index i = 0; i < logits.count; ++i) {
          const Index best = kernels::argmax(logits.sample(i), logits.shape.size());
          classes[static_cast<std::size_t>(first + i)] = static_cast<Label>(best);
        }
      });
  return classes;
}

}  // namespace TWEED_NAMESPACE
