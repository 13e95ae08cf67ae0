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

/// The same over a data set; `take` gets the labels too.
template <class Net, class T, class Pixel, class Take>
void for_each_logits(const Model<Net, T>& model, const Dataset<Pixel>& data,
                     const PredictOptions& options, const Take& take) {
  check_dataset(data, Net::input, Net::output.channels);
  Inference<Net, T> inference(std::clamp<Index>(data.size(), 1, options.batch_size),
                              options.threads);
  Buffer<T> pixels(inference.batch_size() * Net::input.size());
  std::vector<Label> labels(static_cast<std::size_t>(inference.batch_size()));
  std::vector<Index> positions(labels.size());
  for (Index first = 0; first < data.size(); first += inference.batch_size()) {
    const Index count = std::min(inference.batch_size(), data.size() - first);
    const auto n = static_cast<std::size_t>(count);
    std::iota(positions.begin(), positions.end(), first);
    const Batch<T> x{pixels.data(), count, Net::input};
    gather(data, std::span<const Index>(positions).first(n), x, std::span(labels).first(n),
           inference.threads());
    take(first, inference(model, x), std::span<const Label>(labels).first(n));
  }
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
template <class Pixel>
Index count_of(const Dataset<Pixel>& samples) {
  return samples.size();
}

}  // namespace detail

/// The network's outputs [n,classes] for samples: a `Dataset`, or a `Batch<const T>` of numbers
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
