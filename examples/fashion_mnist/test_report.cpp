#include "test_report.hpp"

#include "format.hpp"

#include <tweed/losses/softmax_ce.hpp>

#include <algorithm>
#include <ostream>

namespace fashion_mnist {

namespace {

std::optional<double> share(tweed::Index part, tweed::Index all) {
  if (all == 0) return {};
  return static_cast<double>(part) / static_cast<double>(all);
}

std::string share_text(const std::optional<double>& share) {
  return share ? percent(*share, 1) : "-";
}

std::vector<ClassResult> class_results(const tweed::Dataset<>& data,
                                       const tweed::Batch<const float>& logits) {
  std::vector<ClassResult> results;
  for (const std::string& name : data.class_names) results.push_back({.name = name});
  for (tweed::Index i = 0; i < logits.count; ++i) {
    const float* const outputs = logits.sample(i);
    const auto best = std::max_element(outputs, outputs + logits.shape.channels) - outputs;
    const tweed::Index label = data.labels[static_cast<std::size_t>(i)];
    ++results[static_cast<std::size_t>(label)].images;
    ++results[static_cast<std::size_t>(best)].predicted;
    if (best == label) ++results[static_cast<std::size_t>(label)].right;
  }
  return results;
}

}  // namespace

std::optional<double> ClassResult::precision() const { return share(right, predicted); }
std::optional<double> ClassResult::recall() const { return share(right, images); }

TestReport make_test_report(const tweed::Dataset<>& data, std::span<const float> logits) {
  const tweed::Batch<const float> outputs{
      logits.data(), data.size(), {1, 1, std::ssize(data.class_names)}};
  const tweed::LossSum loss = tweed::SoftmaxCE{}.value(outputs, data.labels);
  return {.images = loss.count,
          .loss = loss.mean_loss(),
          .accuracy = loss.accuracy(),
          .classes = class_results(data, outputs)};
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
