#pragma once

#include <tweed/core/layer.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace tests {

/// The streams of numbers that a layer is run with. known_answers/generate.py uses the same.
enum LayerStream : std::uint32_t { input_stream = 1, output_gradient_stream, parameter_streams };

/// A layer whose type is known at run time only: what handles it is compiled once.
template <class T>
struct AnyLayer {
  tweed::Shape (*output)(const tweed::Shape&);
  std::vector<tweed::Parameter> (*parameters)(const tweed::Shape&);
  tweed::LayerMemory (*memory)(const tweed::Shape&, tweed::Index batch, int threads);
  tweed::LayerMemory (*prepared_memory)(const tweed::Shape&, tweed::Index batch, int threads);
  void (*prepare)(const tweed::PreparePass<T>&);
  void (*infer)(const tweed::InferPass<T>&);
  void (*forward)(const tweed::ForwardPass<T>&);
  void (*backward)(const tweed::BackwardPass<T>&);
  tweed::Reads reads;
};

template <tweed::Layer L, class T>
inline constexpr AnyLayer<T> any_layer{
    .output = [](const tweed::Shape& input) { return tweed::Shape{L::fit(input).output}; },
    .parameters =
        [](const tweed::Shape& input) {
          const auto parameters = tweed::parameters_of<L>(input);
          return std::vector<tweed::Parameter>(parameters.begin(), parameters.end());
        },
    .memory = [](const tweed::Shape& input, tweed::Index batch,
                 int threads) { return tweed::memory_of<L, T>(input, batch, threads); },
    .prepared_memory =
        [](const tweed::Shape& input, tweed::Index batch, int threads) {
          return tweed::prepared_memory_of<L, T>(input, batch, threads);
        },
    .prepare =
        [](const tweed::PreparePass<T>& pass) {
          if constexpr (requires { L::prepare(pass); }) L::prepare(pass);
        },
    .infer = [](const tweed::InferPass<T>& pass) { L::infer(pass); },
    .forward = [](const tweed::ForwardPass<T>& pass) { tweed::run_forward<L>(pass); },
    .backward = [](const tweed::BackwardPass<T>& pass) { L::backward(pass); },
    .reads = tweed::reads_of<L>()};

struct LayerRunOptions {
  tweed::Index batch = 2;
  int threads = 1;
  bool in_place = false;  ///< y in the memory of x, dx in that of dy
  tweed::RandomKey random{.seed = 1};
};

template <class T>
struct LayerResult {
  std::vector<T> inferred;  ///< y of `infer`
  std::vector<T> prepared;  ///< the same after `prepare`
  std::vector<T> y;         ///< y of `forward`
  std::vector<T> dx;
  std::vector<std::vector<T>> gradients;
};

/// A layer with fixed input, parameters and output gradient, and all the memory that it asks for
/// and no byte more, full of NaN.
template <class T>
class LayerRun {
 public:
  LayerRun(const AnyLayer<T>& layer, const tweed::Shape& input, const LayerRunOptions& options)
      : layer_(layer), input_(input), options_(options) {
    std::uint32_t stream = parameter_streams;
    for (const tweed::Parameter& parameter : layer.parameters(input)) {
      parameters_.push_back(numbers<T>(parameter.size(), stream++));
      gradients_.emplace_back(parameter.size());
    }
  }

  LayerResult<T> run() {
    LayerResult<T> result;
    result.inferred = infer();
    result.prepared = infer_prepared();
    result.y = forward();
    result.dx = backward(result.y);
    for (auto& gradient : gradients_) {
      CHECK(gradient.intact());
      result.gradients.push_back(gradient.copy());
    }
    return result;
  }

 private:
  using Memory = Guarded<std::byte>;

  std::vector<T> infer() {
    Memory scratch(memory_.scratch);
    tweed::InferPass<T> pass;
    return run_to_y(pass, scratch, [&] { layer_.infer(pass); });
  }

  std::vector<T> infer_prepared() {
    const auto memory = layer_.prepared_memory(input_, options_.batch, options_.threads);
    Memory prepared(memory.kept);
    const std::vector<std::span<const T>> parameters(parameters_.begin(), parameters_.end());
    if (memory.kept > 0) {
      layer_.prepare({.input = input_,
                      .batch = options_.batch,
                      .parameters = parameters,
                      .to = prepared.values(),
                      .threads = options_.threads});
    }
    Memory scratch(memory.scratch);
    tweed::InferPass<T> pass;
    if (memory.kept > 0) pass.prepared = {prepared.values(), options_.batch};
    const auto y = run_to_y(pass, scratch, [&] { layer_.infer(pass); });
    CHECK(prepared.intact());
    return y;
  }

  std::vector<T> forward() {
    Memory scratch(memory_.scratch);
    tweed::ForwardPass<T> pass;
    pass.kept = kept_.values();
    pass.random = options_.random;
    return run_to_y(pass, scratch, [&] { layer_.forward(pass); });
  }

  template <class Run>
  std::vector<T> run_to_y(tweed::InferPass<T>& pass, Memory& scratch, const Run& run) {
    const auto x = numbers<T>(options_.batch * input_.size(), input_stream);
    Guarded<T> y(options_.batch * output_.size());
    if (options_.in_place) std::ranges::copy(x, y.data());
    const std::vector<std::span<const T>> parameters(parameters_.begin(), parameters_.end());
    pass.x = {options_.in_place ? y.data() : x.data(), options_.batch, input_};
    pass.y = {y.data(), options_.batch, output_};
    pass.parameters = parameters;
    pass.scratch = tweed::Scratch(scratch.values());
    pass.threads = options_.threads;
    run();
    CHECK(y.intact());
    CHECK(scratch.intact());
    CHECK(kept_.intact());
    return y.copy();
  }

  /// The layer sees NaN where it says that it does not look.
  std::vector<T> backward(const std::vector<T>& y) {
    const auto x = numbers<T>(options_.batch * input_.size(), input_stream);
    const std::vector<T> rubbish(std::max(x.size(), y.size()), std::numeric_limits<T>::quiet_NaN());
    Guarded<T> dy(options_.batch * output_.size());
    std::ranges::copy(numbers<T>(std::ssize(y), output_gradient_stream), dy.data());
    Guarded<T> dx(options_.batch * input_.size());
    Memory scratch(memory_.scratch);
    const std::vector<std::span<const T>> parameters(parameters_.begin(), parameters_.end());
    std::vector<std::span<T>> gradients;
    for (auto& gradient : gradients_) gradients.push_back(gradient.values());
    layer_.backward(tweed::BackwardPass<T>{
        .x = {layer_.reads.input ? x.data() : rubbish.data(), options_.batch, input_},
        .y = {layer_.reads.output ? y.data() : rubbish.data(), options_.batch, output_},
        .dy = {dy.data(), options_.batch, output_},
        .dx = {options_.in_place ? dy.data() : dx.data(), options_.batch, input_},
        .parameters = parameters,
        .gradients = gradients,
        .kept = kept_.values(),
        .random = options_.random,
        .scratch = tweed::Scratch(scratch.values()),
        .threads = options_.threads});
    CHECK(dy.intact());
    CHECK(dx.intact());
    CHECK(scratch.intact());
    CHECK(kept_.intact());
    return options_.in_place ? dy.copy() : dx.copy();
  }

  AnyLayer<T> layer_;
  tweed::Shape input_;
  LayerRunOptions options_;
  tweed::Shape output_ = layer_.output(input_);
  tweed::LayerMemory memory_ = layer_.memory(input_, options_.batch, options_.threads);
  Memory kept_{memory_.kept};
  std::vector<std::vector<T>> parameters_;
  std::vector<Guarded<T>> gradients_;
};

template <class T>
LayerResult<T> run_layer(const AnyLayer<T>& layer, const tweed::Shape& input,
                         const LayerRunOptions& options = {}) {
  return LayerRun<T>(layer, input, options).run();
}

template <tweed::Layer L, class T>
LayerResult<T> run_layer(const tweed::Shape& input, const LayerRunOptions& options = {}) {
  return run_layer(any_layer<L, T>, input, options);
}

}  // namespace tests
