#pragma once

#include <tweed/kernels/conv/fft.hpp>
#include <tweed/kernels/conv/geometry.hpp>

namespace tweed::kernels::conv {

enum class Algorithm { reference, im2col, direct, fft };

constexpr const char* name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::reference:
      return "reference";
    case Algorithm::im2col:
      return "im2col";
    case Algorithm::direct:
      return "direct";
    case Algorithm::fft:
      return "fft";
  }
  return "unknown";
}

/// The algorithm of each of the three passes. The FFT shares its transforms between them: it does
/// all three or none.
struct Plan {
  Algorithm forward;
  Algorithm input_gradient;
  Algorithm kernel_gradient;

  constexpr bool is_fft() const { return forward == Algorithm::fft; }
};

/// The plan without transforms: below this many channels the rows of the patch matrix are too short
/// to be worth copying.
constexpr Plan select_product(const Geometry& g) {
  constexpr Index few_channels = 8;
  if (g.channels <= few_channels) {
    return {Algorithm::direct, Algorithm::im2col, Algorithm::direct};
  }
  return {Algorithm::im2col, Algorithm::im2col, Algorithm::im2col};
}

namespace detail {

/// Multiply-adds of one pass over a batch, those of the transforms weighted by what they cost
/// beside the others (measured with bench_conv).
constexpr double fft_cost(const Geometry& g, Index batch) {
  constexpr double image_transform = 24.0;   // for each number
  constexpr double kernel_transform = 12.0;  // for each number
  const fft::Layout<float> layout(g, batch);
  const auto slots = static_cast<double>(layout.slots());
  const auto channels = static_cast<double>(layout.input.padded_channels);
  const auto filters = static_cast<double>(layout.output.padded_channels);
  const auto tiles = static_cast<double>(batch * layout.tiles_per_image);
  return slots * (tiles * (1.5 * channels * filters + image_transform * (channels + filters)) +
                  kernel_transform * channels * filters);
}

}  // namespace detail

/// The fastest plan for a geometry and a batch, as measured by bench_conv.
constexpr Plan select(const Geometry& g, Index batch) {
  const auto product_cost = static_cast<double>(batch * g.multiplications());
  if (Fft<float>::supports(g) && detail::fft_cost(g, batch) < product_cost) {
    return {Algorithm::fft, Algorithm::fft, Algorithm::fft};
  }
  return select_product(g);
}

}  // namespace tweed::kernels::conv
