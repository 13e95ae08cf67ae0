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
  static_assert(FashionCnn::shapes[3] == Shape{14, 14, 32});
  static_assert(FashionCnn::shapes[6] == Shape{7, 7, 64});
  static_assert(FashionCnn::shapes[10] == Shape{3, 3, 128});
  static_assert(FashionCnn::shapes[12] == Shape{1, 1, 1152});
  static_assert(FashionCnn::output == Shape{1, 1, 10});
  static_assert(FashionCnn::parameter_count == 1'447'946);
  static_assert(FashionCnn::tensor_count == 10);
  CHECK(FashionCnn::depth == 16);
}

TEST_CASE("parameters lie one after another, each on a cache line") {
  using Net = Sequential<Input<5>, Dense<3>, ReLU, Dense<2>>;
  static_assert(Net::parameters[0].offset == 0);
  static_assert(Net::parameters[1].offset == 16);
  static_assert(Net::parameters[2].offset == 32);
  static_assert(Net::parameters[3].offset == 48);
  static_assert(Net::block_size == 64);
  static_assert(Net::parameters[2].layer == 2);
  CHECK(Net::parameter_count == 5 * 3 + 3 + 3 * 2 + 2);
}

TEST_CASE("options of a layer may stand in any order") {
  using A = Sequential<Input<9, 9, 2>, Conv2D<4, Window{3, 2}, Stride{2, 3}, Padding::valid>>;
  using B = Sequential<Input<9, 9, 2>, Conv2D<4, Window{3, 2}, Padding::valid, Stride{2, 3}>>;
  static_assert(A::output == Shape{4, 3, 4});
  CHECK(A::output == B::output);
}

TEST_CASE("neighbours are folded into stages that cover every layer in order") {
  static_assert(stage_count<FashionCnn> == 9);
  static_assert(stage_count<Unfolded<FashionCnn>> == 16);
  std::size_t next = 0;
  for_each_stage<FashionCnn>([&](auto i) {
    CHECK(StageAt<FashionCnn, i>::first == next);
    next = StageAt<FashionCnn, i>::end;
  });
  CHECK(next == FashionCnn::depth);
}

TEST_CASE("the memory plan stores what a backward pass reads and nothing else") {
  constexpr auto& plan = detail::activation_plan<FashionCnn>;
  // Outputs of the three pools that the convolutions are folded with (the latter two dropped out in
  // place), the dense layer, its dropout, and the logits.
  CHECK(plan.stored_size == 6272 + 3136 + 1152 + 1024 + 1024 + 16);
  CHECK(plan.transient_size == 0);
  CHECK(plan.places[2].offset == 6272);
  CHECK(plan.places[4].offset == plan.places[3].offset);
#ifndef TWEED_COMPILED  // where the kernels are compiled, so is what they need
  static_assert(training_bytes<FashionCnn>(100) < 100 << 20);
  static_assert(inference_bytes<FashionCnn>(1) < training_bytes<FashionCnn>(1));
#endif
}
