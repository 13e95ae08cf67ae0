#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/metrics/class_metrics.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// How many samples, or pixels where each has a label, of each class were taken for which.
class ConfusionMatrix {
 public:
  /// What it takes at most: their counts are 8 GB.
  static constexpr Index most_classes = Index{1} << 15;

  /// What has the label `ignored_label`, if there is one, is not counted. Throws Error unless there
  /// are 1 to `most_classes`.
  explicit ConfusionMatrix(Index classes, std::optional<Label> ignored_label = {})
      : classes_(checked(classes)),
        ignored_label_(ignored_label),
        counts_(static_cast<std::size_t>(classes * classes)) {}

  /// Counts samples by their classes and the predicted ones. Throws Error, having counted none,
  /// unless there are as many of both and all are classes, or ignored.
  void add(std::span<const Label> labels, std::span<const Label> predicted) {
    if (labels.size() != predicted.size()) {
      throw Error(detail::text("confusion matrix: ", std::ssize(labels), " labels, but ",
                               std::ssize(predicted), " predictions"));
    }
    check(labels, "label", ignored_label_);
    check(predicted, "prediction", {});
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (ignored_label_ != labels[i]) ++counts_[at(labels[i], predicted[i])];
    }
  }

  /// Counts samples by their classes and the largest of their outputs [n,classes], or pixels by
  /// that of their channels [n,h,w,classes], for `measure`.
  template <class T>
  void add(const Batch<const T>& outputs, std::span<const Label> labels, int threads = 1) {
    constexpr Index grain = 1024;
    const Index channels = outputs.shape.channels;
    const Index count = outputs.count * outputs.shape.height * outputs.shape.width;
    predicted_.resize(static_cast<std::size_t>(count));
    parallel_ranges(count, grain, threads, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const T* const of = outputs.data + i * channels;
        predicted_[static_cast<std::size_t>(i)] =
            static_cast<Label>(std::max_element(of, of + channels) - of);
      }
    });
    add(labels, predicted_);
  }

  /// As a `Metric` it is the accuracy.
  double value() const { return accuracy(); }

  Index classes() const { return classes_; }
  bool ignores_labels() const { return ignored_label_.has_value(); }

  /// Samples of class `label` that were taken for `predicted`.
  Index count(Index label, Index predicted) const { return counts_[at(label, predicted)]; }

  Index samples() const {
    Index sum = 0;
    for (const Index count : counts_) sum += count;
    return sum;
  }

  ClassMetrics of_class(Index label) const {
    ClassMetrics result{.correct = count(label, label)};
    for (Index other = 0; other < classes_; ++other) {
      result.samples += count(label, other);
      result.predicted += count(other, label);
    }
    return result;
  }

  /// Share of the samples that were recognised; NaN without samples.
  double accuracy() const {
    Index correct = 0;
    for (Index label = 0; label < classes_; ++label) correct += count(label, label);
    return static_cast<double>(correct) / static_cast<double>(samples());
  }

  /// The mean over all classes, where a NaN counts as 0: the "macro" average of scikit-learn.
  double mean_precision() const { return mean(&ClassMetrics::precision); }
  double mean_recall() const { return mean(&ClassMetrics::recall); }
  double mean_f1() const { return mean(&ClassMetrics::f1); }
  double mean_iou() const { return mean(&ClassMetrics::iou); }

 private:
  static Index checked(Index classes) {
    detail::check_option("confusion matrix", "classes", classes,
                         {.from = 1, .to = static_cast<double>(most_classes)});
    return classes;
  }

  std::size_t at(Index label, Index predicted) const {
    return static_cast<std::size_t>(label * classes_ + predicted);
  }

  void check(std::span<const Label> classes, const char* what, std::optional<Label> ignored) const {
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if ((classes[i] < 0 || classes[i] >= classes_) && ignored != classes[i]) {
        throw Error(detail::text("confusion matrix: the ", what, " of sample ",
                                 static_cast<Index>(i), " is ", classes[i],
                                 ", expected classes 0 to ", classes_ - 1));
      }
    }
  }

  double mean(double (ClassMetrics::*metric)() const) const {
    double sum = 0.0;
    for (Index label = 0; label < classes_; ++label) {
      const double value = (of_class(label).*metric)();
      if (!std::isnan(value)) sum += value;
    }
    return sum / static_cast<double>(classes_);
  }

  Index classes_;
  std::optional<Label> ignored_label_;
  std::vector<Index> counts_;     ///< [classes,classes], the labels' rows
  std::vector<Label> predicted_;  ///< of the batch before
};

}  // namespace TWEED_NAMESPACE
