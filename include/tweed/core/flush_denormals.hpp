#pragma once

#include <tweed/core/namespace.hpp>

#if defined(__SSE2__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace TWEED_NAMESPACE {

namespace detail {

/// How this thread computes with floating-point numbers: the control word of an x86 processor.
/// Others lose nothing by denormal numbers and have none here.
inline unsigned float_control() {
#if defined(__SSE2__) || defined(_M_X64)
  return _mm_getcsr();
#else
  return 0;
#endif
}

inline void set_float_control([[maybe_unused]] unsigned word) {
#if defined(__SSE2__) || defined(_M_X64)
  _mm_setcsr(word);
#endif
}

}  // namespace detail

/// As long as it lives, the thread that made it takes denormal numbers, those below 1.2e-38 in a
/// `float`, for zeros, as operands and as results. The moments of weights whose gradient has become
/// zero shrink to such numbers and stay there, and an x86 processor takes a hundred times as long
/// for an operation with one of them.
class FlushDenormals {
 public:
  FlushDenormals() : before_(detail::float_control()) {
    if (!did_flush()) detail::set_float_control(before_ | flags);
  }
  ~FlushDenormals() {
    if (!did_flush()) detail::set_float_control(before_);
  }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  static constexpr unsigned flags = 0x8040;

  bool did_flush() const { return (before_ & flags) == flags; }

  unsigned before_;
};

}  // namespace TWEED_NAMESPACE
