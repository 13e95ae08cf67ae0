#pragma once

#include <tweed/core/checked_product.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/relu.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

/// Layers whose settings are known at run time only. Each computes what its namesake does, with the
/// same kernels, in inference. A layer has a name, `settings`, `fit` and `infer`, and where it
/// wants them `in_place`, `parameters`, `scratch_bytes`, `prepare` with `prepared_memory` and, for
/// each layer behind it that its kernel does as well, a `fold`, as `model/fusion.hpp` has them
/// while compiling.
namespace tweed::any {

/// What a layer makes of a shape, or why it does not take it.
struct AnyFit {
  Shape output{1, 1, 0};
  std::string_view why_not = {};  ///< empty if it fits
};

struct ReLU {
  static constexpr std::string_view name = tweed::ReLU::name;
  static constexpr bool in_place = true;
  NoSettings settings;

  static AnyFit fit(const Shape& input) { return {input}; }
  static void infer(const InferPass<float>& pass) { tweed::ReLU::infer(pass); }
};

struct Flatten {
  static constexpr std::string_view name = tweed::Flatten::name;
  static constexpr bool in_place = true;
  NoSettings settings;

  static AnyFit fit(const Shape& input) { return {{1, 1, input.size()}}; }
  static void infer(const InferPass<float>& pass) { tweed::Flatten::infer(pass); }
};

struct Dropout {
  static constexpr std::string_view name = tweed::Dropout<0.0>::name;
  static constexpr bool in_place = true;
  DropoutSettings settings;

  AnyFit fit(const Shape& input) const {
    const bool valid = settings.rate >= 0.0 && settings.rate < 1.0;
    return {input, valid ? "" : "its rate does not lie in [0, 1)"};
  }
  static void infer(const InferPass<float>& pass) { tweed::Dropout<0.0>::infer(pass); }
};

struct MaxPool {
  static constexpr std::string_view name = tweed::MaxPool<1>::name;
  MaxPoolSettings settings;

  AnyFit fit(const Shape& input) const {
    const auto& [window, stride, padding] = settings;
    if (std::min({window.height, window.width, stride.height, stride.width}) < 1) {
      return {input, "its window and stride are not all positive"};
    }
    if (!settings.has_valid_padding()) {
      return {input, "its padding is negative or more than half of its window"};
    }
    const auto g = settings.geometry(input);
    if (g.output_size() == 0) return {input, "its window is larger than the input"};
    return {{g.rows.output, g.columns.output, g.channels}};
  }
  void infer(const InferPass<float>& pass) const {
    kernels::max_pool<float>(settings.geometry(pass.x.shape), pass.x.count, pass.x.data,
                             pass.y.data, nullptr, pass.threads);
  }
};

struct Dense {
  static constexpr std::string_view name = tweed::Dense<1>::name;
  DenseSettings settings;
  kernels::Activation activation = kernels::Activation::none;

  AnyFit fit(const Shape& input) const {
    if (settings.units < 1) return {input, "its units are not positive"};
    if (!input.is_vector()) return {input, "its input is an image, without a flatten before"};
    return {{1, 1, settings.units}};
  }
  auto parameters(const Shape& input) const {
    return settings.parameters(input, Initializer::zeros);
  }
  Index scratch_bytes(const Shape&, Index, int threads) const {
    return kernels::dense_scratch_bytes<float>(settings.units, threads);
  }
  /// Takes the next layer in, unless it is too late for it.
  bool fold(const ReLU&) {
    if (activation != kernels::Activation::none) return false;
    activation = kernels::Activation::relu;
    return true;
  }
  void infer(const InferPass<float>& pass) const { settings.infer(pass, activation); }
};

/// A `Conv2D` or `DepthwiseConv2D`.
template <class Settings>
struct Convolution {
  static constexpr std::string_view name = std::is_same_v<Settings, Conv2DSettings>
                                               ? tweed::Conv2D<1, 1>::name
                                               : tweed::DepthwiseConv2D<1>::name;
  Settings settings;
  kernels::Activation activation = kernels::Activation::none;
  std::optional<MaxPool> pool = {};

  AnyFit fit(const Shape& input) const {
    if (!is_positive()) return {input, "its settings are not all positive"};
    if (!settings.sliding.has_valid_padding()) {
      return {input, "its padding is negative or not smaller than its kernel, dilation included"};
    }
    if (!detail::can_run_as_asked(settings)) {
      return {input, "its algorithm cannot do its kernel, stride, dilation or groups"};
    }
    const Index groups = settings.groups_of(input.channels);
    const auto g = settings.geometry(input);
    if (input.channels % groups != 0 || g.filters % groups != 0) {
      return {input, "its groups do not divide its channels and filters"};
    }
    if (g.output_pixels() == 0) return {input, "its kernel is larger than the input"};
    const std::array factors{g.rows.output,    g.columns.output,   g.rows.window,
                             g.columns.window, g.group_channels(), g.filters};
    constexpr Index most = Index{1} << 50;  // multiply-adds, which estimates of costs can take
    if (detail::checked_product(factors).value_or(most) >= most) return {input, "it is too large"};
    return {{g.rows.output, g.columns.output, g.filters}};
  }
  auto parameters(const Shape& input) const {
    return detail::convolution_parameters(settings.geometry(input), Initializer::zeros);
  }
  Index scratch_bytes(const Shape& input, Index batch, int threads) const {
    const auto g = settings.geometry(input);
    return kernels::conv::largest_scratch_bytes<float>(g, batch, threads, algorithm());
  }
  LayerMemory prepared_memory(const Shape& input, Index batch, int threads) const {
    const auto g = settings.geometry(input);
    return detail::prepared_convolution_memory<float>(g, batch, threads, algorithm());
  }
  void prepare(const PreparePass<float>& pass) const {
    const auto g = settings.geometry(pass.input);
    detail::prepare_convolution<kernels::conv::Family::dense_3x3>(g, pass, algorithm());
  }
  /// Takes the next layer in, unless it is too late for it.
  bool fold(const ReLU&) {
    if (activation != kernels::Activation::none || pool) return false;
    activation = kernels::Activation::relu;
    return true;
  }
  bool fold(const MaxPool& next) {
    const auto window = next.settings.geometry({1, 1, 1}).window_size();
    if (pool || window >= kernels::no_tap<kernels::conv::FusedPool::Tap>) return false;
    pool = next;
    return true;
  }

  void infer(const InferPass<float>& pass) const {
    using kernels::conv::Family;
    const auto g = settings.geometry(pass.x.shape);
    kernels::conv::FusedPool fused;
    if (pool)
      fused.geometry = pool->settings.geometry({g.rows.output, g.columns.output, g.filters});
    const auto plan = detail::forward_plan(g, pass, algorithm());
    const auto forward = g.is_grouped() ? kernels::conv::forward<float, Family::grouped>
                                        : kernels::conv::forward<float, Family::dense_3x3>;
    forward(plan, g, detail::forward_pass(pass, activation, pool ? &fused : nullptr, {}));
  }

 private:
  Algorithm algorithm() const { return settings.sliding.algorithm; }

  bool is_positive() const {
    bool positive = true;
    const auto check = [&]<class Value>(const Value& value) {
      if constexpr (std::is_same_v<Value, Index>) {
        positive = positive && value > 0;
      } else if constexpr (requires { value.height; }) {
        positive = positive && value.height > 0 && value.width > 0;
      }
    };
    Settings::visit(settings, [&](const char*, const auto& value) { check(value); });
    return positive;
  }
};

using Conv2D = Convolution<Conv2DSettings>;
using DepthwiseConv2D = Convolution<DepthwiseConv2DSettings>;

}  // namespace tweed::any

namespace tweed {

/// Any of them. A layer that is to be read from files is added here.
using AnyLayer = std::variant<any::Conv2D, any::DepthwiseConv2D, any::MaxPool, any::Dense,
                              any::Flatten, any::ReLU, any::Dropout>;

namespace detail {

template <class L>
std::vector<Parameter> parameters_at(const L& layer, const Shape& input) {
  if constexpr (requires { layer.parameters(input); }) {
    const auto parameters = layer.parameters(input);
    return {parameters.begin(), parameters.end()};
  } else {
    return {};
  }
}

template <class L>
Index scratch_bytes_at(const L& layer, const Shape& input, Index batch, int threads) {
  if constexpr (requires { layer.scratch_bytes(input, batch, threads); }) {
    return layer.scratch_bytes(input, batch, threads);
  } else {
    return 0;
  }
}

template <class L>
LayerMemory prepared_memory_at(const L& layer, const Shape& input, Index batch, int threads) {
  if constexpr (requires { layer.prepared_memory(input, batch, threads); }) {
    return layer.prepared_memory(input, batch, threads);
  } else {
    return {.scratch = scratch_bytes_at(layer, input, batch, threads)};
  }
}

template <class L>
constexpr bool runs_in_place(const L&) {
  if constexpr (requires { L::in_place; }) {
    return L::in_place;
  } else {
    return false;
  }
}

template <class First, class Second>
bool fold_into(First& first, const Second& second) {
  if constexpr (requires { first.fold(second); }) {
    return first.fold(second);
  } else {
    return false;
  }
}

}  // namespace detail

}  // namespace tweed
