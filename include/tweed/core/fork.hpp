#pragma once

#include <tweed/core/namespace.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace TWEED_NAMESPACE::detail {

/// Whether this process was forked from one whose threads had started: it has one of them alone,
/// and would wait for the others forever.
inline bool has_lost_threads = false;

/// Whether loops may run on several threads; from the first one on, forks are watched.
[[gnu::noinline]] inline bool may_start_threads() {
#if defined(__unix__) || defined(__APPLE__)
  static const int watched = ::pthread_atfork(nullptr, nullptr, [] { has_lost_threads = true; });
  (void)watched;
#endif
  return !has_lost_threads;
}

}  // namespace TWEED_NAMESPACE::detail
