#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>
#include <tweed/metrics/class_metrics.hpp>

#include <cmath>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace TWEED_NAMESPACE {

/// How well each of several labels that a sample may have was recognised, from the logits of a
/// network that was trained with `SigmoidCE`: above 0 is yes. Of masks, [h,w,labels], each pixel
/// counts as a sample. It is a `Metric`.
class MultiLabelMetrics {
 public:
  /// Throws Error unless there is one label at least.
  explicit MultiLabelMetrics(Index labels) : of_labels_(checked(labels)) {}

  /// Counts samples by their logits [n,labels] or [n,h,w,labels] and targets, above 1/2 for yes.
  /// Throws Error, having counted none, unless there is a target for each logit, and a logit, or a
  /// channel, for each label.
  template <class T>
  void add(const Batch<const T>& logits, std::span<const std::type_identity_t<T>> targets) {
    const bool fits = logits.shape.size() == labels() || logits.shape.channels == labels();
    if (!fits || std::ssize(targets) != logits.size()) {
      throw Error(detail::text("MultiLabelMetrics: ", logits.count, " samples of ",
                               to_string(logits.shape), " logits and ", std::ssize(targets),
                               " targets do not fit ", labels(), " labels"));
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
      ClassMetrics& label = of_labels_[i % of_labels_.size()];
      const bool wanted = targets[i] > T{0.5};
      const bool found = logits.data[i] > T{};
      label.samples += wanted ? 1 : 0;
      label.predicted += found ? 1 : 0;
      label.correct += wanted && found ? 1 : 0;
    }
  }

  Index labels() const { return std::ssize(of_labels_); }
  const ClassMetrics& of_label(Index label) const {
    return of_labels_[static_cast<std::size_t>(label)];
  }

  /// As a `Metric` it is `f1`.
  double value() const { return f1(); }

  /// F1 of all labels counted together: the "micro" average of scikit-learn.
  double f1() const {
    ClassMetrics all;
    for (const ClassMetrics& label : of_labels_) {
      all.samples += label.samples;
      all.predicted += label.predicted;
      all.correct += label.correct;
    }
    return all.f1();
  }

  /// The mean over all labels, where a NaN counts as 0: the "macro" average of scikit-learn.
  double mean_f1() const { return mean(&ClassMetrics::f1); }
  double mean_iou() const { return mean(&ClassMetrics::iou); }

 private:
  double mean(double (ClassMetrics::*metric)() const) const {
    double sum = 0.0;
    for (const ClassMetrics& label : of_labels_) {
      if (const double value = (label.*metric)(); !std::isnan(value)) sum += value;
    }
    return sum / static_cast<double>(labels());
  }

  static std::size_t checked(Index labels) {
    detail::check_option("MultiLabelMetrics", "labels", labels, {.from = 1, .to = 1e9});
    return static_cast<std::size_t>(labels);
  }

  std::vector<ClassMetrics> of_labels_;
};

}  // namespace TWEED_NAMESPACE
