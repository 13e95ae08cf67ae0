#pragma once

#include <tweed/data/segmentation_dataset.hpp>
#include <tweed/data/zip_dataset.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

struct SplitOptions {
  std::uint64_t seed = 0;
  bool stratified = false;  ///< the share of each class, rounded up or down to whole samples
};

namespace detail {

template <AnyDataset Data>
void check_positions(const Data& data, std::span<const Index> positions) {
  check_whole(data);
  for (const Index at : positions) {
    if (at < 0 || at >= data.size()) {
      throw Error(
          text("select_samples: position ", at, ", expected samples 0 to ", data.size() - 1));
    }
  }
}

/// The rows of `size` values at `positions`.
template <class Value>
std::vector<Value> select_rows(const std::vector<Value>& values, Index size,
                               std::span<const Index> positions) {
  std::vector<Value> chosen;
  chosen.reserve(positions.size() * static_cast<std::size_t>(size));
  for (const Index at : positions) {
    const auto first = values.begin() + at * size;
    chosen.insert(chosen.end(), first, first + size);
  }
  return chosen;
}

/// None of none.
inline std::vector<float> select_weights(const std::vector<float>& weights,
                                         std::span<const Index> positions) {
  if (weights.empty()) return {};
  return select_rows(weights, 1, positions);
}

}  // namespace detail

/// The samples of `data` at `positions`, in that order. Throws Error for a position that it does
/// not have, and for samples that are not whole.
template <class Pixel>
Dataset<Pixel> select_samples(const Dataset<Pixel>& data, std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return {data.shape, detail::select_rows(data.images, data.shape.size(), positions),
          detail::select_rows(data.labels, 1, positions), data.class_names,
          detail::select_weights(data.weights, positions)};
}
template <class Value>
RegressionDataset<Value> select_samples(const RegressionDataset<Value>& data,
                                        std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return {data.shape, detail::select_rows(data.samples, data.shape.size(), positions), data.outputs,
          detail::select_rows(data.targets, data.outputs, positions),
          detail::select_weights(data.weights, positions)};
}
template <class Value>
Samples<Value> select_samples(const Samples<Value>& data, std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return {data.shape, detail::select_rows(data.samples, data.shape.size(), positions)};
}
inline Labels select_samples(const Labels& data, std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return {detail::select_rows(data.labels, 1, positions),
          detail::select_weights(data.weights, positions)};
}
inline Targets select_samples(const Targets& data, std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return {data.outputs, detail::select_rows(data.targets, data.outputs, positions),
          detail::select_weights(data.weights, positions)};
}
template <class Pixel>
SegmentationDataset<Pixel> select_samples(const SegmentationDataset<Pixel>& data,
                                          std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return {data.shape, detail::select_rows(data.images, data.shape.size(), positions),
          detail::select_rows(data.labels, data.targets_per_sample(), positions), data.class_names,
          detail::select_weights(data.weights, positions)};
}
inline LabelImages select_samples(const LabelImages& data, std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return {data.height, data.width,
          detail::select_rows(data.labels, data.targets_per_sample(), positions),
          detail::select_weights(data.weights, positions)};
}
template <class... Parts>
ZipDataset<Parts...> select_samples(const ZipDataset<Parts...>& data,
                                    std::span<const Index> positions) {
  detail::check_positions(data, positions);
  return std::apply(
      [&](const Parts&... part) {
        return ZipDataset<Parts...>(select_samples(part, positions)...);
      },
      data.parts());
}

namespace detail {

/// The labels of a data set, in a ZipDataset those of the first part with labels; null where there
/// are none.
template <DatasetPart Data>
const std::vector<Label>* labels_of([[maybe_unused]] const Data& data) {
  if constexpr (requires { data.labels; } && !HasLabelImages<Data>) {
    return &data.labels;
  } else {
    return nullptr;
  }
}
template <class... Parts>
const std::vector<Label>* labels_of(const ZipDataset<Parts...>& data) {
  const std::vector<Label>* labels = nullptr;
  const auto look = [&](const auto& part) {
    if (labels == nullptr) labels = labels_of(part);
  };
  std::apply([&](const Parts&... part) { (look(part), ...); }, data.parts());
  return labels;
}

/// Marks `count` random ones of `positions` in `held_out`.
inline void hold_out(std::vector<Index> positions, Index count, const RandomKey& key,
                     std::vector<char>& held_out) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto left = static_cast<double>(positions.size() - i);
    const auto draw = static_cast<std::size_t>(random_uniform(key, i) * left);
    std::swap(positions[i], positions[std::min(i + draw, positions.size() - 1)]);
    held_out[static_cast<std::size_t>(positions[i])] = 1;
  }
}

/// To the nearest sample.
inline Index share_of(Index samples, double share) {
  return std::llround(share * static_cast<double>(samples));
}

/// The samples of each class. Only classes that have some take memory, whatever their numbers.
inline std::map<Label, std::vector<Index>> samples_by_class(const std::vector<Label>& labels) {
  std::map<Label, std::vector<Index>> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    classes[labels[i]].push_back(static_cast<Index>(i));
  }
  return classes;
}

/// How many samples each class gives: its share, rounded down, and one more for the largest
/// remainders, until all together have given theirs. The seed draws between equal ones.
inline std::map<Label, Index> stratified_counts(const std::map<Label, std::vector<Index>>& classes,
                                                double share, std::uint64_t seed) {
  constexpr auto no_class = std::numeric_limits<std::uint64_t>::max();
  const RandomKey key{.seed = seed, .step = no_class, .use = RandomUse::split};
  std::map<Label, Index> counts;
  std::vector<std::tuple<double, double, Label>> may_give_more;
  Index samples = 0;
  Index held_out = 0;
  for (const auto& [label, positions] : classes) {
    const Index size = std::ssize(positions);
    const double wanted = share * static_cast<double>(size);
    const Index count = std::min(static_cast<Index>(wanted), size - 1);
    const double remainder = wanted - static_cast<double>(count);
    if (remainder > 0.0 && count + 1 < size) {
      const double draw = random_uniform(key, static_cast<std::uint64_t>(label));
      may_give_more.emplace_back(remainder, draw, label);
    }
    counts[label] = count;
    samples += size;
    held_out += count;
  }
  std::ranges::sort(may_give_more, std::greater{});
  for (const auto& [remainder, draw, label] : may_give_more) {
    if (held_out++ >= share_of(samples, share)) break;
    ++counts[label];
  }
  return counts;
}

/// Marks those of `size` samples that `split` holds out; `labels` is null where there are none.
inline std::vector<char> held_out_samples(Index size, const std::vector<Label>* labels,
                                          double share, const SplitOptions& options) {
  std::vector<char> held_out(static_cast<std::size_t>(size));
  RandomKey key{.seed = options.seed, .use = RandomUse::split};
  if (labels != nullptr && options.stratified) {
    const auto classes = samples_by_class(*labels);
    for (const auto& [label, count] : stratified_counts(classes, share, options.seed)) {
      key.step = static_cast<std::uint64_t>(label);
      hold_out(classes.at(label), count, key, held_out);
    }
    return held_out;
  }
  std::vector<Index> all(held_out.size());
  std::iota(all.begin(), all.end(), Index{0});
  hold_out(std::move(all), share_of(size, share), key, held_out);
  return held_out;
}

}  // namespace detail

/// Two data sets, the second with a random `share` of the samples of `data`, to the nearest sample,
/// the first with the others, both in the order of `data`. The seed decides which.
///
/// Stratified, each class gives its share, rounded up or down so that together they give theirs
/// (largest remainders, the seed drawing between equals), but never its last sample. Where classes
/// are so small that they cannot give as much, fewer samples are held out: a class of one, none. In
/// a ZipDataset the first labels are meant.
///
/// Throws Error unless both parts get some, for a share that is not between 0 and 1, for a label
/// below 0, and for samples that are not whole.
///
///     const auto [train, validation] = split(data, 0.1, {.stratified = true});
template <AnyDataset Data>
std::pair<Data, Data> split(const Data& data, double share, const SplitOptions& options = {}) {
  if (!(share > 0.0 && share < 1.0)) {
    throw Error(detail::text("split: the share is ", share, ", it must be above 0 and below 1"));
  }
  check_whole(data);
  if (const std::vector<Label>* const labels = detail::labels_of(data)) {
    const auto wrong = std::ranges::find_if(*labels, [](Label label) { return label < 0; });
    if (wrong != labels->end()) {
      throw Error(detail::text("split: the label of sample ", wrong - labels->begin(), " is ",
                               *wrong, ", expected a class, counted from 0"));
    }
  } else if (options.stratified) {
    throw Error("split: only labelled samples can be stratified");
  }
  const auto held_out =
      detail::held_out_samples(data.size(), detail::labels_of(data), share, options);
  std::vector<Index> first, second;
  for (Index i = 0; i < data.size(); ++i) {
    (held_out[static_cast<std::size_t>(i)] ? second : first).push_back(i);
  }
  if (first.empty() || second.empty()) {
    throw Error(detail::text("split: a share of ", share, " of ", data.size(),
                             " samples leaves one part empty",
                             options.stratified ? ", as each class keeps a sample" : ""));
  }
  return {select_samples(data, first), select_samples(data, second)};
}

}  // namespace TWEED_NAMESPACE
