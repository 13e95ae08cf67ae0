// The convolution algorithms, pass by pass: time, GFLOP/s counted as if direct, and error against
// the reference. Wrong results are not timed: the program ends.
//
//   bench_conv --benchmark_filter=forward --benchmark_counters_tabular=true

#include "conv_case.hpp"
#include "eigen_im2col.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>

namespace {

using namespace tweed;
using namespace tweed::bench;

/// Something to time: a pass by one algorithm, or all three passes.
struct Candidate {
  std::string name;
  std::vector<Pass> passes;
  std::function<LayerMemory(const conv::Geometry&, Index batch, int threads)> memory;
  std::function<void(const conv::Geometry&, ConvTensors<float>&)> prepare;  // not timed
  std::function<void(const conv::Geometry&, ConvTensors<float>&)> run;
};

LayerMemory memory_of_plan(const conv::Plan& plan, const conv::Geometry& g, Index batch,
                           int threads) {
  return {.kept = conv::kept_bytes<float>(plan, g, batch),
          .scratch = conv::scratch_bytes<float>(plan, g, batch, threads)};
}

/// One pass by an algorithm of the library.
Candidate single_pass(Pass pass, conv::Algorithm algorithm) {
  const conv::Plan plan{algorithm, algorithm, algorithm};
  return {.name = std::string(name(pass)) + "/" + conv::name(algorithm),
          .passes = {pass},
          .memory = std::bind_front(memory_of_plan, plan),
          .prepare =
              [=](const auto& g, auto& tensors) {
                conv::forward(plan, g, tensors.forward());  // keeps what the gradients may use
              },
          .run =
              [=](const auto& g, auto& tensors) {
                switch (pass) {
                  case Pass::forward:
                    return conv::forward(plan, g, tensors.forward());
                  case Pass::input_gradient:
                    return conv::detail::input_gradient(algorithm, g, tensors.backward());
                  case Pass::kernel_gradient:
                    return conv::detail::kernel_gradient(algorithm, g, tensors.backward());
                }
              }};
}

/// All passes by a plan, as a layer runs them.
Candidate whole(const std::string& label, const conv::Plan& plan) {
  return {.name = "all/" + label,
          .passes = {all_passes.begin(), all_passes.end()},
          .memory = std::bind_front(memory_of_plan, plan),
          .prepare = [](const auto&, auto&) {},
          .run =
              [=](const auto& g, auto& tensors) {
                conv::forward(plan, g, tensors.forward());
                conv::backward(plan, g, tensors.backward());
              }};
}

/// One pass with Eigen's product.
Candidate baseline(Pass pass) {
  return {.name = std::string(name(pass)) + "/eigen",
          .passes = {pass},
          .memory = [](const auto& g, Index, int threads) -> LayerMemory {
            return {.scratch = EigenIm2col<float>::scratch_bytes(g, threads)};
          },
          .prepare = [](const auto&, auto&) {},
          .run =
              [=](const auto& g, auto& tensors) {
                switch (pass) {
                  case Pass::forward:
                    return EigenIm2col<float>::forward(g, tensors.forward());
                  case Pass::input_gradient:
                    return EigenIm2col<float>::input_gradient(g, tensors.backward());
                  case Pass::kernel_gradient:
                    return EigenIm2col<float>::kernel_gradient(g, tensors.backward());
                }
              }};
}

std::vector<Candidate> candidates(const ConvCase& example) {
  std::vector<Candidate> all;
  for (const Pass pass : all_passes) {
    if (example.tiny) all.push_back(single_pass(pass, conv::Algorithm::reference));
    all.push_back(baseline(pass));
    all.push_back(single_pass(pass, conv::Algorithm::im2col));
    if (pass != Pass::input_gradient) all.push_back(single_pass(pass, conv::Algorithm::direct));
  }
  all.push_back(whole("product", conv::select_product(example.geometry)));
  if (conv::Fft<float>::supports(example.geometry)) {
    all.push_back(single_pass(Pass::forward, conv::Algorithm::fft));
    all.push_back(whole("fft", {conv::Algorithm::fft, conv::Algorithm::fft, conv::Algorithm::fft}));
  }
  all.push_back(whole("selected", conv::select(example.geometry, example.batch)));
  return all;
}

/// The largest relative error on a few samples. Ends the program if it is too large.
double checked_error(const ConvCase& example, const Candidate& candidate, int threads) {
  constexpr double tolerance = 1e-4;
  const auto& g = example.geometry;
  ConvTensors<float> tensors(g, checked_batch, candidate.memory(g, checked_batch, threads),
                             threads);
  candidate.prepare(g, tensors);
  candidate.run(g, tensors);
  double worst = 0.0;
  for (const Pass pass : candidate.passes) {
    const double error =
        relative_error(tensors.result(pass), expected_results(example).result(pass));
    if (!(error <= tolerance)) {
      std::cerr << "bench_conv: " << example.name << '/' << candidate.name << " is wrong with "
                << threads << " threads: the relative error of " << name(pass) << " is " << error
                << ", at most " << tolerance << " is right\n";
      std::exit(EXIT_FAILURE);
    }
    worst = std::max(worst, error);
  }
  return worst;
}

void time_candidate(benchmark::State& state, const ConvCase& example, const Candidate& candidate) {
  const auto threads = static_cast<int>(state.range(0));
  const auto& g = example.geometry;
  state.counters["error"] = checked_error(example, candidate, threads);

  ConvTensors<float> tensors(g, example.batch, candidate.memory(g, example.batch, threads),
                             threads);
  candidate.prepare(g, tensors);
  const auto begin = std::chrono::steady_clock::now();
  for ([[maybe_unused]] auto _ : state) {
    candidate.run(g, tensors);
    benchmark::ClobberMemory();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const Index products =
      std::ssize(candidate.passes) * example.batch * g.multiplications() * state.iterations();
  state.counters["GFLOP/s"] = 2e-9 * static_cast<double>(products) / seconds.count();
}

}  // namespace

int main(int argc, char** argv) {
  Eigen::setNbThreads(1);  // the threads are tweed's
  for (const ConvCase& example : conv_cases()) {
    for (const Candidate& candidate : candidates(example)) {
      auto* const entry =
          benchmark::RegisterBenchmark((example.name + "/" + candidate.name).c_str(),
                                       time_candidate, example, candidate)
              ->ArgName("threads")
              ->Arg(1)
              ->Unit(benchmark::kMillisecond)
              ->UseRealTime();
      if (default_threads() > 1) entry->Arg(default_threads());
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return EXIT_FAILURE;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
