#pragma once

#include <tweed/data/batches.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace TWEED_NAMESPACE {

/// Samples in memory with the numbers that a network is to predict from them. Bytes are scaled to
/// [0, 1] on their way into a batch, as in a `Dataset`; targets are taken as they are.
template <class Value = float>
struct RegressionDataset {
  Shape shape{1, 1, 0};        ///< of one sample
  std::vector<Value> samples;  ///< [n,h,w,c]
  Index outputs = 1;           ///< numbers to predict for a sample
  std::vector<float> targets;  ///< [n,outputs]

  Index size() const { return std::ssize(targets) / std::max<Index>(outputs, 1); }

  /// What a batch has for each sample: numbers of the network's type.
  template <class T>
  using Target = T;
  Index targets_per_sample() const { return outputs; }
};

/// Throws Error unless the samples and targets of `data` are whole, and as many.
template <class Value>
void check_whole(const RegressionDataset<Value>& data) {
  if (data.outputs < 1 || std::ssize(data.targets) != data.size() * data.outputs ||
      std::ssize(data.samples) != data.size() * data.shape.size()) {
    throw Error(detail::text("data set: ", std::ssize(data.targets), " targets and ",
                             std::ssize(data.samples), " values do not make whole samples of ",
                             data.outputs, " and ", data.shape.size()));
  }
}

/// Throws Error unless `data` has samples of `shape`, and `outputs` finite targets for each.
template <class Value>
void check_dataset(const RegressionDataset<Value>& data, const Shape& shape, Index outputs) {
  if (data.shape != shape) {
    throw Error(detail::text("data set: its samples are ", to_string(data.shape),
                             ", the network takes ", to_string(shape)));
  }
  if (data.outputs != outputs) {
    throw Error(detail::text("data set: it has ", data.outputs,
                             " targets a sample, the network has ", outputs, " outputs"));
  }
  check_whole(data);
  const auto is_finite = [](float target) { return std::isfinite(target); };
  const auto wrong = std::find_if_not(data.targets.begin(), data.targets.end(), is_finite);
  if (wrong != data.targets.end()) {
    const Index at = wrong - data.targets.begin();
    throw Error(detail::text("data set: a target of sample ", at / outputs, " is ", *wrong,
                             ", expected finite numbers"));
  }
}

/// Copies the samples at `positions` into x [n,h,w,c] and their targets into `targets` [n,outputs].
template <class Value, class T>
void gather(const RegressionDataset<Value>& data, std::span<const Index> positions,
            const Batch<T>& x, std::span<T> targets, int threads = 1) {
  const Index size = data.shape.size();
  parallel_for(std::ssize(positions), threads, [&](Index i, int) {
    const Index from = positions[static_cast<std::size_t>(i)];
    detail::copy_pixels(data.samples.data() + from * size, size, x.sample(i));
    for (Index k = 0; k < data.outputs; ++k) {
      targets[static_cast<std::size_t>(i * data.outputs + k)] =
          static_cast<T>(data.targets[static_cast<std::size_t>(from * data.outputs + k)]);
    }
  });
}

}  // namespace TWEED_NAMESPACE
