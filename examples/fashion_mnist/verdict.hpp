#pragma once

#include "finished_run.hpp"

#include <string>
#include <vector>

namespace fashion_mnist {

/// Something to try, and the option of `train` for it, which may be empty.
struct Advice {
  std::string what;
  std::string why;
  std::string option = {};
};

/// A run in words.
struct Verdict {
  std::string headline;
  std::string summary;
  std::vector<Advice> next;
};

Verdict verdict_on(const FinishedRun& run);

}  // namespace fashion_mnist
