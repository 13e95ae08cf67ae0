#include <tweed/model/program.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>

using namespace tweed;

namespace {

using FashionCnn = Sequential<Input<28, 28, 1>, Conv2D<32, 5>, ReLU, MaxPool<2>, Conv2D<64, 5>,
                              ReLU, MaxPool<2>, Dropout<0.25>, Conv2D<128, 5>, ReLU, MaxPool<2>,
                              Dropout<0.25>, Flatten, Dense<1024>, ReLU, Dropout<0.4>, Dense<10>>;

}  // namespace

TEST_CASE("the reference network has the published shapes and parameters") {
  static_assert(FashionCnn::input == Shape{28, 28, 1});
  static_assert(FashionCnn::graph.shape(3) == Shape{14, 14, 32});
  static_assert(FashionCnn::graph.shape(6) == Shape{7, 7, 64});
  static_assert(FashionCnn::graph.shape(10) == Shape{3, 3, 128});
  static_assert(FashionCnn::graph.shape(12) == Shape{1, 1, 1152});
  static_assert(FashionCnn::output == Shape{1, 1, 10});
  static_assert(FashionCnn::parameter_count == 1'447'946);
  static_assert(FashionCnn::depth == 16);
  CHECK(Model<FashionCnn>().tensors().size() == 10);
}

TEST_CASE("parameters lie one after another, each on a cache line") {
  using Net = Sequential<Input<5>, Dense<3>, ReLU, Dense<2>>;
  static_assert(Net::block_size == 64);
  const Model<Net> model;
  const auto tensors = model.layout().tensors();
  REQUIRE(tensors.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(tensors[i].offset == 16 * static_cast<Index>(i));
  CHECK(model.layout().size() == 64);
  CHECK(model.layout().trained_size() == 64);
  CHECK(tensors[2].layer == 2);
  CHECK(Net::parameter_count == 5 * 3 + 3 + 3 * 2 + 2);
}

TEST_CASE("options of a layer may stand in any order") {
  using A = Sequential<Input<9, 9, 2>, Conv2D<4, Window{3, 2}, Stride{2, 3}, Padding::valid>>;
  using B = Sequential<Input<9, 9, 2>, Conv2D<4, Window{3, 2}, Padding::valid, Stride{2, 3}>>;
  static_assert(A::output == Shape{4, 3, 4});
  CHECK(A::output == B::output);
}

TEST_CASE("the memory plan stores what a backward pass reads and nothing else") {
  const TrainingPass<FashionCnn> pass(100, 1);
  CHECK(pass.folded().view().nodes.size() == 9);
  CHECK(TrainingPass<Unfolded<FashionCnn>>(1, 1).folded().view().nodes.size() == 16);
  const Plan& plan = pass.plan();
  const GraphView graph = pass.folded().view();
  // The outputs of the first two pools live until the convolution behind them has run backward, the
  // latter dropped out in place; so does what the dense layers read.
  const auto place = [&](std::size_t node) {
    return plan.offset(plan.slots().value(graph.nodes[node].output));
  };
  CHECK(place(2) == place(1));
  CHECK(place(4) == place(3));
  CHECK(place(1) != place(0));
  CHECK(plan.size() == plan.peak().size);
  CHECK(training_bytes<FashionCnn>(100) < 100 << 20);
  CHECK(inference_bytes<FashionCnn>(1) < training_bytes<FashionCnn>(1));
}
