#pragma once

#include <tweed/io/training_settings.hpp>
#include <tweed/losses/loss.hpp>
#include <tweed/reporting/named_texts.hpp>
#include <tweed/reporting/sample_image.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

namespace reporting {

/// What is known of a training without knowing its types.
struct TrainingFacts {
  Index steps = 0;  ///< that it was to take
  Index samples = 0;
  Index batch_size = 0;
  Index accumulate = 1;  ///< batches a step
  std::uint64_t seed = 0;
  int threads = 1;
  std::string optimizer = {};  ///< "adam"; empty where it does not say
  double learning_rate = 0.0;  ///< as it was given
  bool has_validation = false;
  NamedTexts settings = {};         ///< of optimiser, loss and options
  std::string called = "samples";   ///< what samples are called: "images"
  std::string counted = "samples";  ///< what the loss counts: "images", "pixels"

  /// How often `steps` of them go through all of the data.
  double epochs(Index steps_done) const {
    return static_cast<double>(steps_done) * static_cast<double>(batch_size * accumulate) /
           static_cast<double>(std::max<Index>(samples, 1));
  }
};

/// The facts that follow from the settings alone. It is in `training_facts_functions.hpp`.
TWEED_PREBUILT TrainingFacts facts_of(const tweed::detail::TrainingSettings& settings);

/// "weight-decay" and "weight_decay" as "weight decay".
[[gnu::cold]] inline std::string spoken(std::string name) {
  for (char& letter : name) {
    if (letter == '_' || letter == '-') letter = ' ';
  }
  return name;
}

/// The facts of a `Training`.
template <class Training>
[[gnu::cold]] TrainingFacts facts_of(const Training& training) {
  TrainingFacts facts = facts_of(tweed::detail::training_settings(training));
  facts.steps = training.steps();
  facts.threads = training.threads();
  using Loss = std::remove_cvref_t<decltype(training.loss())>;
  const bool counts_pixels = tweed::detail::PixelLoss<Loss, typename Training::Scalar>;
  facts.called = samples_called(training.model().input_shape());
  facts.counted = counts_pixels ? "pixels" : facts.called;
  return facts;
}

}  // namespace reporting

}  // namespace TWEED_NAMESPACE
