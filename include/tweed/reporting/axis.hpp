#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/reporting/number_format.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// How a chart's values lie along its height: from 0 on, by their logarithms, as parts of a whole,
/// or between the least and the greatest.
enum class Scale { linear, logarithmic, percent, fitted };

struct Range {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }

  /// This range, or from 0 to 1 where nothing was included.
  Range or_unit() const { return low <= high ? *this : Range{0.0, 1.0}; }
};

/// Where an axis begins and ends, and where it has marks.
struct Axis {
  Range range;
  std::vector<double> marks;
  bool is_logarithmic = false;

  /// 0 at the beginning of the axis, 1 at its end; never outside.
  double share(double value) const {
    const double from = on_scale(range.low);
    const double share =
        (on_scale(std::max(value, range.low)) - from) / (on_scale(range.high) - from);
    return std::clamp(share, 0.0, 1.0);
  }

 private:
  double on_scale(double value) const { return is_logarithmic ? std::log10(value) : value; }
};

namespace detail {

/// The distance of marks that leaves about `count` of them: 1, 2 or 5 times a power of ten.
inline double mark_distance(double length, int count) {
  const double least = length / count;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) return factor * power;
  }
  return 10.0 * power;
}

/// A range that has some length even where all values are the same, and at the ends of the numbers.
inline Range with_length(const Range& range) {
  constexpr double most = 1e300;
  const double low = std::clamp(range.low, -most, most);
  const double high = std::clamp(range.high, -most, most);
  const double least = 1e-9 * std::max({std::abs(low), std::abs(high), 1e-300});
  if (high - low > least) return {low, high};
  const double half = low == 0.0 ? 0.5 : 0.5 * std::abs(low);
  return {low - half, high + half};
}

}  // namespace detail

/// With about `count` marks.
[[gnu::cold]] inline Axis linear_axis(const Range& values, int count) {
  Axis axis{detail::with_length(values), {}, false};
  const double distance = detail::mark_distance(axis.range.high - axis.range.low, count);
  const double last = std::floor(axis.range.high / distance + 1e-9);
  for (double i = std::ceil(axis.range.low / distance - 1e-9); i <= last; i += 1.0) {
    axis.marks.push_back(i * distance + 0.0);  // no mark is -0
  }
  return axis;
}

/// Like a linear one, but from a mark to a mark.
[[gnu::cold]] inline Axis rounded_axis(const Range& values, int count) {
  const Range range = detail::with_length(values);
  const double distance = detail::mark_distance(range.high - range.low, count);
  return linear_axis(
      {std::floor(range.low / distance) * distance, std::ceil(range.high / distance) * distance},
      count);
}

/// What is not above 0 lies at its beginning.
[[gnu::cold]] inline Axis logarithmic_axis(const Range& range) {
  const double low = std::clamp(range.low, 1e-6, 1e300);
  const double high = std::clamp(range.high, 1.5 * low, 1e301);
  Axis axis{{low, high}, {}, true};
  const bool is_long = high / low > 200;
  const double step = std::pow(10.0, std::ceil(std::log10(high / low) / 10.0));  // ten at most
  for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= step) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double mark = factor * power;
      if (mark >= low && mark <= high && (!is_long || factor == 1.0)) axis.marks.push_back(mark);
    }
  }
  if (axis.marks.size() < 3) axis.marks = linear_axis(axis.range, 4).marks;
  return axis;
}

/// The axis of a scale for values in this range.
[[gnu::cold]] inline Axis axis_of(Scale scale, const Range& range) {
  switch (scale) {
    case Scale::logarithmic:
      return logarithmic_axis(range);
    case Scale::fitted:
      return rounded_axis(range, 5);
    case Scale::percent: {
      Axis axis = rounded_axis(range, 5);
      axis.range.low = std::max(axis.range.low, 0.0);
      axis.range.high = std::min(axis.range.high, 1.0);
      std::erase_if(axis.marks, [](double mark) { return mark < -1e-9 || mark > 1.0 + 1e-9; });
      return axis;
    }
    case Scale::linear:
      break;
  }
  return rounded_axis({std::min(range.low, 0.0), range.high}, 5);
}

/// As few decimals as tell the marks of an axis apart: "1500", "0.25", "0.001", "2e+06".
[[gnu::cold]] inline std::string mark_text(double mark, bool is_share) {
  const double value = is_share ? 100.0 * mark : mark;
  if (std::abs(value) >= 1e6 || (value != 0.0 && std::abs(value) < 1e-5)) {
    return tweed::detail::text(value);
  }
  int decimals = 0;
  for (double scaled = value; decimals < 6 && std::abs(scaled - std::round(scaled)) > 1e-6;
       scaled = value * std::pow(10.0, decimals)) {
    ++decimals;
  }
  return fixed(value, decimals) + (is_share ? "%" : "");
}

}  // namespace TWEED_NAMESPACE::reporting
