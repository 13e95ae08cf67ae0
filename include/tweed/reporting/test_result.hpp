#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/image.hpp>
#include <tweed/metrics/confusion_matrix.hpp>
#include <tweed/reporting/number_format.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// A number that says how good a model is.
struct Measure {
  std::string key = {};   ///< for programs: "test_accuracy"
  std::string name = {};  ///< for people: "accuracy"
  double value = 0.0;
  bool is_share = true;  ///< of 1, told in percent; otherwise a number in units of its own
  bool more_is_better = true;

  std::string text() const {
    return is_share ? reporting::percent(value, 2) : reporting::significant(value);
  }
};

/// A sample that was taken for something else, the two likeliest classes, and how likely.
struct Mistake {
  Index sample = 0;
  Label label = 0;
  std::array<Label, 2> likeliest{};
  std::array<double, 2> probabilities{};  ///< in [0, 1]
  Image image = {};                       ///< without pixels where samples are no images
};

/// What was shown, what was wanted and what came, as pictures.
struct Example {
  std::string caption;
  Image input;
  Image wanted;
  Image found;
  bool is_bad = false;  ///< one of the worst, and not of the first
};

/// One number that a network predicts, for some of the samples: what it is and what came.
struct PredictedNumber {
  std::string name;
  std::vector<double> wanted;
  std::vector<double> found;
};

/// How well a model does on data that it was not trained with. What does not apply is empty.
struct TestResult {
  std::string called = "samples";  ///< what samples are called
  Index samples = 0;
  double loss = 0.0;
  std::vector<Measure> measures = {};   ///< the most telling first; none where the loss says all
  std::vector<std::string> names = {};  ///< of classes, or of labels of which a sample has several
  std::vector<ClassMetrics> classes = {};  ///< of each of them
  bool counts_pixels = false;              ///< whether those are counts of pixels
  std::optional<ConfusionMatrix> confusion = {};
  std::vector<Mistake> mistakes = {};  ///< the surest first
  std::vector<Example> examples = {};
  std::vector<PredictedNumber> numbers = {};

  /// By its key, "test_accuracy". Throws Error where there is none.
  double measure(const std::string& key) const {
    const auto found = std::ranges::find(measures, key, &Measure::key);
    if (found == measures.end()) throw Error(tweed::detail::text("test result: it has no ", key));
    return found->value;
  }

  /// The classes that a sample is of or was taken for, by their places.
  std::vector<std::size_t> seen_classes() const {
    std::vector<std::size_t> seen;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (classes[i].samples + classes[i].predicted > 0) seen.push_back(i);
    }
    return seen;
  }
};

namespace reporting {

/// "loss 0.2812, accuracy 90.12 %"
[[gnu::cold]] inline std::string measures_text(const TestResult& result) {
  std::string text = "loss ";
  text += fixed(result.loss, 4);
  for (const Measure& measure : result.measures) {
    text += tweed::detail::text(", ", measure.name, " ", measure.text());
  }
  return text;
}

}  // namespace reporting

/// Loss, measures and a table of the classes, as lines.
[[gnu::cold]] inline std::ostream& operator<<(std::ostream& out, const TestResult& result) {
  using namespace reporting;
  out << "Test on " << result.samples << ' ' << result.called << ": " << measures_text(result)
      << '\n';
  if (result.classes.empty()) return out;
  int width = 14;
  for (const std::string& name : result.names) {
    width = std::max(width, static_cast<int>(std::ssize(name)) + 2);
  }
  const auto line = [&](const std::string& name, const std::string& count,
                        const std::string& precision, const std::string& recall) {
    out << align_left(name, width) << align_right(count, 8) << align_right(precision, 12)
        << align_right(recall, 10);
  };
  const auto share = [](double value) { return std::isnan(value) ? "-" : percent(value, 1); };
  out << '\n';
  line("class", result.counts_pixels ? "pixels" : result.called, "precision", "recall");
  out << (result.counts_pixels ? align_right("IoU", 10) : "") << '\n';
  for (const std::size_t i : result.seen_classes()) {
    const ClassMetrics& found = result.classes[i];
    line(result.names[i], std::to_string(found.samples), share(found.precision()),
         share(found.recall()));
    out << (result.counts_pixels ? align_right(share(found.iou()), 10) : "") << '\n';
  }
  return out;
}

}  // namespace TWEED_NAMESPACE
