#pragma once

#include <tweed/reporting/advice.hpp>
#include <tweed/reporting/finished_run.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// Means over some steps in a row.
struct Stretch {
  double loss = 0.0;
  double accuracy = 0.0;
};

[[gnu::cold]] inline Stretch mean_of(std::span<const StepRecord> steps) {
  Stretch mean;
  for (const StepRecord& step : steps) {
    mean.loss += step.loss / static_cast<double>(steps.size());
    mean.accuracy += step.accuracy / static_cast<double>(steps.size());
  }
  return mean;
}

/// From the last fifth of training and the fifth before.
[[gnu::cold]] inline void add_advice_on_length(const FinishedRun& run, std::vector<Advice>& to) {
  using Kind = Advice::Kind;
  const std::span<const StepRecord> steps = run.history.steps;
  const std::size_t fifth = steps.size() / 5;
  const std::string twice = tweed::detail::text(".steps = ", 2 * steps.size());
  if (run.facts.epochs(std::ssize(steps)) < 1.0) {
    to.push_back(
        {Kind::longer, "Train for longer", "It has not seen all of the training data yet.", twice});
    return;
  }
  if (fifth < 10) {
    to.push_back(
        {Kind::longer, "Train for longer", "So few steps say little about the network.", twice});
    return;
  }
  const double before = mean_of(steps.last(2 * fifth).first(fifth)).loss;
  const double last = mean_of(steps.last(fifth)).loss;
  const double fall = before > 0.0 ? 1.0 - last / before : 0.0;
  const bool is_constant = steps.front().learning_rate == steps.back().learning_rate;
  if (fall > 0.03) {
    to.push_back({Kind::longer, "Train for longer",
                  tweed::detail::text("The loss was still falling: by ", percent(fall, 0),
                                      " from the fourth fifth of training to the last."),
                  twice});
  } else if (is_constant && steps.back().learning_rate > 0.0) {
    to.push_back({Kind::smaller_steps, "Finish with smaller steps",
                  "The loss hardly fell any more in the last fifth of training. A learning rate "
                  "that falls to 0 lets it settle.",
                  ".schedule = CosineSchedule{}"});
  }
}

/// Dropout and augmentation were at work in training, so that the network did better than its
/// training accuracy.
[[gnu::cold]] inline void add_advice_on_overfitting(const FinishedRun& run,
                                                    std::vector<Advice>& to) {
  const std::span<const StepRecord> steps = run.history.steps;
  const Stretch trained = mean_of(steps.last(std::min<std::size_t>(steps.size(), 100)));
  const auto tested = std::ranges::find(run.test.measures, "test_accuracy", &Measure::key);
  std::string why;
  if (tested != run.test.measures.end()) {
    if (trained.accuracy - tested->value < 0.02) return;
    why = tweed::detail::text("It is right about ", percent(trained.accuracy, 1),
                              " of what it trains with, but ", percent(tested->value, 1),
                              " of what is new");
  } else {
    if (run.test.samples == 0 || run.test.loss < 1.5 * trained.loss) return;
    why = tweed::detail::text("Its loss is ", significant(trained.loss),
                              " on what it trains with, but ", significant(run.test.loss),
                              " on what is new");
  }
  const bool are_images = run.test.called == "images";
  why += tweed::detail::text(": it begins to learn by heart. ",
                             are_images ? "Images that are moved and mirrored at random are harder "
                                          "to learn so."
                                        : "More data, dropout or weight decay make that harder.");
  to.push_back({Advice::Kind::more_samples,
                tweed::detail::text("Show it more different ", run.test.called), why,
                are_images ? ".augmentation = RandomCrop{.padding = 2}" : ".weight_decay = 0.01"});
}

[[gnu::cold]] inline void add_advice_on_setup(const FinishedRun& run, std::vector<Advice>& to) {
  if (run.facts.optimizer == "sgd") {
    to.push_back({Advice::Kind::another_optimizer, "Let Adam choose the size of the steps",
                  "Plain gradient descent takes the same step in every direction; many networks "
                  "learn several times faster with Adam.",
                  "Adam{}"});
  }
  if (run.facts.has_validation) return;
  to.push_back({Advice::Kind::validation, "Watch it on other data while it learns",
                tweed::detail::text("The test data should decide once, at the end. Set some "
                                    "training ",
                                    run.test.called,
                                    " aside, and the curves show when it stops getting better."),
                "split(train, 0.1)"});
}

}  // namespace detail

/// What to try next, by what the history and the test say: the most promising first. `how` says how
/// the program does it; without it, as a program with tweed may.
[[gnu::cold]] inline std::vector<Advice> advice_on(
    const FinishedRun& run, const std::function<std::string(const Advice&)>& how = {}) {
  std::vector<Advice> advice;
  if (run.history.steps.empty()) return advice;
  detail::add_advice_on_overfitting(run, advice);
  detail::add_advice_on_length(run, advice);
  detail::add_advice_on_setup(run, advice);
  advice.push_back({Advice::Kind::another_seed, "Try another seed",
                    "Weights and order come from the seed. Runs that differ in nothing else differ "
                    "in their results: compare several before you believe in a small gain.",
                    tweed::detail::text(".seed = ", run.facts.seed + 1)});
  for (Advice& one : advice) {
    if (how) one.how = how(one);
  }
  return advice;
}

/// The advice as a section. What breaks a line in `how` is a space in front of an option alone.
[[gnu::cold]] inline Section advice_section(const std::vector<Advice>& advice) {
  std::string html;
  for (const Advice& one : advice) {
    std::string item =
        html_element("h3", "", html_text(one.what)) + html_element("p", "", html_text(one.why));
    std::string code;
    for (std::size_t begin = 0; begin < one.how.size();) {
      const std::size_t end = std::min(one.how.find(" --", begin), one.how.size());
      if (begin > 0) code += ' ';
      code += html_element("span", "", html_text(one.how.substr(begin, end - begin)));
      begin = end + 1;
    }
    if (!code.empty()) item += html_element("code", "", code);
    html += html_element("li", "", item);
  }
  if (html.empty()) return {};
  return {.heading = "What to try next", .about = "", .html = html_element("ul", "advice", html)};
}

}  // namespace TWEED_NAMESPACE::reporting
