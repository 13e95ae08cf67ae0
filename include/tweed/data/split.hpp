#pragma once

#include <tweed/data/regression_dataset.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace tweed {

struct SplitOptions {
  std::uint64_t seed = 0;
  bool stratified = false;  ///< the same share of each class, as nearly as whole samples allow
};

/// The samples of `data` at `positions`, in that order.
template <class Pixel>
Dataset<Pixel> select_samples(const Dataset<Pixel>& data, std::span<const Index> positions) {
  Dataset<Pixel> chosen{data.shape, {}, {}, data.class_names};
  for (const Index at : positions) {
    const auto first = data.images.begin() + at * data.shape.size();
    chosen.images.insert(chosen.images.end(), first, first + data.shape.size());
    chosen.labels.push_back(data.labels[static_cast<std::size_t>(at)]);
  }
  return chosen;
}

template <class Value>
RegressionDataset<Value> select_samples(const RegressionDataset<Value>& data,
                                        std::span<const Index> positions) {
  RegressionDataset<Value> chosen{data.shape, {}, data.outputs, {}};
  for (const Index at : positions) {
    const auto first = data.samples.begin() + at * data.shape.size();
    chosen.samples.insert(chosen.samples.end(), first, first + data.shape.size());
    const auto target = data.targets.begin() + at * data.outputs;
    chosen.targets.insert(chosen.targets.end(), target, target + data.outputs);
  }
  return chosen;
}

namespace detail {

/// Marks a random `share` of `positions` in `held_out`.
inline void hold_out(std::vector<Index> positions, double share, std::uint64_t seed,
                     std::uint64_t group, std::vector<char>& held_out) {
  const RandomKey key{.seed = seed, .step = group, .use = RandomUse::split};
  const auto count = std::llround(share * static_cast<double>(positions.size()));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto left = static_cast<double>(positions.size() - i);
    const auto draw = static_cast<std::size_t>(random_uniform(key, i) * left);
    std::swap(positions[i], positions[std::min(i + draw, positions.size() - 1)]);
    held_out[static_cast<std::size_t>(positions[i])] = 1;
  }
}

/// The samples in groups: the classes, or all together.
template <class Data>
std::vector<std::vector<Index>> groups_of(const Data& data, bool stratified) {
  std::vector<std::vector<Index>> groups(1);
  for (Index i = 0; i < data.size(); ++i) {
    std::size_t group = 0;
    if constexpr (requires { data.labels; }) {
      const Label label = data.labels[static_cast<std::size_t>(i)];
      if (label < 0) throw Error(text("split: the label of sample ", i, " is ", label));
      if (stratified) group = static_cast<std::size_t>(label);
    }
    if (group >= groups.size()) groups.resize(group + 1);
    groups[group].push_back(i);
  }
  return groups;
}

}  // namespace detail

/// Two data sets, the second with a random `share` of the samples of `data`, the first with the
/// others, both in the order of `data`. The seed decides which. Throws Error unless both get some.
///
///     const auto [train, validation] = split(data, 0.1, {.stratified = true});
template <AnyDataset Data>
std::pair<Data, Data> split(const Data& data, double share, const SplitOptions& options = {}) {
  if (!(share > 0.0 && share < 1.0)) {
    throw Error(detail::text("split: the share is ", share, ", it must be above 0 and below 1"));
  }
  if constexpr (!requires { data.labels; }) {
    if (options.stratified) throw Error("split: only labelled samples can be stratified");
  }
  std::vector<char> held_out(static_cast<std::size_t>(data.size()));
  std::uint64_t group = 0;
  for (const auto& positions : detail::groups_of(data, options.stratified)) {
    detail::hold_out(positions, share, options.seed, group++, held_out);
  }
  std::vector<Index> first, second;
  for (Index i = 0; i < data.size(); ++i) {
    (held_out[static_cast<std::size_t>(i)] ? second : first).push_back(i);
  }
  if (first.empty() || second.empty()) {
    throw Error(detail::text("split: a share of ", share, " of ", data.size(),
                             " samples leaves one part empty"));
  }
  return {select_samples(data, first), select_samples(data, second)};
}

}  // namespace tweed
