#pragma once

#include <tweed/core/lasting.hpp>
#include <tweed/core/option.hpp>
#include <tweed/data/regression_dataset.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/training/augmenter.hpp>
#include <tweed/training/check_options.hpp>
#include <tweed/training/copy_training.hpp>
#include <tweed/training/epoch_means.hpp>
#include <tweed/training/fit_options.hpp>
#include <tweed/training/follow_schedules.hpp>
#include <tweed/training/history.hpp>
#include <tweed/training/trainer.hpp>
#include <tweed/training/training_state.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// A training that can be stopped and resumed after any step: `fit` is a loop over it.
///
///     Training training(model, SoftmaxCE{}, Adam{}, train, validation, {.epochs = 10});
///     while (!training.finished()) training.step();
///
/// Model and data must outlive it: a temporary does not compile. The same model, data and options
/// give the same weights to the bit, for any number of threads, in one go or in pieces
/// (`io/checkpoint.hpp`). After the first step it allocates nothing for a million steps, unless a
/// hook does.
template <class Net, class T, tweed::Loss Loss, tweed::Optimizer<T> Optimizer, AnyDataset Data,
          AnyDataset Validation = Data>
class Training {
 public:
  using Network = Net;
  using Scalar = T;

  /// Throws Error where the data do not fit the network or an option cannot take effect.
  [[gnu::cold]] Training(Model<Net, T>& model, const Loss& loss, const Optimizer& optimizer,
                         detail::Lasting<Data> data, const FitOptions& options = {})
      : Training(model, loss, optimizer, data, options, false) {}

  /// With data to validate on after each epoch, and after the last step.
  Training(Model<Net, T>& model, const Loss& loss, const Optimizer& optimizer,
           detail::Lasting<Data> data, detail::Lasting<Validation> validation,
           const FitOptions& options = {})
      : Training(model, loss, optimizer, data, options, true) {
    if (validation->size() == 0) throw Error("training: the validation data set is empty");
    validation_.emplace(
        model_, validation,
        PredictOptions{.threads = options.threads, .views = options.validation_views},
        !detail::ignores_labels(loss_));
  }

  Index steps() const { return steps_; }
  Index steps_done() const { return std::ssize(history_.steps); }
  bool finished() const { return stopped_ || steps_done() >= steps_; }
  int threads() const { return trainer_.threads(); }
  const History& history() const& { return history_; }
  History history() && { return std::move(history_); }

  /// One step, and what is due after it: the hooks, the validation, the decision whether to go on.
  /// Throws Error if training is finished or goes wrong: see Trainer.
  StepReport step() {
    if (finished()) throw Error("training: it is finished, there is no further step");
    const Index number = steps_done();
    const ScheduleInput at{.step = number, .steps = steps_, .epoch_losses = epoch_losses_};
    detail::follow_schedules(options_, at, optimizer_, trainer_.optimizer());
    batch_ = train_on(order_.batch(number), number);
    update_average();
    history_.steps.push_back({batch_.mean_loss(), batch_.accuracy(), trainer_.learning_rate()});

    StepReport report{.step = number + 1,
                      .steps = steps_,
                      .epoch = order_.epoch(number) + 1,
                      .batch = batch_,
                      .learning_rate = trainer_.learning_rate()};
    if constexpr (detail::OfSeveralOutputs<Loss>) report.outputs = batch_.outputs;
    if (options_.on_step) options_.on_step(report);
    stopped_ = report.stop;
    if (steps_done() % order_.batches_per_epoch() == 0 || finished()) end_epoch(report.epoch);
    if (finished()) finish();
    return report;
  }

  /// All steps that are left.
  void run() {
    while (!finished()) step();
  }

  /// Whether a hook or early stopping ended training before its last step.
  bool stopped() const { return stopped_; }

  /// Views of what changes from step to step, besides the history.
  [[gnu::cold]] TrainingState<T> state() {
    TrainingState<T> state;
    const detail::StateNames<Net, T> names(model_, state);
    names.add("model", model_.values());
    trainer_.visit_state([&](const auto& part, const char* name, auto&& value) {
      names.add(std::string("optimizer.").append(name), value, part);
    });
    names.add("best", best_weights_.values());
    if (average_) {
      names.add("average", average_->values());
      state.numbers.emplace_back("average.is_of_last_step", &holds_raw_);
    }
    return state;
  }

  /// Goes on behind `history`, whose `state()` has been put back already.
  void resume(History history, bool stopped) {
    history_ = std::move(history);
    reserve();
    stopped_ = stopped;
    if (holds_raw_ != 0 && !finished()) {
      holds_raw_ = 0;
      copy(model_.values(), average_->values());
    }
    trainer_.resume(steps_done());
    recall_epochs();
  }

  /// Goes on where another training stopped whose model has the same parameters, such as one on
  /// smaller images: with its weights, what its optimiser remembers, and its history. Throws Error,
  /// with this one as it was, where parameters or options differ that a checkpoint compares.
  template <class OtherNet, class OtherData, class OtherValidation>
  void resume(Training<OtherNet, T, Loss, Optimizer, OtherData, OtherValidation>& other) {
    detail::copy_training(other, *this);
    resume(other.history(), false);
  }

  /// Shows `take(name, value)` each option that must be the same for a state to be put back.
  template <class Take>
  void visit_settings(const Take& take) const {
    take("samples", samples_);
    take("batch_size", options_.batch_size);
    take("seed", options_.seed);
    take("clip_norm", options_.clip_norm);
    take("validation", validation_.has_value());
    if (options_.accumulate != 1) take("accumulate", options_.accumulate);
    if (options_.average) take("average_decay", options_.average->decay);
  }

  const Model<Net, T>& model() const { return model_; }
  /// What is validated: the model, or the average of its weights if options ask for one. Once
  /// training is finished they are the same.
  const Model<Net, T>& validated_model() const {
    return average_ && holds_raw_ == 0 ? *average_ : model_;
  }
  /// The weights of the last step, where training is finished and has put their average into the
  /// model; otherwise null.
  const Model<Net, T>* raw_model() const { return holds_raw_ != 0 ? &*average_ : nullptr; }
  const Loss& loss() const { return loss_; }
  const Data& data() const { return *data_; }
  const FitOptions& options() const { return options_; }

  /// As it was given: with the rate that a schedule starts from.
  const Optimizer& optimizer() const { return optimizer_; }

 private:
  [[gnu::cold]] Training(Model<Net, T>& model, const Loss& loss, const Optimizer& optimizer,
                         detail::Lasting<Data> data, const FitOptions& options, bool has_validation)
      : model_(model),
        loss_(loss),
        options_(detail::checked(options, has_validation)),
        data_(data),
        samples_(checked_size(model, loss, *data)),
        order_(samples_, detail::samples_of_step(options, samples_), options.seed),
        steps_(detail::steps_of(options, order_.batches_per_epoch())),
        optimizer_(optimizer),
        trainer_(model, loss, optimizer,
                 {.batch_size = std::min(options.batch_size, samples_),
                  .seed = options.seed,
                  .threads = options.threads,
                  .clip_norm = options.clip_norm,
                  .groups = options.groups}),
        memory_(data, std::min(options.batch_size, samples_)),
        augmenter_(options.augmentation, model, *data, std::min(options.batch_size, samples_),
                   trainer_.threads()) {
    detail::check_schedules(options, optimizer);
    if (options.average) average_.emplace(model);
    if (keeps_best()) best_weights_ = Buffer<T>(std::ssize(model.values()));
    reserve();
  }

  static Index checked_size(const Model<Net, T>& model, const Loss& loss, const Data& data) {
    detail::check_target_count<Loss, Data>();
    detail::check_target_count<Loss, Validation>();
    detail::check_data(model, data, !detail::ignores_labels(loss));
    return data.size();
  }

  /// So that no step has to allocate, unless there are very many.
  [[gnu::cold]] void reserve() {
    constexpr Index most = Index{1} << 20;
    const Index steps = std::min(steps_, steps_done() + most);
    const auto epochs = static_cast<std::size_t>(steps / order_.batches_per_epoch() + 1);
    history_.steps.reserve(static_cast<std::size_t>(steps));
    history_.validations.reserve(epochs);
    epoch_losses_.reserve(epochs);
  }

  bool keeps_best() const {
    return options_.early_stopping && options_.early_stopping->restore_best;
  }

  [[gnu::cold]] void end_epoch(Index epoch) {
    const Evaluation means = detail::epoch_means(history_, epoch, order_.batches_per_epoch());
    EpochReport report{.epoch = epoch, .step = steps_done(), .training = means};
    decltype(detail::evaluate(*validation_, model_, loss_)) found{};
    if (validation_) {
      found = detail::evaluate(*validation_, validated_model(), loss_);
      report.validation = {found.loss, found.accuracy};
      if constexpr (detail::OfSeveralOutputs<Loss>) report.validation_outputs = found.outputs;
      history_.validations.push_back({steps_done(), found.loss, found.accuracy});
    }
    epoch_losses_.push_back((validation_ ? *report.validation : report.training).loss);
    if (options_.early_stopping) decide(epoch_losses_.back());
    if (options_.on_epoch) options_.on_epoch(report);
    stopped_ = stopped_ || report.stop;
  }

  void decide(double loss) {
    const EarlyStopping& stopping = *options_.early_stopping;
    const bool better = best_.add(loss, stopping.min_delta);
    if (better && keeps_best()) copy(validated_model().values(), best_weights_.values());
    if (!better && best_.waited >= stopping.patience) stopped_ = true;
  }

  /// A step on the samples at these positions, a batch at a time.
  typename Trainer<Net, T, Loss, Optimizer>::Sum train_on(std::span<const Index> positions,
                                                          Index number) {
    typename Trainer<Net, T, Loss, Optimizer>::Sum sum;
    const auto batch = static_cast<std::size_t>(options_.batch_size);
    for (std::size_t first = 0; first < positions.size(); first += batch) {
      const auto part = positions.subspan(first, std::min(batch, positions.size() - first));
      const auto filled = memory_.fill(part, threads());
      const auto step = static_cast<std::uint64_t>(number) + (std::uint64_t{first / batch} << 32);
      const AugmentPass<T> pass{
          .x = filled.x,
          .key = {.seed = options_.seed, .step = step, .use = RandomUse::augment},
          .threads = threads(),
          .epoch = order_.epoch(number),
          .positions = part};
      const bool is_last = first + part.size() == positions.size();
      sum += augmenter_(pass, filled.targets, [&](const auto& targets) {
        return is_last ? trainer_.step(filled.inputs(), targets, filled.weights)
                       : trainer_.add(filled.inputs(), targets, filled.weights);
      });
    }
    return sum;
  }

  void update_average() {
    if (!average_) return;
    if (steps_done() == 0) return copy(model_.values(), average_->values());
    const double decay = options_.average->decay;
    const auto values = average_->values();
    kernels::chosen::blend<T>(1.0 - decay, model_.values().data(), decay, values.data(),
                              std::ssize(values), threads());
  }

  static void copy(std::span<const T> from, std::span<T> to) {
    std::copy_n(from.data(), from.size(), to.data());
  }

  /// Puts the best weights into the model, or else their average, whose place the weights take.
  void finish() {
    if (average_) {
      std::ranges::swap_ranges(model_.values(), average_->values());
      holds_raw_ = 1;
    }
    const bool has_best = best_.loss < std::numeric_limits<double>::infinity();
    if (has_best && keeps_best()) copy(best_weights_.values(), model_.values());
  }

  /// What follows from the history alone.
  [[gnu::cold]] void recall_epochs() {
    const Index per_epoch = order_.batches_per_epoch();
    epoch_losses_.clear();
    detail::add_epoch_losses(history_, validation_.has_value(), per_epoch, finished(),
                             epoch_losses_);
    best_ = {};
    if (!options_.early_stopping) return;
    for (const double loss : epoch_losses_) best_.add(loss, options_.early_stopping->min_delta);
  }

  Model<Net, T>& model_;
  Loss loss_;
  FitOptions options_;
  detail::Lasting<Data> data_;
  Index samples_;
  BatchOrder order_;
  Index steps_;
  Optimizer optimizer_;  // as it was given
  Trainer<Net, T, Loss, Optimizer> trainer_;
  BatchMemory<Data, T> memory_;
  detail::Augmenter<T, Loss, Data> augmenter_;
  std::optional<detail::DatasetPass<Model<Net, T>, Validation>> validation_;
  History history_;
  std::vector<double> epoch_losses_;
  BestLoss best_;
  Buffer<T> best_weights_;
  std::optional<Model<Net, T>> average_;
  Index holds_raw_ = 0;  // 1: the average is in the model, and there the weights
  typename detail::LossTraits<Loss>::Sum batch_;  // of the last step
  bool stopped_ = false;
};

template <class Net, class T, class Loss, class Optimizer, AnyDataset Data>
Training(Model<Net, T>&, const Loss&, const Optimizer&, const Data&, const FitOptions& = {})
    -> Training<Net, T, Loss, Optimizer, Data>;

template <class Net, class T, class Loss, class Optimizer, AnyDataset Data, AnyDataset Validation>
Training(Model<Net, T>&, const Loss&, const Optimizer&, const Data&, const Validation&,
         const FitOptions& = {}) -> Training<Net, T, Loss, Optimizer, Data, Validation>;

}  // namespace TWEED_NAMESPACE
