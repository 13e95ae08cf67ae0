#include <tweed/model/any_network.hpp>
#include <tweed/model/svg.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tweed;

namespace {

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("to_svg: a box for the input and each layer, an arrow for all that is read") {
  using Net = Sequential<Input<8, 8, 4>, Residual<Conv2D<4, 3>, ReLU>,
                         Concat<Path<Conv2D<3, 1>>, Path<MaxPool<3, Stride{1}, Padding::same>>>>;
  const std::string svg = to_svg<Net>();
  CHECK(count(svg, "<rect ") == 7);
  CHECK(count(svg, "<path ") == 1 + 1 + 2 + 2 + 2);
  CHECK(count(svg, "stroke-width=\"3\"") == 1);
  for (const char* part : {">input<", ">conv2d_1<", ">relu_1<", ">add_1<", ">conv2d_2<",
                           ">max_pool_1<", ">concat_1<", ">8x8x7<", ">4, 3x3 same<"}) {
    CHECK(count(svg, part) == 1);
  }
  // The two branches stand beside each other, and the way around the convolution has a bend.
  CHECK(svg.find("width=\"552\"") != svg.npos);
  CHECK(svg == to_svg(AnyModel(any_network<Net>())));
}

TEST_CASE("to_svg: a network of one layer") {
  const std::string svg = to_svg(Model<Sequential<Input<3>, Dense<2>>>{0});
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(count(svg, "<rect ") == 2);
  CHECK(count(svg, "<path ") == 1);
}
