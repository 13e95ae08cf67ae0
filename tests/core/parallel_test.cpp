#include <tweed/core/parallel.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tweed;

TEST_CASE("parallel_for visits every index once, by a worker that exists") {
  for (const int threads : {1, 2, 3, 8}) {
    for (const Index count : {0, 1, 2, 7, 100}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      std::atomic<bool> worker_exists = true;
      parallel_for(count, threads, [&](Index i, int worker) {
        ++visits[static_cast<std::size_t>(i)];
        if (worker < 0 || worker >= threads) worker_exists = false;
      });
      CHECK(worker_exists);
      for (const auto& visit : visits) CHECK(visit == 1);
    }
  }
}

TEST_CASE("parallel_for: of what bodies throw, that of the lowest i arrives, as it was thrown") {
  struct Thrown {
    Index i;
  };
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    for (const Index first : {0, 1, 30, 57, 99}) {
      std::vector<std::atomic<int>> visits(100);
      Index arrived = -1;
      try {
        parallel_for(100, threads, [&](Index i, int) {
          ++visits[static_cast<std::size_t>(i)];
          if (i >= first) throw Thrown{i};
        });
      } catch (const Thrown& thrown) {
        arrived = thrown.i;
      }
      CHECK(arrived == first);
      for (Index i = 0; i <= first; ++i) CHECK(visits[static_cast<std::size_t>(i)] == 1);
    }
  }
}

TEST_CASE("parallel_for: goes on working after an exception, and within itself") {
  for (const int threads : {1, 2, 3}) {
    CHECK_THROWS_WITH_AS(parallel_for(4, threads,
                                      [&](Index, int) {
                                        parallel_for(3, threads, [](Index i, int) {
                                          if (i == 2) throw std::invalid_argument("two");
                                        });
                                      }),
                         "two", std::invalid_argument);
    std::atomic<int> visits = 0;
    parallel_for(10, threads, [&](Index, int) { ++visits; });
    CHECK(visits == 10);
  }
}

TEST_CASE("parallel_for: one body at a time for each worker, however many threads came before") {
  for (const int threads : {8, 2, 5, 3, 8, 2}) {
    std::vector<std::atomic<int>> bodies(static_cast<std::size_t>(threads));
    std::atomic<bool> alone = true;
    std::atomic<Index> sum = 0;
    for (int round = 0; round < 50; ++round) {
      parallel_for(round, threads, [&](Index i, int worker) {
        auto& mine = bodies.at(static_cast<std::size_t>(worker));
        if (++mine != 1) alone = false;
        sum += i;
        --mine;
      });
    }
    CHECK(alone);
    CHECK(sum == 49 * 50 * 48 / 6);
  }
}

TEST_CASE("parallel_for: who is held up keeps the others from no work but its own") {
  constexpr Index count = 64;
  std::atomic<bool> others_go_on = false;
  std::atomic<bool> all_went_on = true;
  parallel_for(count, 2, [&](Index i, int worker) {
    if (worker == 0) {
      if (i >= count / 2) others_go_on = true;
      return;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!others_go_on && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    if (!others_go_on) all_went_on = false;
  });
  CHECK(all_went_on);
}

TEST_CASE("parallel_for: more indices than fit into a word") {
  constexpr Index count = (Index{1} << 25) + 3;
  std::vector<std::uint8_t> visits(static_cast<std::size_t>(count));
  parallel_for(count, 3, [&](Index i, int) { ++visits[static_cast<std::size_t>(i)]; });
  CHECK(std::count(visits.begin(), visits.end(), 1) == count);
}

TEST_CASE("parallel_for: threads of the caller's own each have workers, as long as they live") {
  std::vector<Index> sums(4);
  std::vector<std::thread> callers;
  for (Index& sum : sums) {
    callers.emplace_back([&sum] {
      for (int round = 0; round < 100; ++round) {
        std::vector<Index> squares(static_cast<std::size_t>(round));
        parallel_for(round, 3, [&](Index i, int) { squares[static_cast<std::size_t>(i)] = i * i; });
        sum += std::accumulate(squares.begin(), squares.end(), Index{0});
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(sums == std::vector<Index>(4, 8'004'150));
}

#ifdef _OPENMP
TEST_CASE(
    "parallel_for: in a parallel region of the caller's own there are no threads in threads") {
  std::atomic<int> visits = 0;
  std::atomic<int> most = 0;
#pragma omp parallel num_threads(2)
  parallel_for(100, 3, [&](Index, int worker) {
    ++visits;
    if (worker > 0) most = worker;
  });
  CHECK(visits % 100 == 0);
  CHECK(most == 0);
}
#endif

TEST_CASE("parallel_ranges covers the whole range in pieces that begin at multiples of 64") {
  for (const int threads : {0, 1, 2, 3, 8}) {
    for (const Index count : {0, 1, 63, 64, 65, 1000, 4096}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      std::atomic<bool> aligned = true;
      parallel_ranges(count, 10, threads, [&](Index begin, Index end) {
        if (begin % 64 != 0 && begin != count) aligned = false;
        for (Index i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
      });
      CHECK(aligned);
      for (const auto& visit : visits) CHECK(visit == 1);
    }
  }
}

TEST_CASE("the parts of a batch cover it whatever its size") {
  for (const Index batch : {0, 1, 5, 8, 9, 100}) {
    const BatchParts parts{batch};
    CHECK(parts.count() <= max_batch_parts);
    Index next = 0;
    for (Index part = 0; part < parts.count(); ++part) {
      CHECK(parts.begin(part) == next);
      CHECK(parts.end(part) > parts.begin(part));
      next = parts.end(part);
    }
    CHECK(next == batch);
  }
}

TEST_CASE("threads: 0 means the default, anything else is taken as it is where OpenMP is there") {
  CHECK(resolve_threads(0) == default_threads());
#ifdef _OPENMP
  CHECK(resolve_threads(3) == 3);
#else
  CHECK(resolve_threads(3) == 1);
#endif
}
