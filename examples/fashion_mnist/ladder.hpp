#pragma once

#include "commands.hpp"

#include <tweed/data/dataset.hpp>
#include <tweed/training/history.hpp>

#include <array>
#include <span>
#include <string>
#include <vector>

namespace fashion_mnist {

/// The networks of the article, each one layer, or kind of layer, more than that before.
enum class LadderNetwork { two_convolutions, three_convolutions, extra_dropouts };

/// One step of the article's way to 90 %, and the test accuracies that others report for it.
struct LadderStage {
  std::string name;
  LadderNetwork network;
  Optimizer optimizer;
  tweed::Index steps;
  double article;            ///< in [0, 1]; where it tells a range, the middle
  std::string article_text;  ///< as it tells it
  double pytorch;            ///< the mean of two seeds
};

/// What came of one training.
struct LadderResult {
  tweed::History history;
  double accuracy = 0.0;  ///< on the test images
  double seconds = 0.0;   ///< of training
};

/// A stage and its results, one a seed.
struct LadderOutcome {
  LadderStage stage;
  std::vector<LadderResult> results;

  double mean_accuracy() const;
  double seconds() const;  ///< of all of them
};

/// What training a stage needs.
struct LadderTraining {
  const tweed::Dataset<>& train_data;
  const tweed::Dataset<>& test_data;
  std::uint64_t seed;
  int threads;
};

std::array<LadderStage, 5> ladder_stages();

/// Train one network each, so that each is compiled in a file of its own. Progress goes to stdout.
LadderResult train_two_convolutions(const LadderStage& stage, const LadderTraining& training);
LadderResult train_three_convolutions(const LadderStage& stage, const LadderTraining& training);
LadderResult train_extra_dropouts(const LadderStage& stage, const LadderTraining& training);

/// Writes table, plot and curves as a page; `remark` says what to think of them.
void write_ladder_page(const std::filesystem::path& path, std::span<const LadderOutcome> outcomes,
                       const std::string& remark);

}  // namespace fashion_mnist
