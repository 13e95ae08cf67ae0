// The reference network: a whole training step at batch 100, and inference, with the model as it is
// and prepared. bench_step tells where the step's time goes.

#include "noise_images.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

namespace {

using namespace tweed;

using fashion_mnist::FashionCnn;

constexpr Index training_batch = 100;

int threads_of(const benchmark::State& state) { return static_cast<int>(state.range(0)); }

void training_step(benchmark::State& state) {
  const bench::NoiseImages samples(training_batch);
  Model<FashionCnn> model{1};
  Trainer trainer(model, SoftmaxCE{}, Adam{},
                  {.batch_size = training_batch, .threads = threads_of(state)});
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(trainer.step(samples.images(), samples.labels));
  }
  state.SetItemsProcessed(state.iterations() * training_batch);
}

void inference(benchmark::State& state) {
  const Index batch = state.range(1);
  const bench::NoiseImages samples(batch);
  const Model<FashionCnn> model{1};
  Inference<FashionCnn> infer(batch, threads_of(state));
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(infer(model, samples.images()));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * batch);
}

void prepared_inference(benchmark::State& state) {
  const Index batch = state.range(1);
  const bench::NoiseImages samples(batch);
  const PreparedModel prepared(Model<FashionCnn>{1}, batch);
  Inference infer(prepared, threads_of(state));
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(infer(prepared, samples.images()));
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
BENCHMARK(inference)->Apply(each_batch_size);
BENCHMARK(prepared_inference)->Apply(each_batch_size);

}  // namespace
