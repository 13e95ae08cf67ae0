#include <tweed/layers/relu.hpp>
#include <known_answers/pytorch.hpp>
#include <support/layer_run.hpp>

#include <algorithm>
#include <vector>

using namespace tweed;

TEST_CASE("ReLU: keeps any shape") {
  CHECK(ReLU::name == "relu");
  CHECK(ReLU::fit({3, 4, 5}).output == Shape{3, 4, 5});
  CHECK(ReLU::fit({1, 1, 1}).output == Shape{1, 1, 1});
}

TEST_CASE_TEMPLATE("ReLU: max(0, x), and its gradient", T, float, double) {
  const auto result = tests::run_layer<ReLU, T>({3, 4, 5}, {.batch = 3, .threads = 2});
  const auto x = tests::numbers<T>(3 * 60, tests::input_stream);
  const auto dy = tests::numbers<T>(3 * 60, tests::output_gradient_stream);
  std::vector<T> y;
  std::vector<T> dx;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y.push_back(std::max(T{}, x[i]));
    dx.push_back(x[i] > T{} ? dy[i] : T{});
  }
  CHECK(result.y == y);
  CHECK(result.inferred == y);
  CHECK(result.dx == dx);
}

TEST_CASE("ReLU: gives what PyTorch gives") {
  const auto result = tests::run_layer<ReLU, double>({3, 4, 5});
  CHECK(tests::fingerprint_error(result.y, tests::pytorch::relu[0]) < 1e-14);
  CHECK(tests::fingerprint_error(result.dx, tests::pytorch::relu[1]) < 1e-14);
}
