#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/lasting.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/random.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace TWEED_NAMESPACE {

namespace detail {

/// Throws Error for a label that is not in [0, classes).
[[gnu::cold]] inline void check_labels(std::span<const Label> labels, Index classes,
                                       std::string_view who) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes) {
      throw Error(text(who, ": the label of sample ", static_cast<Index>(i), " is ",
                       Index{labels[i]}, ", the network has classes 0 to ", classes - 1));
    }
  }
}

[[gnu::cold]] inline void check_shape(const Shape& samples, const Shape& input,
                                      std::string_view who) {
  if (samples == input) return;
  throw Error(text(who, ": its samples are ", to_string(samples), ", the network takes ",
                   to_string(input)));
}

[[gnu::cold]] inline void check_input_count(std::size_t samples, std::size_t inputs) {
  if (samples == inputs) return;
  throw Error(text("data set: it has samples for ", samples, " of the network's ", inputs,
                   " inputs; put one part for each into a ZipDataset"));
}

/// Throws Error unless there is a weight for each sample, finite and at least 0, or none at all.
[[gnu::cold]] inline void check_weights(std::span<const float> weights, Index samples,
                                        std::string_view who) {
  if (weights.empty()) return;
  if (std::ssize(weights) != samples) {
    throw Error(text(who, ": ", samples, " samples, but ", std::ssize(weights), " weights"));
  }
  const auto is_wrong = [](float weight) { return !(weight >= 0.0F && std::isfinite(weight)); };
  const auto wrong = std::ranges::find_if(weights, is_wrong);
  if (wrong == weights.end()) return;
  throw Error(text(who, ": the weight of sample ", Index{wrong - weights.begin()}, " is ", *wrong,
                   ", it must be finite and at least 0"));
}

}  // namespace detail

/// Throws Error, which begins with `who`, unless `data` has as many images as labels.
template <class Pixel>
[[gnu::cold]] void check_whole(const Dataset<Pixel>& data, std::string_view who = "data set") {
  if (std::ssize(data.images) != data.size() * data.shape.size()) {
    throw Error(detail::text(who, ": ", data.size(), " labels want ",
                             data.size() * data.shape.size(), " pixels, there are ",
                             std::ssize(data.images)));
  }
  detail::check_weights(data.weights, data.size(), who);
}

/// Throws Error unless `data` is whole, with labels in [0, classes).
template <class Pixel>
void check_targets(const Dataset<Pixel>& data, Index classes, std::string_view who = "data set") {
  check_whole(data, who);
  detail::check_labels(data.labels, classes, who);
}

/// Throws Error unless `data` has whole samples of `shape`, and targets for `outputs` numbers that
/// a network puts out: labels below `outputs`, or as many finite numbers.
template <DatasetPart Data>
void check_dataset(const Data& data, const Shape& shape, Index outputs) {
  detail::check_shape(data.shape, shape, "data set");
  check_targets(data, outputs);
}

namespace detail {

/// Throws Error unless the targets fit an output of this shape.
template <DatasetPart Data>
void check_targets_of(const Data& data, const Shape& output, std::string_view who) {
  if constexpr (HasLabelImages<Data>) {
    check_targets(data, output, who);
  } else {
    check_targets(data, output.size(), who);
  }
}

}  // namespace detail

/// Throws Error unless `data` has samples for a network with these inputs, and whatever targets it
/// has fit these outputs. Where there is not one target for each output, targets are left out of
/// account: only losses read them, and those know how many there must be.
template <DatasetPart Data>
void check_dataset(const Data& data, const ShapeView& inputs, const ShapeView& outputs) {
  detail::check_input_count(detail::input_count<Data>, inputs.size());
  if constexpr (detail::target_count<Data> == 1) {
    if (outputs.size() == 1) {
      detail::check_shape(data.shape, inputs[0], "data set");
      return detail::check_targets_of(data, outputs[0], "data set");
    }
  }
  detail::check_shape(data.shape, inputs[0], "data set");
  check_whole(data);
}

namespace detail {

/// One sample's pixels as numbers: bytes scaled to [0, 1], anything else as it is.
template <class Pixel, class T>
void copy_pixels(const Pixel* from, Index count, T* to) {
  if constexpr (std::is_same_v<Pixel, std::uint8_t>) {
    for (Index i = 0; i < count; ++i) to[i] = static_cast<T>(from[i]) * (T{1} / T{255});
  } else {
    for (Index i = 0; i < count; ++i) to[i] = static_cast<T>(from[i]);
  }
}

}  // namespace detail

/// Copies the samples at `positions` into x [n,h,w,c] and their labels into `labels` [n], bytes
/// scaled to [0, 1].
template <class Pixel, class T>
void gather(const Dataset<Pixel>& data, std::span<const Index> positions, const Batch<T>& x,
            std::span<Label> labels, int threads = 1) {
  const Index size = data.shape.size();
  parallel_for(std::ssize(positions), threads, [&](Index i, int) {
    const Index from = positions[static_cast<std::size_t>(i)];
    detail::copy_pixels(data.images.data() + from * size, size, x.sample(i));
    labels[static_cast<std::size_t>(i)] = data.labels[static_cast<std::size_t>(from)];
  });
}

/// Memory for the samples of a batch and their targets: labels, or numbers of type T.
template <AnyDataset Data, class T>
class BatchMemory {
 public:
  using Target = typename Data::template Target<T>;

  struct Filled {
    Batch<T> x;                       ///< [n,h,w,c]
    std::span<const Target> targets;  ///< [n], [n,outputs] or [n,h,w]
    std::span<const float> weights;   ///< [n], or none

    /// What the network reads.
    Batch<const T> inputs() const { return x; }
  };

  /// The data must outlive it: a temporary does not compile.
  [[gnu::cold]] BatchMemory(detail::Lasting<Data> data, Index batch_size)
      : data_(data),
        samples_(detail::checked_batch_size("BatchMemory", batch_size) * data->shape.size()),
        targets_(static_cast<std::size_t>(batch_size * data->targets_per_sample())),
        weights_(detail::weights_of(*data).empty() ? 0 : static_cast<std::size_t>(batch_size)) {}

  /// Copies the samples at `positions`, at most `batch_size`: views until the next call.
  Filled fill(std::span<const Index> positions, int threads) {
    const Batch<T> x{samples_.data(), std::ssize(positions), data_->shape};
    const auto count = positions.size() * static_cast<std::size_t>(data_->targets_per_sample());
    const auto targets = std::span(targets_).first(count);
    gather(*data_, positions, x, targets, threads);
    return {x, targets, weights_at(positions)};
  }

 private:
  std::span<const float> weights_at(std::span<const Index> positions) {
    if (weights_.empty()) return {};
    const auto all = detail::weights_of(*data_);
    for (std::size_t i = 0; i < positions.size(); ++i)
      weights_[i] = all[static_cast<std::size_t>(positions[i])];
    return std::span(weights_).first(positions.size());
  }

  detail::Lasting<Data> data_;
  Buffer<T> samples_;
  std::vector<Target> targets_;
  std::vector<float> weights_;  // none where the data have none
};

/// Which samples make up which batch: every epoch goes through all of them once, in an order of its
/// own that follows from the seed and the epoch. The last batch of an epoch may be smaller.
class BatchOrder {
 public:
  /// Throws Error where there are no samples, or none in a batch. A batch size above the number of
  /// samples makes one batch of them all.
  BatchOrder(Index samples, Index batch_size, std::uint64_t seed)
      : batch_size_(
            detail::checked_batch_size("BatchOrder", std::min(batch_size, checked(samples)))),
        seed_(seed),
        order_(static_cast<std::size_t>(samples)) {
    shuffle(0);
  }

  Index batches_per_epoch() const { return (samples() + batch_size_ - 1) / batch_size_; }

  /// The epoch that batch number `step` belongs to, both from 0.
  Index epoch(Index step) const { return step / batches_per_epoch(); }

  /// The samples of batch number `step`, counted from 0 over all epochs; valid until the next call.
  std::span<const Index> batch(Index step) {
    if (epoch(step) != shuffled_epoch_) shuffle(epoch(step));
    const Index begin = step % batches_per_epoch() * batch_size_;
    const Index end = std::min(begin + batch_size_, samples());
    return std::span<const Index>(order_).subspan(static_cast<std::size_t>(begin),
                                                  static_cast<std::size_t>(end - begin));
  }

 private:
  static Index checked(Index samples) {
    if (samples < 1) throw Error("batches: the data set is empty");
    return samples;
  }

  Index samples() const { return std::ssize(order_); }

  /// Fisher and Yates's shuffle.
  [[gnu::noinline]] void shuffle(Index epoch) {
    const RandomKey key{
        .seed = seed_, .step = static_cast<std::uint64_t>(epoch), .use = RandomUse::shuffle};
    std::iota(order_.begin(), order_.end(), Index{0});
    for (std::size_t i = order_.size() - 1; i > 0; --i) {
      const double draw = random_uniform(key, i) * static_cast<double>(i + 1);
      std::swap(order_[i], order_[std::min(i, static_cast<std::size_t>(draw))]);
    }
    shuffled_epoch_ = epoch;
  }

  Index batch_size_;
  std::uint64_t seed_;
  std::vector<Index> order_;
  Index shuffled_epoch_ = 0;
};

}  // namespace TWEED_NAMESPACE
