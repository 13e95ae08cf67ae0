#pragma once

#include "conv_checker.hpp"
#include "conv_means.hpp"
#include "peer_candidates.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The algorithm that `select` takes against all others and oneDNN: everything runs in turn, round
/// by round, so that what else the machine does meets all alike.
namespace tweed::bench {

/// One of those that are compared, with its measurements so far.
struct Contender {
  std::string name;
  bool is_own;
  bool is_selected;
  double error;
  std::unique_ptr<ReadyConvolution> convolution;
  std::vector<double> milliseconds;

  double least() const { return *std::min_element(milliseconds.begin(), milliseconds.end()); }
  double median() const {
    std::vector<double> sorted = milliseconds;
    const auto middle = sorted.begin() + std::ssize(sorted) / 2;
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
  }
};

/// Runs for about 50 ms, at least once. A first run that is not the only one warms up.
inline void measure(Contender& contender) {
  constexpr double slice = 50.0;
  using Milliseconds = std::chrono::duration<double, std::milli>;
  double total = 0.0;
  for (int runs = 0; total < slice; ++runs) {
    const auto begin = std::chrono::steady_clock::now();
    contender.convolution->run();
    const double time = Milliseconds(std::chrono::steady_clock::now() - begin).count();
    total += time;
    if (runs > 0 || time >= slice) contender.milliseconds.push_back(time);
  }
}

/// Measures all in turn. What is far behind after a few rounds need not run on.
inline void measure_rounds(std::vector<Contender>& contenders, int rounds) {
  constexpr double far_behind = 3.0;
  constexpr int rounds_of_all = 3;
  double least = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    for (Contender& c : contenders) {
      const bool matters = c.is_selected || !c.is_own;
      if (round < rounds_of_all || matters || c.least() < far_behind * least) measure(c);
    }
    for (const Contender& c : contenders) least = std::min(least, c.least());
  }
}

/// The measurements of one contender.
struct Measured {
  std::string name;
  double least = 0.0;  // ms
  double median = 0.0;
  double error = 0.0;

  Measured() = default;
  explicit Measured(const Contender& c)
      : name(c.name), least(c.least()), median(c.median()), error(c.error) {}
};

/// A row of the table.
struct Comparison {
  Measured selected;
  Measured own_best;
  std::optional<Measured> peer_direct;  ///< nothing without oneDNN
  std::optional<Measured> peer_best;

  explicit Comparison(const std::vector<Contender>& contenders) {
    std::optional<Measured> own;
    for (const Contender& c : contenders) {
      std::optional<Measured>& best = c.is_own ? own : peer_best;
      const Measured measured(c);
      if (!best || measured.least < best->least) best = measured;
      if (c.is_selected) selected = measured;
      if (!c.is_own && !peer_direct) peer_direct = measured;
    }
    own_best = *own;
  }

  double excess() const { return selected.least / own_best.least - 1.0; }
  std::optional<Ratios> ratios() const {
    if (!peer_direct) return {};
    return Ratios{peer_direct->least / selected.least, peer_best->least / selected.least};
  }
};

inline void print_head(Work work, int threads) {
  std::printf("\n%s, threads %d; ms are minima, ratios are oneDNN/ours\n", name(work), threads);
  std::printf("%-38s %-10s %8s %8s  %-10s %8s %7s  %8s %-16s %8s %7s %7s  %s\n", "shape",
              "selected", "ms", "median", "our best", "ms", "excess", "direct", "oneDNN's best",
              "ms", "direct", "best", "error");
}

inline void print_row(const ConvCase& example, const Comparison& row) {
  const auto& [selected, own_best, direct, best] = row;
  const std::string shape = example.name + " n" + std::to_string(example.batch);
  std::printf("%-38s %-10s %8.3f %8.3f  %-10s %8.3f %6.1f%%  ", shape.c_str(),
              selected.name.c_str(), selected.least, selected.median, own_best.name.c_str(),
              own_best.least, 100.0 * row.excess());
  if (direct) {
    std::printf("%8.3f %-16s %8.3f %7.2f %7.2f  ", direct->least, best->name.c_str(), best->least,
                row.ratios()->direct, row.ratios()->best);
  }
  std::printf("%.1e\n", selected.error);
  std::fflush(stdout);
}

/// All that can do the example.
inline std::vector<Candidate> candidates_of(const ConvCase& example) {
  auto all = own_candidates(example.geometry);
  for (Candidate& peer : peer_candidates(example.geometry, example.batch)) {
    all.push_back(std::move(peer));
  }
  return all;
}

/// They, checked and ready to run on `tensors`.
inline std::vector<Contender> contenders(const ConvCase& example, ConvTensors<float>& tensors,
                                         ConvChecker& checker, Work work, int threads) {
  const Algorithm selected = conv::select(example.geometry, example.batch);
  std::vector<Contender> all;
  for (const Candidate& c : candidates_of(example)) {
    const double error = checker.error(example, c, work, threads);
    all.push_back({c.name,
                   c.algorithm.has_value(),
                   c.algorithm == selected,
                   error,
                   c.ready(tensors, work, threads),
                   {}});
  }
  return all;
}

inline Comparison compare_one(const ConvCase& example, ConvChecker& checker, int rounds, Work work,
                              int threads) {
  ConvTensors<float> tensors(example.geometry, example.batch, !example.is_first);
  auto running = contenders(example, tensors, checker, work, threads);
  measure_rounds(running, rounds);
  return Comparison(running);
}

/// Checks everything first, convolution by convolution: what is right is made once for each.
inline void check_all(const ConvSuite& suite, ConvChecker& checker,
                      const std::vector<int>& thread_counts) {
  for (const ConvCase& example : suite.cases) {
    for (const Candidate& candidate : candidates_of(example)) {
      for (const Work work : {Work::forward, Work::all}) {
        for (const int threads : thread_counts) checker.error(example, candidate, work, threads);
      }
    }
  }
}

/// Prints a table for each kind of work at each number of threads, and then their means. Throws
/// tweed::Error for a wrong result.
inline void compare(const ConvSuite& suite, int rounds, const std::vector<int>& thread_counts) {
  ConvChecker checker;
  check_all(suite, checker, thread_counts);
  std::vector<TableMeans> means;
  for (const int threads : thread_counts) {
    for (const Work work : {Work::forward, Work::all}) {
      print_head(work, threads);
      TableMeans of_table(work, threads);
      for (const ConvCase& example : suite.cases) {
        const auto row = compare_one(example, checker, rounds, work, threads);
        print_row(example, row);
        of_table.add(example.geometry, row.excess(), row.ratios());
      }
      means.push_back(of_table);
    }
  }
  for (const TableMeans& of_table : means) of_table.print();
}

}  // namespace tweed::bench
