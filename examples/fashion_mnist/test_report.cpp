#include "test_report.hpp"

#include "format.hpp"

#include <tweed/losses/softmax_ce.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <ostream>

namespace fashion_mnist {

namespace {

std::string share_text(double share) { return std::isnan(share) ? "-" : percent(share, 1); }

/// The network's outputs for sample `i`.
std::span<const float> outputs_of(const tweed::Dataset<>& data, std::span<const float> logits,
                                  tweed::Index i) {
  const std::size_t classes = data.class_names.size();
  return logits.subspan(static_cast<std::size_t>(i) * classes, classes);
}

tweed::Label likeliest(std::span<const float> outputs) {
  return static_cast<tweed::Label>(std::ranges::max_element(outputs) - outputs.begin());
}

tweed::ConfusionMatrix confusion_of(const tweed::Dataset<>& data, std::span<const float> logits) {
  std::vector<tweed::Label> predicted;
  for (tweed::Index i = 0; i < data.size(); ++i) {
    predicted.push_back(likeliest(outputs_of(data, logits, i)));
  }
  tweed::ConfusionMatrix confusion(std::ssize(data.class_names));
  confusion.add(data.labels, predicted);
  return confusion;
}

/// Softmax's largest value.
double largest_probability(std::span<const float> outputs) {
  const double largest = *std::ranges::max_element(outputs);
  double sum = 0.0;
  for (const float output : outputs) sum += std::exp(output - largest);
  return 1.0 / sum;
}

}  // namespace

TestReport make_test_report(const tweed::Dataset<>& data, std::span<const float> logits) {
  const tweed::Batch<const float> outputs{
      logits.data(), data.size(), {1, 1, std::ssize(data.class_names)}};
  const tweed::LossSum loss = tweed::SoftmaxCE{}.value(outputs, data.labels);
  return {.images = loss.count,
          .loss = loss.mean_loss(),
          .accuracy = loss.accuracy(),
          .class_names = data.class_names,
          .confusion = confusion_of(data, logits)};
}

std::vector<Mistake> surest_mistakes(const tweed::Dataset<>& data, std::span<const float> logits,
                                     std::size_t count) {
  std::vector<Mistake> mistakes;
  for (tweed::Index i = 0; i < data.size(); ++i) {
    const auto outputs = outputs_of(data, logits, i);
    const tweed::Label predicted = likeliest(outputs);
    if (predicted == data.labels[static_cast<std::size_t>(i)]) continue;
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
  for (tweed::Index i = 0; i < report.classes(); ++i) {
    const tweed::ClassMetrics metrics = report.confusion.of_class(i);
    line(report.class_name(i), std::to_string(metrics.samples), share_text(metrics.precision()),
         share_text(metrics.recall()));
  }
  return out;
}

}  // namespace fashion_mnist
