#pragma once

#include "finished_run.hpp"

#include <filesystem>

namespace fashion_mnist {

/// Writes a page for people: what happened and what to try next, curves, which classes are mixed
/// up, the surest mistakes, the first layer's filters, where the time goes, machine and settings.
void write_report(const std::filesystem::path& path, const FinishedRun& run);

}  // namespace fashion_mnist
