#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/metrics/confusion_matrix.hpp>

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace fashion_mnist {

/// How well a network does on images that it was not trained with.
struct TestReport {
  tweed::Index images = 0;
  double loss = 0.0;
  double accuracy = 0.0;  ///< in [0, 1]
  std::vector<std::string> class_names = {};
  tweed::ConfusionMatrix confusion;

  tweed::Index classes() const { return confusion.classes(); }
  const std::string& class_name(tweed::Index i) const {
    return class_names[static_cast<std::size_t>(i)];
  }
};

/// An image that was taken for something else, and how sure the network was.
struct Mistake {
  tweed::Index image;
  tweed::Label predicted;
  double probability;
};

/// From the network's outputs [n,classes] for the samples of `data`.
TestReport make_test_report(const tweed::Dataset<>& data, std::span<const float> logits);

/// The `count` mistakes of which the network was surest, from the same numbers, the surest first.
std::vector<Mistake> surest_mistakes(const tweed::Dataset<>& data, std::span<const float> logits,
                                     std::size_t count);

/// Loss, accuracy and a table of the classes.
std::ostream& operator<<(std::ostream& out, const TestReport& report);

}  // namespace fashion_mnist
