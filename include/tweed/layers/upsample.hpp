#pragma once

#include <tweed/core/interpolation.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/options.hpp>

#include <algorithm>
#include <string>

namespace TWEED_NAMESPACE {

/// An image so many times as high and as wide: [h,w,c] to [h * rows,w * columns,c]. Each new pixel
/// is its nearest neighbour, or lies between four.
struct UpsampleLayer {
  Window factors{0};  ///< how often, downwards and to the right
  Interpolation interpolation = Interpolation::nearest;
  /// The centres of the corner pixels of both images are at the same places; otherwise their outer
  /// edges are, and beyond the centres of the outer pixels their numbers go on.
  bool aligns_corners = false;

  enum class Why { fits, its_factors_must_be_positive, only_bilinear_interpolation_aligns_corners };

  static constexpr std::string_view name = "upsample";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("factors", layer.factors);
    take("interpolation", layer.interpolation, Interpolation::nearest);
    take("aligns_corners", layer.aligns_corners, false);
  }

  constexpr bool is_bilinear() const { return interpolation == Interpolation::bilinear; }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (std::min(factors.height, factors.width) < 1) {
      return {input, Why::its_factors_must_be_positive};
    }
    if (aligns_corners && !is_bilinear()) {
      return {input, Why::only_bilinear_interpolation_aligns_corners};
    }
    return {{input.height * factors.height, input.width * factors.width, input.channels}};
  }

  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index, int threads) const {
    if (!is_bilinear()) return {};
    return {.scratch = kernels::bilinear_scratch_bytes<T>(bilinear_size(input), threads)};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    if (is_bilinear()) {
      return kernels::chosen::bilinear<T>({.size = bilinear_size(pass.x.shape),
                                           .batch = pass.x.count,
                                           .from = pass.x.data,
                                           .to = pass.y.data,
                                           .scratch = pass.scratch,
                                           .threads = pass.threads});
    }
    kernels::chosen::upsample<T>(pass.x.shape, pass.x.count, factors, pass.x.data, pass.y.data,
                                 pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    if (is_bilinear()) {
      return kernels::chosen::bilinear_gradient<T>({.size = bilinear_size(pass.dx.shape),
                                                    .batch = pass.dx.count,
                                                    .from = pass.dy.data,
                                                    .to = pass.dx.data,
                                                    .scratch = pass.scratch,
                                                    .threads = pass.threads});
    }
    kernels::chosen::upsample_gradient<T>(pass.dx.shape, pass.dx.count, factors, pass.dy.data,
                                          pass.dx.data, pass.threads);
  }

  OnnxOperator onnx(const Shape&) const {
    const auto scale = [](Index factor) { return static_cast<float>(factor); };
    OnnxOperator resize{
        .type = "Resize",
        .layout = OnnxOperator::Layout::image,
        .constants = {{}, {1.0F, 1.0F, scale(factors.height), scale(factors.width)}}};
    const auto set = [&](std::string_view attribute, std::string_view word) {
      resize.attributes.push_back(OnnxAttribute::of(attribute, word));
    };
    set("mode", is_bilinear() ? "linear" : "nearest");
    if (is_bilinear()) {
      set("coordinate_transformation_mode", aligns_corners ? "align_corners" : "half_pixel");
    } else {
      set("coordinate_transformation_mode", "asymmetric");
      set("nearest_mode", "floor");
    }
    return resize;
  }

  std::string describe() const {
    std::string text = to_string(factors);
    if (is_bilinear()) text += " bilinear";
    if (aligns_corners) text += " aligning corners";
    return text;
  }

 private:
  constexpr kernels::BilinearSize bilinear_size(const Shape& input) const {
    return {.rows = {input.height, input.height * factors.height, aligns_corners},
            .columns = {input.width, input.width * factors.width, aligns_corners},
            .channels = input.channels};
  }
};

/// The centres of the corner pixels stay where they are:
/// `Upsample<2, Interpolation::bilinear, AlignCorners{}>`.
struct AlignCorners {};

/// Upsampling in a network that is a type: `Upsample<2>` doubles height and width,
/// `Upsample<Window{1, 2}>` the width alone. Options, in any order: `Interpolation::nearest` (the
/// default) or `Interpolation::bilinear`, and with that `AlignCorners{}`.
template <Window factors, auto... options>
struct Upsample {
  static_assert(factors.height > 0 && factors.width > 0, "Upsample: the factors must be positive");
  static_assert(detail::OptionTypes<Interpolation, AlignCorners>::accept<options...>(),
                "Upsample: the options are Interpolation::... and AlignCorners{}, each at most "
                "once");

  static constexpr UpsampleLayer value{
      .factors = factors,
      .interpolation = detail::option_or<Interpolation, options...>(Interpolation::nearest),
      .aligns_corners = detail::has_option<AlignCorners, options...>};

  static_assert(!value.aligns_corners || value.is_bilinear(),
                "Upsample: AlignCorners{} needs Interpolation::bilinear");
};

}  // namespace TWEED_NAMESPACE
