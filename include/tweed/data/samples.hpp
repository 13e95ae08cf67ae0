#pragma once

#include <tweed/data/regression_dataset.hpp>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE {

/// Samples in memory without targets: to predict on, or for one of the inputs in a `ZipDataset`.
/// Bytes are scaled to [0, 1] on their way into a batch, as in a `Dataset`.
template <class Value = float>
struct Samples {
  Shape shape{1, 1, 0};        ///< of one sample
  std::vector<Value> samples;  ///< [n,h,w,c]

  Index size() const { return std::ssize(samples) / std::max<Index>(shape.size(), 1); }

  template <class T>
  using Target = T;
  Index targets_per_sample() const { return 0; }
};

/// Throws Error, which begins with `who`, unless the samples are whole.
template <class Value>
void check_whole(const Samples<Value>& data, std::string_view who = "data set") {
  if (std::ssize(data.samples) != data.size() * data.shape.size()) {
    throw Error(detail::text(who, ": ", std::ssize(data.samples),
                             " values do not make whole samples of ", data.shape.size()));
  }
}

/// Copies the samples at `positions` into x [n,h,w,c].
template <class Value, class T>
void gather(const Samples<Value>& data, std::span<const Index> positions, const Batch<T>& x,
            std::span<T>, int threads = 1) {
  const Index size = data.shape.size();
  parallel_for(std::ssize(positions), threads, [&](Index i, int) {
    const Index from = positions[static_cast<std::size_t>(i)];
    detail::copy_pixels(data.samples.data() + from * size, size, x.sample(i));
  });
}

/// A class for each sample of the other parts of a `ZipDataset`.
struct Labels {
  static constexpr Shape shape{1, 1, 0};  ///< there are no samples here

  std::vector<Label> labels;        ///< [n], each in [0, number of classes)
  std::vector<float> weights = {};  ///< of each sample's loss [n]; none: 1 each

  Index size() const { return std::ssize(labels); }

  template <class T>
  using Target = Label;
  Index targets_per_sample() const { return 1; }
};

/// Throws Error, which begins with `who`, unless there are as many weights, or none.
inline void check_whole(const Labels& data, std::string_view who = "data set") {
  detail::check_weights(data.weights, data.size(), who);
}

/// Throws Error unless labels lie in [0, classes).
inline void check_targets(const Labels& data, Index classes, std::string_view who = "data set") {
  check_whole(data, who);
  detail::check_labels(data.labels, classes, who);
}

/// Copies the labels at `positions` into `labels` [n].
template <class T>
void gather(const Labels& data, std::span<const Index> positions, const Batch<T>&,
            std::span<Label> labels, int = 1) {
  for (std::size_t i = 0; i < positions.size(); ++i) {
    labels[i] = data.labels[static_cast<std::size_t>(positions[i])];
  }
}

/// Numbers to predict for each sample of the other parts of a `ZipDataset`.
struct Targets {
  static constexpr Shape shape{1, 1, 0};  ///< there are no samples here

  Index outputs = 1;                ///< numbers to predict for a sample
  std::vector<float> targets;       ///< [n,outputs]
  std::vector<float> weights = {};  ///< of each sample's loss [n]; none: 1 each

  Index size() const { return std::ssize(targets) / std::max<Index>(outputs, 1); }

  template <class T>
  using Target = T;
  Index targets_per_sample() const { return outputs; }
};

/// Throws Error, which begins with `who`, unless the targets are whole.
inline void check_whole(const Targets& data, std::string_view who = "data set") {
  if (data.outputs < 1 || std::ssize(data.targets) != data.size() * data.outputs) {
    throw Error(detail::text(who, ": ", std::ssize(data.targets),
                             " targets do not make whole samples of ", data.outputs));
  }
  detail::check_weights(data.weights, data.size(), who);
}

/// Throws Error unless there are `outputs` finite targets for each sample.
inline void check_targets(const Targets& data, Index outputs, std::string_view who = "data set") {
  detail::check_target_count(data.outputs, outputs, who);
  check_whole(data, who);
  detail::check_finite_targets(data.targets, outputs, who);
}

/// Copies the targets at `positions` into `targets` [n,outputs].
template <class T>
void gather(const Targets& data, std::span<const Index> positions, const Batch<T>&,
            std::span<T> targets, int = 1) {
  auto to = targets.begin();
  for (const Index from : positions) {
    for (Index k = 0; k < data.outputs; ++k) {
      *to++ = static_cast<T>(data.targets[static_cast<std::size_t>(from * data.outputs + k)]);
    }
  }
}

namespace detail {

template <class Value>
inline constexpr std::size_t target_count<Samples<Value>> = 0;
template <>
inline constexpr std::size_t input_count<Labels> = 0;
template <>
inline constexpr std::size_t input_count<Targets> = 0;

}  // namespace detail

}  // namespace TWEED_NAMESPACE
