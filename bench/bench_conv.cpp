// The convolution algorithms on the shapes of known networks, beside oneDNN's where CMake finds it.
// Results are checked before they are timed; a wrong one ends the program.
//
//   bench_conv --suite=resnet50 --batch=1 --benchmark_counters_tabular=true
//   bench_conv --suite=all --compare=10      prints what `select` takes against all others, and the
//                                           means for each class of convolutions

#include "conv_checker.hpp"
#include "conv_compare.hpp"
#include "conv_options.hpp"
#include "fma_peak.hpp"
#include "peer_candidates.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tweed;
using namespace tweed::bench;

/// What all rows share.
struct Session {
  ConvChecker checker;
  std::map<int, double> fma_peak;  // GFLOP/s, by the number of threads
};

/// Wrong results end the program: they are not worth timing.
double error_or_exit(Session& session, const ConvCase& example, const Candidate& candidate,
                     Work work, int threads) {
  try {
    return session.checker.error(example, candidate, work, threads);
  } catch (const Error& error) {
    std::cerr << "bench_conv: " << error.what() << '\n';
    std::exit(EXIT_FAILURE);
  }
}

void time_candidate(benchmark::State& state, Session& session, const ConvCase& example,
                    const Candidate& candidate, Work work) {
  const auto threads = static_cast<int>(state.range(0));
  state.counters["error"] = error_or_exit(session, example, candidate, work, threads);

  ConvTensors<float> tensors(example.geometry, example.batch, !example.is_first);
  const auto convolution = candidate.ready(tensors, work, threads);
  const auto begin = std::chrono::steady_clock::now();
  for ([[maybe_unused]] auto _ : state) convolution->run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;

  const Index passes = work == Work::forward ? 1 : example.is_first ? 2 : 3;
  const Index products = passes * example.batch * example.geometry.multiplications();
  const double speed = 2e-9 * static_cast<double>(products * state.iterations()) / seconds.count();
  state.counters["GFLOP/s"] = speed;
  state.counters["of_peak"] = speed / session.fma_peak.at(threads);
  state.counters["workspace"] = static_cast<double>(convolution->workspace_bytes());
}

std::vector<Candidate> all_candidates(const ConvCase& example) {
  auto all = own_candidates(example.geometry);
  all.push_back(candidate_of(conv::select(example.geometry, example.batch)));
  all.back().name = "selected";
  for (Candidate& peer : peer_candidates(example.geometry, example.batch)) {
    all.push_back(std::move(peer));
  }
  return all;
}

void register_case(Session& session, const ConvCase& example,
                   const std::vector<int>& thread_counts) {
  const auto candidates = all_candidates(example);
  for (const Work work : {Work::forward, Work::all}) {
    for (const Candidate& candidate : candidates) {
      const std::string label = example.name + "/" + name(work) + "/" + candidate.name;
      auto* const entry = benchmark::RegisterBenchmark(
          label.c_str(), [&session, example, candidate, work](benchmark::State& state) {
            time_candidate(state, session, example, candidate, work);
          });
      entry->ArgName("threads")->Unit(benchmark::kMillisecond)->UseRealTime();
      for (const int threads : thread_counts) entry->Arg(threads);
    }
  }
}

/// All rows as Google Benchmark runs them.
void run_benchmarks(const ConvSuite& suite, const std::vector<int>& thread_counts) {
  Session session;
  for (const int threads : thread_counts) {
    session.fma_peak[threads] = measured_fma_peak(threads);
    benchmark::AddCustomContext("FMA peak, threads " + std::to_string(threads),
                                std::to_string(session.fma_peak[threads]) + " GFLOP/s");
  }
  for (const ConvCase& example : suite.cases) register_case(session, example, thread_counts);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const ConvOptions options = take_options(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return EXIT_FAILURE;
    std::vector<int> thread_counts{1};
    if (default_threads() > 1) thread_counts.push_back(default_threads());
    if (options.compares) {
      compare(options.suite, options.rounds, thread_counts);
    } else {
      run_benchmarks(options.suite, thread_counts);
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_conv: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
