#include <tweed/io/any_model_file.hpp>
#include <tweed/io/checkpoint.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/optim/adam.hpp>
#include <tweed/training/fit.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tweed;
using tests::same_bits;
using tests::TemporaryDirectory;

// Files of networks with branches, state, several inputs and outputs: format version 3.

namespace {

template <Index filters, auto... options>
using ConvNorm = Path<Conv2D<filters, 3, NoBias{}, Padding{1}, options...>, BatchNorm<>>;

using Graph =
    Sequential<Input<9, 8, 3>, Conv2D<4, 3>, As<"first">,
               Recompute<Residual<ConvNorm<4>, ReLU, ConvNorm<4>>, ReLU>, Recompute<ReLU>,
               Concat<From<"first">>, MaxPool<2>, Multiply<Path<GlobalAveragePool, Dense<8>>>,
               AveragePool<3, Stride{1}, Padding::same>, Upsample<2>, Flatten, Dropout<0.25>,
               Dense<6>>;

using TwoByTwo =
    Sequential<Input<5, 4, 2>, Conv2D<3, 3>, GlobalAveragePool, As<"seen">, Input<3>,
               Concat<From<"seen">>, Dense<4>, Output<"left">, ReLU, Dense<2>, Output<"right">>;

Dataset<float> samples() {
  constexpr Index count = 23;
  Dataset<float> data;
  data.shape = Graph::input;
  data.images = tests::numbers<float>(count * Graph::input.size(), 3);
  for (Label i = 0; i < count; ++i) data.labels.push_back(i % 6);
  return data;
}

std::string format_version(const std::filesystem::path& path) {
  return read_safetensors(path).metadata().at("format_version");
}

}  // namespace

TEST_CASE("a graph with state: what the file states is the network, and the model") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  Model<Graph> saved{4};
  fit(saved, SoftmaxCE{}, Adam{}, samples(), {.batch_size = 7, .threads = 2});
  save_model(saved, path);
  CHECK(format_version(path) == "3");

  const auto any = load_any_model(path).model;
  CHECK(architecture_of(any) == architecture_of(saved));
  CHECK(same_bits(any.values(), saved.values()));
  CHECK(any.values().size() > any.parameters().size());

  Model<Graph> typed;
  load_model(typed, path);
  CHECK(same_bits(typed.values(), saved.values()));
}

TEST_CASE("several inputs and outputs: each has a sample of its own") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<TwoByTwo> saved{4};
  save_model(saved, path);
  CHECK(format_version(path) == "3");
  const auto file = read_safetensors(path);
  for (const char* name : {"sample.input", "sample.input_2", "sample.output", "sample.output_2"}) {
    CHECK(file.find(name) != nullptr);
  }
  const auto any = load_any_model(path).model;
  CHECK(architecture_of(any) == architecture_of(saved));
  CHECK(any.graph().inputs.size() == 2);
  CHECK(any.graph().outputs.size() == 2);
}

TEST_CASE("a chain without state is written as before") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Sequential<Input<3>, Dense<4>, ReLU, Dense<2>>>{}, path);
  CHECK(format_version(path) == "2");
}

TEST_CASE("a checkpoint of a network with state resumes to the same bits, through both doors") {
  const TemporaryDirectory directory;
  const auto path = directory / "checkpoint";
  const auto data = samples();
  const FitOptions options{.batch_size = 7, .epochs = 3, .threads = 2};

  Model<Graph> whole{4};
  fit(whole, SoftmaxCE{}, Adam{}, data, options);

  Model<Graph> stopped{4};
  Training first(stopped, SoftmaxCE{}, Adam{}, data, options);
  for (int step = 0; step < 5; ++step) first.step();
  save_checkpoint(first, path);

  Model<Graph> typed{9};
  Training second(typed, SoftmaxCE{}, Adam{}, data, options);
  load_checkpoint(second, path);
  second.run();
  CHECK(same_bits(typed.values(), whole.values()));

  AnyModel any(any_network<Graph>(), 9);
  Training third(any, SoftmaxCE{}, Adam{}, data, options);
  load_checkpoint(third, path);
  third.run();
  CHECK(same_bits(any.values(), whole.values()));
}

TEST_CASE("a checkpoint of another graph is refused") {
  using Other = Sequential<Input<9, 8, 3>, Conv2D<4, 3>, Residual<ReLU>, Flatten, Dense<6>>;
  using Chain = Sequential<Input<9, 8, 3>, Conv2D<4, 3>, ReLU, Flatten, Dense<6>>;
  const TemporaryDirectory directory;
  const auto path = directory / "checkpoint";
  const auto data = samples();
  Model<Chain> chain;
  Training first(chain, SoftmaxCE{}, Adam{}, data, {.batch_size = 7});
  save_checkpoint(first, path);
  Model<Other> other;
  Training second(other, SoftmaxCE{}, Adam{}, data, {.batch_size = 7});
  const auto message = tests::error_message([&] { load_checkpoint(second, path); });
  CHECK(message.find("it is of another training") != std::string::npos);
}
