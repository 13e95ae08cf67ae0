#pragma once

#include <tweed/core/text.hpp>
#include <tweed/training/profile.hpp>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <string>

/// The profile of a training step as a table and as JSON.
namespace tweed::bench {

/// What the machine can do with the threads of a profile.
struct Peaks {
  double gigaflops;
  double gigabytes;
};

namespace detail {

/// Rates of what takes no time say nothing.
constexpr double negligible_seconds = 1e-6;

inline std::string decimal(double number, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

inline std::string rate_text(double seconds, double rate) {
  return seconds < negligible_seconds || rate == 0.0 ? "" : decimal(rate, 1);
}

inline void print_phase(const std::string& name, const char* pass, const PhaseProfile& phase,
                        const PhaseProfile& whole) {
  std::printf("%-34s %-8s %8.3f %8.3f %6.1f%% %9s %8s\n", name.c_str(), pass, 1e3 * phase.median,
              1e3 * phase.minimum, 100.0 * phase.median / whole.median,
              rate_text(phase.median, phase.gigaflops()).c_str(),
              rate_text(phase.median, phase.gigabytes()).c_str());
}

inline nlohmann::ordered_json json_of(const std::string& name, const char* pass,
                                      const PhaseProfile& phase) {
  return {{"name", name},
          {"pass", pass},
          {"median_ms", 1e3 * phase.median},
          {"minimum_ms", 1e3 * phase.minimum},
          {"multiply_adds", phase.multiply_adds},
          {"bytes", phase.bytes}};
}

/// Calls `use(name, pass, phase)` for each phase in the order in which they run.
template <class Use>
void for_each_phase(const StepProfile& step, const Use& use) {
  for (const StageProfile& stage : step.stages) use(stage.name, "forward", stage.forward);
  use("loss", "", step.loss);
  for (auto stage = step.stages.rbegin(); stage != step.stages.rend(); ++stage) {
    if (stage->backward.median > 0.0) use(stage->name, "backward", stage->backward);
  }
  use("optimizer", "", step.optimizer);
}

}  // namespace detail

inline void print(const StepProfile& step, const Peaks& peaks) {
  std::printf("batch %ld, threads %d, rounds %d; the machine's peaks: %.0f GFLOP/s, %.1f GB/s\n\n",
              static_cast<long>(step.batch_size), step.threads, step.rounds, peaks.gigaflops,
              peaks.gigabytes);
  for (const StageProfile& stage : step.stages) {
    std::printf("%-34s %s -> %s\n", stage.name.c_str(), stage.description.c_str(),
                to_string(stage.output).c_str());
  }
  std::printf("\n%-34s %-8s %8s %8s %7s %9s %8s\n", "phase", "", "ms", "minimum", "share",
              "GFLOP/s", "GB/s");
  detail::for_each_phase(step,
                         [&](const std::string& name, const char* pass, const PhaseProfile& phase) {
                           detail::print_phase(name, pass, phase, step.whole);
                         });
  detail::print_phase("whole step", "", step.whole, step.whole);
}

inline std::string json(const StepProfile& step, const Peaks& peaks) {
  nlohmann::ordered_json phases = nlohmann::ordered_json::array();
  detail::for_each_phase(step,
                         [&](const std::string& name, const char* pass, const PhaseProfile& phase) {
                           phases.push_back(detail::json_of(name, pass, phase));
                         });
  const nlohmann::ordered_json all{{"batch_size", step.batch_size},
                                   {"threads", step.threads},
                                   {"rounds", step.rounds},
                                   {"peak_gigaflops", peaks.gigaflops},
                                   {"peak_gigabytes", peaks.gigabytes},
                                   {"phases", phases},
                                   {"whole", detail::json_of("whole step", "", step.whole)}};
  return all.dump(2) + '\n';
}

}  // namespace tweed::bench
