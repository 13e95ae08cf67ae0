#include <tweed/layers/dense.hpp>
#include <known_answers/pytorch.hpp>
#include <support/layer_run.hpp>
#include <support/naive_dense.hpp>

#include <algorithm>
#include <vector>

using tests::LayerResult;
using tests::relative_error;
using namespace tweed;

namespace {

/// What must come out of a dense layer with the numbers that `run_layer` feeds it.
LayerResult<double> expected(const tests::NaiveDense& naive, const Epilogue& epilogue) {
  using tests::numbers;
  const auto x = numbers<double>(naive.batch * naive.inputs, tests::input_stream);
  const auto kernel = numbers<double>(naive.inputs * naive.outputs, tests::parameter_streams);
  const auto bias = numbers<double>(naive.outputs, tests::parameter_streams + 1);
  auto dy = numbers<double>(naive.batch * naive.outputs, tests::output_gradient_stream);

  LayerResult<double> result;
  result.y = naive.forward(x, kernel, bias);
  const bool relu = epilogue.activation == Activation::relu;
  for (std::size_t i = 0; relu && i < dy.size(); ++i) {
    dy[i] = result.y[i] > 0.0 ? dy[i] : 0.0;
    result.y[i] = std::max(0.0, result.y[i]);
  }
  result.dx = naive.input_gradient(kernel, dy);
  result.gradients = {naive.kernel_gradient(x, dy), naive.bias_gradient(dy)};
  return result;
}

template <class T>
void check(const AnyLayerOf<T>& layer, const tests::NaiveDense& naive, const Epilogue& epilogue) {
  CAPTURE(naive.batch);
  CAPTURE(naive.inputs);
  CAPTURE(naive.outputs);
  CAPTURE(sizeof(T));
  const auto correct = expected(naive, epilogue);
  const auto result = tests::run_layer(layer, {1, 1, naive.inputs},
                                       {.batch = naive.batch, .threads = 2, .epilogue = epilogue});
  CHECK(relative_error(result.y, correct.y) < tests::rounding<T>);
  CHECK(tests::same_bits(result.inferred, result.y));
  CHECK(relative_error(result.dx, correct.dx) < tests::rounding<T>);
  CHECK(relative_error(result.gradients[0], correct.gradients[0]) < tests::rounding<T>);
  CHECK(relative_error(result.gradients[1], correct.gradients[1]) < tests::rounding<T>);
}

template <class L>
void check(Index outputs, const Epilogue& epilogue = {}) {
  for (const Index batch : {1, 2, 13}) {
    for (const Index inputs : {1, 7, 16, 301}) {
      check(tests::any_layer<L, float>, {batch, inputs, outputs}, epilogue);
      check(tests::any_layer<L, double>, {batch, inputs, outputs}, epilogue);
    }
  }
}

}  // namespace

TEST_CASE("Dense: takes vectors only") {
  using Layer = Dense<10>;
  CHECK(Layer::value.fit({1, 1, 7}).why == LayerClass<Layer>::Why::fits);
  CHECK(Layer::value.fit({1, 1, 7}).output == Shape{1, 1, 10});
  for (const Shape& image : {Shape{2, 1, 7}, Shape{1, 2, 7}}) {
    CHECK(Layer::value.fit(image).why ==
          LayerClass<Layer>::Why::input_is_an_image_put_Flatten_before);
  }
}

TEST_CASE("Dense: kernel and bias, and how they start") {
  const TensorList tensors = Dense<10>::value.tensors({1, 1, 7});
  REQUIRE(tensors.end() - tensors.begin() == 2);
  const Tensor& kernel = tensors.begin()[0];
  const Tensor& bias = tensors.begin()[1];
  CHECK(kernel.name == "kernel");
  CHECK(kernel.dims == std::array<Index, 4>{7, 10, 1, 1});
  CHECK(kernel.rank == 2);
  CHECK(kernel.initializer == Initializer::glorot_uniform);
  CHECK(kernel.fan_in == 7);
  CHECK(kernel.fan_out == 10);
  CHECK(bias.name == "bias");
  CHECK(bias.size() == 10);
  CHECK(bias.rank == 1);
  CHECK(bias.initializer == Initializer::zeros);
  const auto chosen = Dense<10, Initializer::he_uniform>::value.tensors({1, 1, 7});
  CHECK(chosen.begin()->initializer == Initializer::he_uniform);
  const auto without_bias = Dense<10, NoBias{}>::value.tensors({1, 1, 7});
  CHECK(without_bias.end() - without_bias.begin() == 1);
}

TEST_CASE("Dense: describes itself") {
  CHECK(Dense<10>::value.name == "dense");
  CHECK(Dense<10>::value.describe() == "10");
  CHECK(Dense<10, NoBias{}>::value.describe() == "10 without bias");
}

TEST_CASE("Dense: agrees with the naive layer") {
  check<Dense<1>>(1);
  check<Dense<16>>(16);
  check<Dense<37>>(37);
}

TEST_CASE("Dense: with a ReLU in it agrees with the naive layer") {
  check<Dense<37>>(37, {.activation = Activation::relu});
}

TEST_CASE("Dense: gives what PyTorch gives") {
  const auto result = tests::run_layer<Dense<5>, double>({1, 1, 7}, {.batch = 3});
  const auto& answer = tests::pytorch::dense;
  CHECK(tests::fingerprint_error(result.y, answer[0]) < 1e-14);
  CHECK(tests::fingerprint_error(result.dx, answer[1]) < 1e-14);
  CHECK(tests::fingerprint_error(result.gradients[0], answer[2]) < 1e-14);
  CHECK(tests::fingerprint_error(result.gradients[1], answer[3]) < 1e-14);
}
