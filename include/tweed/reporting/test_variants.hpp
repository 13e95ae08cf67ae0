#pragma once

#include <tweed/reporting/test_result.hpp>

#include <functional>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// A test in another way than the one that counts, on the same data.
struct TestVariant {
  std::string key = {};   ///< for programs: "raw_weights"
  std::string name = {};  ///< for people: "weights of the last step"
  TestResult test = {};
};

/// The test that counts beside others.
struct TestVariants {
  std::string chosen = {};  ///< how the one that counts was done
  std::string about = {};   ///< what the ways differ in
  std::vector<TestVariant> others = {};
};

/// Tests in other ways; none where there is no other way.
struct OtherTests {
  std::function<TestResult()> of_raw_weights = {};  ///< where the model has an average of weights
  std::function<TestResult()> of_single_view = {};  ///< where samples are looked at several times,
  Index views = 0;                                  ///< so many
};

/// Makes these tests. The functions are forgotten.
[[gnu::cold]] inline TestVariants run_tests(const OtherTests& tests) {
  const std::string average = tests.of_raw_weights ? "averaged weights" : "";
  const std::string views =
      tests.of_single_view ? tweed::detail::text("mean over ", tests.views, " views") : "";
  const auto joined = [](const std::string& weights, const std::string& looks) {
    return weights + (weights.empty() || looks.empty() ? "" : ", ") + looks;
  };
  TestVariants variants{.chosen = joined(average, views)};
  if (tests.of_raw_weights) {
    variants.about +=
        " Training ends with an average of the weights over its last steps, which is steadier than "
        "the weights of the last step.";
    variants.others.push_back(
        {"raw_weights", joined("weights of the last step", views), tests.of_raw_weights()});
  }
  if (tests.of_single_view) {
    variants.about += tweed::detail::text(" Each sample is looked at in ", tests.views,
                                          " ways, mirrored or moved; the mean of the outputs is "
                                          "what counts.");
    variants.others.push_back(
        {"single_view", joined(average, "each sample as it is"), tests.of_single_view()});
  }
  return variants;
}

}  // namespace TWEED_NAMESPACE::reporting
