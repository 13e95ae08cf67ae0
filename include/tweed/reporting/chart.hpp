#pragma once

#include <tweed/core/text.hpp>
#include <tweed/reporting/axis.hpp>
#include <tweed/reporting/html.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

struct Point {
  double x;
  double y;
};

/// How a curve is drawn: through its points, with a dot at each besides, as dots alone, or as bars
/// from 0, each as wide as there is room.
enum class Drawn { line, dotted_line, points, bars };

/// Values of a chart. Between `lower` and `upper`, which have the x of `line` or are empty, lies
/// the spread of the values that it stands for.
struct Curve {
  std::string name;
  std::vector<Point> line;
  std::vector<Point> lower = {};
  std::vector<Point> upper = {};
  Drawn drawn = Drawn::line;
};

/// A picture of curves. What is not finite is left out.
struct Chart {
  std::string title;
  std::string x_name = "step";
  Scale scale = Scale::linear;
  std::vector<Curve> curves;
};

namespace detail {

/// Measures of the picture, in units of SVG.
inline constexpr double chart_width = 480;
inline constexpr double chart_height = 280;
inline constexpr double chart_left = 46;
inline constexpr double chart_right = 12;
inline constexpr double chart_top = 10;
inline constexpr double chart_bottom = 44;

/// Of the page's style, for curve `i`.
inline std::string colour_name(std::size_t i) {
  constexpr std::size_t colours = 6;
  return tweed::detail::text("c", i % colours);
}

inline Range range_of_x(const Chart& chart) {
  Range range;
  for (const Curve& curve : chart.curves) {
    for (const Point& point : curve.line) range.include(point.x);
  }
  return range.or_unit();
}

/// What the lines go through, and nine tenths of what their spread does.
[[gnu::cold]] inline Range range_of_y(const Chart& chart) {
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
  return range.or_unit();
}

[[gnu::cold]] inline Chart finite_part_of(Chart chart) {
  for (Curve& curve : chart.curves) {
    for (auto* points : {&curve.line, &curve.lower, &curve.upper}) {
      std::erase_if(*points, [](const Point& point) {
        return !std::isfinite(point.x) || !std::isfinite(point.y);
      });
    }
    if (curve.lower.size() != curve.upper.size()) curve.lower = curve.upper = {};
  }
  return chart;
}

class Canvas {
 public:
  Canvas(Axis x, Axis y) : x_{std::move(x)}, y_{std::move(y)} {}

  std::string svg() const { return svg_; }

  [[gnu::cold]] void draw_axes(const Chart& chart) {
    const double end = chart_width - chart_right;
    for (const double mark : y_.marks) {
      svg_ += tweed::detail::text("<line class=\"grid\" x1=\"", fixed(chart_left, 0), "\" x2=\"",
                                  fixed(end, 0), "\" y1=\"", y(mark), "\" y2=\"", y(mark), "\"/>");
      draw_text(fixed(chart_left - 8, 0), y(mark), "end",
                mark_text(mark, chart.scale == Scale::percent), "0.35em");
    }
    for (const double mark : x_.marks) {
      draw_text(x(mark), fixed(chart_height - chart_bottom + 20, 0), "middle",
                mark_text(mark, false), "0");
    }
    draw_text(fixed(end, 0), fixed(chart_height - 2, 0), "end", chart.x_name, "0");
  }

  [[gnu::cold]] void draw(const Curve& curve, std::size_t number) {
    const std::string colour = colour_name(number);
    if (curve.drawn == Drawn::bars) return draw_bars(curve, colour);
    if (!curve.lower.empty()) {
      std::vector<Point> outline = curve.upper;
      outline.insert(outline.end(), curve.lower.rbegin(), curve.lower.rend());
      svg_ += tweed::detail::text("<polygon class=\"spread ", colour, "\" points=\"",
                                  points(outline), "\"/>");
    }
    const bool has_line = curve.line.size() > 1 && curve.drawn != Drawn::points;
    if (has_line) {
      svg_ += tweed::detail::text("<polyline class=\"", colour, "\" points=\"", points(curve.line),
                                  "\"/>");
    }
    if (has_line && curve.drawn == Drawn::line) return;
    const bool is_cloud = curve.drawn == Drawn::points;
    for (const Point& point : curve.line) {
      svg_ += tweed::detail::text("<circle class=\"", is_cloud ? "points " : "", colour, "\" r=\"",
                                  is_cloud ? "2.5" : "3.5", "\" cx=\"", x(point.x), "\" cy=\"",
                                  y(point.y), "\"/>");
    }
  }

 private:
  double across(double value) const {
    return chart_left + x_.share(value) * (chart_width - chart_left - chart_right);
  }
  double down(double value) const {
    return chart_height - chart_bottom -
           y_.share(value) * (chart_height - chart_top - chart_bottom);
  }
  std::string x(double value) const { return fixed(across(value), 1); }
  std::string y(double value) const { return fixed(down(value), 1); }

  std::string points(const std::vector<Point>& line) const {
    std::string list;
    for (const Point& point : line) list += tweed::detail::text(x(point.x), ",", y(point.y), " ");
    return list;
  }

  void draw_bars(const Curve& curve, const std::string& colour) {
    const double room = chart_width - chart_left - chart_right;
    const double width = room / static_cast<double>(curve.line.size() + 1) - 1.0;
    for (const Point& point : curve.line) {
      const double foot = down(0.0);
      svg_ += tweed::detail::text("<rect class=\"bars ", colour, "\" x=\"",
                                  fixed(across(point.x) - width / 2, 1), "\" y=\"", y(point.y),
                                  "\" width=\"", fixed(width, 1), "\" height=\"",
                                  fixed(std::max(foot - down(point.y), 0.0), 1), "\"/>");
    }
  }

  void draw_text(const std::string& at_x, const std::string& at_y, const char* anchor,
                 const std::string& content, const char* shift) {
    svg_ += tweed::detail::text("<text x=\"", at_x, "\" y=\"", at_y, "\" dy=\"", shift,
                                "\" text-anchor=\"", anchor, "\">", html_text(content), "</text>");
  }

  Axis x_;
  Axis y_;
  std::string svg_;
};

[[gnu::cold]] inline std::string legend_of(const std::vector<Curve>& curves) {
  std::string html;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    if (!curves[i].name.empty()) {
      html += html_element("span", colour_name(i), html_text(curves[i].name));
    }
  }
  return html_element("p", "legend", html);
}

}  // namespace detail

/// Values of the steps 1, 2, ... as a curve: each point is the mean over some steps up to it, with
/// the spread over these. A curve of `longest` steps would have at most 75 points.
[[gnu::cold]] inline Curve smooth_curve(std::string name, std::span<const double> values,
                                        std::size_t longest) {
  constexpr std::size_t most_points = 75;
  const std::size_t bucket = std::max<std::size_t>(1, (longest + most_points - 1) / most_points);
  Curve curve{.name = std::move(name), .line = {}};
  for (std::size_t begin = 0; begin < values.size(); begin += bucket) {
    const auto part = values.subspan(begin, std::min(bucket, values.size() - begin));
    Range range;
    double sum = 0.0;
    for (const double value : part) {
      range.include(value);
      sum += value;
    }
    const auto x = static_cast<double>(begin + part.size());
    curve.line.push_back({x, sum / static_cast<double>(part.size())});
    curve.lower.push_back({x, range.low});
    curve.upper.push_back({x, range.high});
  }
  return curve;
}

/// How many of the values lie in each of some equal parts of their range, as bars. What is not
/// finite does not count.
[[gnu::cold]] inline Curve histogram(std::string name, std::span<const double> values) {
  constexpr std::size_t parts = 31;
  Range range;
  for (const double value : values) {
    if (std::isfinite(value)) range.include(value);
  }
  range = detail::with_length(range.or_unit());
  std::vector<double> counts(parts);
  const double width = (range.high - range.low) / static_cast<double>(parts);
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const double position = std::clamp((value - range.low) / width, 0.0, parts - 1.0);
    counts[static_cast<std::size_t>(position)] += 1.0;
  }
  Curve curve{.name = std::move(name), .line = {}, .drawn = Drawn::bars};
  for (std::size_t i = 0; i < parts; ++i) {
    curve.line.push_back({range.low + (static_cast<double>(i) + 0.5) * width, counts[i]});
  }
  return curve;
}

/// The chart as SVG in HTML, with a legend where there are several curves. Colours are those of the
/// page's style, in the order of the curves.
[[gnu::cold]] inline std::string html_chart(const Chart& given) {
  using namespace detail;
  const Chart chart = finite_part_of(given);
  Canvas canvas(linear_axis(range_of_x(chart), 5), axis_of(chart.scale, range_of_y(chart)));
  canvas.draw_axes(chart);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) canvas.draw(chart.curves[i], i);
  std::string html = html_element("figcaption", "", html_text(chart.title));
  if (chart.curves.size() > 1) html += legend_of(chart.curves);
  html += tweed::detail::text("<svg viewBox=\"0 0 ", fixed(chart_width, 0), " ",
                              fixed(chart_height, 0), "\" role=\"img\" aria-label=\"",
                              html_text(chart.title), "\">", canvas.svg(), "</svg>\n");
  return html_element("figure", "chart", html);
}

}  // namespace TWEED_NAMESPACE::reporting
