#pragma once

#include <tweed/data/batches.hpp>
#include <tweed/kernels/softmax.hpp>
#include <tweed/model/inference.hpp>

#include <numeric>
#include <vector>

namespace tweed {

struct PredictOptions {
  Index batch_size = 100;
  int threads = 0;  ///< 0: all that OpenMP offers
};

namespace detail {

/// Runs the network over x [n,h,w,c] in batches; `take(first sample, logits)` gets each batch's.
template <class Net, class T, class Take>
void for_each_logits(const Model<Net, T>& model, const Batch<const T>& x,
                     const PredictOptions& options, const Take& take) {
  Inference<Net, T> inference(std::clamp<Index>(x.count, 1, options.batch_size), options.threads);
  for (Index first = 0; first < x.count; first += inference.batch_size()) {
    const Index count = std::min(inference.batch_size(), x.count - first);
    take(first, inference(model, {x.sample(first), count, x.shape}));
  }
}

/// What it takes to run a network over a data set, batch after batch. The data must outlive it.
template <class Net, class T, AnyDataset Data>
class DatasetPass {
 public:
  DatasetPass(const Data& data, const PredictOptions& options)
      : size_(checked_size(data)),
        inference_(std::clamp<Index>(size_, 1, options.batch_size), options.threads),
        memory_(data, inference_.batch_size()),
        positions_(static_cast<std::size_t>(inference_.batch_size())) {}

  /// `take(first sample, outputs, targets)` gets each batch's.
  template <class Take>
  void operator()(const Model<Net, T>& model, const Take& take) {
    for (Index first = 0; first < size_; first += inference_.batch_size()) {
      const Index count = std::min(inference_.batch_size(), size_ - first);
      std::iota(positions_.begin(), positions_.end(), first);
      const auto positions = std::span(positions_).first(static_cast<std::size_t>(count));
      const auto [x, targets] = memory_.fill(positions, inference_.threads());
      take(first, inference_(model, x), targets);
    }
  }

 private:
  static Index checked_size(const Data& data) {
    check_dataset(data, Net::input, Net::output.size());
    return data.size();
  }

  Index size_;
  Inference<Net, T> inference_;
  BatchMemory<Data, T> memory_;
  std::vector<Index> positions_;
};

/// The same as above over a data set; `take` gets the targets too.
template <class Net, class T, AnyDataset Data, class Take>
void for_each_logits(const Model<Net, T>& model, const Data& data, const PredictOptions& options,
                     const Take& take) {
  DatasetPass<Net, T, Data>(data, options)(model, take);
}

/// Collects `row(logits of a sample, place for it)` over all samples.
template <class Net, class T, class Samples, class Row>
std::vector<T> rows_of(const Model<Net, T>& model, const Samples& samples, Index count,
                       const PredictOptions& options, const Row& row) {
  constexpr Index outputs = Net::output.size();
  std::vector<T> rows(static_cast<std::size_t>(count * outputs));
  for_each_logits(model, samples, options,
                  [&](Index first, const Batch<const T>& logits, const auto&...) {
                    for (Index i = 0; i < logits.count; ++i) {
                      row(logits.sample(i), rows.data() + (first + i) * outputs);
                    }
                  });
  return rows;
}

template <class T>
Index count_of(const Batch<T>& samples) {
  return samples.count;
}
template <AnyDataset Data>
Index count_of(const Data& samples) {
  return samples.size();
}

}  // namespace detail

/// The network's outputs [n,classes] for samples: a data set, or a `Batch<const T>` of numbers
/// scaled as in training.
template <class Net, class T, class Samples>
std::vector<T> predict_logits(const Model<Net, T>& model, const Samples& samples,
                              const PredictOptions& options = {}) {
  return detail::rows_of(
      model, samples, detail::count_of(samples), options,
      [](const T* logits, T* to) { std::copy_n(logits, Net::output.size(), to); });
}

/// The probability of each class [n,classes]: the softmax of the outputs.
template <class Net, class T, class Samples>
std::vector<T> predict_probabilities(const Model<Net, T>& model, const Samples& samples,
                                     const PredictOptions& options = {}) {
  return detail::rows_of(
      model, samples, detail::count_of(samples), options,
      [](const T* logits, T* to) { kernels::softmax(logits, Net::output.size(), to); });
}

/// The likeliest class of each sample [n].
template <class Net, class T, class Samples>
std::vector<Label> predict_classes(const Model<Net, T>& model, const Samples& samples,
                                   const PredictOptions& options = {}) {
  std::vector<Label> classes(static_cast<std::size_t>(detail::count_of(samples)));
  detail::for_each_logits(
      model, samples, options, [&](Index first, const Batch<const T>& logits, const auto&...) {
        for (Index i = 0; i < logits.count; ++i) {
          const Index best = kernels::argmax(logits.sample(i), Net::output.size());
          classes[static_cast<std::size_t>(first + i)] = static_cast<Label>(best);
        }
      });
  return classes;
}

}  // namespace tweed
