#pragma once

#include <tweed/core/random.hpp>
#include <tweed/model/summary.hpp>
#include <tweed/training/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// Where the time of a training step goes. Not in <tweed/tweed.hpp>.
namespace tweed {

struct ProfileOptions {
  Index batch_size = 100;
  int threads = 0;  ///< 0: all that OpenMP offers
  int rounds = 20;  ///< steps that are timed, after one that is not
};

/// What one part of a training step takes. Multiply-adds are those of the definitions, whatever the
/// algorithm does. Bytes are what has to be moved at least: each activation, gradient and parameter
/// that the part reads or writes, once.
struct PhaseProfile {
  double minimum = 0.0;  ///< seconds, over the rounds
  double median = 0.0;
  Index multiply_adds = 0;
  Index bytes = 0;

  /// 10^9 operations a second in the median round, a multiply-add being two.
  double gigaflops() const { return rate(2 * multiply_adds); }
  /// 10^9 bytes a second in the median round.
  double gigabytes() const { return rate(bytes); }

 private:
  double rate(Index count) const {
    return median > 0.0 ? 1e-9 * static_cast<double>(count) / median : 0.0;
  }
};

/// One stage: a layer, or several that run as one.
struct StageProfile {
  std::string name;         ///< of its layers, as in `summary`: "conv2d_1 + relu_1 + max_pool_1"
  std::string description;  ///< "32, 5x5 same, direct"
  Shape output;
  PhaseProfile forward;
  PhaseProfile backward;  ///< all zero where a step needs none
};

/// A training step. Its phases follow each other without a gap.
struct StepProfile {
  Index batch_size = 0;
  int threads = 0;
  int rounds = 0;
  std::vector<StageProfile> stages;
  PhaseProfile loss;
  PhaseProfile optimizer;
  PhaseProfile whole;  ///< all of them; its times are those of whole steps
};

namespace detail {

/// Seconds of each phase in each round.
class PhaseTimes {
 public:
  explicit PhaseTimes(std::size_t phases) : seconds_(phases) {}

  void start() { last_ = Clock::now(); }

  /// What has passed since the last stop, or the start, was that phase.
  void stop(std::size_t phase) {
    const auto now = Clock::now();
    seconds_[phase].push_back(std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }

  void clear() {
    for (auto& of_phase : seconds_) of_phase.clear();
  }

  /// Puts minimum and median into `to`, which stays as it is for a phase that never was.
  void summarize(std::size_t phase, PhaseProfile& to) const { summarize(seconds_[phase], to); }

  /// The same for the sums of all phases, round by round.
  void summarize_sums(PhaseProfile& to) const {
    std::vector<double> sums;
    for (const auto& of_phase : seconds_) {
      sums.resize(std::max(sums.size(), of_phase.size()));
      for (std::size_t round = 0; round < of_phase.size(); ++round) sums[round] += of_phase[round];
    }
    summarize(std::move(sums), to);
  }

 private:
  using Clock = std::chrono::steady_clock;

  static void summarize(std::vector<double> seconds, PhaseProfile& to) {
    if (seconds.empty()) return;
    std::sort(seconds.begin(), seconds.end());
    to.minimum = seconds.front();
    to.median = 0.5 * (seconds[(seconds.size() - 1) / 2] + seconds[seconds.size() / 2]);
  }

  std::vector<std::vector<double>> seconds_;
  Clock::time_point last_;
};

/// Everything about stage i but its times.
template <class Net, class T, std::size_t i>
StageProfile stage_without_times(Index batch) {
  using Run = typename StageAt<Net, i>::Run;
  constexpr Shape input = stage_input<Net, i>;
  constexpr Shape output = stage_output<Net, i>;
  StageProfile stage;
  stage.description = description_of<Run>(input, batch);
  stage.output = output;
  const auto names = numbered_layer_names<Net>();
  for (std::size_t layer = StageAt<Net, i>::first; layer < StageAt<Net, i>::end; ++layer) {
    stage.name += (stage.name.empty() ? "" : " + ") + names[layer];
  }
  Index parameters = 0;
  for (const Parameter& parameter : parameters_of<Run>(input)) parameters += parameter.size();
  const Index products = batch * multiply_adds_of<Run>(input);
  const Index x = batch * input.size();
  const Index y = batch * output.size();
  stage.forward.multiply_adds = products;
  stage.forward.bytes = (x + y + parameters) * Index{sizeof(T)};
  if (i < first_trained_stage<Net>) return stage;

  constexpr bool gives_dx = i > first_trained_stage<Net>;
  constexpr Reads reads = reads_of<Run>();
  stage.backward.multiply_adds = (gives_dx ? 2 : 1) * products;
  stage.backward.bytes =
      ((reads.input ? x : 0) + (reads.output ? y : 0) + y + (gives_dx ? x : 0) + 2 * parameters) *
      Index{sizeof(T)};
  return stage;
}

/// Numbers that an update reads or writes for each parameter: that, its gradient and the
/// optimiser's state, of which the optimiser may tell.
template <class Optimizer>
Index numbers_moved_by(const Optimizer& optimizer) {
  if constexpr (requires { optimizer.numbers_moved(); }) {
    return optimizer.numbers_moved();
  } else {
    return 3;
  }
}

/// Whether a loss compares outputs with labels. If not, it is with numbers like them.
template <class Loss, class T>
inline constexpr bool takes_labels = requires(const Loss& loss, const Batch<const T>& outputs,
                                              const Batch<T>& gradient) {
  loss.gradient(outputs, std::span<const Label>{}, gradient);
};

/// Uniform noise in [0, 1).
template <class T>
Buffer<T> noise(Index count) {
  Buffer<T> values(count);
  std::uint64_t position = 0;
  for (T& value : values.values()) value = static_cast<T>(random_uniform({.seed = 1}, position++));
  return values;
}

/// All phases of a training step, and how to time them: forward and backward of each stage, loss,
/// update.
template <class Net, class T, class Loss, class Optimizer>
class StepProfiler {
 public:
  StepProfiler(const Loss& loss, const Optimizer& optimizer, const ProfileOptions& options)
      : loss_(loss),
        optimizer_(optimizer),
        state_(optimizer_.template make_state<T>(Net::block_size)),
        pass_(options.batch_size, options.threads),
        pixels_(noise<T>(options.batch_size * Net::input.size())),
        targets_(static_cast<std::size_t>(options.batch_size * targets_per_sample)),
        times_(2 * stage_count<Net> + 2) {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      targets_[i] = static_cast<Target>(static_cast<Index>(i) % Net::output.size());
    }
  }

  StepProfile run(int rounds) {
    step(0);
    times_.clear();
    for (int round = 1; round <= rounds; ++round) step(static_cast<std::uint64_t>(round));
    StepProfile profile;
    profile.batch_size = pass_.batch_size();
    profile.threads = pass_.threads();
    profile.rounds = rounds;
    for_each_stage<Net>([&](auto i) {
      StageProfile stage = stage_without_times<Net, T, i>(pass_.batch_size());
      times_.summarize(i, stage.forward);
      times_.summarize(backward_phase(i), stage.backward);
      add(stage.forward, profile.whole);
      add(stage.backward, profile.whole);
      profile.stages.push_back(std::move(stage));
    });
    profile.loss.bytes = 2 * pass_.batch_size() * Net::output.size() * Index{sizeof(T)};
    profile.optimizer.bytes =
        numbers_moved_by(optimizer_) * Net::parameter_count * Index{sizeof(T)};
    times_.summarize(loss_phase, profile.loss);
    times_.summarize(optimizer_phase, profile.optimizer);
    add(profile.loss, profile.whole);
    add(profile.optimizer, profile.whole);
    times_.summarize_sums(profile.whole);
    return profile;
  }

 private:
  using Target = std::conditional_t<takes_labels<Loss, T>, Label, T>;
  static constexpr Index targets_per_sample = takes_labels<Loss, T> ? 1 : Net::output.size();

  static constexpr std::size_t loss_phase = 2 * stage_count<Net>;
  static constexpr std::size_t optimizer_phase = loss_phase + 1;
  static constexpr std::size_t backward_phase(std::size_t stage) {
    return stage_count<Net> + stage;
  }

  void step(std::uint64_t number) {
    const Batch<const T> x{pixels_.data(), pass_.batch_size(), Net::input};
    times_.start();
    const auto logits = pass_.forward(model_, x, {.seed = 1, .step = number},
                                      [&](std::size_t stage) { times_.stop(stage); });
    loss_.gradient(logits, std::span<const Target>(targets_), pass_.output_gradient());
    times_.stop(loss_phase);
    pass_.backward(model_, [&](std::size_t stage) { times_.stop(backward_phase(stage)); });
    optimizer_.update(state_, model_.parameters(), pass_.gradients(), pass_.threads());
    times_.stop(optimizer_phase);
  }

  static void add(const PhaseProfile& part, PhaseProfile& whole) {
    whole.multiply_adds += part.multiply_adds;
    whole.bytes += part.bytes;
  }

  Loss loss_;
  Optimizer optimizer_;
  typename Optimizer::template State<T> state_;
  Model<Net, T> model_;
  TrainingPass<Net, T> pass_;
  Buffer<T> pixels_;
  std::vector<Target> targets_;
  PhaseTimes times_;
};

}  // namespace detail

/// Times the training of a fresh model of `Net` on noise, stage by stage; nothing of the caller's
/// is touched. Throws Error where there is nothing to time.
///
///     const auto profile = profile_training_step<Net>(SoftmaxCE{}, Adam{}, {.batch_size = 32});
///     for (const StageProfile& stage : profile.stages) std::cout << stage.name << '\n';
template <class Net, class T = float, class Loss, class Optimizer>
StepProfile profile_training_step(const Loss& loss, const Optimizer& optimizer,
                                  const ProfileOptions& options = {}) {
  static_assert(detail::LossFits<Net, Loss>::ok);
  detail::checked_batch_size("ProfileOptions", options.batch_size);
  detail::check_option("ProfileOptions", "rounds", options.rounds, {.from = 1});
  return detail::StepProfiler<Net, T, Loss, Optimizer>(loss, optimizer, options)
      .run(options.rounds);
}

}  // namespace tweed
