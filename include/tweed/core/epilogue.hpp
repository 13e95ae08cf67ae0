#pragma once

#include <tweed/core/activation.hpp>
#include <tweed/core/window.hpp>

namespace TWEED_NAMESPACE {

/// How a pool slides: as a max-pool behind a layer, too.
struct Pool {
  Window window{0};  ///< 0x0: no pool
  Stride stride{1};
  Padding padding = Padding::valid;
  bool ceil_mode = false;  ///< what is left over gets a window, too: see `slide`

  constexpr bool is_none() const { return window.height == 0; }
};

/// What a layer does to its output at once because the layers behind it were folded into it: in
/// this order. It is plain data that comes with a pass, so that one kernel serves all.
struct Epilogue {
  /// A factor and an offset for each channel. Only in prepared models, where `prepare` multiplies
  /// the kernel.
  bool normalize = false;
  Activation activation = Activation::none;
  Pool pool = {};
};

/// What can be folded, as bits: what a layer's kernels take in, or what a pass may fold.
namespace folds {

inline constexpr unsigned char none = 0;
inline constexpr unsigned char normalize = 1;
inline constexpr unsigned char activation = 2;
inline constexpr unsigned char pool = 4;
/// What goes into an activation is there when its gradient is wanted: a pass that has no gradients,
/// or a layer that computes it again.
inline constexpr unsigned char any_activation = 8;

/// What a training step folds: normalisation needs the statistics of the batch first.
inline constexpr unsigned char in_training = activation | pool;
inline constexpr unsigned char in_inference = activation | pool | any_activation;
/// Prepared models fold a normalisation into the kernel before it.
inline constexpr unsigned char in_prepared = normalize | in_inference;

/// The last step of an epilogue.
constexpr unsigned char last_of(const Epilogue& epilogue) {
  if (!epilogue.pool.is_none()) return pool;
  if (!epilogue.activation.is_none()) return activation;
  return epilogue.normalize ? normalize : none;
}

}  // namespace folds

}  // namespace TWEED_NAMESPACE
