#include <tweed/kernels/dense.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/naive_dense.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using tests::converted;
using tests::Guarded;
using tests::relative_error;
using tests::rounding;
using tests::same_bits;
using tweed::Index;
using tweed::kernels::Activation;

namespace {

template <class T>
struct Result {
  std::vector<T> y, dx, kernel_gradient, bias_gradient;
};

/// Both passes of a layer with a fixed input, in memory full of NaN.
template <class T>
class DenseRun {
 public:
  DenseRun(Index batch, Index inputs, Index outputs, Activation activation)
      : x(tests::numbers<T>(batch * inputs, 1)),
        kernel(tests::numbers<T>(inputs * outputs, 2)),
        bias(tests::numbers<T>(outputs, 3)),
        y(tests::numbers<T>(batch * outputs, 4)),
        dy(tests::numbers<T>(batch * outputs, 5)),
        naive_{batch, inputs, outputs},
        activation_(activation) {}

  Result<T> run(int threads, bool input_gradient = true, bool with_bias = true) const {
    const auto [batch, inputs, outputs] = naive_;
    Guarded<T> new_y(batch * outputs);
    Guarded<T> dx(batch * inputs);
    Guarded<T> kernel_gradient(inputs * outputs);
    Guarded<T> bias_gradient(outputs);
    Guarded<T> rewritten_dy(batch * outputs);
    std::ranges::copy(dy, rewritten_dy.data());
    Guarded<std::byte> scratch(tweed::kernels::dense_scratch_bytes<T>(outputs, threads));
    tweed::kernels::dense<T>({.batch = batch,
                              .inputs = inputs,
                              .outputs = outputs,
                              .x = x.data(),
                              .kernel = kernel.data(),
                              .bias = with_bias ? bias.data() : nullptr,
                              .y = new_y.data(),
                              .activation = activation_,
                              .scratch = tweed::Scratch(scratch.values()),
                              .threads = threads});
    std::ranges::fill(scratch.values(), std::byte{0xFF});
    tweed::kernels::dense_gradient<T>({.batch = batch,
                                       .inputs = inputs,
                                       .outputs = outputs,
                                       .x = x.data(),
                                       .kernel = kernel.data(),
                                       .y = activation_ == Activation::relu ? y.data() : nullptr,
                                       .dy = rewritten_dy.data(),
                                       .dx = input_gradient ? dx.data() : nullptr,
                                       .kernel_gradient = kernel_gradient.data(),
                                       .bias_gradient = with_bias ? bias_gradient.data() : nullptr,
                                       .activation = activation_,
                                       .scratch = tweed::Scratch(scratch.values()),
                                       .threads = threads});
    CHECK(new_y.intact());
    CHECK(dx.intact());
    CHECK(kernel_gradient.intact());
    CHECK(bias_gradient.intact());
    CHECK(rewritten_dy.intact());
    CHECK(scratch.intact());
    return {new_y.copy(), dx.copy(), kernel_gradient.copy(), bias_gradient.copy()};
  }

  Result<double> expected() const {
    Result<double> result;
    std::vector<double> masked = converted<double>(dy);
    result.y =
        naive_.forward(converted<double>(x), converted<double>(kernel), converted<double>(bias));
    if (activation_ == Activation::relu) {
      for (double& value : result.y) value = std::max(0.0, value);
      for (std::size_t i = 0; i < y.size(); ++i) masked[i] = y[i] > T{} ? masked[i] : 0.0;
    }
    result.dx = naive_.input_gradient(converted<double>(kernel), masked);
    result.kernel_gradient = naive_.kernel_gradient(converted<double>(x), masked);
    result.bias_gradient = naive_.bias_gradient(masked);
    return result;
  }

  std::vector<T> x, kernel, bias;
  std::vector<T> y;  ///< what `backward` is told that came out
  std::vector<T> dy;

 private:
  tests::NaiveDense naive_;
  Activation activation_;
};

}  // namespace

TEST_CASE_TEMPLATE("dense: both passes agree with the naive layer", T, float, double) {
  struct Sizes {
    Index inputs, outputs;
  };
  for (const Activation activation : {Activation::none, Activation::relu}) {
    for (const Index batch : {0, 1, 2, 13, 130}) {
      for (const Sizes& sizes :
           {Sizes{1, 1}, {1, 9}, {7, 3}, {16, 16}, {17, 33}, {300, 5}, {31, 200}}) {
        CAPTURE(batch);
        CAPTURE(sizes.inputs);
        CAPTURE(sizes.outputs);
        CAPTURE((activation == Activation::relu));
        const DenseRun<T> dense(batch, sizes.inputs, sizes.outputs, activation);
        const auto result = dense.run(2);
        const auto expected = dense.expected();
        CHECK(relative_error(result.y, expected.y) < rounding<T>);
        CHECK(relative_error(result.dx, expected.dx) < rounding<T>);
        CHECK(relative_error(result.kernel_gradient, expected.kernel_gradient) < rounding<T>);
        CHECK(relative_error(result.bias_gradient, expected.bias_gradient) < rounding<T>);
      }
    }
  }
}

TEST_CASE("dense: without an input gradient the others are the same") {
  const DenseRun<float> dense(5, 20, 30, Activation::relu);
  const auto all = dense.run(2);
  const auto without = dense.run(2, false);
  CHECK(same_bits(without.kernel_gradient, all.kernel_gradient));
  CHECK(same_bits(without.bias_gradient, all.bias_gradient));
}

TEST_CASE("dense: no bias is as good as one of zeros") {
  for (const Activation activation : {Activation::none, Activation::relu}) {
    for (const Index batch : {0, 1, 13}) {
      DenseRun<float> dense(batch, 17, 33, activation);
      std::ranges::fill(dense.bias, 0.0F);
      const auto zeros = dense.run(2);
      const auto none = dense.run(2, true, false);
      CHECK(relative_error(none.y, converted<double>(zeros.y)) == 0.0);
      CHECK(same_bits(none.dx, zeros.dx));
      CHECK(same_bits(none.kernel_gradient, zeros.kernel_gradient));
    }
  }
}

TEST_CASE("dense: any number of threads gives the same bits") {
  const DenseRun<float> dense(150, 300, 401, Activation::relu);
  const auto one = dense.run(1);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    const auto more = dense.run(threads);
    CHECK(same_bits(more.y, one.y));
    CHECK(same_bits(more.dx, one.dx));
    CHECK(same_bits(more.kernel_gradient, one.kernel_gradient));
    CHECK(same_bits(more.bias_gradient, one.bias_gradient));
  }
}
