#pragma once

#include <tweed/core/layer_traits.hpp>
#include <tweed/kernels/pool_geometry.hpp>
#include <tweed/model/any_layer.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tests {

/// What may stand in a network's type, as a value: what handles it is compiled once.
template <tweed::Layer L, class T>
const tweed::AnyLayerOf<T> any_layer(tweed::ValueOf<L>::value);

struct LayerRunOptions {
  tweed::Index batch = 2;
  int threads = 1;
  bool in_place = false;  ///< y in the memory of x, dx in that of dy
  tweed::RandomKey random{.seed = 1};
  tweed::Epilogue epilogue{};
  bool is_frozen = false;
};

template <class T>
struct LayerResult {
  std::vector<T> inferred;  ///< y of `infer`
  std::vector<T> prepared;  ///< the same after `prepare`
  std::vector<T> y;         ///< y of `forward`
  std::vector<T> dx;        ///< of all inputs, one after another
  std::vector<std::vector<T>> gradients;
  std::vector<std::vector<T>> state;  ///< after `commit`
};

/// A layer with fixed inputs, parameters and output gradient, and all the memory that it asks for
/// and no byte more, full of NaN.
template <class T>
class LayerRun {
 public:
  LayerRun(const tweed::AnyLayerOf<T>& layer, const std::vector<tweed::Shape>& inputs,
           const LayerRunOptions& options)
      : layer_(layer), shapes_(inputs), options_(options) {
    std::uint32_t stream = parameter_streams;
    for (const tweed::Tensor& tensor : layer.bound().tensors(inputs[0])) {
      if (tensor.role == tweed::Role::state) {
        state_.emplace_back(static_cast<std::size_t>(tensor.size()), T{1});
      } else {
        parameters_.push_back(numbers<T>(tensor.size(), stream++));
        gradients_.emplace_back(tensor.size());
      }
    }
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const auto further = further_input_streams + static_cast<std::uint32_t>(k);
      x_.push_back(numbers<T>(options.batch * inputs[k].size(), k == 0 ? input_stream : further));
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
    result.state = commit();
    return result;
  }

 private:
  using Memory = Guarded<std::byte>;

  const tweed::LayerTable<T>& table() const { return *layer_.bound().table; }
  const void* value() const { return layer_.bound().layer; }

  tweed::MemoryQuery query() const {
    return {.inputs = shapes_,
            .batch = options_.batch,
            .threads = options_.threads,
            .epilogue = options_.epilogue,
            .is_frozen = options_.is_frozen};
  }

  tweed::Shape output() const {
    const tweed::Shape plain = layer_.fit(shapes_).output;
    if (options_.epilogue.pool.is_none()) return plain;
    const auto pooled = tweed::kernels::pool_geometry(options_.epilogue.pool, plain);
    return {pooled.rows.output, pooled.columns.output, pooled.channels};
  }

  std::vector<T> infer() {
    Memory scratch(memory_.scratch);
    tweed::InferPass<T> pass;
    return run_to_y(pass, scratch, [&] { table().infer(value(), pass); });
  }

  std::vector<T> infer_prepared() {
    const auto memory = layer_.bound().prepared_memory(query());
    Memory prepared(memory.kept);
    const std::vector<std::span<const T>> parameters(parameters_.begin(), parameters_.end());
    const std::vector<std::span<const T>> state(state_.begin(), state_.end());
    if (memory.kept > 0) {
      table().prepare(value(), {.input = shapes_[0],
                                .batch = options_.batch,
                                .parameters = parameters,
                                .to = prepared.values(),
                                .threads = options_.threads,
                                .state = state,
                                .epilogue = options_.epilogue});
    }
    Memory scratch(memory.scratch);
    tweed::InferPass<T> pass;
    if (memory.kept > 0) pass.prepared = {prepared.values(), options_.batch};
    const auto y = run_to_y(pass, scratch, [&] { table().infer(value(), pass); });
    CHECK(prepared.intact());
    return y;
  }

  std::vector<T> forward() {
    Memory scratch(memory_.scratch);
    tweed::ForwardPass<T> pass;
    pass.kept = kept_.values();
    pass.random = options_.random;
    return run_to_y(pass, scratch, [&] { table().forward(value(), pass); });
  }

  /// Views of one vector for each input.
  template <class U, class Vectors>
  std::vector<tweed::Batch<U>> batches(Vectors& vectors) const {
    std::vector<tweed::Batch<U>> all;
    for (auto& values : vectors) {
      all.push_back({values.data(), options_.batch, shapes_[all.size()]});
    }
    return all;
  }

  template <class Run>
  std::vector<T> run_to_y(tweed::InferPass<T>& pass, Memory& scratch, const Run& run) {
    Guarded<T> y(options_.batch * output_.size());
    if (options_.in_place) std::ranges::copy(x_[0], y.data());
    auto inputs = batches<const T>(x_);
    if (options_.in_place) inputs[0].data = y.data();
    const std::vector<std::span<const T>> parameters(parameters_.begin(), parameters_.end());
    const std::vector<std::span<const T>> state(state_.begin(), state_.end());
    pass.x = inputs[0];
    pass.y = {y.data(), options_.batch, output_};
    pass.parameters = parameters;
    pass.scratch = tweed::Scratch(scratch.values());
    pass.threads = options_.threads;
    pass.inputs = inputs;
    pass.state = state;
    pass.epilogue = options_.epilogue;
    run();
    CHECK(y.intact());
    CHECK(scratch.intact());
    CHECK(kept_.intact());
    return y.copy();
  }

  /// The layer sees NaN where it says that it does not look.
  std::vector<T> backward(std::vector<T> y) {
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const auto dy_values = numbers<T>(std::ssize(y), output_gradient_stream);
    Guarded<T> dy(std::ssize(y));
    std::ranges::copy(dy_values, dy.data());
    std::vector<Guarded<T>> dx;
    for (const auto& x : x_) dx.emplace_back(std::ssize(x));
    const tweed::Reads reads = tweed::reads_of(traits_, options_.epilogue, options_.is_frozen);
    auto x_seen = x_;
    for (auto& x : x_seen) {
      if (!reads.input) std::ranges::fill(x, nan);
    }
    if (!reads.output) std::ranges::fill(y, nan);
    Memory scratch(memory_.scratch);
    const std::vector<std::span<const T>> parameters(parameters_.begin(), parameters_.end());
    std::vector<std::span<T>> gradients;
    for (auto& gradient : gradients_) gradients.push_back(gradient.values());
    const auto inputs = batches<const T>(x_seen);
    auto input_gradients = batches<T>(dx);
    if (options_.in_place) input_gradients[0].data = dy.data();
    if (traits_.passes_gradient) {
      for (auto& gradient : dx) std::ranges::copy(dy_values, gradient.data());
    } else {
      table().backward(value(), {.x = inputs[0],
                                 .y = {y.data(), options_.batch, output_},
                                 .dy = {dy.data(), options_.batch, output_},
                                 .dx = input_gradients[0],
                                 .parameters = parameters,
                                 .gradients = gradients,
                                 .kept = kept_.values(),
                                 .random = options_.random,
                                 .scratch = tweed::Scratch(scratch.values()),
                                 .threads = options_.threads,
                                 .inputs = inputs,
                                 .input_gradients = input_gradients,
                                 .epilogue = options_.epilogue,
                                 .is_frozen = options_.is_frozen});
    }
    CHECK(dy.intact());
    CHECK(scratch.intact());
    CHECK(kept_.intact());
    if (!traits_.overwrites_dy && !options_.in_place) CHECK(same_bits(dy.copy(), dy_values));
    std::vector<T> all;
    for (std::size_t k = 0; k < dx.size(); ++k) {
      CHECK(dx[k].intact());
      const tweed::Batch<T>& gradient = input_gradients[k];
      const bool is_over_dy = gradient.data == dy.data();
      const auto values = is_over_dy ? dy.copy() : dx[k].copy();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }

  std::vector<std::vector<T>> commit() {
    auto state = state_;
    const std::vector<std::span<T>> to(state.begin(), state.end());
    if (table().commit != nullptr) {
      table().commit(
          value(),
          {.input = shapes_[0], .count = options_.batch, .kept = kept_.values(), .state = to});
    }
    return state;
  }

  tweed::AnyLayerOf<T> layer_;
  std::vector<tweed::Shape> shapes_;
  LayerRunOptions options_;
  tweed::Traits traits_ = layer_.traits(shapes_[0]);
  tweed::Shape output_ = output();
  tweed::LayerMemory memory_ = layer_.bound().memory(query());
  Memory kept_{memory_.kept};
  std::vector<std::vector<T>> x_;
  std::vector<std::vector<T>> parameters_;
  std::vector<std::vector<T>> state_;
  std::vector<Guarded<T>> gradients_;
};

template <class T>
LayerResult<T> run_layer(const tweed::AnyLayerOf<T>& layer, const std::vector<tweed::Shape>& inputs,
                         const LayerRunOptions& options = {}) {
  return LayerRun<T>(layer, inputs, options).run();
}

template <class T>
LayerResult<T> run_layer(const tweed::AnyLayerOf<T>& layer, const tweed::Shape& input,
                         const LayerRunOptions& options = {}) {
  return LayerRun<T>(layer, {input}, options).run();
}

template <tweed::Layer L, class T>
LayerResult<T> run_layer(const tweed::Shape& input, const LayerRunOptions& options = {}) {
  return run_layer(any_layer<L, T>, input, options);
}

/// A layer that is frozen leaves its gradients alone, and that of its input keeps its bits.
template <class T>
void check_frozen(const tweed::AnyLayerOf<T>& layer, const std::vector<tweed::Shape>& inputs,
                  LayerRunOptions options) {
  const auto trained = run_layer(layer, inputs, options);
  options.is_frozen = true;
  const auto frozen = run_layer(layer, inputs, options);
  CHECK(same_bits(frozen.dx, trained.dx));
  for (const auto& gradient : frozen.gradients) {
    CHECK(std::ranges::all_of(gradient, [](T value) { return std::isnan(value); }));
  }
}

}  // namespace tests
