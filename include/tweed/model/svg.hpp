#pragma once

#include <tweed/core/text.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

namespace detail {

/// A network as a picture: values stand below those that they are made of, branches beside each
/// other.
class SvgDrawing {
 public:
  explicit SvgDrawing(const NetworkText& network)
      : network_(network),
        names_(value_names(network.graph)),
        places_(static_cast<std::size_t>(network.graph.value_count())) {}

  std::string text() {
    const GraphView& graph = network_.graph;
    for (const int input : graph.inputs) {
      put(input, {0, 0});
      add_box(input, "");
    }
    for (const Node& node : graph.nodes) {
      put(node.output, below(graph.inputs_of(node)));
      for (const int input : graph.inputs_of(node)) add_arrow(input, node.output);
      const DescribedLayer& layer = network_.layer_of(node);
      add_box(node.output, layer.text->describe(layer.layer));
    }
    const int width = (columns_ - 1) * column_width + box_width + 2 * margin + bend_room;
    const int height = (rows_ - 1) * row_height + box_height + 2 * margin;
    return detail::text("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", width, " ",
                        height, "\" width=\"", width, "\" height=\"", height,
                        "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"none\" "
                        "stroke=\"currentColor\">\n") +
           shapes_ + "</svg>\n";
  }

 private:
  // In pixels.
  static constexpr int box_width = 220;
  static constexpr int box_height = 50;
  static constexpr int column_width = 260;
  static constexpr int row_height = 74;
  static constexpr int margin = 6;
  static constexpr int bend_room = 60;

  struct Place {
    int row;
    int column;
    friend bool operator==(const Place&, const Place&) = default;
  };

  const Place& place(int value) const { return places_[static_cast<std::size_t>(value)]; }
  int left(const Place& at) const { return margin + at.column * column_width; }
  int top(const Place& at) const { return margin + at.row * row_height; }

  bool is_taken(const Place& at) const {
    return std::find(taken_.begin(), taken_.end(), at) != taken_.end();
  }

  /// In the first free column.
  void put(int value, Place at) {
    while (is_taken(at)) ++at.column;
    taken_.push_back(at);
    places_[static_cast<std::size_t>(value)] = at;
    rows_ = std::max(rows_, at.row + 1);
    columns_ = std::max(columns_, at.column + 1);
  }

  Place below(std::span<const int> inputs) const {
    Place at{0, place(inputs[0]).column};
    for (const int input : inputs) {
      at.row = std::max(at.row, place(input).row + 1);
      at.column = std::min(at.column, place(input).column);
    }
    return at;
  }

  void add_box(int value, const std::string& description) {
    const GraphView& graph = network_.graph;
    const bool is_output =
        std::find(graph.outputs.begin(), graph.outputs.end(), value) != graph.outputs.end();
    const int x = left(place(value));
    const int y = top(place(value));
    shapes_ +=
        detail::text("<rect x=\"", x, "\" y=\"", y, "\" width=\"", box_width, "\" height=\"",
                     box_height, "\" rx=\"6\" stroke-width=\"", is_output ? "3" : "1", "\"/>\n");
    const auto& name = names_[static_cast<std::size_t>(value)];
    add_text(x, y + 16, name, " font-weight=\"bold\"");
    add_text(x, y + 30, description, "");
    add_text(x, y + 44, to_string(graph.shape(value)), " opacity=\"0.7\"");
  }

  void add_text(int x, int y, const std::string& line, const char* style) {
    if (line.empty()) return;
    shapes_ +=
        detail::text("<text x=\"", x + box_width / 2, "\" y=\"", y,
                     "\" text-anchor=\"middle\" fill=\"currentColor\" stroke=\"none\"", style, ">");
    for (const char letter : line) {
      if (letter == '<')
        shapes_ += "&lt;";
      else if (letter == '&')
        shapes_ += "&amp;";
      else
        shapes_ += letter;
    }
    shapes_ += "</text>\n";
  }

  /// Down, in the first column to the right where no box stands in its way, and then to the box.
  void add_arrow(int from, int to) {
    const Place& start = place(from);
    const Place& end = place(to);
    int column = start.column;
    while (is_blocked(column, start.row, end.row)) ++column;
    const int x0 = left(start) + box_width / 2;
    const int y0 = top(start) + box_height;
    const int x1 = left(end) + box_width / 2;
    const int y1 = top(end);
    const int gap = row_height - box_height;
    shapes_ += detail::text("<path d=\"M", x0, " ", y0);
    if (end.row > start.row + 1) {
      const int beside = margin + (column - 1) * column_width + box_width + 20;
      const int x = column == start.column ? x0 : beside;
      shapes_ += curve(x0, y0, x, y0 + gap) + detail::text(" L", x, " ", y1 - gap) +
                 curve(x, y1 - gap, x1, y1);
    } else {
      shapes_ += curve(x0, y0, x1, y1);
    }
    shapes_ += "\"/>\n";
  }

  static std::string curve(int x0, int y0, int x1, int y1) {
    const int middle = (y0 + y1) / 2;
    return detail::text(" C", x0, " ", middle, " ", x1, " ", middle, " ", x1, " ", y1);
  }

  bool is_blocked(int column, int above, int below) const {
    for (int row = above + 1; row < below; ++row) {
      if (is_taken({row, column})) return true;
    }
    return false;
  }

  NetworkText network_;
  std::vector<std::string> names_;
  std::vector<Place> places_;  ///< of values
  std::vector<Place> taken_;
  std::string shapes_;
  int rows_ = 1;
  int columns_ = 1;
};

}  // namespace detail

/// A network as a drawing, `<svg>`, for a page or a file: a box is a layer, with its settings and
/// the shape of what it makes; outputs have a thick line. It has the colour of the text around it.
template <StaticNetwork Net>
std::string to_svg() {
  return detail::SvgDrawing(NetworkHandle<Net>().text()).text();
}

/// The drawing of a model's network.
template <class Net, class T>
std::string to_svg(const Model<Net, T>& model) {
  return detail::SvgDrawing(model.network().text()).text();
}

}  // namespace TWEED_NAMESPACE
