#include <tweed/core/parallel.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
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
