#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/data/dataset.hpp>

#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fashion_mnist {

/// How well one class was recognised.
struct ClassResult {
  std::string name;
  tweed::Index images = 0;     ///< that are of this class
  tweed::Index predicted = 0;  ///< that were taken for it
  tweed::Index right = 0;      ///< that are and were

  std::optional<double> precision() const;  ///< right / predicted; nothing if none was
  std::optional<double> recall() const;     ///< right / images; nothing if there are none
};

/// How well a network does on images that it was not trained with.
struct TestReport {
  tweed::Index images = 0;
  double loss = 0.0;
  double accuracy = 0.0;  ///< in [0, 1]
  std::vector<ClassResult> classes;
  std::vector<tweed::Index> confusion;  ///< [class,taken for]: how many images

  /// How many images of one class were taken for another, or for itself.
  tweed::Index taken(std::size_t label, std::size_t predicted) const {
    return confusion[label * classes.size() + predicted];
  }
};

/// An image that was taken for something else, and how sure the network was.
struct Mistake {
  tweed::Index image;
  std::size_t predicted;
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
