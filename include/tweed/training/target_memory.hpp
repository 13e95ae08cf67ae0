#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <span>

namespace TWEED_NAMESPACE::detail {

/// Memory for the targets of a batch as numbers, which an augmentation may change: those of a
/// regression, or for labels the probability of each class, 1 for the label.
template <class T>
class TargetMemory {
 public:
  /// For batches of up to so many samples, and a network with this output.
  TargetMemory(Index batch_size, const Shape& output)
      : values_(batch_size * output.size()), output_(output) {}

  /// Throws Error for a label that is no class, such as one that the loss ignores.
  Batch<T> fill(std::span<const Label> labels) {
    const Batch<T> probabilities = first(std::ssize(labels));
    std::ranges::fill(probabilities.values(), T{});
    for (Index i = 0; i < probabilities.count; ++i) {
      const Index label = labels[static_cast<std::size_t>(i)];
      if (label < 0 || label >= output_.size()) refuse(label);
      probabilities.sample(i)[label] = T{1};
    }
    return probabilities;
  }

  Batch<T> fill(std::span<const T> numbers) {
    const Batch<T> targets = first(std::ssize(numbers) / output_.size());
    std::ranges::copy(numbers, targets.data);
    return targets;
  }

 private:
  [[noreturn, gnu::cold]] void refuse(Index label) const {
    throw Error(text("augmentation: a label of the batch is ", label,
                     ", which makes no probabilities of the classes 0 to ", output_.size() - 1));
  }

  Batch<T> first(Index count) { return {values_.data(), count, output_}; }

  Buffer<T> values_;
  Shape output_;
};

}  // namespace TWEED_NAMESPACE::detail
