#pragma once

#include <tweed/io/model_info.hpp>
#include <tweed/reporting/advice.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/reporting/test_collector.hpp>
#include <tweed/reporting/training_facts.hpp>

#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// How a RunFolder goes about it. All of it may be left out.
struct RunOptions {
  bool resume = false;                   ///< goes on where the run in the folder was left
  Index checkpoint_every = 500;          ///< steps; 0: at the end alone
  std::string title = "A training run";  ///< of the report
  /// What the program says of the run: the report and metrics.json show it, and a run whose
  /// settings differ is not resumed.
  NamedTexts settings = {};
  /// Files of the program's own, written when the run begins: names, and what is to stand in them.
  NamedTexts files = {};
  /// What model.safetensors says. By default the data's class names, 1/255 where they are bytes,
  /// and the settings as a note.
  std::optional<ModelInfo> info = {};
  std::vector<OutputUnit> outputs = {};  ///< what a network predicts: numbers, or masks by name
  std::string how_to_go_on = "run the program again, with RunOptions{.resume = true}";
  /// How the program does what an advice says, in place of how any program may; empty for none.
  std::function<std::string(const Advice&)> how = {};
  std::function<void(Report&)> on_report = {};  ///< may change the report before it is written
  std::ostream* out = &std::cout;               ///< where progress and results are printed
  /// Gets a line about what is damaged and was passed over; by default it goes to stderr.
  std::function<void(const std::string&)> on_warning = {};
};

}  // namespace TWEED_NAMESPACE
