#pragma once

#include <tweed/core/random.hpp>
#include <tweed/model/program.hpp>
#include <tweed/model/summary.hpp>
#include <tweed/training/parameter_places.hpp>
#include <tweed/training/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// Where the time of a training step goes. Not in <tweed/tweed.hpp>.
namespace TWEED_NAMESPACE {

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

/// Everything about a node but its times: `pass` is what runs it.
template <class Pass>
StageProfile stage_without_times(const Pass& pass, const NetworkText& network, std::size_t i,
                                 Index element) {
  const GraphView graph = pass.folded().view();
  const Node& node = graph.nodes[i];
  const Index batch = pass.batch_size();
  const DescribedLayer& layer = network.layer_of(node);
  StageProfile stage;
  stage.description = layer.describe(graph.input_of(node), batch);
  stage.output = graph.shape(node.output);
  const auto names = numbered_layer_names(graph);
  for (const int folded : pass.folded().layers_of(i)) {
    stage.name += (stage.name.empty() ? "" : " + ") + names[static_cast<std::size_t>(folded)];
  }
  const Index parameters = graph.traits_of(node).parameter_count;
  const Index products = batch * layer.text->multiply_adds(layer.layer, graph.input_of(node));
  const Index y = batch * stage.output.size();
  Index x = 0;
  Index dx = 0;  // of the inputs whose gradients are needed
  for (const int value : graph.inputs_of(node)) {
    x += batch * graph.shape(value).size();
    if (pass.plan().schedule().needs(value)) dx += batch * graph.shape(value).size();
  }
  stage.forward.multiply_adds = products;
  stage.forward.bytes = (x + y + parameters) * element;
  if (!pass.plan().schedule().needs(node.output)) return stage;

  const Reads reads = reads_of(graph.traits_of(node), node.epilogue);
  stage.backward.multiply_adds = (dx > 0 ? 2 : 1) * products;
  stage.backward.bytes =
      ((reads.input ? x : 0) + (reads.output ? y : 0) + y + dx + 2 * parameters) * element;
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
inline constexpr bool takes_labels = LossOn<Loss, T, std::span<const Label>>;

/// Something to compare the outputs of a batch with: a tuple where there are several.
template <class Loss, class T>
auto made_up_targets(Index batch_size, const ShapeView& outputs) {
  if constexpr (OfSeveralOutputs<Loss>) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return std::tuple(made_up_targets<typename Loss::template LossOf<k>, T>(
          batch_size, {outputs.all, outputs.chosen.subspan(k, 1)})...);
    }
    (std::make_index_sequence<Loss::outputs>());
  } else {
    using Target = std::conditional_t<takes_labels<Loss, T>, Label, T>;
    const Index classes = PixelLoss<Loss, T> ? outputs[0].channels : outputs[0].size();
    const Index of_sample = takes_labels<Loss, T> ? outputs[0].size() / classes : classes;
    std::vector<Target> targets(static_cast<std::size_t>(batch_size * of_sample));
    const Index different = takes_labels<Loss, T> ? classes : 2;  // numbers are yes or no
    for (std::size_t i = 0; i < targets.size(); ++i) {
      targets[i] = static_cast<Target>(static_cast<Index>(i) % different);
    }
    return targets;
  }
}

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
  StepProfiler(const Model<Net, T>& model, const Loss& loss, const Optimizer& optimizer,
               const ProfileOptions& options)
      : loss_(loss),
        optimizer_(optimizer),
        model_(model),
        state_(
            make_state<T>(optimizer_, std::ssize(model_.parameters()), parameter_places(model_))),
        pass_(model_, options.batch_size, options.threads),
        targets_(made_up_targets<Loss, T>(options.batch_size, model_.graph().output_shapes())),
        times_(2 * stage_count() + 2) {
    const GraphView graph = model_.graph();
    for (const int input : graph.inputs) {
      pixels_.push_back(noise<T>(options.batch_size * graph.shape(input).size()));
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
    for (std::size_t i = 0; i < stage_count(); ++i) {
      StageProfile stage = stage_without_times(pass_, model_.network().text(), i, Index{sizeof(T)});
      times_.summarize(i, stage.forward);
      times_.summarize(backward_phase(i), stage.backward);
      add(stage.forward, profile.whole);
      add(stage.backward, profile.whole);
      profile.stages.push_back(std::move(stage));
    }
    for (const int output : model_.graph().outputs) {
      const Index size = model_.graph().shape(output).size();
      profile.loss.bytes += 2 * pass_.batch_size() * size * Index{sizeof(T)};
    }
    profile.optimizer.bytes =
        numbers_moved_by(optimizer_) * model_.graph().parameter_count() * Index{sizeof(T)};
    times_.summarize(loss_phase(), profile.loss);
    times_.summarize(optimizer_phase(), profile.optimizer);
    add(profile.loss, profile.whole);
    add(profile.optimizer, profile.whole);
    times_.summarize_sums(profile.whole);
    return profile;
  }

 private:
  std::size_t stage_count() const { return pass_.folded().view().nodes.size(); }
  std::size_t loss_phase() const { return 2 * stage_count(); }
  std::size_t optimizer_phase() const { return 2 * stage_count() + 1; }
  std::size_t backward_phase(std::size_t stage) const { return stage_count() + stage; }

  void step(std::uint64_t number) {
    const GraphView graph = model_.graph();
    std::vector<Batch<const T>> inputs;
    for (std::size_t k = 0; k < pixels_.size(); ++k) {
      inputs.push_back({pixels_[k].data(), pass_.batch_size(), graph.input(k)});
    }
    times_.start();
    pass_.forward(model_, inputs, {.seed = 1, .step = number},
                  [&](std::size_t stage) { times_.stop(stage); });
    loss_gradient_of_pass(loss_, pass_, targets_, std::span<const float>());
    times_.stop(loss_phase());
    pass_.backward(model_, [&](std::size_t stage) { times_.stop(backward_phase(stage)); });
    optimizer_.update(state_, model_.parameters(), pass_.gradients(), pass_.threads());
    times_.stop(optimizer_phase());
  }

  static void add(const PhaseProfile& part, PhaseProfile& whole) {
    whole.multiply_adds += part.multiply_adds;
    whole.bytes += part.bytes;
  }

  Loss loss_;
  Optimizer optimizer_;
  Model<Net, T> model_;
  typename Optimizer::template State<T> state_;
  TrainingPass<Net, T> pass_;
  std::vector<Buffer<T>> pixels_;  // of each input
  decltype(made_up_targets<Loss, T>(1, ShapeView())) targets_;
  PhaseTimes times_;
};

}  // namespace detail

/// Times the training of a copy of `model` on noise, layer by layer, those that run as one
/// together; nothing of the caller's is touched. Throws Error where there is nothing to time.
template <class Net, class T, class Loss, class Optimizer>
StepProfile profile_training_step(const Model<Net, T>& model, const Loss& loss,
                                  const Optimizer& optimizer, const ProfileOptions& options = {}) {
  detail::check_loss<Loss>("profile", model);
  detail::checked_batch_size("ProfileOptions", options.batch_size);
  detail::check_option("ProfileOptions", "rounds", options.rounds, {.from = 1});
  return detail::StepProfiler<Net, T, Loss, Optimizer>(model, loss, optimizer, options)
      .run(options.rounds);
}

/// Times the training of a fresh model of `Net`.
///
///     const auto profile = profile_training_step<Net>(SoftmaxCE{}, Adam{}, {.batch_size = 32});
///     for (const StageProfile& stage : profile.stages) std::cout << stage.name << '\n';
template <StaticNetwork Net, class T = float, class Loss, class Optimizer>
StepProfile profile_training_step(const Loss& loss, const Optimizer& optimizer,
                                  const ProfileOptions& options = {}) {
  return profile_training_step(Model<Net, T>(), loss, optimizer, options);
}

}  // namespace TWEED_NAMESPACE
