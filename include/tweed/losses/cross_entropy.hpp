#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/softmax.hpp>
#include <tweed/losses/loss.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>

namespace TWEED_NAMESPACE::detail {

/// Softmax and cross-entropy of single logits z [classes], with the settings of the loss that asks;
/// it owns nothing. For class weights w and a smoothing e, a label l stands for
/// q = (1 - e) w[l] one_hot(l) + e w / classes, probabilities t for q = w ((1 - e) t + e /
/// classes); the loss is sum(q (log(sum(exp(z))) - z)), and its gradient sum(q) softmax(z) - q.
struct CrossEntropy {
  /// How far from 1 probabilities may add up to.
  static constexpr double sum_tolerance = 1e-3;

  double smoothing;
  std::span<const double> class_weights;  ///< none: 1 each
  std::optional<Label> ignored;

  /// Shows `take(name, value)` each setting; those that are not used are left out.
  template <class Take>
  void visit(const Take& take) const {
    take("label_smoothing", smoothing);
    for (std::size_t c = 0; c < class_weights.size(); ++c)
      take(text("class_weight_", c).c_str(), class_weights[c]);
    if (ignored) take("ignored_label", Index{*ignored});
  }

  template <class T>
  LossSum loss(std::span<const T> z, Label label) const {
    if (ignored == label) return {};
    const Index classes = std::ssize(z);
    const double all = kernels::log_sum_exp(z.data(), classes);
    const auto wanted = static_cast<double>(z[static_cast<std::size_t>(label)]);
    LossSum sum{.correct = kernels::argmax(z.data(), classes) == label ? 1 : 0, .count = 1};
    if (class_weights.empty()) {
      sum.loss = all - (smoothing > 0.0 ? wanted + smoothing * (mean(z) - wanted) : wanted);
    } else {
      sum.loss = (1.0 - smoothing) * weight(label) * (all - wanted);
      for (std::size_t c = 0; smoothing > 0.0 && c < z.size(); ++c)
        sum.loss += of_each(classes) * class_weights[c] * (all - static_cast<double>(z[c]));
    }
    return sum;
  }

  template <class T>
  void gradient(std::span<const T> z, Label label, T* to) const {
    const Index classes = std::ssize(z);
    if (ignored == label) {
      std::fill_n(to, classes, T{});
      return;
    }
    kernels::softmax(z.data(), classes, to);
    if (class_weights.empty()) {
      const auto each = static_cast<T>(of_each(classes));
      to[label] -= static_cast<T>(1.0 - smoothing);
      for (Index c = 0; c < classes; ++c) to[c] -= each;
      return;
    }
    const double of_label = (1.0 - smoothing) * weight(label);
    double total = of_label;
    for (const double of_class : class_weights) total += of_each(classes) * of_class;
    for (std::size_t c = 0; c < z.size(); ++c)
      to[c] =
          static_cast<T>(total * static_cast<double>(to[c]) - of_each(classes) * class_weights[c]);
    to[label] -= static_cast<T>(of_label);
  }

  /// With a probability for each class.
  template <class T>
  LossSum loss(std::span<const T> z, std::span<const T> probabilities) const {
    const Index classes = std::ssize(z);
    const double all = kernels::log_sum_exp(z.data(), classes);
    LossSum sum{.count = 1};
    for (std::size_t c = 0; c < z.size(); ++c)
      sum.loss += share(probabilities, c) * (all - static_cast<double>(z[c]));
    const bool is_right =
        kernels::argmax(z.data(), classes) == kernels::argmax(probabilities.data(), classes);
    sum.correct = is_right ? 1 : 0;
    return sum;
  }

  template <class T>
  void gradient(std::span<const T> z, std::span<const T> probabilities, T* to) const {
    kernels::softmax(z.data(), std::ssize(z), to);
    double total = 0.0;
    for (std::size_t c = 0; c < z.size(); ++c) total += share(probabilities, c);
    for (std::size_t c = 0; c < z.size(); ++c)
      to[c] = static_cast<T>(total) * to[c] - static_cast<T>(share(probabilities, c));
  }

  /// What the sum of the losses is divided by: the weights of all labels that count.
  double divisor(std::span<const Label> labels) const {
    if (class_weights.empty() && !ignored) return static_cast<double>(labels.size());
    double sum = 0.0;
    for (const Label label : labels)
      if (ignored != label) sum += weight(label);
    return sum;
  }

  /// Throws Error, which begins with `loss`, for settings that cannot take effect.
  [[gnu::cold]] void check(const char* loss, Index classes) const {
    check_option(loss, "label_smoothing", smoothing, {.from = 0, .below = 1});
    if (!class_weights.empty() && std::ssize(class_weights) != classes) {
      throw Error(text(loss, ": it has ", class_weights.size(),
                       " class_weights, the network has classes 0 to ", classes - 1));
    }
    for (const double of_class : class_weights)
      check_option(loss, "one of class_weights", of_class, {.from = 0});
  }

  /// Throws Error for a label that is no class and not ignored.
  [[gnu::cold]] void check_labels(const char* loss, std::span<const Label> labels, Index classes,
                                  Index labels_of_sample) const {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if ((labels[i] >= 0 && labels[i] < classes) || ignored == labels[i]) continue;
      const auto at = static_cast<Index>(i);
      std::string message = text(loss, ": the label of ");
      if (labels_of_sample > 1) message += text("pixel ", at % labels_of_sample, " of ");
      throw Error(message + text("sample ", at / labels_of_sample, " is ", Index{labels[i]},
                                 ", the network has classes 0 to ", classes - 1));
    }
  }

  /// Throws Error for what is no probability, and where those of a sample do not add up to 1.
  template <class T>
  [[gnu::cold]] void check_probabilities(const char* loss, std::span<const T> targets,
                                         Index classes) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto sample = static_cast<Index>(i) / classes;
      const auto target = static_cast<double>(targets[i]);
      if (!(target >= 0.0 && target <= 1.0)) {
        throw Error(text(loss, ": a target of sample ", sample, " is ", target,
                         ", expected a probability, 0 to 1"));
      }
      sum += target;
      if ((static_cast<Index>(i) + 1) % classes != 0) continue;
      if (!(std::abs(sum - 1.0) <= sum_tolerance)) {
        throw Error(text(loss, ": the targets of sample ", sample, " add up to ", sum,
                         ", expected probabilities of each class, which add up to 1"));
      }
      sum = 0.0;
    }
  }

 private:
  double of_each(Index classes) const { return smoothing / static_cast<double>(classes); }
  double weight(Label label) const {
    return class_weights.empty() ? 1.0 : class_weights[static_cast<std::size_t>(label)];
  }

  template <class T>
  double share(std::span<const T> probabilities, std::size_t c) const {
    const double smoothed = (1.0 - smoothing) * static_cast<double>(probabilities[c]) +
                            of_each(std::ssize(probabilities));
    return class_weights.empty() ? smoothed : class_weights[c] * smoothed;
  }

  template <class T>
  static double mean(std::span<const T> z) {
    double sum = 0.0;
    for (const T logit : z) sum += static_cast<double>(logit);
    return sum / static_cast<double>(z.size());
  }
};

}  // namespace TWEED_NAMESPACE::detail
