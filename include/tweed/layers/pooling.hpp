#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/pool_geometry.hpp>

#include <algorithm>
#include <string>

/// What MaxPool and AveragePool share.
namespace TWEED_NAMESPACE::detail {

/// Why a pool does not take an input, or cannot be at all.
enum class PoolTrouble {
  fits,
  window_is_larger_than_the_input_shrink_it_or_use_Padding_same,
  its_window_and_stride_must_be_positive,
  its_padding_must_be_at_least_0_and_at_most_half_of_the_window,
  its_ceil_mode_needs_numbers_as_padding_since_same_rounds_up_already,
  its_window_must_have_fewer_than_65536_elements
};

/// Whether every window sees some of the image.
constexpr bool has_valid_padding(const Pool& pool) {
  return pool.padding.is_at_most(pool.window.height / 2, pool.window.width / 2);
}

constexpr bool has_use_for_ceil_mode(const Pool& pool) {
  return !pool.ceil_mode || pool.padding != Padding::same;
}

constexpr Fit<PoolTrouble> fit_pool(const Pool& pool, const Shape& input) {
  using Why = PoolTrouble;
  const auto& [window, stride, padding, ceil_mode] = pool;
  if (std::min({window.height, window.width, stride.height, stride.width}) < 1) {
    return {input, Why::its_window_and_stride_must_be_positive};
  }
  if (!has_valid_padding(pool)) {
    return {input, Why::its_padding_must_be_at_least_0_and_at_most_half_of_the_window};
  }
  if (!has_use_for_ceil_mode(pool)) {
    return {input, Why::its_ceil_mode_needs_numbers_as_padding_since_same_rounds_up_already};
  }
  const auto g = kernels::pool_geometry(pool, input);
  if (g.output_size() == 0) {
    return {input, Why::window_is_larger_than_the_input_shrink_it_or_use_Padding_same};
  }
  return {{g.rows.output, g.columns.output, g.channels}};
}

/// Its settings; `counting` says what else is counted.
inline std::string describe_pool(const Pool& pool, const char* counting = "") {
  std::string text = to_string(pool.window);
  if (pool.padding != Padding::valid) text += " " + to_string(pool.padding);
  text += counting;
  if (pool.stride.height != pool.window.height || pool.stride.width != pool.window.width) {
    text += " stride " + to_string(pool.stride);
  }
  if (pool.ceil_mode) text += " ceil mode";
  return text;
}

}  // namespace TWEED_NAMESPACE::detail
