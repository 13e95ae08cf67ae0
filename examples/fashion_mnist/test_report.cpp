#include "test_report.hpp"

#include "format.hpp"

#include <tweed/losses/softmax_ce.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <ostream>
#include <utility>

namespace fashion_mnist {

namespace {

std::optional<double> share(tweed::Index part, tweed::Index all) {
  if (all == 0) return {};
  return static_cast<double>(part) / static_cast<double>(all);
}

std::string share_text(const std::optional<double>& share) {
  return share ? percent(*share, 1) : "-";
}

/// The network's outputs for sample `i`.
std::span<const float> outputs_of(const tweed::Dataset<>& data, std::span<const float> logits,
                                  tweed::Index i) {
  const std::size_t classes = data.class_names.size();
  return logits.subspan(static_cast<std::size_t>(i) * classes, classes);
}

std::size_t likeliest(std::span<const float> outputs) {
  return static_cast<std::size_t>(std::ranges::max_element(outputs) - outputs.begin());
}

std::size_t label_of(const tweed::Dataset<>& data, tweed::Index i) {
  return static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)]);
}

std::vector<tweed::Index> confusion_of(const tweed::Dataset<>& data,
                                       std::span<const float> logits) {
  const std::size_t classes = data.class_names.size();
  std::vector<tweed::Index> confusion(classes * classes);
  for (tweed::Index i = 0; i < data.size(); ++i) {
    ++confusion[label_of(data, i) * classes + likeliest(outputs_of(data, logits, i))];
  }
  return confusion;
}

std::vector<ClassResult> class_results(const std::vector<std::string>& names,
                                       const std::vector<tweed::Index>& confusion) {
  std::vector<ClassResult> results;
  for (const std::string& name : names) results.push_back({.name = name});
  for (std::size_t i = 0; i < confusion.size(); ++i) {
    const std::size_t label = i / names.size();
    const std::size_t predicted = i % names.size();
    results[label].images += confusion[i];
    results[predicted].predicted += confusion[i];
    if (label == predicted) results[label].right += confusion[i];
  }
  return results;
}

/// Softmax's largest value.
double largest_probability(std::span<const float> outputs) {
  const double largest = *std::ranges::max_element(outputs);
  double sum = 0.0;
  for (const float output : outputs) sum += std::exp(output - largest);
  return 1.0 / sum;
}

}  // namespace

std::optional<double> ClassResult::precision() const { return share(right, predicted); }
std::optional<double> ClassResult::recall() const { return share(right, images); }

TestReport make_test_report(const tweed::Dataset<>& data, std::span<const float> logits) {
  const tweed::Batch<const float> outputs{
      logits.data(), data.size(), {1, 1, std::ssize(data.class_names)}};
  const tweed::LossSum loss = tweed::SoftmaxCE{}.value(outputs, data.labels);
  std::vector<tweed::Index> confusion = confusion_of(data, logits);
  return {.images = loss.count,
          .loss = loss.mean_loss(),
          .accuracy = loss.accuracy(),
          .classes = class_results(data.class_names, confusion),
          .confusion = std::move(confusion)};
}

std::vector<Mistake> surest_mistakes(const tweed::Dataset<>& data, std::span<const float> logits,
                                     std::size_t count) {
  std::vector<Mistake> mistakes;
  for (tweed::Index i = 0; i < data.size(); ++i) {
    const auto outputs = outputs_of(data, logits, i);
    const std::size_t predicted = likeliest(outputs);
    if (predicted == label_of(data, i)) continue;
    mistakes.push_back({i, predicted, largest_probability(outputs)});
  }
  std::ranges::stable_sort(mistakes, std::greater<>{}, &Mistake::probability);
  mistakes.resize(std::min(mistakes.size(), count));
  return mistakes;
}

std::ostream& operator<<(std::ostream& out, const TestReport& report) {
  out << "Test on " << report.images << " images: loss " << fixed(report.loss, 4) << ", accuracy "
      << percent(report.accuracy, 2) << "\n\n";
  const auto line = [&out](const std::string& name, const std::string& images,
                           const std::string& precision, const std::string& recall) {
    out << align_left(name, 14) << align_right(images, 8) << align_right(precision, 12)
        << align_right(recall, 10) << '\n';
  };
  line("class", "images", "precision", "recall");
  for (const ClassResult& result : report.classes) {
    line(result.name, std::to_string(result.images), share_text(result.precision()),
         share_text(result.recall()));
  }
  return out;
}

}  // namespace fashion_mnist
