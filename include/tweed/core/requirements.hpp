#pragma once

/// What a compiler must be told, in one line where it was not. Every header includes this one
/// first. No compiler stops at an `#error`, but at a file that is not there: hundreds of errors
/// would follow.

#if __cplusplus < 202002L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 202002L)
#error tweed needs C++20: compile with -std=c++20 or newer
#include <stop at the error above>
#endif

#ifndef __cpp_exceptions
#error tweed needs exceptions: compile without -fno-exceptions
#include <stop at the error above>
#endif

#if __FINITE_MATH_ONLY__ && !defined(TWEED_ALLOW_FAST_MATH)
#error tweed knows failed training by NaN: add -fno-finite-math-only or -DTWEED_ALLOW_FAST_MATH
#include <stop at the error above>
#endif
