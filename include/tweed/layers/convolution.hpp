#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/checked_product.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/groups.hpp>
#include <tweed/layers/kernel_and_bias.hpp>
#include <tweed/layers/no_bias.hpp>
#include <tweed/layers/onnx_window.hpp>
#include <tweed/layers/options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What Conv2D, DepthwiseConv2D and ConvTranspose2D share.
namespace TWEED_NAMESPACE::detail {

/// Why a convolution, transposed or not, does not take an input, or cannot be at all.
enum class ConvolutionTrouble {
  fits,
  kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same,
  channels_do_not_divide_into_the_groups,
  filters_do_not_divide_into_the_groups,
  its_settings_must_all_be_positive,
  its_padding_must_not_be_negative_and_be_smaller_than_the_kernel_dilation_included,
  its_algorithm_cannot_do_this_kernel_stride_dilation_or_these_groups,
  its_output_padding_must_not_be_negative_and_be_smaller_than_the_stride,
  its_output_padding_wants_a_padding_in_numbers_instead_of_Padding_same,
  its_padding_leaves_nothing_of_the_output_use_less,
  it_is_too_large
};

/// The kernel of a convolution and how it slides over an image.
struct Sliding {
  Window kernel;
  Stride stride;
  Dilation dilation;
  Padding padding;

  constexpr bool is_positive() const {
    return std::min({kernel.height, kernel.width, stride.height, stride.width, dilation.height,
                     dilation.width}) > 0;
  }
  /// Whether every window lies over some of the image.
  constexpr bool has_valid_padding() const {
    return padding.is_at_most(span_of(kernel.height, dilation.height) - 1,
                              span_of(kernel.width, dilation.width) - 1);
  }
  constexpr SlidingAxis rows(Index input) const {
    return slide(input, kernel.height, stride.height, padding.rows, dilation.height);
  }
  constexpr SlidingAxis columns(Index input) const {
    return slide(input, kernel.width, stride.width, padding.columns, dilation.width);
  }

  /// What is wrong with it, and with what there must be at least one of: filters, groups.
  constexpr ConvolutionTrouble trouble(std::initializer_list<Index> counts) const {
    using Why = ConvolutionTrouble;
    if (!is_positive() || std::min(counts) < 1) return Why::its_settings_must_all_be_positive;
    if (!has_valid_padding()) {
      return Why::its_padding_must_not_be_negative_and_be_smaller_than_the_kernel_dilation_included;
    }
    return Why::fits;
  }

  std::string describe() const {
    std::string text = to_string(kernel);
    text += ' ';
    text += to_string(padding);
    if (stride.height != 1 || stride.width != 1) text += " stride " + to_string(stride);
    if (dilation.height != 1 || dilation.width != 1) text += " dilation " + to_string(dilation);
    return text;
  }
};

/// How the kernel of a layer slides, by its options in a network that is a type. What no
/// convolution can be does not compile.
template <Window kernel, auto... options>
struct SlidingOf {
  static constexpr Sliding value{.kernel = kernel,
                                 .stride = option_or<Stride, options...>({1, 1}),
                                 .dilation = option_or<Dilation, options...>({1, 1}),
                                 .padding = option_or<Padding, options...>(Padding::same)};

  static_assert(kernel.height > 0 && kernel.width > 0, "convolution: the kernel must be positive");
  static_assert(value.stride.height > 0 && value.stride.width > 0,
                "convolution: the stride must be positive");
  static_assert(value.dilation.height > 0 && value.dilation.width > 0,
                "convolution: the dilation must be positive");
  static_assert(value.has_valid_padding(),
                "convolution: the padding must be at least 0 and smaller than the kernel, its "
                "dilation included");
};

/// The number of groups of a layer, by its options in a network that is a type. Filters that do not
/// divide into them do not compile.
template <Index filters, auto... options>
struct GroupsOf {
  static constexpr Index value = option_or<Groups, options...>({1}).count;

  static_assert(filters > 0, "convolution: there must be at least one filter");
  static_assert(value > 0 && filters % value == 0,
                "convolution: the filters must divide into the groups");
};

/// Whether a convolution can be computed as its layer asks; input sizes play no part in it.
constexpr bool can_run_as_asked(Algorithm asked, const kernels::conv::Geometry& g) {
  return asked == Algorithm::automatic || kernels::conv::can_run(asked, g);
}

/// What a convolution of valid settings makes of its input. `g` is empty where the channels do not
/// divide.
constexpr Fit<ConvolutionTrouble> fit_convolution(const kernels::conv::Geometry& g) {
  using Why = ConvolutionTrouble;
  const Shape output{g.rows.output, g.columns.output, g.filters};
  if (g.channels % g.groups != 0) return {output, Why::channels_do_not_divide_into_the_groups};
  if (g.filters % g.groups != 0) return {output, Why::filters_do_not_divide_into_the_groups};
  if (g.output_pixels() == 0) {
    return {output, Why::kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same};
  }
  const std::array factors{g.rows.output,    g.columns.output,   g.rows.window,
                           g.columns.window, g.group_channels(), g.filters};
  constexpr Index most = Index{1} << 50;  // multiply-adds, which estimates of costs can take
  if (checked_product(factors).value_or(most) >= most) return {output, Why::it_is_too_large};
  return {output};
}

/// Kernel [kh,kw,c/groups,filters] and bias [filters] of a convolution.
constexpr TensorList convolution_tensors(const kernels::conv::Geometry& g, Initializer initializer,
                                         bool has_bias) {
  TensorList tensors;
  tensors.add({"kernel",
               {g.rows.window, g.columns.window, g.group_channels(), g.filters},
               4,
               initializer,
               g.taps() * g.group_channels(),
               g.taps() * g.filters});
  if (has_bias) tensors.add({"bias", {g.filters, 1, 1, 1}});
  return tensors;
}

/// The passes of a convolution, and of the ReLU and the max-pool that may be folded into it.
/// `family` says which kernels are compiled.
template <kernels::conv::Family family>
struct ConvolutionPasses {
  using Geometry = kernels::conv::Geometry;
  using Tap = kernels::conv::FusedPool::Tap;

  template <class T>
  static constexpr LayerMemory memory(const Geometry& g, Algorithm asked,
                                      const MemoryQuery& query) {
    const Index kept =  // for the kernel's gradient
        query.is_frozen ? 0 : kernels::conv::chosen::largest_kept_bytes<T>(g, query.batch, asked);
    return {.kept = tap_bytes(g, query.epilogue, query.batch) + kept,
            .scratch = kernels::conv::chosen::largest_scratch_bytes<T>(g, query.batch,
                                                                       query.threads, asked)};
  }

  /// What `prepare` writes: where a normalisation was multiplied into them, a bias, and a kernel if
  /// that has no transform; and the kernel's transform.
  template <class T>
  static constexpr LayerMemory prepared_memory(const Geometry& g, Algorithm asked,
                                               const MemoryQuery& query) {
    const Index transform = kernels::conv::chosen::prepared_kernel_bytes<T>(g, query.batch, asked);
    const bool keeps_kernel = query.epilogue.normalize && transform == 0;
    return {.kept = (query.epilogue.normalize ? Scratch::bytes<T>(g.filters) : 0) +
                    (keeps_kernel ? Scratch::bytes<T>(g.kernel_size()) : transform),
            .scratch = kernels::conv::chosen::prepared_scratch_bytes<T>(g, query.batch,
                                                                        query.threads, asked)};
  }

  template <class T>
  static void prepare(const Geometry& g, Algorithm asked, const PreparePass<T>& pass) {
    Scratch to(pass.to);
    const Index bytes = kernels::conv::chosen::prepared_kernel_bytes<T>(g, pass.batch, asked);
    const T* kernel = pass.parameters[0].data();
    Buffer<T> aside;
    if (pass.epilogue.normalize) {
      T* const bias = to.take<T>(g.filters);
      if (bytes > 0) aside = Buffer<T>(g.kernel_size());
      T* const scaled = bytes > 0 ? aside.data() : to.take<T>(g.kernel_size());
      kernels::conv::chosen::scale_filters<T>(g, kernel, bias_of(pass.parameters),
                                              pass.factor.data(), pass.offset.data(), scaled, bias);
      kernel = scaled;
    }
    if (bytes == 0) return;
    kernels::conv::chosen::prepare_kernel<T, family>(
        kernels::conv::chosen::algorithm_for<T>(g, pass.batch, asked,
                                                kernels::conv::Kernel::prepared),
        g, kernel, to.take_bytes(bytes), pass.threads);
  }

  /// `kept` is empty in inference.
  template <class T>
  static void forward(const Geometry& g, Algorithm asked, const InferPass<T>& pass,
                      std::span<std::byte> kept) {
    const bool is_prepared = !pass.prepared.bytes.empty();
    const auto pool = fused_pool(g, pass.epilogue, kept, pass.x.count);
    auto run = forward_of<kernels::conv::Forward>(pass);
    if (!pass.epilogue.pool.is_none()) run.pool = &pool;
    run.kept = behind_taps(g, pass.epilogue, kept, pass.x.count);
    if (is_prepared) use_prepared(g, asked, pass, run);
    const Algorithm algorithm =
        is_prepared ? kernels::conv::chosen::algorithm_for<T>(g, pass.prepared.batch, asked,
                                                              kernels::conv::Kernel::prepared)
                    : kernels::conv::chosen::algorithm_for<T>(g, pass.x.count, asked,
                                                              kernels::conv::Kernel::plain);
    kernels::conv::chosen::forward<T, family>(algorithm, g, run);
  }

  template <class T>
  static void backward(const Geometry& g, Algorithm asked, const BackwardPass<T>& pass) {
    const auto pool = fused_pool(g, pass.epilogue, pass.kept, pass.x.count);
    auto run = backward_of<kernels::conv::Backward>(pass);
    if (!pass.epilogue.pool.is_none()) run.pool = &pool;
    run.kept = behind_taps(g, pass.epilogue, pass.kept, pass.x.count);
    kernels::conv::chosen::backward<T, family>(
        kernels::conv::chosen::algorithm_for<T>(g, pass.x.count, asked,
                                                kernels::conv::Kernel::plain),
        g, run);
  }

  static OnnxOperator onnx(const Geometry& g) {
    auto attributes = onnx_window(g.rows, g.columns);
    attributes.push_back(
        OnnxAttribute::of("dilations", std::vector<Index>{g.rows.dilation, g.columns.dilation}));
    attributes.push_back(OnnxAttribute::of("group", g.groups));
    return {"Conv", OnnxOperator::Layout::image, std::move(attributes)};
  }

  /// The algorithm of the forward pass for a batch, for the summary.
  static std::string_view runs_as(const Geometry& g, Algorithm asked, Index batch) {
    return name(
        kernels::conv::chosen::algorithm_for<float>(g, batch, asked, kernels::conv::Kernel::plain));
  }

 private:
  static constexpr Shape convolved(const Geometry& g) {
    return {g.rows.output, g.columns.output, g.filters};
  }

  /// What a layer keeps begins with the pool's taps.
  static constexpr Index tap_bytes(const Geometry& g, const Epilogue& epilogue, Index batch) {
    if (epilogue.pool.is_none()) return 0;
    const Index taps = kernels::pool_geometry(epilogue.pool, convolved(g)).output_size();
    return aligned_bytes(batch * taps * Index{sizeof(Tap)});
  }

  template <class Byte>
  static std::span<Byte> behind_taps(const Geometry& g, const Epilogue& epilogue,
                                     std::span<Byte> kept, Index batch) {
    if (kept.empty()) return kept;
    const Index taps = tap_bytes(g, epilogue, batch);
    check_piece(taps, kept.size());
    return kept.subspan(static_cast<std::size_t>(taps));
  }

  template <class Byte>
  static kernels::conv::FusedPool fused_pool(const Geometry& g, const Epilogue& epilogue,
                                             std::span<Byte> kept, Index batch) {
    if (epilogue.pool.is_none()) return {};
    const auto pool = kernels::pool_geometry(epilogue.pool, convolved(g));
    if (kept.empty()) return {pool};
    return {pool, const_cast<Tap*>(elements_of<Tap>(kept, batch * pool.output_size()))};
  }

  template <class T>
  static void use_prepared(const Geometry& g, Algorithm asked, const InferPass<T>& pass,
                           kernels::conv::Forward<T>& run) {
    run.kernel_transform = pass.prepared.bytes;
    if (!pass.epilogue.normalize) return;
    run.bias = elements_of<T>(pass.prepared.bytes, g.filters);
    const auto behind =
        pass.prepared.bytes.subspan(static_cast<std::size_t>(Scratch::bytes<T>(g.filters)));
    const bool has_transform =
        kernels::conv::chosen::prepared_kernel_bytes<T>(g, pass.prepared.batch, asked) > 0;
    run.kernel_transform = has_transform ? behind : std::span<const std::byte>();
    if (!has_transform) run.kernel = elements_of<T>(behind, g.kernel_size());
  }
};

}  // namespace TWEED_NAMESPACE::detail
