#pragma once

#include <tweed/data/batches.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE {

/// Samples in memory with the numbers that a network is to predict from them. Bytes are scaled to
/// [0, 1] on their way into a batch, as in a `Dataset`; targets are taken as they are.
template <class Value = float>
struct RegressionDataset {
  Shape shape{1, 1, 0};             ///< of one sample
  std::vector<Value> samples;       ///< [n,h,w,c]
  Index outputs = 1;                ///< numbers to predict for a sample
  std::vector<float> targets;       ///< [n,outputs]
  std::vector<float> weights = {};  ///< of each sample's loss [n]; none: 1 each

  Index size() const { return std::ssize(targets) / std::max<Index>(outputs, 1); }

  /// What a batch has for each sample: numbers of the network's type.
  template <class T>
  using Target = T;
  Index targets_per_sample() const { return outputs; }
};

/// Throws Error, which begins with `who`, unless the samples and targets of `data` are whole, and
/// as many.
template <class Value>
void check_whole(const RegressionDataset<Value>& data, std::string_view who = "data set") {
  if (data.outputs < 1 || std::ssize(data.targets) != data.size() * data.outputs ||
      std::ssize(data.samples) != data.size() * data.shape.size()) {
    throw Error(detail::text(who, ": ", std::ssize(data.targets), " targets and ",
                             std::ssize(data.samples), " values do not make whole samples of ",
                             data.outputs, " and ", data.shape.size()));
  }
  detail::check_weights(data.weights, data.size(), who);
}

namespace detail {

inline void check_target_count(Index targets, Index outputs, std::string_view who) {
  if (targets == outputs) return;
  throw Error(
      text(who, ": it has ", targets, " targets a sample, the network has ", outputs, " outputs"));
}

/// Throws Error unless all targets [n,outputs] are finite.
inline void check_finite_targets(std::span<const float> targets, Index outputs,
                                 std::string_view who) {
  const auto is_finite = [](float target) { return std::isfinite(target); };
  const auto wrong = std::find_if_not(targets.begin(), targets.end(), is_finite);
  if (wrong != targets.end()) {
    const Index at = wrong - targets.begin();
    throw Error(text(who, ": a target of sample ", at / outputs, " is ", *wrong,
                     ", expected finite numbers"));
  }
}

}  // namespace detail

/// Throws Error unless `data` is whole, with `outputs` finite targets for each sample.
template <class Value>
void check_targets(const RegressionDataset<Value>& data, Index outputs,
                   std::string_view who = "data set") {
  detail::check_target_count(data.outputs, outputs, who);
  check_whole(data, who);
  detail::check_finite_targets(data.targets, outputs, who);
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
