#pragma once

#include <tweed/augment/augmentation.hpp>
#include <tweed/augment/test_time_view.hpp>
#include <tweed/losses/loss.hpp>
#include <tweed/optim/parameter_group.hpp>
#include <tweed/training/early_stopping.hpp>
#include <tweed/training/evaluate.hpp>
#include <tweed/training/schedule.hpp>
#include <tweed/training/weight_average.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace TWEED_NAMESPACE {

/// What is told after each step.
struct StepReport {
  Index step = 0;              ///< from 1
  Index steps = 0;             ///< in all
  Index epoch = 0;             ///< from 1
  LossSum batch;               ///< of this step's batch, before the step
  double learning_rate = 0.0;  ///< of this step
  bool stop = false;           ///< set it, and this step was the last
  /// The batch for each output, where the loss is a SumOfLosses; valid until the next step.
  std::span<const LossSum> outputs = {};
};

/// What is told after each epoch, and after the last step if that ends within one.
struct EpochReport {
  Index epoch = 0;                            ///< from 1
  Index step = 0;                             ///< that ended it, from 1
  Evaluation training = {};                   ///< means over its batches, before their steps
  std::optional<Evaluation> validation = {};  ///< if there are validation data
  bool stop = false;                          ///< set it, and this epoch was the last
  /// The validation for each output, where the loss is a SumOfLosses; valid during the call.
  std::span<const Evaluation> validation_outputs = {};
};

/// What is out of its range is refused by `Training`, before anything is changed.
struct FitOptions {
  Index batch_size = 32;   ///< at least 1
  Index epochs = 1;        ///< at least 1, unless `steps` are given
  Index steps = 0;         ///< if not 0, this many batches instead of `epochs`
  std::uint64_t seed = 0;  ///< for the order of the samples, dropout and augmentation
  int threads = 0;         ///< 0: all that OpenMP offers
  double clip_norm =
      0.0;  ///< if not 0, the gradient is scaled down to this norm where it is longer
  /// Batches that make up a step, at least 1: the step of one that is so many times larger, in the
  /// memory of one. Normalisation and running statistics are those of each batch.
  Index accumulate = 1;
  /// Parameters with other rates or decays, or that stay as they are.
  ParameterGroups groups = {};
  AnyAugmentation augmentation = {};  ///< of each batch (of the first input), such as RandomCrop
  /// What the optimiser's learning rate is multiplied by, such as CosineSchedule{}; by default 1.
  /// For an optimiser with a member `learning_rate`.
  AnySchedule schedule = {};
  /// What the optimiser's momentum is in a step, such as OneCycleMomentum{}; by default what it is
  /// given as. For an optimiser with a `momentum` above 0 or a `beta1`, which Adam calls it.
  AnySchedule momentum_schedule = {};
  /// The views of each image that validation takes the mean over, as `PredictOptions::views`: early
  /// stopping and PlateauSchedule then judge what will be used.
  TestTimeViews validation_views = {};
  std::optional<EarlyStopping> early_stopping = {};
  /// If given, an average of the weights is what is validated, and what training ends with.
  std::optional<WeightAverage> average = {};
  std::function<void(StepReport&)> on_step = {};
  std::function<void(EpochReport&)> on_epoch = {};
};

}  // namespace TWEED_NAMESPACE
