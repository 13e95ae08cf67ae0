#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>

#include <bit>
#include <cstdint>
#include <sstream>

namespace tweed {

/// A fraction as a template argument: `Dropout<0.25>`. It is stored as bits because not every
/// supported compiler takes a double there.
struct Rate {
  std::uint64_t bits;
  consteval Rate(double value) : bits(std::bit_cast<std::uint64_t>(value)) {}
  constexpr double value() const { return std::bit_cast<double>(bits); }
};

/// What a `Dropout` is.
struct DropoutSettings {
  double rate = 0.0;

  template <class Settings, class Take>
  static constexpr void visit(Settings& settings, const Take& take) {
    take("rate", settings.rate);
  }
};

/// In training each element is zero with probability `rate`, to within 1/131072, and else scaled by
/// 1 / (1 - rate), or at high rates by what was drawn, so that the mean stays (Srivastava et al.,
/// JMLR 2014). Inference changes nothing.
template <Rate rate>
struct Dropout {
  static_assert(rate.value() >= 0.0 && rate.value() < 1.0, "Dropout: the rate must lie in [0, 1)");

  static constexpr std::string_view name = "dropout";
  static constexpr DropoutSettings settings{rate.value()};
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool in_place = true;

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  /// A byte for each element: whether it was kept.
  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index batch, int) {
    return {.kept = aligned_bytes(batch * input.size())};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    if (pass.x.data != pass.y.data) std::copy_n(pass.x.data, pass.x.size(), pass.y.data);
  }

  template <class T>
  static void forward(const ForwardPass<T>& pass) {
    kernels::dropout<T>(pass.x.data, pass.y.data, pass.x.size(), rate.value(), pass.random,
                        pass.threads, elements_of<std::uint8_t>(pass.kept, pass.x.size()));
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    kernels::dropout_gradient<T>(pass.dy.data, elements_of<std::uint8_t>(pass.kept, pass.dy.size()),
                                 pass.dx.data, pass.dy.size(), rate.value(), pass.threads);
  }

  static std::string describe() {
    std::ostringstream text;
    text << rate.value();
    return text.str();
  }
};

}  // namespace tweed
