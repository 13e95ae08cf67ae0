#include <tweed/kernels/conv/planned_batch.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tweed;
using namespace tweed::kernels::conv;

TEST_CASE("planned batch: small ones are planned for themselves, large ones in steps") {
  for (Index batch = 0; batch <= 8; ++batch) CHECK(planned_batch(batch) == batch);
  CHECK(planned_batch(9) == 8);
  CHECK(planned_batch(10) == 10);
  CHECK(planned_batch(100) == 96);
  CHECK(planned_batch(112) == 112);
  CHECK(planned_batch((Index{1} << 62) + 1) == Index{1} << 62);
}

TEST_CASE("planned batch: the largest of those that are planned alike are met, and few others") {
  for (const Index batch : {0, 1, 2, 7, 8, 9, 100, 1000}) {
    std::vector<Index> expected{batch};
    for (Index count = batch - 1; count >= 0; --count) {
      if (planned_batch(count) != planned_batch(count + 1)) expected.push_back(count);
    }
    std::vector<Index> met;
    for_each_planned_batch(batch, [&](Index count) { met.push_back(count); });
    CHECK(met == expected);
  }
  int met = 0;
  for_each_planned_batch((Index{1} << 62) + 3, [&](Index) { ++met; });
  CHECK(met < 300);
}
