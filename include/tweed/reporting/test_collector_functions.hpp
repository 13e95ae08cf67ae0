#pragma once

#include <tweed/reporting/test_collector.hpp>
#include <tweed/reporting/test_gathering.hpp>

#include <memory>
#include <utility>

namespace TWEED_NAMESPACE::reporting {

TWEED_PREBUILT TestCollector::TestCollector(const Shape& output, Index samples, DrawSample draw)
    : gathering_(std::make_shared<TestGathering>(output, samples, std::move(draw))) {}

TWEED_PREBUILT void TestCollector::add_classes(Index first, std::span<const float> logits,
                                               std::span<const Label> labels,
                                               std::optional<Label> ignored) {
  gathering_->add_classes(first, logits, labels, ignored);
}

TWEED_PREBUILT void TestCollector::add_pixels(Index first, std::span<const float> logits,
                                              std::span<const Label> labels,
                                              std::optional<Label> ignored, int threads) {
  gathering_->add_pixels(first, logits, labels, ignored, threads);
}

TWEED_PREBUILT void TestCollector::add_masks(Index first, std::span<const float> logits,
                                             std::span<const float> targets) {
  gathering_->add_masks(first, logits, targets);
}

TWEED_PREBUILT void TestCollector::add_numbers(Index first, std::span<const float> outputs,
                                               std::span<const float> targets,
                                               std::span<const OutputUnit> units) {
  gathering_->add_numbers(first, outputs, targets, units);
}

TWEED_PREBUILT TestResult TestCollector::result(double loss, std::vector<std::string> names) {
  return gathering_->result(loss, std::move(names));
}

}  // namespace TWEED_NAMESPACE::reporting
