#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/options.hpp>

#include <string>
#include <type_traits>

namespace tweed {

namespace detail {

/// Stands for no pool behind a convolution.
struct NoPool {
  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }
};

/// Convolution and bias, and where they say so a ReLU and a max-pool behind it, in one layer.
template <kernels::Activation activation, class Pool, Index filters, Window kernel, auto... options>
struct Convolution {
  static_assert(filters > 0, "Conv2D: there must be at least one filter");
  static_assert(kernel.height > 0 && kernel.width > 0, "Conv2D: the kernel must be positive");
  static_assert(OptionTypes<Stride, Padding, Initializer, Algorithm>::accept<options...>(),
                "Conv2D: the options are Stride{...}, Padding::..., Initializer::... and "
                "Algorithm::..., each "
                "at most once");

  static constexpr Stride stride = option_or<Stride, options...>({1, 1});
  static constexpr Padding padding = option_or<Padding, options...>(Padding::same);
  static constexpr Initializer initializer =
      option_or<Initializer, options...>(Initializer::glorot_uniform);
  static constexpr Algorithm algorithm = option_or<Algorithm, options...>(Algorithm::automatic);
  static_assert(stride.height > 0 && stride.width > 0, "Conv2D: the stride must be positive");

  static constexpr std::string_view name = "conv2d";
  static constexpr bool may_use_winograd =
      kernel.height == 3 && kernel.width == 3 && stride.height == 1 && stride.width == 1;
  static constexpr bool has_pool = !std::is_same_v<Pool, NoPool>;
  static constexpr Reads backward_reads{
      .input = true, .output = activation != kernels::Activation::none && !has_pool};

  enum class Why { fits, kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same };

  static constexpr Fit<Why> fit(const Shape& input) {
    const auto g = geometry(input);
    if (g.output_size() == 0) {
      return {input, Why::kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same};
    }
    return {Pool::fit(convolved(g)).output};
  }

  static constexpr std::array<Parameter, 2> parameters(const Shape& input) {
    const Index taps = kernel.height * kernel.width;
    return {{{"kernel",
              {kernel.height, kernel.width, input.channels, filters},
              4,
              initializer,
              taps * input.channels,
              taps * filters},
             {"bias", {filters, 1, 1, 1}, 1, Initializer::zeros}}};
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index batch, int threads) {
    const auto g = geometry(input);
    return {.kept = tap_bytes(fit(input).output, batch) +
                    kernels::conv::largest_kept_bytes<T>(g, batch, algorithm),
            .scratch = kernels::conv::largest_scratch_bytes<T>(g, batch, threads, algorithm)};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    run(pass, nullptr);
  }

  template <class T>
  static void forward(const ForwardPass<T>& pass) {
    run<T>(pass, pass.kept.data());
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const auto g = geometry(pass.x.shape);
    const std::byte* const kept = pass.kept.data();
    const auto pool = fused_pool(g, const_cast<std::byte*>(kept));
    kernels::conv::backward<T, may_use_winograd>(
        kernels::conv::select(g, pass.x.count, algorithm), g,
        {.batch = pass.x.count,
         .x = pass.x.data,
         .kernel = pass.parameters[0].data(),
         .y = pass.y.data,
         .dy = pass.dy.data,
         .dx = pass.dx.data,
         .kernel_gradient = pass.gradients[0].data(),
         .bias_gradient = pass.gradients[1].data(),
         .activation = activation,
         .pool = has_pool ? &pool : nullptr,
         .kept = kept + tap_bytes(pass.y.shape, pass.x.count),
         .scratch = pass.scratch,
         .threads = pass.threads});
  }

  static constexpr Index multiply_adds(const Shape& input) {
    return geometry(input).multiplications();
  }

  /// The algorithm of the forward pass for a batch, for the summary.
  static std::string_view runs_as(const Shape& input, Index batch) {
    return tweed::name(kernels::conv::select(geometry(input), batch, algorithm).forward);
  }

  static std::string describe() {
    return std::to_string(filters) + ", " + to_string(kernel) +
           (padding == Padding::same ? " same" : " valid") +
           (stride.height == 1 && stride.width == 1 ? "" : " stride " + to_string(stride));
  }

 private:
  static constexpr kernels::conv::Geometry geometry(const Shape& input) {
    return {slide(input.height, kernel.height, stride.height, padding),
            slide(input.width, kernel.width, stride.width, padding), input.channels, filters};
  }

  static constexpr Shape convolved(const kernels::conv::Geometry& g) {
    return {g.rows.output, g.columns.output, filters};
  }

  /// What a layer keeps begins with the pool's taps.
  static constexpr Index tap_bytes(const Shape& output, Index batch) {
    return has_pool
               ? aligned_bytes(batch * output.size() * Index{sizeof(kernels::conv::FusedPool::Tap)})
               : 0;
  }

  static kernels::conv::FusedPool fused_pool(const kernels::conv::Geometry& g, std::byte* kept) {
    if constexpr (has_pool) {
      return {Pool::geometry(convolved(g)), reinterpret_cast<kernels::conv::FusedPool::Tap*>(kept)};
    } else {
      return {};
    }
  }

  template <class T>
  static void run(const InferPass<T>& pass, std::byte* kept) {
    const auto g = geometry(pass.x.shape);
    const auto pool = fused_pool(g, kept);
    kernels::conv::forward<T, may_use_winograd>(
        kernels::conv::select(g, pass.x.count, algorithm), g,
        {.batch = pass.x.count,
         .x = pass.x.data,
         .kernel = pass.parameters[0].data(),
         .bias = pass.parameters[1].data(),
         .y = pass.y.data,
         .activation = activation,
         .pool = has_pool ? &pool : nullptr,
         .kept = kept == nullptr ? nullptr : kept + tap_bytes(pass.y.shape, pass.x.count),
         .scratch = pass.scratch,
         .threads = pass.threads});
  }
};

}  // namespace detail

/// Two-dimensional convolution (cross-correlation, as everywhere in the field) with a bias:
/// [h,w,c] to [oh,ow,filters]. `kernel` is a number or a `Window{height, width}`. Options, in any
/// order: `Stride{2}` (1 by default), `Padding::same` (the default) or `Padding::valid`, an
/// `Initializer` for the kernel (Glorot-uniform by default; the bias starts at zero), and an
/// `Algorithm` for experiments (the fastest by default).
/// Parameters: kernel [kh,kw,c,filters], bias [filters].
template <Index filters, Window kernel, auto... options>
struct Conv2D
    : detail::Convolution<kernels::Activation::none, detail::NoPool, filters, kernel, options...> {
};

}  // namespace tweed
