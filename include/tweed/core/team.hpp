#pragma once

#include <tweed/core/first_failure.hpp>
#include <tweed/core/fork.hpp>
#include <tweed/core/parallel_loop.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/waitable_counter.hpp>

#ifdef _OPENMP

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

#include <omp.h>
#include <pthread.h>

namespace TWEED_NAMESPACE::detail {

/// Whether this thread runs parallel loops alone: it is a worker, is in the body of such a loop, or
/// is about to end.
inline thread_local bool runs_loops_alone = false;

/// A thread and the workers that it has for its parallel loops. Each has a part of a loop, of which
/// it takes piece by piece, a quarter of what is left; whose part is used up takes from the
/// others'. So a worker that the system does not run keeps nobody waiting, unless it is in the
/// middle of a piece. Between loops workers wait for the next one.
class Team {
 public:
  static constexpr int most_threads = 4096;

  /// Goes on with fewer where the system starts no more threads.
  explicit Team(int threads)
      : capacity_(threads), seats_(std::make_unique<Seat[]>(static_cast<std::size_t>(threads))) {
    start_workers();
    while (size_ < capacity_ && seat(size_).has_thread) ++size_;
  }

  ~Team() {
    is_ending_ = true;
    for (int worker = 1; worker < capacity_; ++worker) {
      if (!seat(worker).has_thread) continue;
      call(worker);
      ::pthread_join(seat(worker).thread, nullptr);
    }
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Threads that were asked for, and those that there are.
  int capacity() const { return capacity_; }
  int size() const { return size_; }

  /// Runs the loop with up to so many threads, of which the caller is one.
  void run(const ParallelLoop& loop, int threads) {
    const auto workers = static_cast<int>(std::min<Index>({size_, threads, loop.count}));
    FirstFailure failure;
    loop_ = &loop;
    failure_ = &failure;
    unit_ = loop.count / Part::most_units + 1;
    const Index units = (loop.count + unit_ - 1) / unit_;
    unfinished_.reset(static_cast<std::uint32_t>(units));
    for (int worker = workers - 1; worker >= 0; --worker) {
      const Part part{units * worker / workers, units * (worker + 1) / workers, workers};
      seat(worker).part.store(part.packed(), std::memory_order_release);
      if (worker > 0) call(worker);
    }
    runs_loops_alone = true;
    work(0);
    runs_loops_alone = false;
    unfinished_.wait([](std::uint32_t left) { return left == 0; });
    failure.rethrow();
  }

 private:
  /// What is left of a worker's part of a loop, in units of some i, and how many workers the loop
  /// has. It is changed as one number: where that succeeds, the loop that runs is the one it
  /// belongs to, and does not end before the piece that was taken is done.
  struct Part {
    static constexpr int bits_of_unit = 24;
    static constexpr int bits_of_workers = 16;
    static constexpr Index most_units = (Index{1} << bits_of_unit) - 1;

    Index begin;
    Index end;
    int workers;

    static Part unpacked(std::uint64_t word) {
      return {static_cast<Index>(word >> (bits_of_unit + bits_of_workers)),
              static_cast<Index>(word >> bits_of_workers) & most_units,
              static_cast<int>(word & ((1U << bits_of_workers) - 1))};
    }
    std::uint64_t packed() const {
      return static_cast<std::uint64_t>(begin) << (bits_of_unit + bits_of_workers) |
             static_cast<std::uint64_t>(end) << bits_of_workers |
             static_cast<std::uint64_t>(workers);
    }
  };

  /// On cache lines of its own.
  struct alignas(64) Seat {
    std::atomic<std::uint64_t> part = 0;
    WaitableCounter calls;
    Team* team = nullptr;
    int worker = 0;
    bool has_thread = false;
    ::pthread_t thread{};
  };

  Seat& seat(int worker) { return seats_[static_cast<std::size_t>(worker)]; }

  /// Where OpenMP binds its threads to cores, each of them starts one of ours, which inherits that.
  void start_workers() {
    if (omp_get_proc_bind() == omp_proc_bind_false) {
      for (int worker = 1; worker < capacity_; ++worker) start(worker);
      return;
    }
#pragma omp parallel num_threads(capacity_)
    if (omp_get_thread_num() > 0) start(omp_get_thread_num());
  }

  void start(int worker) {
    Seat& its = seat(worker);
    its.team = this;
    its.worker = worker;
    const auto serve_at = [](void* seat) -> void* {
      static_cast<Seat*>(seat)->team->serve(*static_cast<Seat*>(seat));
      return nullptr;
    };
    its.has_thread = ::pthread_create(&its.thread, nullptr, serve_at, &its) == 0;
  }

  void call(int worker) {
    seat(worker).calls.add(1);
    seat(worker).calls.wake();
  }

  void serve(Seat& own) {
    runs_loops_alone = true;
    std::uint32_t seen = 0;
    while (true) {
      seen = own.calls.wait([&](std::uint32_t calls) { return calls != seen; });
      if (is_ending_) return;
      work(own.worker);
    }
  }

  /// Takes and runs pieces until none are left. Whoever finishes the last one wakes the caller.
  void work(int worker) {
    Index units = 0;
    for (int i = 0; i < size_; ++i) {
      while (const Index taken = run_piece(worker, (worker + i) % size_)) units += taken;
    }
    if (units > 0 && unfinished_.add(-static_cast<std::uint32_t>(units)) == 0) unfinished_.wake();
  }

  /// Runs a piece of the part of worker `owner`: from its begin if that is its own, else from its
  /// end. Returns how many units that were, or 0 if none are left for this worker.
  Index run_piece(int worker, int owner) {
    std::atomic<std::uint64_t>& word = seat(owner).part;
    std::uint64_t before = word.load(std::memory_order_acquire);
    while (true) {
      Part part = Part::unpacked(before);
      if (part.begin == part.end || worker >= part.workers) return 0;
      const Index units = (part.end - part.begin + 3) / 4;
      const Index first = worker == owner ? part.begin : part.end - units;
      (worker == owner ? part.begin += units : part.end -= units);
      if (word.compare_exchange_weak(before, part.packed(), std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
        run_units(first, first + units, worker);
        return units;
      }
    }
  }

  void run_units(Index first, Index end, int worker) {
    Index i = first * unit_;
    try {
      loop_->run(loop_->body, i, std::min(end * unit_, loop_->count), worker);
    } catch (...) {
      failure_->keep(i);
    }
  }

  // The loop that runs: written by its caller, read by whoever has taken a piece of it.
  const ParallelLoop* loop_ = nullptr;
  FirstFailure* failure_ = nullptr;
  Index unit_ = 1;

  int capacity_;
  int size_ = 1;
  std::unique_ptr<Seat[]> seats_;
  std::atomic<bool> is_ending_ = false;
  alignas(64) WaitableCounter unfinished_;  ///< units
};

inline thread_local Team* team_of_thread = nullptr;

/// Ends this thread's workers with it; those that a fork left behind are gone already.
struct EndOfTeam {
  ~EndOfTeam() {
    runs_loops_alone = true;
    if (has_lost_threads) return;
    delete team_of_thread;
    team_of_thread = nullptr;
  }
};

[[gnu::cold, gnu::noinline]] inline void make_team(int threads) {
  static thread_local const EndOfTeam end;
  (void)end;
  delete team_of_thread;
  team_of_thread = nullptr;
  team_of_thread = new Team(threads);
}

/// This thread's team for loops on so many threads, more than one; null where it has to run them
/// alone, as in a parallel region of the caller's own, unless OpenMP nests them.
inline Team* team_for(int threads) {
  if (runs_loops_alone || omp_get_active_level() >= omp_get_max_active_levels()) return nullptr;
  if (!may_start_threads()) return nullptr;
  threads = std::min({threads, omp_get_thread_limit(), Team::most_threads});
  if (team_of_thread == nullptr || team_of_thread->capacity() < threads) make_team(threads);
  return team_of_thread->size() > 1 ? team_of_thread : nullptr;
}

/// What `run_on_team` does.
[[gnu::noinline]] inline bool run_on_team_of_caller(const ParallelLoop& loop, int threads) {
  Team* const team = team_for(threads);
  if (team != nullptr) team->run(loop, threads);
  return team != nullptr;
}

}  // namespace TWEED_NAMESPACE::detail

#endif
