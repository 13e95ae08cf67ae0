#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/convolution_settings.hpp>
#include <tweed/layers/options.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

/// What Conv2D and DepthwiseConv2D share.
namespace tweed::detail {

/// Stands for no pool behind a convolution.
struct NoPool {
  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }
};

/// How a convolution runs whose kernel was prepared for batches of up to `batch` samples.
template <class T>
Algorithm prepared_plan(const kernels::conv::Geometry& g, Index batch, Algorithm asked) {
  return kernels::conv::algorithm_for<T>(g, batch, asked, kernels::conv::Kernel::prepared);
}

/// How it runs otherwise.
template <class T>
Algorithm plain_plan(const kernels::conv::Geometry& g, Index batch, Algorithm asked) {
  return kernels::conv::algorithm_for<T>(g, batch, asked, kernels::conv::Kernel::plain);
}

/// How a layer's pass runs.
template <class T>
Algorithm forward_plan(const kernels::conv::Geometry& g, const InferPass<T>& pass,
                       Algorithm asked) {
  const bool is_prepared = !pass.prepared.bytes.empty();
  return is_prepared ? prepared_plan<T>(g, pass.prepared.batch, asked)
                     : plain_plan<T>(g, pass.x.count, asked);
}

/// What `prepare_convolution` writes, and the scratch of a forward pass after it.
template <class T>
constexpr LayerMemory prepared_convolution_memory(const kernels::conv::Geometry& g, Index batch,
                                                  int threads, Algorithm asked) {
  return {.kept = kernels::conv::prepared_kernel_bytes<T>(g, batch, asked),
          .scratch = kernels::conv::prepared_scratch_bytes<T>(g, batch, threads, asked)};
}

template <kernels::conv::Family family, class T>
void prepare_convolution(const kernels::conv::Geometry& g, const PreparePass<T>& pass,
                         Algorithm asked) {
  kernels::conv::prepare_kernel<T, family>(prepared_plan<T>(g, pass.batch, asked), g,
                                           pass.parameters[0].data(), pass.to, pass.threads);
}

/// A layer's pass as the kernels take it; `kept` is their own, behind the pool's taps.
template <class T>
kernels::conv::Forward<T> forward_pass(const InferPass<T>& pass, kernels::Activation activation,
                                       const kernels::conv::FusedPool* pool,
                                       std::span<std::byte> kept) {
  return {.batch = pass.x.count,
          .x = pass.x.data,
          .kernel = pass.parameters[0].data(),
          .bias = pass.parameters[1].data(),
          .y = pass.y.data,
          .activation = activation,
          .pool = pool,
          .kept = kept,
          .kernel_transform = pass.prepared.bytes,
          .scratch = pass.scratch,
          .threads = pass.threads};
}

/// Convolution and bias, and where they say so a ReLU and a max-pool behind it, in one layer. What
/// `Filters` has says how many filters there are for an input, and how they are grouped.
template <kernels::Activation activation, class Pool, class Filters, Window kernel, auto... options>
struct Convolution {
  static_assert(kernel.height > 0 && kernel.width > 0, "convolution: the kernel must be positive");

  static constexpr Stride stride = option_or<Stride, options...>({1, 1});
  static constexpr Dilation dilation = option_or<Dilation, options...>({1, 1});
  static constexpr Padding padding = option_or<Padding, options...>(Padding::same);
  static constexpr Initializer initializer =
      option_or<Initializer, options...>(Initializer::glorot_uniform);
  static constexpr Algorithm algorithm = option_or<Algorithm, options...>(Algorithm::automatic);
  static_assert(stride.height > 0 && stride.width > 0, "convolution: the stride must be positive");
  static_assert(dilation.height > 0 && dilation.width > 0,
                "convolution: the dilation must be positive");

  /// Of the layer, without what is folded into it.
  using Base = Convolution;

  static constexpr std::string_view name = Filters::layer_name;
  static constexpr auto settings =
      Filters::settings({kernel, stride, dilation, padding, algorithm});
  static_assert(settings.sliding.has_valid_padding(),
                "convolution: the padding must be at least 0 and smaller than the kernel, its "
                "dilation included");
  static_assert(can_run_as_asked(settings),
                "convolution: the Algorithm cannot do this kernel, stride, dilation or these "
                "groups; leave it out to get the fastest that can");
  static constexpr bool has_pool = !std::is_same_v<Pool, NoPool>;
  static constexpr Reads backward_reads{
      .input = true, .output = activation != kernels::Activation::none && !has_pool};

  enum class Why {
    fits,
    kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same,
    channels_do_not_divide_into_the_groups
  };

  static constexpr Fit<Why> fit(const Shape& input) {
    if (input.channels % settings.groups_of(input.channels) != 0) {
      return {input, Why::channels_do_not_divide_into_the_groups};
    }
    const auto g = geometry(input);
    if (g.output_size() == 0) {
      return {input, Why::kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same};
    }
    return {Pool::fit(convolved(g)).output};
  }

  static constexpr std::array<Parameter, 2> parameters(const Shape& input) {
    return convolution_parameters(geometry(input), initializer);
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index batch, int threads) {
    const auto g = geometry(input);
    return {.kept = tap_bytes(fit(input).output, batch) +
                    kernels::conv::largest_kept_bytes<T>(g, batch, algorithm),
            .scratch = kernels::conv::largest_scratch_bytes<T>(g, batch, threads, algorithm)};
  }

  template <class T>
  static constexpr LayerMemory prepared_memory(const Shape& input, Index batch, int threads) {
    const auto g = geometry(input);
    return prepared_convolution_memory<T>(g, batch, threads, algorithm);
  }

  template <class T>
  static void prepare(const PreparePass<T>& pass) {
    const auto g = geometry(pass.input);
    prepare_convolution<family>(g, pass, algorithm);
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    run(pass, {});
  }

  template <class T>
  static void forward(const ForwardPass<T>& pass) {
    run<T>(pass, pass.kept);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const auto g = geometry(pass.x.shape);
    const auto pool = fused_pool(g, pass.kept, pass.x.count);
    kernels::conv::backward<T, family>(plain_plan<T>(g, pass.x.count, algorithm), g,
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
                                        .kept = behind_taps(pass.kept, pass.y.shape, pass.x.count),
                                        .scratch = pass.scratch,
                                        .threads = pass.threads});
  }

  static constexpr Index multiply_adds(const Shape& input) {
    return geometry(input).multiplications();
  }

  /// The algorithm of the forward pass for a batch, for the summary.
  static std::string_view runs_as(const Shape& input, Index batch) {
    const auto g = geometry(input);
    return tweed::name(plain_plan<float>(g, batch, algorithm));
  }

  static std::string describe() {
    std::string text = Filters::describe() + to_string(kernel);
    text += " " + to_string(padding);
    if (stride.height != 1 || stride.width != 1) text += " stride " + to_string(stride);
    if (dilation.height != 1 || dilation.width != 1) text += " dilation " + to_string(dilation);
    return text + Filters::describe_groups();
  }

 private:
  static constexpr kernels::conv::Geometry geometry(const Shape& input) {
    return settings.geometry(input);
  }

  /// Input sizes play no part in it.
  static constexpr kernels::conv::Family family = kernels::conv::family_of(geometry({1, 1, 1}));

  static constexpr Shape convolved(const kernels::conv::Geometry& g) {
    return {g.rows.output, g.columns.output, g.filters};
  }

  /// What a layer keeps begins with the pool's taps.
  static constexpr Index tap_bytes(const Shape& output, Index batch) {
    return has_pool
               ? aligned_bytes(batch * output.size() * Index{sizeof(kernels::conv::FusedPool::Tap)})
               : 0;
  }

  template <class Byte>
  static std::span<Byte> behind_taps(std::span<Byte> kept, const Shape& output, Index batch) {
    const Index taps = tap_bytes(output, batch);
    check_piece(taps, kept.size());
    return kept.subspan(static_cast<std::size_t>(taps));
  }

  /// `kept` is empty in inference.
  template <class Byte>
  static kernels::conv::FusedPool fused_pool(const kernels::conv::Geometry& g, std::span<Byte> kept,
                                             Index batch) {
    using Tap = kernels::conv::FusedPool::Tap;
    if constexpr (has_pool) {
      const auto pool = Pool::geometry(convolved(g));
      if (kept.empty()) return {pool};
      return {pool, const_cast<Tap*>(elements_of<Tap>(kept, batch * pool.output_size()))};
    } else {
      return {};
    }
  }

  template <class T>
  static void run(const InferPass<T>& pass, std::span<std::byte> kept) {
    const auto g = geometry(pass.x.shape);
    const auto pool = fused_pool(g, kept, pass.x.count);
    kernels::conv::forward<T, family>(
        forward_plan(g, pass, algorithm), g,
        forward_pass(pass, activation, has_pool ? &pool : nullptr,
                     kept.empty() ? kept : behind_taps(kept, pass.y.shape, pass.x.count)));
  }
};

}  // namespace tweed::detail
