// Whether several threads still pay on a machine that does other things too: the reference network
// on one thread and on several, in turn, beside other processes that compute without a pause, which
// this program starts.
//
//   bench_busy --processes=2 --threads=2 --rounds=5

#include "busy_processes.hpp"
#include "noise_images.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace tweed;

using fashion_mnist::FashionCnn;

constexpr Index batch_size = 100;
constexpr int steps_of_round = 10;

struct Options {
  int processes = 2;
  int threads = default_threads();
  int rounds = 5;
};

template <class Work>
double milliseconds(const Work& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// One line for a round of both, and the worst ratio.
template <class One, class Several>
void compare(const char* name, const Options& options, const One& one, const Several& several) {
  one();
  several();
  std::vector<double> ratios;
  std::printf("%-18s %9s ms %7s ms %8s\n", name, "1 thread,",
              (std::to_string(options.threads) + ',').c_str(), "ratio");
  for (int round = 0; round < options.rounds; ++round) {
    const double alone = milliseconds(one);
    const double together = milliseconds(several);
    ratios.push_back(together / alone);
    std::printf("%-18s %12.2f %10.2f %8.2f\n", "", alone, together, ratios.back());
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("%-18s %12s %10.2f %8.2f\n", "", "median, worst", ratios[ratios.size() / 2],
              ratios.back());
}

void compare_single_images(const Options& options, const bench::NoiseImages& samples) {
  const Model<FashionCnn> model{1};
  Inference<FashionCnn> one(1, 1);
  Inference<FashionCnn> several(1, options.threads);
  const auto predict_with = [&](auto& infer) {
    return [&] {
      for (Index i = 0; i < batch_size; ++i) infer(model, samples.image(i));
    };
  };
  compare("100 single images", options, predict_with(one), predict_with(several));
}

void compare_training_steps(const Options& options, const bench::NoiseImages& samples) {
  Model<FashionCnn> model_of_one{1};
  Model<FashionCnn> model_of_several{1};
  Trainer one(model_of_one, SoftmaxCE{}, Adam{}, {.batch_size = batch_size, .threads = 1});
  Trainer several(model_of_several, SoftmaxCE{}, Adam{},
                  {.batch_size = batch_size, .threads = options.threads});
  const auto train_with = [&](auto& trainer) {
    return [&] {
      for (int i = 0; i < steps_of_round; ++i) trainer.step(samples.images(), samples.labels);
    };
  };
  compare("10 training steps", options, train_with(one), train_with(several));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program{"Times one thread and several beside busy processes.", "bench_busy"};
  program.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "bench_busy: " + std::string(error.what()) + "; see --help\n";
  });
  Options options;
  program.add_option("--processes", options.processes, "Busy ones that are started [2]")
      ->check(CLI::Range(0, 1024));
  program.add_option("--threads", options.threads, "[all]")->check(CLI::Range(1, 1024));
  program.add_option("--rounds", options.rounds, "[5]")->check(CLI::Range(1, 1'000'000));
  try {
    program.parse(argc, argv);
    const bench::NoiseImages samples(batch_size);
    const bench::BusyProcesses busy(options.processes);
    compare_single_images(options, samples);
    compare_training_steps(options, samples);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? EXIT_SUCCESS : 2;
  } catch (const std::exception& error) {
    std::cerr << "bench_busy: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
