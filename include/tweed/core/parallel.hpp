#pragma once

#include <tweed/core/flush_denormals.hpp>
#include <tweed/core/fork.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel_loop.hpp>
#include <tweed/core/shape.hpp>
#ifndef TWEED_COMPILED
#include <tweed/core/team.hpp>
#endif

#include <algorithm>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace TWEED_NAMESPACE {

/// Threads used where a caller does not say: OpenMP's own default, or 1 without OpenMP and in a
/// process that was forked after tweed had started threads.
inline int default_threads() {
#ifdef _OPENMP
  return detail::has_lost_threads ? 1 : omp_get_max_threads();
#else
  return 1;
#endif
}

/// `threads` as asked for, 0 standing for the default. Without OpenMP there is only one. Throws
/// Error for a number that cannot be had.
inline int resolve_threads(int threads) {
  detail::check_option("options", "threads", threads, {.from = 0, .to = 4096});
#ifdef _OPENMP
  return threads > 0 ? threads : default_threads();
#else
  return 1;
#endif
}

namespace detail {

#ifdef _OPENMP
/// Runs the loop on up to so many threads; false where this thread has to run it alone. Programs
/// that link tweed::compiled and all its kernels share the teams there.
#ifdef TWEED_COMPILED
bool run_on_team(const ParallelLoop& loop, int threads);
#else
inline bool run_on_team(const ParallelLoop& loop, int threads) {
  return run_on_team_of_caller(loop, threads);
}
#endif
#endif

/// Calls `body(i, worker)` while i < end; where one throws, i is where it was. Not inlined: what a
/// body does is compiled once, for one thread and for many.
template <class Body>
[[gnu::noinline]] void run_bodies(Index& i, Index end, int worker, const Body& body) {
  const FlushDenormals flush;
  for (; i < end; ++i) body(i, worker);
}

}  // namespace detail

/// Calls `body(i, worker)` for every i in [0, count), with worker in [0, threads) and one body at a
/// time for each worker. Who takes which i is different every time, so a result may depend on i
/// alone. In a body, and in a parallel region of OpenMP that does not nest others, there is one
/// worker. Meanwhile denormal numbers are zeros: see `FlushDenormals`.
///
/// Where bodies throw, the exception of the lowest i arrives at the caller, whatever the number of
/// threads. All bodies of lower i have run then, and some of higher i.
template <class Body>
void parallel_for(Index count, int threads, const Body& body) {
#ifdef _OPENMP
  if (threads > 1 && count > 1) {
    const auto run = [](const void* loop_body, Index& first, Index end, int worker) {
      detail::run_bodies(first, end, worker, *static_cast<const Body*>(loop_body));
    };
    if (detail::run_on_team({count, &body, run}, threads)) return;
  }
#else
  (void)threads;
#endif
  Index i = 0;
  detail::run_bodies(i, count, 0, body);
}

/// Calls `body(begin, end)` for ranges that together cover [0, count), each at least `grain` long:
/// for loops whose elements do not depend on each other. Ranges begin at multiples of 64, so that
/// an element falls into the vector part or the rest of a loop whatever the number of threads, of
/// which there is always one.
template <class Body>
void parallel_ranges(Index count, Index grain, int threads, const Body& body) {
  constexpr Index multiple = 64;
  const Index blocks = (count + multiple - 1) / multiple;
  const Index parts = std::clamp<Index>(count / std::max<Index>(grain, 1), 1, std::max(threads, 1));
  parallel_for(parts, threads, [&](Index part, int) {
    body(blocks * part / parts * multiple, std::min(count, blocks * (part + 1) / parts * multiple));
  });
}

/// Sums over the batch are taken in at most this many parts, where their size does not call for
/// more.
inline constexpr Index max_batch_parts = 8;

/// The partition of a batch, whatever the number of threads: the order of the additions, and so the
/// result to the bit, is the same for all of them.
struct BatchParts {
  Index batch;
  Index most = max_batch_parts;
  constexpr Index count() const { return std::min(batch, most); }
  constexpr Index begin(Index part) const { return batch * part / count(); }
  constexpr Index end(Index part) const { return batch * (part + 1) / count(); }
};

}  // namespace TWEED_NAMESPACE
