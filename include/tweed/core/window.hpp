#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <string>

namespace TWEED_NAMESPACE {

/// Height and width of a convolution kernel or a pooling window: `Window{3, 5}`, or `5` for a
/// square.
struct Window {
  Index height;
  Index width;
  constexpr Window(Index side) : height(side), width(side) {}
  constexpr Window(Index height_, Index width_) : height(height_), width(width_) {}
};

/// Step between two windows, down and to the right.
struct Stride {
  Index height;
  Index width;
  constexpr Stride(Index both) : height(both), width(both) {}
  constexpr Stride(Index height_, Index width_) : height(height_), width(width_) {}
};

/// Distance between neighbouring taps of a kernel: 1 where they touch.
struct Dilation {
  Index height;
  Index width;
  constexpr Dilation(Index both) : height(both), width(both) {}
  constexpr Dilation(Index height_, Index width_) : height(height_), width(width_) {}
};

/// "3x5".
inline std::string to_string(const Window& window) {
  return std::to_string(window.height) + "x" + std::to_string(window.width);
}
inline std::string to_string(const Stride& stride) {
  return to_string(Window{stride.height, stride.width});
}
inline std::string to_string(const Dilation& dilation) {
  return to_string(Window{dilation.height, dilation.width});
}

/// Inputs from the first tap of a window to the last.
constexpr Index span_of(Index window, Index dilation) { return (window - 1) * dilation + 1; }

/// Zeros in front of one axis of an image and behind it.
struct AxisPadding {
  Index before = 0;
  Index after = 0;
  bool is_same = false;  ///< as many as it takes, instead of these: see `Padding::same`

  constexpr bool is_at_most(Index most) const {
    return before >= 0 && before <= most && after >= 0 && after <= most;
  }
  friend constexpr bool operator==(const AxisPadding&, const AxisPadding&) = default;
};

/// Zeros around an image: `Padding{1}` on all sides, `Padding{1, 2}` above and below, left and
/// right of it, or `Padding{top, bottom, left, right}`.
struct Padding {
  AxisPadding rows;
  AxisPadding columns;

  /// So many that the output has ceil(input / stride) rows and columns; an odd zero goes to the
  /// bottom and right, as in Keras.
  static const Padding same;
  /// None.
  static const Padding valid;

  constexpr Padding(Index all) : Padding(all, all) {}
  constexpr Padding(Index rows_, Index columns_) : Padding(rows_, rows_, columns_, columns_) {}
  constexpr Padding(Index top, Index bottom, Index left, Index right)
      : rows{top, bottom}, columns{left, right} {}

  /// Whether no side has less than none or more than so many.
  constexpr bool is_at_most(Index most_rows, Index most_columns) const {
    return rows.is_at_most(most_rows) && columns.is_at_most(most_columns);
  }
  /// Whether each side has a number, which is not absurd: not "same".
  constexpr bool has_sides() const {
    constexpr Index most = Index{1} << 30;
    return is_at_most(most, most) && !rows.is_same && !columns.is_same;
  }
  friend constexpr bool operator==(const Padding&, const Padding&) = default;

 private:
  constexpr explicit Padding(const AxisPadding& both) : rows(both), columns(both) {}
};

inline constexpr Padding Padding::same{AxisPadding{.is_same = true}};
inline constexpr Padding Padding::valid{0};

/// "1" or, from the top to the bottom, the left and the right, "1,0,1,0".
inline std::string sides_text(const Padding& padding) {
  const auto& [rows, columns] = padding;
  std::string text = std::to_string(rows.before);
  if (padding == Padding{rows.before}) return text;
  for (const Index side : {rows.after, columns.before, columns.after}) {
    text += ',';
    text += std::to_string(side);
  }
  return text;
}

/// "same", "valid", "padding 1" or, from the top to the bottom, the left and the right, "padding
/// 1,0,1,0".
inline std::string to_string(const Padding& padding) {
  if (padding == Padding::same) return "same";
  if (padding == Padding::valid) return "valid";
  std::string text = "padding ";
  text += sides_text(padding);
  return text;
}

/// One axis of a window that slides over an image: output `o` sees the inputs
/// `o * stride - before + t * dilation` for each tap `t` of the window.
struct SlidingAxis {
  Index input;
  Index window;
  Index stride;
  Index before;  ///< zeros before the first input
  Index output;
  Index dilation = 1;
  Index overhang = 0;  ///< how far the last window reaches beyond the zeros behind the image

  constexpr Index span() const { return span_of(window, dilation); }

  /// First and one-past-last tap of output `o` that fall inside the input. None does where the end
  /// is not behind the first.
  constexpr Index first_tap(Index o) const {
    return std::max<Index>(0, taps_within(before - o * stride));
  }
  constexpr Index end_tap(Index o) const {
    return std::min(window, taps_within(input + before - o * stride));
  }
  /// Taps of output `o` on inputs and on the zeros around them, of a window without gaps.
  constexpr Index padded_taps(Index o) const { return window - (o + 1 == output ? overhang : 0); }

 private:
  /// How many taps it takes to get `length` far, rounded up.
  constexpr Index taps_within(Index length) const { return (length + dilation - 1) / dilation; }
};

/// Output size and padding of one axis; the output is 0 where a window does not fit. Zeros are
/// fewer than a window spans, so that it never lies among them alone. With `ceil_mode` inputs that
/// are left over get a further window, which reaches beyond the zeros, unless it begins behind the
/// image.
constexpr SlidingAxis slide(Index input, Index window, Index stride, const AxisPadding& padding,
                            Index dilation = 1, bool ceil_mode = false) {
  const Index span = span_of(window, dilation);
  if (padding.is_same) {
    const Index output = (input + stride - 1) / stride;
    const Index zeros = std::max<Index>(0, (output - 1) * stride + span - input);
    return {input, window, stride, zeros / 2, output, dilation};
  }
  const Index padded = padding.before + input + padding.after;
  const Index output = padded < span ? 0 : (padded - span) / stride + 1;
  const Index overhang = output * stride + span - padded;  // of a further window
  if (ceil_mode && overhang < stride && output * stride < padding.before + input) {
    return {input, window, stride, padding.before, output + 1, dilation, overhang};
  }
  return {input, window, stride, padding.before, output, dilation};
}

}  // namespace TWEED_NAMESPACE
