#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <span>
#include <string>

namespace TWEED_NAMESPACE {

/// Share of the labels that were predicted, in [0, 1]. Throws Error unless there are as many
/// predictions, and one at least.
inline double accuracy(std::span<const Label> labels, std::span<const Label> predicted) {
  if (labels.size() != predicted.size() || labels.empty()) {
    throw Error(detail::text("accuracy: ", std::ssize(labels), " labels and ",
                             std::ssize(predicted), " predictions, expected one for each"));
  }
  Index correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) correct += labels[i] == predicted[i] ? 1 : 0;
  return static_cast<double>(correct) / static_cast<double>(labels.size());
}

/// Share of the samples whose label is among the `k` classes with the largest scores [n,classes]:
/// logits or probabilities. Among equal scores the lower class comes first; what is not a number
/// comes last. Throws Error unless labels and scores fit each other.
template <class T>
double top_k_accuracy(std::span<const T> scores, std::span<const Label> labels, Index k) {
  const Index samples = std::ssize(labels);
  const Index classes = samples == 0 ? 0 : std::ssize(scores) / samples;
  if (samples == 0 || classes < 1 || classes * samples != std::ssize(scores)) {
    throw Error(detail::text("top_k_accuracy: ", std::ssize(scores),
                             " scores do not make rows for ", samples, " labels"));
  }
  detail::check_option("top_k_accuracy", "k", k, {.from = 1});
  Index correct = 0;
  for (Index i = 0; i < samples; ++i) {
    const Index label = labels[static_cast<std::size_t>(i)];
    if (label < 0 || label >= classes) {
      throw Error(detail::text("top_k_accuracy: the label of sample ", i, " is ", label,
                               ", expected classes 0 to ", classes - 1));
    }
    const T* const row = scores.data() + i * classes;
    const bool is_number = row[label] == row[label];
    Index before = 0;  // classes that come before the label
    for (Index c = 0; c < classes; ++c) {
      before += row[c] > row[label] || (row[c] == row[label] && c < label) ? 1 : 0;
    }
    correct += is_number && before < k ? 1 : 0;
  }
  return static_cast<double>(correct) / static_cast<double>(samples);
}

}  // namespace TWEED_NAMESPACE
