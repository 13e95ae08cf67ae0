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

TEST_CASE("LossSum: the mean is over the weights of what counts, and 0 of nothing") {
  LossSum sum{.loss = 3.0, .correct = 1, .count = 2, .excess = 1.0};
  CHECK(sum.mean_loss() == 1.0);
  sum += {.loss = 1.0, .count = 1, .excess = -0.5};
  CHECK(sum.weight() == 3.5);
  CHECK(LossSum{}.mean_loss() == 0.0);
  CHECK(LossSum{}.accuracy() == 0.0);
}
