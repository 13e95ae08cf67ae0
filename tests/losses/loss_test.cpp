#include <tweed/losses/loss.hpp>

#include <doctest/doctest.h>

using tweed::LossSum;

TEST_CASE("LossSum: means over what was added up") {
  LossSum sum{.loss = 3.0, .correct = 1, .count = 2};
  CHECK(sum.mean_loss() == 1.5);
  CHECK(sum.accuracy() == 0.5);
  sum += {.loss = 1.0, .correct = 2, .count = 3};
  CHECK(sum.loss == 4.0);
  CHECK(sum.correct == 3);
  CHECK(sum.count == 5);
  CHECK(sum.mean_loss() == 0.8);
  CHECK(sum.accuracy() == 0.6);
}
