#include "verdict.hpp"

#include "format.hpp"

#include <algorithm>
#include <cmath>

namespace fashion_mnist {

namespace {

/// Means over some steps in a row.
struct Stretch {
  double loss = 0.0;
  double accuracy = 0.0;
};

Stretch mean_of(std::span<const StepRecord> steps) {
  Stretch mean;
  for (const StepRecord& step : steps) {
    mean.loss += step.loss / static_cast<double>(steps.size());
    mean.accuracy += step.accuracy / static_cast<double>(steps.size());
  }
  return mean;
}

/// The two classes that are mixed up most: of `label`, so many were taken for `predicted`.
struct Mixture {
  Index label = 0;
  Index predicted = 0;
  Index images = 0;
};

Mixture worst_mixture(const ConfusionMatrix& confusion) {
  Mixture worst;
  for (Index label = 0; label < confusion.classes(); ++label) {
    for (Index predicted = 0; predicted < confusion.classes(); ++predicted) {
      const Index images = confusion.count(label, predicted);
      if (label != predicted && images > worst.images) worst = {label, predicted, images};
    }
  }
  return worst;
}

std::string seconds_text(double seconds) {
  if (seconds < 100) return fixed(seconds, seconds < 10 ? 1 : 0) + " s";
  return clock_time(seconds) + (seconds < 3600 ? " min" : " h");
}

/// How often training went through all of its data.
double epochs_of(const FinishedRun& run) {
  return static_cast<double>(std::ssize(run.history.steps)) *
         static_cast<double>(run.command.batch_size) / static_cast<double>(run.train_data.size());
}

/// What training took, or its last part if it was resumed.
std::string duration_text(const FinishedRun& run) {
  const auto timed = std::ssize(run.log.step_seconds());
  if (timed == 0) return "";
  const std::string part =
      timed < std::ssize(run.history.steps) ? "the last " + grouped(timed) + " of them " : "";
  const int threads = resolve_threads(run.command.threads);
  return ", " + part + "in " + seconds_text(run.log.seconds()) + " on " + std::to_string(threads) +
         (threads == 1 ? " thread" : " threads");
}

std::string training_text(const FinishedRun& run) {
  const auto steps = std::ssize(run.history.steps);
  const double epochs = epochs_of(run);
  return grouped(steps) + (steps == 1 ? " step of " : " steps of ") +
         grouped(run.command.batch_size) + " images, " + fixed(epochs, epochs < 10 ? 1 : 0) +
         " times through the training data" + duration_text(run) + ". ";
}

/// A class and how much of it was found.
std::string recall_text(const TestReport& test, Index label, double recall) {
  return test.class_name(label) + " (" + percent(recall, 1) + ")";
}

std::string classes_text(const TestReport& test) {
  const Mixture mixed = worst_mixture(test.confusion);
  if (mixed.images == 0) return "It made no mistake.";
  std::vector<double> recalls;
  for (Index label = 0; label < test.classes(); ++label) {
    const double recall = test.confusion.of_class(label).recall();
    recalls.push_back(std::isnan(recall) ? 0.0 : recall);
  }
  const auto [worst, best] = std::ranges::minmax_element(recalls);
  return "The class it finds best is " + recall_text(test, best - recalls.begin(), *best) +
         ", the hardest " + recall_text(test, worst - recalls.begin(), *worst) +
         ". Its most frequent mistake: of " +
         grouped(test.confusion.of_class(mixed.label).samples) + " images of the class " +
         test.class_name(mixed.label) + ", " + grouped(mixed.images) + " were taken for " +
         test.class_name(mixed.predicted) + ".";
}

/// From the last fifth of training and the fifth before.
void add_advice_on_length(const FinishedRun& run, std::vector<Advice>& to) {
  const std::span<const StepRecord> steps = run.history.steps;
  const std::size_t fifth = steps.size() / 5;
  const std::string twice = "--steps " + std::to_string(2 * steps.size());
  if (epochs_of(run) < 1.0) {
    to.push_back({"Train for longer", "It has not seen every training image yet.", twice});
    return;
  }
  if (fifth < 10) {
    to.push_back({"Train for longer", "So few steps say little about the network.", twice});
    return;
  }
  const double before = mean_of(steps.last(2 * fifth).first(fifth)).loss;
  const double last = mean_of(steps.last(fifth)).loss;
  const double fall = 1.0 - last / before;
  if (fall > 0.03) {
    to.push_back({"Train for longer",
                  "The loss was still falling: by " + percent(fall, 0) +
                      " from the fourth fifth of training to the last.",
                  twice});
  } else if (run.command.schedule == Schedule::constant) {
    to.push_back({"Finish with smaller steps",
                  "The loss hardly fell any more in the last fifth of training. A learning rate "
                  "that falls to 0 lets it settle.",
                  "--schedule cosine"});
  }
}

void add_advice_on_optimizer(const FinishedRun& run, std::vector<Advice>& to) {
  if (run.command.optimizer != Optimizer::sgd) return;
  to.push_back({"Let Adam choose the size of the steps",
                "Plain gradient descent takes the same step in every direction; this network "
                "learns several times faster with Adam.",
                "--optimizer adam"});
}

void add_advice_on_validation(const FinishedRun& run, std::vector<Advice>& to) {
  if (!run.history.validations.empty()) return;
  to.push_back({"Watch it on other images while it learns",
                "The test images should decide once, at the end. Set some training images aside, "
                "and the curves show when it stops getting better.",
                "--validation-split 0.1 --early-stopping 2"});
}

/// Dropout was at work in training, so that the network did better than its training accuracy.
void add_advice_on_overfitting(const FinishedRun& run, std::vector<Advice>& to) {
  const std::span<const StepRecord> steps = run.history.steps;
  const double trained = mean_of(steps.last(std::min<std::size_t>(steps.size(), 100))).accuracy;
  const double gap = trained - run.test.accuracy;
  if (gap < 0.02) return;
  to.push_back(
      {"Show it more different images",
       "It recognises " + percent(trained, 1) + " of the images it trains with, but " +
           percent(run.test.accuracy, 1) +
           " of new ones: it begins to learn them by heart. Images that are moved and "
           "mirrored at random are harder to learn so.",
       run.command.shift || run.command.flip ? "--weight-decay 0.05" : "--augment shift,flip"});
}

}  // namespace

Verdict verdict_on(const FinishedRun& run) {
  Verdict verdict;
  const auto images = static_cast<double>(run.test.images);
  verdict.headline = "It recognises " + grouped(std::llround(run.test.accuracy * images)) + " of " +
                     grouped(run.test.images) + " images it had never seen";
  verdict.summary = training_text(run) + classes_text(run.test);
  add_advice_on_overfitting(run, verdict.next);
  add_advice_on_length(run, verdict.next);
  add_advice_on_optimizer(run, verdict.next);
  add_advice_on_validation(run, verdict.next);
  verdict.next.push_back({"Try another seed",
                          "Weights and order come from the seed. Runs that differ in nothing else "
                          "end about half a point apart: compare several before you believe in a "
                          "small gain.",
                          "--seed " + std::to_string(run.command.seed + 1)});
  return verdict;
}

}  // namespace fashion_mnist
