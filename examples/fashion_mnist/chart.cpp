#include "chart.hpp"

#include "format.hpp"
#include "html.hpp"

#include <tweed/core/text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fashion_mnist {

using tweed::Index;
using tweed::detail::text;

namespace {

/// Measures of the picture, in units of SVG.
constexpr double width = 480;
constexpr double height = 280;
constexpr double left = 46;
constexpr double right = 12;
constexpr double top = 10;
constexpr double bottom = 44;

/// Of the page's style, for curve `i`.
std::string colour_name(std::size_t i) {
  constexpr std::size_t colours = 6;
  return text("c", static_cast<Index>(i % colours));
}

struct Range {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// Where an axis begins and ends, and where it has marks.
struct Axis {
  Range range;
  std::vector<double> marks;
  bool is_logarithmic = false;

  /// 0 at the beginning of the axis, 1 at its end; never outside.
  double share(double value) const {
    const auto on_scale = [this](double x) { return is_logarithmic ? std::log10(x) : x; };
    const double from = on_scale(range.low);
    const double share =
        (on_scale(std::max(value, range.low)) - from) / (on_scale(range.high) - from);
    return std::clamp(share, 0.0, 1.0);
  }
};

/// The distance of marks that leaves about `count` of them: 1, 2 or 5 times a power of ten.
double mark_distance(double length, int count) {
  const double least = length / count;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) return factor * power;
  }
  return 10.0 * power;
}

Axis linear_axis(Range range, int count) {
  if (!(range.high > range.low)) range = {range.low - 0.5, range.high + 0.5};
  Axis axis{range, {}, false};
  const double distance = mark_distance(range.high - range.low, count);
  const auto last = static_cast<Index>(std::floor(range.high / distance + 1e-9));
  for (auto i = static_cast<Index>(std::ceil(range.low / distance - 1e-9)); i <= last; ++i) {
    axis.marks.push_back(static_cast<double>(i) * distance);
  }
  return axis;
}

/// Like a linear one, but from a mark to a mark.
Axis rounded_axis(const Range& range, int count) {
  const double distance = mark_distance(std::max(range.high - range.low, 1e-12), count);
  return linear_axis(
      {std::floor(range.low / distance) * distance, std::ceil(range.high / distance) * distance},
      count);
}

Axis logarithmic_axis(const Range& range) {
  const double low = std::max(range.low, 1e-6);
  const double high = std::max(range.high, 1.5 * low);
  Axis axis{{low, high}, {}, true};
  const bool is_long = high / low > 200;
  for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= 10.0) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double mark = factor * power;
      if (mark >= low && mark <= high && (!is_long || factor == 1.0)) axis.marks.push_back(mark);
    }
  }
  if (axis.marks.size() < 3) axis.marks = linear_axis(axis.range, 4).marks;
  return axis;
}

Range range_of_x(const Chart& chart) {
  Range range;
  for (const Curve& curve : chart.curves) {
    for (const Point& point : curve.line) range.include(point.x);
  }
  return range.low <= range.high ? range : Range{0.0, 1.0};
}

/// What the lines go through, and nine tenths of what their spread does.
Range range_of_y(const Chart& chart) {
  Range range;
  for (const Curve& curve : chart.curves) {
    for (const Point& point : curve.line) range.include(point.y);
    for (const auto* edge : {&curve.lower, &curve.upper}) {
      std::vector<double> values;
      for (const Point& point : *edge) values.push_back(point.y);
      std::ranges::sort(values);
      if (values.empty()) continue;
      range.include(values[values.size() / 20]);
      range.include(values[values.size() - 1 - values.size() / 20]);
    }
  }
  return range.low <= range.high ? range : Range{0.0, 1.0};
}

Axis vertical_axis(const Chart& chart) {
  const Range range = range_of_y(chart);
  switch (chart.scale) {
    case Scale::logarithmic:
      return logarithmic_axis(range);
    case Scale::percent: {
      Axis axis = rounded_axis(range, 5);
      axis.range.low = std::max(axis.range.low, 0.0);
      axis.range.high = std::min(axis.range.high, 1.0);
      return axis;
    }
    case Scale::linear:
      break;
  }
  return rounded_axis({std::min(range.low, 0.0), range.high}, 5);
}

/// As few decimals as tell the marks of an axis apart: "1500", "0.25", "0.001".
std::string mark_text(double mark, Scale scale) {
  const double value = scale == Scale::percent ? 100.0 * mark : mark;
  int decimals = 0;
  while (decimals < 6 && std::abs(value * std::pow(10.0, decimals) -
                                  std::round(value * std::pow(10.0, decimals))) > 1e-6) {
    ++decimals;
  }
  return fixed(value, decimals) + (scale == Scale::percent ? "%" : "");
}

class Canvas {
 public:
  Canvas(Axis x, Axis y) : x_{std::move(x)}, y_{std::move(y)} {}

  std::string svg() const { return svg_; }

  void draw_axes(const Chart& chart) {
    for (const double mark : y_.marks) {
      svg_ += text("<line class=\"grid\" x1=\"", fixed(left, 0), "\" x2=\"",
                   fixed(width - right, 0), "\" y1=\"", y(mark), "\" y2=\"", y(mark), "\"/>");
      draw_text(fixed(left - 8, 0), y(mark), "end", mark_text(mark, chart.scale), "0.35em");
    }
    for (const double mark : x_.marks) {
      draw_text(x(mark), fixed(height - bottom + 20, 0), "middle", mark_text(mark, Scale::linear));
    }
    draw_text(fixed(width - right, 0), fixed(height - 2, 0), "end", chart.x_name);
  }

  void draw(const Curve& curve, std::size_t number) {
    const std::string colour = colour_name(number);
    if (!curve.lower.empty()) {
      std::vector<Point> outline = curve.upper;
      outline.insert(outline.end(), curve.lower.rbegin(), curve.lower.rend());
      svg_ += text("<polygon class=\"spread ", colour, "\" points=\"", points(outline), "\"/>");
    }
    if (curve.line.size() > 1) {
      svg_ += text("<polyline class=\"", colour, "\" points=\"", points(curve.line), "\"/>");
    }
    if (!curve.has_dots && curve.line.size() > 1) return;
    for (const Point& point : curve.line) {
      svg_ += text("<circle class=\"", colour, "\" r=\"3.5\" cx=\"", x(point.x), "\" cy=\"",
                   y(point.y), "\"/>");
    }
  }

 private:
  std::string x(double value) const {
    return fixed(left + x_.share(value) * (width - left - right), 1);
  }
  std::string y(double value) const {
    return fixed(height - bottom - y_.share(value) * (height - top - bottom), 1);
  }

  std::string points(const std::vector<Point>& line) const {
    std::string list;
    for (const Point& point : line) list += text(x(point.x), ",", y(point.y), " ");
    return list;
  }

  void draw_text(const std::string& at_x, const std::string& at_y, const std::string& anchor,
                 const std::string& content, const std::string& shift = "0") {
    svg_ += text("<text x=\"", at_x, "\" y=\"", at_y, "\" dy=\"", shift, "\" text-anchor=\"",
                 anchor, "\">", html_text(content), "</text>");
  }

  Axis x_;
  Axis y_;
  std::string svg_;
};

std::string legend(const std::vector<Curve>& curves) {
  std::string html;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    html += html_element("span", colour_name(i), html_text(curves[i].name));
  }
  return html_element("p", "legend", html);
}

}  // namespace

Curve smooth_curve(const std::string& name, const std::vector<double>& values,
                   std::size_t longest) {
  constexpr std::size_t most_points = 75;
  const std::size_t bucket = std::max<std::size_t>(1, (longest + most_points - 1) / most_points);
  Curve curve{.name = name, .line = {}};
  for (std::size_t begin = 0; begin < values.size(); begin += bucket) {
    const std::size_t end = std::min(begin + bucket, values.size());
    Range range;
    double sum = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      range.include(values[i]);
      sum += values[i];
    }
    const auto x = static_cast<double>(end);
    curve.line.push_back({x, sum / static_cast<double>(end - begin)});
    curve.lower.push_back({x, range.low});
    curve.upper.push_back({x, range.high});
  }
  return curve;
}

std::string html_chart(const Chart& chart) {
  Canvas canvas(linear_axis(range_of_x(chart), 5), vertical_axis(chart));
  canvas.draw_axes(chart);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) canvas.draw(chart.curves[i], i);
  std::string html = html_element("figcaption", "", html_text(chart.title));
  if (chart.curves.size() > 1) html += legend(chart.curves);
  html += text("<svg viewBox=\"0 0 ", fixed(width, 0), " ", fixed(height, 0),
               "\" role=\"img\" aria-label=\"", html_text(chart.title), "\">", canvas.svg(),
               "</svg>\n");
  return html_element("figure", "chart", html);
}

}  // namespace fashion_mnist
