#pragma once

#include <tweed/reporting/test_result.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// A number that a network predicts: what it is called, and how it comes from the network's output.
struct OutputUnit {
  std::string name = {};
  double scale = 1.0;   ///< the output is multiplied by it, such as a standard deviation,
  double offset = 0.0;  ///< and then this added, such as a mean
};

namespace reporting {

/// Draws a sample; none where samples are no images.
using DrawSample = std::function<std::optional<Image>(Index)>;

class TestGathering;

/// Makes a TestResult of outputs and targets, batch after batch. It knows no types of networks. Its
/// functions are in `test_collector_functions.hpp`.
class TestCollector {
 public:
  TestCollector(const Shape& output, Index samples, DrawSample draw);

  /// Outputs [n,classes], and a class for each sample.
  void add_classes(Index first, std::span<const float> logits, std::span<const Label> labels,
                   std::optional<Label> ignored);
  /// Outputs [n,h,w,classes], and a class for each pixel.
  void add_pixels(Index first, std::span<const float> logits, std::span<const Label> labels,
                  std::optional<Label> ignored, int threads);
  /// Outputs [n,labels] or masks [n,h,w,labels], above 0 for yes, and a target in [0, 1] for each.
  void add_masks(Index first, std::span<const float> logits, std::span<const float> targets);
  /// Outputs [n,...], and a number for each.
  void add_numbers(Index first, std::span<const float> outputs, std::span<const float> targets,
                   std::span<const OutputUnit> units);

  /// All that was added. Names are those of classes, labels or numbers, and counted where there are
  /// none.
  TestResult result(double loss, std::vector<std::string> names);

 private:
  std::shared_ptr<TestGathering> gathering_;
};

}  // namespace reporting

}  // namespace TWEED_NAMESPACE
