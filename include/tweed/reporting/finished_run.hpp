#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/reporting/augmented_images.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/reporting/test_result.hpp>
#include <tweed/reporting/test_variants.hpp>
#include <tweed/reporting/training_facts.hpp>
#include <tweed/reporting/training_log.hpp>
#include <tweed/training/history.hpp>

#include <string>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// All that is known after training, without the types of model and data; what a run writes down is
/// made of this.
struct FinishedRun {
  std::string title;
  const TrainingFacts& facts;
  const NamedTexts& settings;  ///< what the program says of itself
  const History& history;
  const TrainingLog& log;  ///< of the last steps of `history`, those of this process
  const TestResult& test;
  const TestVariants& variants;
  const std::vector<AugmentedImage>& augmented;
  Index parameters = 0;
};

}  // namespace TWEED_NAMESPACE::reporting
