// Where the time of a training step of the reference network goes, phase by phase: milliseconds,
// share of the step, GFLOP/s as if convolutions multiplied directly, GB/s of what has to be moved.
//
//   bench_step --threads=1 --batch=100 --rounds=50

#include "../examples/fashion_mnist/network.hpp"
#include "fma_peak.hpp"
#include "memory_peak.hpp"
#include "step_report.hpp"

#include <tweed/io/atomic_file.hpp>

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

namespace {

using namespace tweed;

using fashion_mnist::FashionCnn;

template <class Net>
StepProfile profile(const ProfileOptions& options) {
  return profile_training_step<Net>(SoftmaxCE{}, Adam{}, options);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program{"Times a training step of the reference network, phase by phase.", "bench_step"};
  program.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "bench_step: " + std::string(error.what()) + "; see --help\n";
  });
  ProfileOptions options{.batch_size = 100, .threads = 0, .rounds = 50};
  bool unfused = false;
  std::filesystem::path file;
  program.add_option("--batch", options.batch_size, "Images a batch [100]")
      ->check(CLI::Range(1, 10'000));
  program.add_option("--threads", options.threads, "[all]")->check(CLI::Range(1, 1024));
  program.add_option("--rounds", options.rounds, "Steps that are timed [50]")
      ->check(CLI::Range(1, 1'000'000));
  program.add_flag("--unfused", unfused, "Layer by layer, none run together");
  program.add_option("--json", file, "Write the numbers to this file, too")->type_name("FILE");
  try {
    program.parse(argc, argv);
    const auto step =
        unfused ? profile<Unfolded<FashionCnn>>(options) : profile<FashionCnn>(options);
    const bench::Peaks peaks{bench::measured_fma_peak(step.threads),
                             bench::measured_memory_peak(step.threads)};
    bench::print(step, peaks);
    if (!file.empty()) write_file_atomically(file, bench::json(step, peaks));
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? EXIT_SUCCESS : 2;
  } catch (const std::exception& error) {
    std::cerr << "bench_step: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
