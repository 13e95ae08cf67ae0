#pragma once

#include <tweed/core/shape.hpp>

#include <string>
#include <vector>

namespace fashion_mnist {

struct Point {
  double x;
  double y;
};

/// A line of a chart. `spread` is the area between its lower and its upper values, which may be
/// empty; it has the same x as `line`.
struct Curve {
  std::string name;
  std::vector<Point> line;
  std::vector<Point> lower = {};
  std::vector<Point> upper = {};
  bool has_dots = false;
};

enum class Scale { linear, logarithmic, percent };

/// A picture of curves over steps.
struct Chart {
  std::string title;
  std::string x_name = "step";
  Scale scale = Scale::linear;
  std::vector<Curve> curves;
};

/// Values of the steps 1, 2, ... as a curve: each point is the mean over some steps up to it, with
/// the spread over these. A curve of `longest` steps would have at most 75 points.
Curve smooth_curve(const std::string& name, const std::vector<double>& values, std::size_t longest);

/// The chart as SVG in HTML, with a legend where there are several curves. Colours are those of the
/// page's style, in the order of the curves.
std::string html_chart(const Chart& chart);

}  // namespace fashion_mnist
