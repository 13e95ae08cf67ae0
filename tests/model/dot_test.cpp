#include <tweed/layers/layers.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/model/dot.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tweed;

TEST_CASE("to_dot: every layer with what it reads, and the outputs") {
  using Net = Sequential<Input<4, 3, 2>, Residual<Conv2D<2, 3>, ReLU>, Flatten, Dense<5>>;
  const std::string expected = R"(digraph network {
  node [shape=box];
  input [shape=oval, label="input\n4x3x2"];
  conv2d_1 [label="conv2d_1\n2, 3x3 same\n4x3x2"];
  input -> conv2d_1;
  relu_1 [label="relu_1\n4x3x2"];
  conv2d_1 -> relu_1;
  add_1 [label="add_1\n4x3x2"];
  input -> add_1;
  relu_1 -> add_1;
  flatten_1 [label="flatten_1\n24"];
  add_1 -> flatten_1;
  dense_1 [label="dense_1\n5\n5"];
  flatten_1 -> dense_1;
  dense_1 [peripheries=2];
}
)";
  CHECK(to_dot<Net>() == expected);
  CHECK(to_dot(AnyModel(any_network<Net>())) == expected);
}
