// Which of its instruction sets tweed::compiled uses.

#include "instruction_set.hpp"

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/instruction_set.hpp>

#include <cstdlib>
#include <string>

namespace TWEED_NAMESPACE {

namespace kernels {

namespace {

struct Candidate {
  const InstructionSet& set;
  bool (*runs_here)();
};

bool always() { return true; }

#ifdef TWEED_SEVERAL_INSTRUCTION_SETS

bool has_v3() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

/// The best first.
const Candidate candidates[] = {
    {kernels_x86_64_v4, has_v4}, {kernels_x86_64_v3, has_v3}, {kernels_x86_64, always}};

#else

const Candidate candidates[] = {{kernels_one, always}};

#endif

[[noreturn]] void refuse(const std::string& asked, const std::string& found) {
  throw Error(detail::text("TWEED_INSTRUCTION_SET is \"", asked, "\", ", found));
}

const InstructionSet& asked_for(const std::string& asked) {
  std::string names;
  for (const auto& [set, runs_here] : candidates) {
    if (asked == set.name) {
      if (!runs_here()) refuse(asked, "which this machine does not have");
      return set;
    }
    names += names.empty() ? "" : ", ";
    names += set.name;
  }
  refuse(asked, "tweed::compiled was built for " + names);
}

const InstructionSet& choose() {
  const char* const asked = std::getenv("TWEED_INSTRUCTION_SET");
  if (asked != nullptr && *asked != '\0') return asked_for(asked);
  const Candidate* best = candidates;
  while (!best->runs_here()) ++best;
  return best->set;
}

const InstructionSet& chosen_set() {
  static const InstructionSet& set = []() -> const InstructionSet& {
    const InstructionSet& found = choose();
    found.set_kernels();
    return found;
  }();
  return set;
}

}  // namespace

void choose_kernels() { chosen_set(); }

}  // namespace kernels

std::string_view instruction_set() { return kernels::chosen_set().name; }

}  // namespace TWEED_NAMESPACE
