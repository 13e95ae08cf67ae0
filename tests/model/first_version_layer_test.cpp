#include <tweed/kernels/bias.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/testing/gradient_check.hpp>
#include <tweed/tweed.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <vector>

// Layers as users wrote them for the first version, word by word: they must go on to compile and
// to train as they are. In a namespace, for the library has a layer of one of their names by now.

namespace first_version {
namespace {

using namespace tweed;

/// The mean of each channel: [h,w,c] to [c].
struct GlobalAveragePool {
  static constexpr std::string_view name = "global_average_pool";
  static constexpr Reads backward_reads{.input = false, .output = false};

  enum class Why { fits, input_is_a_vector_there_is_nothing_to_average };

  static constexpr Fit<Why> fit(const Shape& input) {
    if (input.is_vector()) return {input, Why::input_is_a_vector_there_is_nothing_to_average};
    return {{1, 1, input.channels}};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    const Index channels = pass.x.shape.channels;
    parallel_for(pass.x.count, pass.threads, [&](Index n, int) {
      const T* const x = pass.x.sample(n);
      T* const y = pass.y.sample(n);
      std::fill_n(y, channels, T{});
      for (Index i = 0; i < pass.x.shape.size(); i += channels) {
        for (Index c = 0; c < channels; ++c) y[c] += x[i + c] * share<T>(pass.x.shape);
      }
    });
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const Index channels = pass.dx.shape.channels;
    parallel_for(pass.dx.count, pass.threads, [&](Index n, int) {
      const T* const dy = pass.dy.sample(n);
      T* const dx = pass.dx.sample(n);
      for (Index i = 0; i < pass.dx.shape.size(); i += channels) {
        for (Index c = 0; c < channels; ++c) dx[i + c] = dy[c] * share<T>(pass.dx.shape);
      }
    });
  }

 private:
  /// What one pixel counts.
  template <class T>
  static T share(const Shape& image) {
    return T{1} / static_cast<T>(image.height * image.width);
  }
};

/// y = x where x > 0, else slope * x, any shape. Parameters: slope [c], 0 at first.
struct PReLU {
  static constexpr std::string_view name = "prelu";
  static constexpr Reads backward_reads{.input = true, .output = false};

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static constexpr std::array<Parameter, 1> parameters(const Shape& input) {
    return {{{"slope", {input.channels, 1, 1, 1}, 1, Initializer::zeros}}};
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index, int) {
    return {.scratch = Scratch::bytes<T>(max_batch_parts * input.channels)};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    const T* const slope = pass.parameters[0].data();
    const Index channels = pass.x.shape.channels;
    parallel_for(pass.x.count, pass.threads, [&](Index n, int) {
      const T* const x = pass.x.sample(n);
      T* const y = pass.y.sample(n);
      for (Index i = 0; i < pass.x.shape.size(); i += channels) {
        for (Index c = 0; c < channels; ++c) y[i + c] = x[i + c] * (x[i + c] > 0 ? 1 : slope[c]);
      }
    });
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const Index channels = pass.x.shape.channels;
    const BatchParts parts{pass.x.count};
    Scratch scratch = pass.scratch;
    T* const partial = scratch.take<T>(parts.count() * channels);
    parallel_for(parts.count(), pass.threads, [&](Index part, int) {
      T* const slope_gradient = partial + part * channels;
      std::fill_n(slope_gradient, channels, T{});
      for (Index n = parts.begin(part); n < parts.end(part); ++n) {
        add_slope_gradient(pass.x, pass.dy, n, slope_gradient);
        if (!pass.dx.empty()) input_gradient(pass, n);
      }
    });
    kernels::sum_parts(partial, parts.count(), channels, pass.gradients[0].data(), pass.threads);
  }

 private:
  template <class T>
  static void add_slope_gradient(const Batch<const T>& inputs, const Batch<T>& output_gradients,
                                 Index n, T* slope_gradient) {
    const T* const x = inputs.sample(n);
    const T* const dy = output_gradients.sample(n);
    for (Index i = 0; i < inputs.shape.size(); i += inputs.shape.channels) {
      for (Index c = 0; c < inputs.shape.channels; ++c) {
        if (x[i + c] < 0) slope_gradient[c] += dy[i + c] * x[i + c];
      }
    }
  }

  template <class T>
  static void input_gradient(const BackwardPass<T>& pass, Index n) {
    const T* const slope = pass.parameters[0].data();
    const T* const x = pass.x.sample(n);
    const T* const dy = pass.dy.sample(n);
    T* const dx = pass.dx.sample(n);
    for (Index i = 0; i < pass.x.shape.size(); i += pass.x.shape.channels) {
      for (Index c = 0; c < pass.x.shape.channels; ++c) {
        dx[i + c] = dy[i + c] * (x[i + c] > 0 ? 1 : slope[c]);
      }
    }
  }
};

using Network = Sequential<Input<12, 12, 3>, Conv2D<16, 3>, ReLU, GlobalAveragePool, Dense<5>>;
using Net = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, PReLU, Residual<Conv2D<6, 3>, PReLU>, PReLU,
                       GlobalAveragePool, Dense<4>>;

template <class M>
std::vector<float> trained(M model, int threads) {
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.02}, tests::bars(32, 8, 4),
      {.batch_size = 8, .steps = 20, .seed = 1, .threads = threads});
  return {model.parameters().begin(), model.parameters().end()};
}

}  // namespace

TEST_CASE("layers of the first version: their gradients") {
  for (const Shape& input : {Shape{4, 3, 5}, Shape{3, 2, 1}}) {
    const auto report = testing::check_gradients<GlobalAveragePool>(input);
    CHECK_MESSAGE(report.passed(), report.where);
  }
  const auto report = testing::check_gradients<PReLU>({3, 5, 4}, {.batch = 3});
  CHECK_MESSAGE(report.passed(), report.where);
}

TEST_CASE("layers of the first version: the summary of a network") {
  const std::string text = summary<Network>();
  CHECK(text.find("global_average_pool_1") != text.npos);
  CHECK(text.find("parameters: 533") != text.npos);
}

TEST_CASE("layers of the first version: train, the same bits for any number of threads and doors") {
  const auto expected = trained(Model<Net>{1}, 1);
  CHECK(expected != std::vector<float>(expected.size()));
  for (const int threads : {1, 2, 3, 8}) {
    CHECK(trained(Model<Net>{1}, threads) == expected);
    CHECK(trained(AnyModel(any_network<Net>(), 1), threads) == expected);
  }
  Model<Net> model{1};
  const Dataset<> data = tests::bars(32, 8, 4);
  const History history =
      fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.02}, data, {.batch_size = 8, .epochs = 30});
  CHECK(history.steps.back().loss < 0.5 * history.steps.front().loss);
}

}  // namespace first_version
