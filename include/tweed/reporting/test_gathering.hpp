#pragma once

#include <tweed/metrics/multi_label_metrics.hpp>
#include <tweed/metrics/regression_metrics.hpp>
#include <tweed/reporting/label_picture.hpp>
#include <tweed/reporting/sample_image.hpp>
#include <tweed/reporting/test_collector.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// What a TestCollector has gathered.
class TestGathering {
 public:
  TestGathering(const Shape& output, Index samples, DrawSample draw)
      : output_(output), samples_(samples), draw_(std::move(draw)) {
    result_.samples = samples;
  }

  /// Outputs [n,classes], and a class for each sample.
  [[gnu::cold]] void add_classes(Index first, std::span<const float> logits,
                                 std::span<const Label> labels, std::optional<Label> ignored) {
    const auto classes = static_cast<std::size_t>(output_.channels);
    if (!result_.confusion) result_.confusion.emplace(output_.channels, ignored);
    std::vector<Label> predicted;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto outputs = logits.subspan(i * classes, classes);
      const auto best = std::ranges::max_element(outputs) - outputs.begin();
      predicted.push_back(static_cast<Label>(best));
      if (best == labels[i] || ignored == labels[i]) continue;
      result_.mistakes.push_back(mistake(first + static_cast<Index>(i), labels[i], best, outputs));
    }
    result_.confusion->add(labels, predicted);
    if (result_.mistakes.size() > 50 * mistakes_shown_) keep_surest_mistakes();
  }

  /// Outputs [n,h,w,classes], and a class for each pixel.
  [[gnu::cold]] void add_pixels(Index first, std::span<const float> logits,
                                std::span<const Label> labels, std::optional<Label> ignored,
                                int threads) {
    if (!result_.confusion) result_.confusion.emplace(output_.channels, ignored);
    const auto pixels = static_cast<std::size_t>(output_.height * output_.width);
    const auto count = static_cast<Index>(labels.size() / pixels);
    result_.confusion->add(Batch<const float>{logits.data(), count, output_}, labels, threads);
    for (Index n = 0; n < count; ++n) {
      const auto wanted = labels.subspan(static_cast<std::size_t>(n) * pixels, pixels);
      const auto found = largest_channels(logits.data() + n * output_.size());
      Index wrong = 0;
      for (std::size_t i = 0; i < pixels; ++i) {
        wrong += wanted[i] != found[i] && ignored != wanted[i] ? 1 : 0;
      }
      add_example(first + n, static_cast<double>(wrong) / static_cast<double>(pixels), [&] {
        return std::pair(label_picture(wanted, output_.height, output_.width, output_.channels),
                         label_picture(found, output_.height, output_.width, output_.channels));
      });
    }
  }

  /// Outputs [n,labels] or masks [n,h,w,labels], above 0 for yes, and a target in [0, 1] for each.
  [[gnu::cold]] void add_masks(Index first, std::span<const float> logits,
                               std::span<const float> targets) {
    const Index count = std::ssize(targets) / output_.size();
    if (!masks_) masks_.emplace(output_.channels);
    masks_->add(Batch<const float>{logits.data(), count, output_}, targets);
    if (output_.is_vector()) return;
    const auto size = static_cast<std::size_t>(output_.size());
    for (Index n = 0; n < count; ++n) {
      const auto wanted = targets.subspan(static_cast<std::size_t>(n) * size, size);
      const auto found = logits.subspan(static_cast<std::size_t>(n) * size, size);
      Index wrong = 0;
      for (std::size_t i = 0; i < size; ++i) wrong += (wanted[i] > 0.5F) != (found[i] > 0.0F);
      add_example(first + n, static_cast<double>(wrong) / static_cast<double>(size), [&] {
        return std::pair(mask_picture(wanted, output_, 0.5F), mask_picture(found, output_, 0.0F));
      });
    }
  }

  /// Outputs [n,...], and a number for each.
  [[gnu::cold]] void add_numbers(Index first, std::span<const float> outputs,
                                 std::span<const float> targets,
                                 std::span<const OutputUnit> units) {
    const auto size = static_cast<std::size_t>(output_.size());
    const std::vector<double> found = in_units(outputs, units);
    const std::vector<double> wanted = in_units(targets, units);
    const Index count = std::ssize(targets) / output_.size();
    numbers_.add(Batch<const double>{found.data(), count, output_}, wanted);
    constexpr std::size_t numbers_shown = 4;
    const Index distance = std::max<Index>(1, (samples_ + points_shown_ - 1) / points_shown_);
    result_.numbers.resize(output_.is_vector() ? std::min(size, numbers_shown) : 0);
    for (Index n = 0; n < count; ++n) {
      const auto at = static_cast<std::size_t>(n) * size;
      for (std::size_t k = 0; k < result_.numbers.size() && (first + n) % distance == 0; ++k) {
        result_.numbers[k].wanted.push_back(wanted[at + k]);
        result_.numbers[k].found.push_back(found[at + k]);
      }
      if (output_.is_vector()) continue;
      double error = 0.0;
      for (std::size_t i = at; i < at + size; ++i) error += std::abs(found[i] - wanted[i]);
      add_example(first + n, error / static_cast<double>(size), [&] {
        return std::pair(picture_of(targets.subspan(at, size), output_),
                         picture_of(outputs.subspan(at, size), output_));
      });
    }
  }

  /// All that was added. Names are those of classes, labels or numbers, and counted where there are
  /// none.
  [[gnu::cold]] TestResult result(double loss, std::vector<std::string> names) {
    result_.loss = loss;
    if (result_.confusion) finish_classes();
    if (masks_) finish_masks();
    if (!result_.classes.empty()) {
      for (std::size_t i = names.size(); i < result_.classes.size(); ++i) {
        names.push_back(std::to_string(i));
      }
      names.resize(result_.classes.size());
      result_.names = std::move(names);
    } else if (numbers_seen()) {
      finish_numbers(names);
    }
    for (Shown& shown : firsts_) result_.examples.push_back(std::move(shown.example));
    std::erase_if(worst_, [](const Shown& shown) { return shown.sample < examples_shown_; });
    worst_.resize(std::min(worst_.size(), static_cast<std::size_t>(examples_shown_)));
    for (Shown& shown : worst_) {
      shown.example.is_bad = true;
      result_.examples.push_back(std::move(shown.example));
    }
    return std::move(result_);
  }

 private:
  static constexpr std::size_t mistakes_shown_ = 24;
  static constexpr Index examples_shown_ = 4;  // the first, and as many of the worst
  static constexpr Index points_shown_ = 600;

  struct Shown {
    Index sample = 0;
    double error = 0.0;
    Example example = {};
  };

  /// The two largest of softmax's values.
  static Mistake mistake(Index sample, Label label, std::ptrdiff_t best,
                         std::span<const float> outputs) {
    const auto largest = static_cast<double>(outputs[static_cast<std::size_t>(best)]);
    double sum = 0.0;
    std::size_t second = best == 0 ? 1 : 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      sum += std::exp(static_cast<double>(outputs[i]) - largest);
      if (static_cast<std::ptrdiff_t>(i) != best && outputs[i] > outputs[second]) second = i;
    }
    const double next = std::exp(static_cast<double>(outputs[second]) - largest) / sum;
    return {.sample = sample,
            .label = label,
            .likeliest = {static_cast<Label>(best), static_cast<Label>(second)},
            .probabilities = {1.0 / sum, next}};
  }

  void keep_surest_mistakes() {
    std::ranges::stable_sort(result_.mistakes, std::greater<>{},
                             [](const Mistake& mistake) { return mistake.probabilities[0]; });
    result_.mistakes.resize(std::min(result_.mistakes.size(), mistakes_shown_));
  }

  std::vector<Label> largest_channels(const float* logits) const {
    std::vector<Label> labels;
    for (Index at = 0; at < output_.size(); at += output_.channels) {
      const float* const of = logits + at;
      labels.push_back(static_cast<Label>(std::max_element(of, of + output_.channels) - of));
    }
    return labels;
  }

  std::vector<double> in_units(std::span<const float> values,
                               std::span<const OutputUnit> units) const {
    std::vector<double> converted(values.begin(), values.end());
    const auto size = static_cast<std::size_t>(output_.size());
    for (std::size_t i = 0; i < converted.size() && !units.empty(); ++i) {
      if (i % size >= units.size()) continue;
      const OutputUnit& unit = units[i % size];
      converted[i] = unit.scale * converted[i] + unit.offset;
    }
    return converted;
  }

  /// Keeps a sample among the first, or among the worst, the worst first, if it belongs there.
  template <class Pictures>
  void add_example(Index sample, double error, const Pictures& pictures) {
    const bool is_first = sample < examples_shown_;
    constexpr Index most = 2 * examples_shown_;  // the first may be among the worst
    const bool is_bad = std::ssize(worst_) < most || error > worst_.back().error;
    if (!is_first && !is_bad) return;
    const std::optional<Image> input = draw_(sample);
    if (!input) return;
    auto [wanted, found] = pictures();
    Shown shown{sample,
                error,
                {.caption = tweed::detail::text("sample ", sample),
                 .input = page_sized(*input),
                 .wanted = page_sized(wanted),
                 .found = page_sized(found)}};
    if (is_first) firsts_.push_back(shown);
    if (!is_bad) return;
    const auto place =
        std::ranges::find_if(worst_, [&](const Shown& other) { return error > other.error; });
    worst_.insert(place, std::move(shown));
    if (std::ssize(worst_) > most) worst_.pop_back();
  }

  void finish_classes() {
    const ConfusionMatrix& confusion = *result_.confusion;
    for (Index label = 0; label < confusion.classes(); ++label) {
      result_.classes.push_back(confusion.of_class(label));
    }
    const double accuracy = confusion.samples() > 0 ? confusion.accuracy() : 0.0;
    if (output_.is_vector()) {
      result_.measures = {{"test_accuracy", "accuracy", accuracy}};
    } else {
      result_.counts_pixels = true;
      result_.measures = {{"test_mean_iou", "mean IoU", confusion.mean_iou()},
                          {"test_accuracy", "pixel accuracy", accuracy}};
    }
    keep_surest_mistakes();
    for (Mistake& mistake : result_.mistakes) {
      if (const auto image = draw_(mistake.sample)) mistake.image = page_sized(*image);
    }
  }

  void finish_masks() {
    result_.counts_pixels = !output_.is_vector();
    for (Index label = 0; label < masks_->labels(); ++label) {
      result_.classes.push_back(masks_->of_label(label));
    }
    const double f1 = masks_->f1();
    result_.measures = {{"test_mean_iou", "mean IoU", masks_->mean_iou()},
                        {"test_f1", "F1", std::isnan(f1) ? 0.0 : f1}};
    if (output_.is_vector()) std::swap(result_.measures[0], result_.measures[1]);
  }

  bool numbers_seen() const { return !std::isnan(numbers_.mean_absolute_error()); }

  void finish_numbers(const std::vector<std::string>& names) {
    result_.measures = {
        {"test_rmse", "root mean squared error", numbers_.root_mean_squared_error(), false, false},
        {"test_mae", "mean absolute error", numbers_.mean_absolute_error(), false, false}};
    const double r2 = numbers_.r2();
    if (std::isfinite(r2)) result_.measures.push_back({"test_r2", "R\u00b2", r2, false});
    for (std::size_t k = 0; k < result_.numbers.size(); ++k) {
      result_.numbers[k].name = k < names.size() && !names[k].empty()
                                    ? names[k]
                                    : tweed::detail::text("output ", static_cast<Index>(k + 1));
    }
  }

  Shape output_;
  Index samples_;
  DrawSample draw_;
  TestResult result_;
  std::optional<MultiLabelMetrics> masks_;
  RegressionMetrics numbers_;
  std::vector<Shown> firsts_;
  std::vector<Shown> worst_;
};

}  // namespace TWEED_NAMESPACE::reporting
