// Layers whose time is the way to memory: normalisation, pools, activations, joins and shapes, each
// alone, forward and backward, in GB/s of what it has to read and write, beside the speed of the
// memory.
//
//   bench_layers --threads=1 --batch=32 --filter=norm

#include "memory_peak.hpp"

#include <tweed/model/any_network.hpp>
#include <tweed/training/profile.hpp>
#include <tweed/tweed.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace tweed;

/// How often a layer goes through memory: statistics come before what they are needed for.
enum class Readings { once, twice };

struct Entry {
  std::string name;
  AnyLayer layer;
  bool is_join = false;
  Readings readings = Readings::once;
};

std::vector<Entry> entries() {
  const auto one = [](const std::string& name, const AnyLayer& layer) {
    return Entry{.name = name, .layer = layer};
  };
  const auto statistics = [](const std::string& name, const AnyLayer& layer) {
    return Entry{.name = name, .layer = layer, .readings = Readings::twice};
  };
  const auto join = [](const std::string& name, const AnyLayer& layer) {
    return Entry{.name = name, .layer = layer, .is_join = true};
  };
  return {statistics("batch_norm", BatchNormLayer{}),
          statistics("group_norm, 8 groups", GroupNormLayer{.groups = 8}),
          statistics("instance_norm", InstanceNormLayer{}),
          one("layer_norm", LayerNormLayer{}),
          one("rms_norm", RMSNormLayer{}),
          one("layer_scale", LayerScaleLayer{}),
          one("relu", ReLU{}),
          one("leaky_relu", LeakyReLULayer{}),
          one("hard_swish", HardSwish{}),
          one("silu", SiLU{}),
          one("gelu", GELU{}),
          one("tanh", Tanh{}),
          one("max_pool 2x2", MaxPoolLayer{.window = 2, .stride = 2}),
          one("max_pool 3x3, stride 2", MaxPoolLayer{.window = 3, .stride = 2}),
          one("average_pool 2x2", AveragePoolLayer{.window = 2, .stride = 2}),
          one("global_average_pool", GlobalAveragePool{}),
          one("upsample 2x2", UpsampleLayer{.factors = 2}),
          one("channel_shuffle", ChannelShuffleLayer{.groups = 4}),
          one("zero_pad", ZeroPadLayer{.padding = 1}),
          join("add", AddLayer{}),
          join("multiply", MultiplyLayer{}),
          join("concat", ConcatLayer{})};
}

/// The layer behind others that need its gradient and that nothing folds into. Images of
/// [56,56,64] go in.
AnyNetwork network_of(const Entry& entry) {
  AnyNetwork network;
  const auto image = network.input({58, 58, 64});
  const auto operand = [&] {
    return network.add(CropLayer{.sides = 1}, {network.add(LayerScaleLayer{}, {image})});
  };
  std::vector<AnyNetwork::Value> operands{operand()};
  if (entry.is_join) operands.push_back(operand());
  network.add(entry.layer, operands);
  return network;
}

/// GB/s of a phase that goes through memory more often than each number has to move.
double speed(const PhaseProfile& phase, Index more_bytes) {
  if (phase.median <= 0.0) return 0.0;
  return 1e-9 * static_cast<double>(phase.bytes + more_bytes) / phase.median;
}

void print(const Entry& entry, const ProfileOptions& options, double memory) {
  const Model<AnyNetwork> model(network_of(entry));
  const StepProfile step = profile_training_step(model, MeanSquaredError{}, SGD{}, options);
  const StageProfile& stage = step.stages.back();
  const Index numbers =
      options.batch_size * model.graph().input_of(model.graph().nodes.back()).size();
  const Index x = numbers * Index{sizeof(float)};
  const bool twice = entry.readings == Readings::twice;
  const double forward = speed(stage.forward, twice ? x : 0);
  const double backward = speed(stage.backward, twice ? 2 * x : 0);
  std::printf("%-24s %8.3f %7.1f %5.0f%% %10.3f %7.1f %5.0f%%\n", entry.name.c_str(),
              1e3 * stage.forward.median, forward, 100.0 * forward / memory,
              1e3 * stage.backward.median, backward, 100.0 * backward / memory);
}

void print_all(const ProfileOptions& options, const std::string& filter) {
  const int threads = options.threads == 0 ? default_threads() : options.threads;
  const double memory = bench::measured_memory_peak(threads);
  std::printf("batch %ld, threads %d, rounds %d; memory: %.1f GB/s\n\n",
              static_cast<long>(options.batch_size), threads, options.rounds, memory);
  std::printf("%-24s %8s %7s %6s %10s %7s %6s\n", "", "forward", "GB/s", "", "backward", "GB/s",
              "");
  for (const Entry& entry : entries()) {
    if (entry.name.find(filter) != std::string::npos) print(entry, options, memory);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program{"Times layers whose time is the way to memory.", "bench_layers"};
  program.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "bench_layers: " + std::string(error.what()) + "; see --help\n";
  });
  ProfileOptions options{.batch_size = 32, .threads = 0, .rounds = 20};
  std::string filter;
  program.add_option("--batch", options.batch_size, "Images a batch [32]")
      ->check(CLI::Range(1, 10'000));
  program.add_option("--threads", options.threads, "[all]")->check(CLI::Range(1, 1024));
  program.add_option("--rounds", options.rounds, "Steps that are timed [20]")
      ->check(CLI::Range(1, 1'000'000));
  program.add_option("--filter", filter, "Only layers with this in their name")->type_name("TEXT");
  try {
    program.parse(argc, argv);
    print_all(options, filter);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? EXIT_SUCCESS : 2;
  } catch (const std::exception& error) {
    std::cerr << "bench_layers: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
