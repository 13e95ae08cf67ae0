#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/reporting/named_texts.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fashion_mnist {

/// What `fashion_mnist train` is asked for. What the members mean, the table in train_options.cpp
/// says, which also reads and checks them.
struct Train {
  std::filesystem::path data = {};
  tweed::Index steps = 1500;
  std::optional<tweed::Index> epochs = {};  ///< instead of `steps`
  tweed::Index batch_size = 100;

  std::string network = "reference";
  std::vector<tweed::Index> widths = {48, 192, 192};  ///< from here on not of the reference
  std::vector<tweed::Index> kernels = {3};
  std::vector<tweed::Index> depths = {1};
  std::string activation = "gelu";
  tweed::Index stem = 2;
  tweed::Index whiten = 0;
  double norm_momentum = 0.9;
  std::string pool = "max";
  double dropout = 0.0;
  double output_factor = 0.111;

  std::string optimizer = "adam";
  std::optional<double> learning_rate = {};  ///< by default the optimizer's usual one
  std::optional<double> momentum = {};       ///< likewise
  double companion_rate = 0.001;
  std::optional<tweed::Index> lookahead = {};
  double shift_rate = 1.0;
  double head_rate = 1.0;
  std::string schedule = "constant";
  double rise = 0.3;
  double first = 0.04;
  double last = 4e-6;
  double weight_decay = 0.0;
  std::string decay_of = "all";
  double clip_norm = 0.0;
  std::optional<double> average = {};

  double label_smoothing = 0.0;
  std::vector<std::string> augment = {};
  double validation_split = 0.0;
  std::optional<tweed::Index> early_stopping = {};
  std::string views = {};  ///< none

  std::uint64_t seed = 0;
  tweed::Index checkpoint_every = 500;
  int threads = 0;
  std::filesystem::path out = "runs/fashion_mnist";
  bool resume = false;        ///< goes on in `out`
  bool print_config = false;  ///< and nothing else

  double chosen_learning_rate() const;
  double chosen_momentum() const;
};

/// Adds all options of `train`, which end up in `train`. With --config, --resume or --recipe they
/// also come from a file, the configuration of a run or a recipe; what stands on the command line
/// goes before it. `check_options` is for when all have been read: it throws CLI::ValidationError
/// where one has no effect.
void add_options(CLI::App& command, Train& train);
void check_options(const CLI::App& command, const Train& train);

/// All options that have an influence on the result, by name, without those of no effect.
tweed::NamedTexts options_of(const Train& train);

/// These as a TOML file says them, and where the data are and how many threads work if that was
/// said: with --config the file repeats the run.
std::string config_text(const Train& train);

/// Where a run in `folder` keeps it.
inline std::filesystem::path config_in(const std::filesystem::path& folder) {
  return folder / "config.toml";
}

}  // namespace fashion_mnist
