#pragma once

#include <tweed/augment/augmentation.hpp>
#include <tweed/core/buffer.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/losses/loss.hpp>
#include <tweed/model/model.hpp>
#include <tweed/training/target_memory.hpp>

#include <optional>
#include <span>
#include <utility>

namespace TWEED_NAMESPACE::detail {

/// Changes the batches of a training by its augmentation, and has the memory for that.
template <class T, class Loss, class Data>
class Augmenter {
 public:
  /// Throws Error where the augmentation cannot change the network's inputs, or where it changes
  /// targets and the loss does not take them, or samples have weights, which nothing mixes.
  template <class Net>
  [[gnu::cold]] Augmenter(AnyAugmentation augmentation, const Model<Net, T>& model,
                          const Data& data, Index batch_size, int threads)
      : augmentation_(std::move(augmentation)) {
    if (!augmentation_) return;
    const GraphView graph = model.graph();
    augmentation_.check(graph.input());
    scratch_ = Buffer<T>(threads * graph.input().size());
    if (!augmentation_.changes_targets()) return;
    check_targets(data);
    targets_.emplace(batch_size, graph.output());
  }

  /// Changes a batch, and its targets where the augmentation sees them: `use(targets)` gets what
  /// the loss is to compare with.
  template <class Targets, class Use>
  auto operator()(AugmentPass<T> pass, const Targets& targets, const Use& use) {
    pass.scratch = scratch_.values();
    if constexpr (can_change_targets_) {
      if (targets_) {
        const Batch<T> changed = targets_->fill(targets);
        augmentation_(pass, changed);
        return use(std::span<const T>(changed.values()));
      }
    }
    augmentation_(pass);
    return use(targets);
  }

 private:
  static constexpr bool has_one_output_ =
      input_count<Data> == 1 && target_count<Data> == 1 && !OfSeveralOutputs<Loss>;
  static constexpr bool can_change_targets_ =
      has_one_output_ && LossOn<Loss, T, std::span<const T>>;

  static void check_targets([[maybe_unused]] const Data& data) {
    if constexpr (!has_one_output_) {
      throw Error(
          "augmentation: it changes targets, which the network must have one of, for one input and "
          "a loss that is no SumOfLosses");
    } else if constexpr (!can_change_targets_) {
      throw Error(
          "augmentation: it turns labels into probabilities of classes, which the loss does not "
          "take; SoftmaxCE does");
    } else {
      if (weights_of(data).empty()) return;
      throw Error(
          "augmentation: it mixes targets, but not the weights of samples, which these data have");
    }
  }

  AnyAugmentation augmentation_;
  Buffer<T> scratch_;
  std::optional<TargetMemory<T>> targets_;
};

}  // namespace TWEED_NAMESPACE::detail
