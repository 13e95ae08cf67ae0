#pragma once

#include <tweed/reporting/finished_run.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

/// A run in words.
namespace TWEED_NAMESPACE::reporting {

namespace detail {

[[gnu::cold]] inline std::string seconds_text(double seconds) {
  if (seconds < 100) return fixed(seconds, seconds < 10 ? 1 : 0) + " s";
  return clock_time(seconds) + (seconds < 3600 ? " min" : " h");
}

/// What training took, or its last part if it was resumed.
[[gnu::cold]] inline std::string duration_text(const FinishedRun& run) {
  if (!run.log.has_steps()) return "";
  const auto timed = std::ssize(run.log.step_seconds());
  std::string text = ", ";
  if (timed < std::ssize(run.history.steps)) {
    text += tweed::detail::text("the last ", grouped(timed), " of them ");
  }
  return text + tweed::detail::text("in ", seconds_text(run.log.seconds()), " on ",
                                    run.facts.threads,
                                    run.facts.threads == 1 ? " thread" : " threads");
}

[[gnu::cold]] inline std::string training_text(const FinishedRun& run) {
  const auto steps = std::ssize(run.history.steps);
  const double epochs = run.facts.epochs(steps);
  return tweed::detail::text(grouped(steps), steps == 1 ? " step of " : " steps of ",
                             grouped(run.facts.batch_size * run.facts.accumulate), " ",
                             run.test.called, ", ", fixed(epochs, epochs < 10 ? 1 : 0),
                             " times through the training data", duration_text(run), ".");
}

/// The two classes that are mixed up most: of `label`, so many were taken for `predicted`.
struct Mixture {
  Index label = 0;
  Index predicted = 0;
  Index count = 0;
};

[[gnu::cold]] inline Mixture worst_mixture(const ConfusionMatrix& confusion) {
  Mixture worst;
  for (Index label = 0; label < confusion.classes(); ++label) {
    for (Index predicted = 0; predicted < confusion.classes(); ++predicted) {
      const Index count = confusion.count(label, predicted);
      if (label != predicted && count > worst.count) worst = {label, predicted, count};
    }
  }
  return worst;
}

/// The best and the worst class by `share`, such as recall; those of which there are no samples do
/// not count. `what` says behind the share what it is.
[[gnu::cold]] inline std::string best_and_worst(const TestResult& test,
                                                double (ClassMetrics::*share)() const,
                                                const char* what) {
  std::size_t best = test.classes.size();
  std::size_t worst = best;
  const auto value = [&](std::size_t i) { return (test.classes[i].*share)(); };
  for (std::size_t i = 0; i < test.classes.size(); ++i) {
    if (std::isnan(value(i)) || test.classes[i].samples == 0) continue;
    if (best == test.classes.size() || value(i) > value(best)) best = i;
    if (worst == test.classes.size() || value(i) < value(worst)) worst = i;
  }
  if (best == test.classes.size() || value(best) == value(worst)) return "";
  return tweed::detail::text(" The class it finds best is ", test.names[best], " (",
                             percent(value(best), 1), what, "), the hardest ", test.names[worst],
                             " (", percent(value(worst), 1), what, ").");
}

[[gnu::cold]] inline std::string classes_text(const TestResult& test) {
  if (test.classes.empty()) return "";
  if (test.counts_pixels) return best_and_worst(test, &ClassMetrics::iou, " IoU");
  if (!test.confusion) return best_and_worst(test, &ClassMetrics::f1, " F1");
  const Mixture mixed = worst_mixture(*test.confusion);
  if (mixed.count == 0) return " It made no mistake.";
  const auto label = static_cast<std::size_t>(mixed.label);
  return best_and_worst(test, &ClassMetrics::recall, " of them") +
         tweed::detail::text(" Its most frequent mistake: of ",
                             grouped(test.classes[label].samples), " ", test.called,
                             " of the class ", test.names[label], ", ", grouped(mixed.count),
                             mixed.count == 1 ? " was taken for " : " were taken for ",
                             test.names[static_cast<std::size_t>(mixed.predicted)], ".");
}

inline const Measure* find_measure(const TestResult& test, const char* key) {
  const auto found = std::ranges::find(test.measures, key, &Measure::key);
  return found == test.measures.end() ? nullptr : &*found;
}

}  // namespace detail

/// "It recognises 8,990 of 10,000 images it had never seen"
[[gnu::cold]] inline std::string headline_of(const FinishedRun& run) {
  using tweed::detail::text;
  const TestResult& test = run.test;
  if (test.samples == 0) {
    const double loss = run.history.steps.empty() ? 0.0 : run.history.steps.back().loss;
    return text("It was trained to a loss of ", significant(loss));
  }
  const std::string unseen = text(" ", test.called, " it had never seen");
  if (test.confusion && !test.counts_pixels) {
    const auto right =
        std::llround(test.measures[0].value * static_cast<double>(test.confusion->samples()));
    return text("It recognises ", grouped(right), " of ", grouped(test.confusion->samples()),
                unseen);
  }
  if (const Measure* error = detail::find_measure(test, "test_mae")) {
    const bool has_name = test.numbers.size() == 1 && !test.numbers[0].name.starts_with("output ");
    return text(has_name ? "It predicts the " + test.numbers[0].name : "Its predictions are right",
                " to within ", error->text(), " on average in", unseen);
  }
  if (const Measure* iou = detail::find_measure(test, "test_mean_iou"); iou && test.counts_pixels) {
    return text("What it finds and what is there overlap by ", percent(iou->value, 1), " in",
                unseen);
  }
  if (!test.measures.empty()) {
    return text("Its ", test.measures[0].name, " is ", test.measures[0].text(), " on", unseen);
  }
  return text("Its loss is ", significant(test.loss), " on ", grouped(test.samples), unseen);
}

/// How it was trained, and what is easy and hard for it.
[[gnu::cold]] inline std::string summary_of(const FinishedRun& run) {
  return detail::training_text(run) + detail::classes_text(run.test);
}

}  // namespace TWEED_NAMESPACE::reporting
