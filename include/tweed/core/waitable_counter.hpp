#pragma once

#include <tweed/core/namespace.hpp>

#ifdef _OPENMP

#include <algorithm>
#include <atomic>
#include <cstdint>

#include <omp.h>
#include <pthread.h>

namespace TWEED_NAMESPACE::detail {

/// A number that one thread waits for and any thread changes. Who waits first spins, since what it
/// waits for mostly comes within microseconds, and then sleeps, since the system may have given the
/// core of the other thread to another process.
///
/// The standard library's `std::atomic::wait` yields its core while it spins, for which a busy
/// Linux sets it back behind all others.
class WaitableCounter {
 public:
  WaitableCounter() = default;
  ~WaitableCounter() {
    ::pthread_cond_destroy(&changed_);
    ::pthread_mutex_destroy(&mutex_);
  }
  WaitableCounter(const WaitableCounter&) = delete;
  WaitableCounter& operator=(const WaitableCounter&) = delete;

  /// Only while no other thread uses it.
  void reset(std::uint32_t value) { value_.store(value, std::memory_order_relaxed); }

  /// Returns the sum. Who waits for it has to be woken.
  std::uint32_t add(std::uint32_t summand) { return value_ += summand; }

  void wake() {
    if (!sleeps_) return;
    ::pthread_mutex_lock(&mutex_);  // not between the sleeper's last look and its sleep
    ::pthread_mutex_unlock(&mutex_);
    ::pthread_cond_signal(&changed_);
  }

  /// Returns the first value seen for which `is_enough(value)`.
  template <class Condition>
  std::uint32_t wait(const Condition& is_enough) {
    std::uint32_t value = value_.load(std::memory_order_acquire);
    if (is_enough(value)) return value;
    if (spin(value, is_enough)) {
      patience_ = std::min(2 * patience_, longest_patience);
      return value;
    }
    patience_ = std::max(patience_ / 2, shortest_patience);
    return sleep(is_enough);
  }

 private:
  /// Seconds. Where spinning was in vain, as for a thread that has no core, the next time is
  /// shorter.
  static constexpr double shortest_patience = 1e-6;
  static constexpr double longest_patience = 400e-6;

  template <class Condition>
  bool spin(std::uint32_t& value, const Condition& is_enough) {
    constexpr int looks = 8;  // for each at the clock
    const double end = omp_get_wtime() + patience_;
    do {
      for (int i = 0; i < looks; ++i) {
        value = value_.load(std::memory_order_acquire);
        if (is_enough(value)) return true;
        pause();
      }
    } while (omp_get_wtime() < end);
    return false;
  }

  template <class Condition>
  std::uint32_t sleep(const Condition& is_enough) {
    sleeps_ = true;
    ::pthread_mutex_lock(&mutex_);
    std::uint32_t value = value_;
    for (; !is_enough(value); value = value_) ::pthread_cond_wait(&changed_, &mutex_);
    ::pthread_mutex_unlock(&mutex_);
    sleeps_ = false;
    return value;
  }

  /// Leaves the core to its other hardware thread for a moment.
  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  // Sequentially consistent: either who waits sees the new value, or who changes it the sleeper.
  std::atomic<std::uint32_t> value_ = 0;
  std::atomic<bool> sleeps_ = false;
  double patience_ = longest_patience;
  ::pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  ::pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
};

}  // namespace TWEED_NAMESPACE::detail

#endif
