#pragma once

#include <tweed/core/shape.hpp>

#include <type_traits>

namespace TWEED_NAMESPACE {

struct Activation;

/// The two loops of a function that is applied to each number, for one type of number. Both take
/// `count` numbers that lie side by side, and run on one thread. Where one `streams`, its results
/// begin at a multiple of a register's size, and it stores them past the caches.
template <class T>
struct ActivationLoops {
  /// y = f(x); y may be x.
  void (*value)(const Activation& f, const T* x, T* y, Index count, bool streams) = nullptr;
  /// dx = dy * f', from y where the derivative follows from it, else from x; dx may be dy.
  void (*gradient)(const Activation& f, const T* from, const T* dy, T* dx, Index count,
                   bool streams) = nullptr;
};

/// The loops of a function for all types of numbers.
struct ActivationFunction {
  ActivationLoops<float> single_precision = {};
  ActivationLoops<double> double_precision = {};

  template <class T>
  constexpr const ActivationLoops<T>& loops() const {
    if constexpr (std::is_same_v<T, float>) {
      return single_precision;
    } else {
      return double_precision;
    }
  }
};

/// A function that is applied to each number of an output: which one, and its settings. It is plain
/// data, so that one kernel serves all.
struct Activation {
  enum class Kind : unsigned char {
    none,
    relu,  ///< kernels do it in registers
    other  ///< in a pass of its own, over what is still in the cache
  };

  Kind kind = Kind::none;
  bool known_by_output = true;                   ///< whether its derivative follows from its result
  const ActivationFunction* function = nullptr;  ///< of an `other`
  double first = 0.0;                            ///< what the function takes for its first setting
  double second = 0.0;                           ///< and for its second

  static const Activation none;
  static const Activation relu;

  constexpr bool is_none() const { return kind == Kind::none; }
  constexpr bool is_relu() const { return kind == Kind::relu; }
  constexpr bool is_other() const { return kind == Kind::other; }

  friend constexpr bool operator==(const Activation&, const Activation&) = default;
};

inline constexpr Activation Activation::none{};
inline constexpr Activation Activation::relu{.kind = Kind::relu};

}  // namespace TWEED_NAMESPACE
