#pragma once

#include "conv_candidate.hpp"
#include "conv_suites.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

namespace tweed::bench {

/// Convolutions that are alike in how they can be made fast.
enum class ConvClass { small, large, grouped, pointwise, strided };

constexpr std::array<const char*, 5> conv_class_names{"3x3", "5x5 and 7x7", "depthwise", "1x1",
                                                      "strided"};

constexpr ConvClass class_of(const conv::Geometry& g) {
  if (g.groups > 1) return ConvClass::grouped;
  if (g.rows.stride > 1 || g.columns.stride > 1) return ConvClass::strided;
  if (g.taps() == 1) return ConvClass::pointwise;
  return g.taps() <= 9 ? ConvClass::small : ConvClass::large;
}

/// How many times as long as ours a peer takes: its direct algorithm, and its best one.
struct Ratios {
  double direct;
  double best;
};

/// The means over some convolutions.
class Means {
 public:
  void add(double excess, const std::optional<Ratios>& ratios) {
    ++rows_;
    excess_ += excess;
    if (!ratios) return;
    ++peer_rows_;
    direct_ += std::log(ratios->direct);
    best_ += std::log(ratios->best);
    least_ = std::min(least_, ratios->best);
  }

  void print(const char* what) const {
    if (rows_ == 0) return;
    std::printf("%-18s %6d %9.1f%%", what, rows_, 100.0 * excess_ / rows_);
    if (peer_rows_ > 0) {
      std::printf(" %8.2f %8.2f %8.2f", std::exp(direct_ / peer_rows_),
                  std::exp(best_ / peer_rows_), least_);
    }
    std::printf("\n");
  }

 private:
  int rows_ = 0;
  int peer_rows_ = 0;
  double excess_ = 0.0;
  double direct_ = 0.0;  // sums of logarithms
  double best_ = 0.0;
  double least_ = std::numeric_limits<double>::infinity();
};

/// The means of a table, by class and over all.
class TableMeans {
 public:
  TableMeans(Work work, int threads) : work_(work), threads_(threads) {}

  void add(const conv::Geometry& g, double excess, const std::optional<Ratios>& ratios) {
    by_class_[static_cast<std::size_t>(class_of(g))].add(excess, ratios);
    all_.add(excess, ratios);
  }

  void print() const {
    std::printf("\n%s, threads %d; geometric means of oneDNN/ours\n", name(work_), threads_);
    std::printf("%-18s %6s %10s %8s %8s %8s\n", "class", "shapes", "excess", "direct", "best",
                "least");
    for (std::size_t i = 0; i < by_class_.size(); ++i) by_class_[i].print(conv_class_names[i]);
    all_.print("all");
  }

 private:
  Work work_;
  int threads_;
  std::array<Means, conv_class_names.size()> by_class_;
  Means all_;
};

}  // namespace tweed::bench
