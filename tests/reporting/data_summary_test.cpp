#include <tweed/reporting/data_summary.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("data summary: samples of each class, and what the numbers are like") {
  const Dataset<> train{{1, 2, 1}, {0, 10, 20, 30, 40, 50}, {0, 1, 1}, {"a", "b", "none"}};
  const Dataset<> test{{1, 2, 1}, {1, 1}, {0}, {}};
  CHECK(data_summary(train, test) ==
        "class            train    test\n"
        "a                    1       1\n"
        "b                    2       0\n"
        "none                 0       0\n"
        "\n"
        "pixels from 0 to 255: mean 25.0, standard deviation 17.1 (train)\n");
  const Dataset<float> empty{{1, 2, 1}, {}, {}, {}};
  CHECK(data_summary(empty, empty) ==
        "class            train    test\n\nnumbers: mean 0.0, standard deviation 0.0 (train)\n");
}
