// The reference network: a whole training step and its phases at batch 100, and inference.

#include "../examples/fashion_mnist/network.hpp"

#include <tweed/tweed.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

namespace {

using namespace tweed;

using fashion_mnist::FashionCnn;

constexpr Index training_batch = 100;

/// Images of noise in [0, 1), with labels.
struct Samples {
  Buffer<float> pixels;
  std::vector<Label> labels;

  explicit Samples(Index count) : pixels(count * FashionCnn::input.size()) {
    std::uint64_t position = 0;
    for (float& pixel : pixels.values()) {
      pixel = static_cast<float>(random_uniform({.seed = 1}, position++));
    }
    for (Index i = 0; i < count; ++i) labels.push_back(static_cast<Label>(i % 10));
  }

  Batch<const float> images() const {
    return {pixels.data(), std::ssize(labels), FashionCnn::input};
  }
};

/// What a training step works with, and its phases.
class Step {
 public:
  explicit Step(int threads) : pass_(training_batch, threads) {}

  void forward() { logits_ = pass_.forward(model_, samples_.images(), {.seed = 1}); }
  void loss() {
    benchmark::DoNotOptimize(
        SoftmaxCE{}.gradient(logits_, samples_.labels, pass_.output_gradient()));
  }
  void backward() { pass_.backward(model_); }
  void update() {
    adam_.update<float>(state_, model_.parameters(), pass_.gradients(), pass_.threads());
  }

 private:
  Samples samples_{training_batch};
  Model<FashionCnn> model_{1};
  TrainingPass<FashionCnn> pass_;
  Adam adam_;
  Adam::State<float> state_ = adam_.make_state<float>(FashionCnn::block_size);
  Batch<const float> logits_;
};

int threads_of(const benchmark::State& state) { return static_cast<int>(state.range(0)); }

void training_step(benchmark::State& state) {
  const Samples samples(training_batch);
  Model<FashionCnn> model{1};
  Trainer trainer(model, SoftmaxCE{}, Adam{},
                  {.batch_size = training_batch, .threads = threads_of(state)});
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(trainer.step(samples.images(), samples.labels));
  }
  state.SetItemsProcessed(state.iterations() * training_batch);
}

void phase_forward(benchmark::State& state) {
  Step step(threads_of(state));
  for ([[maybe_unused]] auto _ : state) step.forward();
}

void phase_loss(benchmark::State& state) {
  Step step(threads_of(state));
  step.forward();
  for ([[maybe_unused]] auto _ : state) step.loss();
}

/// With the loss, since `backward` may write over its gradient; the loss takes next to nothing.
void phase_backward(benchmark::State& state) {
  Step step(threads_of(state));
  step.forward();
  for ([[maybe_unused]] auto _ : state) {
    step.loss();
    step.backward();
  }
}

void phase_update(benchmark::State& state) {
  Step step(threads_of(state));
  step.forward();
  step.loss();
  step.backward();
  for ([[maybe_unused]] auto _ : state) step.update();
}

void inference(benchmark::State& state) {
  const Index batch = state.range(1);
  const Samples samples(batch);
  const Model<FashionCnn> model{1};
  Inference<FashionCnn> infer(batch, threads_of(state));
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(infer(model, samples.images()));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

std::vector<std::int64_t> thread_counts() {
  if (default_threads() == 1) return {1};
  return {1, default_threads()};
}

void each_thread_count(benchmark::internal::Benchmark* entry) {
  entry->ArgName("threads")->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const auto threads : thread_counts()) entry->Arg(threads);
}

void each_batch_size(benchmark::internal::Benchmark* entry) {
  entry->ArgNames({"threads", "batch"})
      ->ArgsProduct({thread_counts(), {1, 32, 100, 500}})
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

BENCHMARK(training_step)->Apply(each_thread_count);
BENCHMARK(phase_forward)->Apply(each_thread_count);
BENCHMARK(phase_loss)->Apply(each_thread_count);
BENCHMARK(phase_backward)->Apply(each_thread_count);
BENCHMARK(phase_update)->Apply(each_thread_count);
BENCHMARK(inference)->Apply(each_batch_size);

}  // namespace
