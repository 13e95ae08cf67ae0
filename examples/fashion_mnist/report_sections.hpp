#pragma once

#include "finished_run.hpp"

#include <string>

/// The parts of the report, each as HTML.
namespace fashion_mnist {

/// Which classes were taken for which.
std::string confusion_section(const TestReport& test);

/// Precision and recall of each class.
std::string classes_section(const TestReport& test);

/// The images that were taken for something else with the greatest certainty.
std::string mistakes_section(const FinishedRun& run);

/// The kernels of the first convolution.
std::string filters_section(const Model<FashionCnn>& model);

/// Its layers, drawn.
std::string network_section(const Model<FashionCnn>& model);

/// What each part of a step takes.
std::string time_section(const StepProfile& profile);

/// How it was trained, and on what.
std::string settings_section(const FinishedRun& run);

}  // namespace fashion_mnist
