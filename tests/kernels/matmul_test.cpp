#include <tweed/kernels/matmul.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <string>
#include <vector>

using tests::Guarded;
using tests::Picker;
using tweed::Index;
using tweed::kernels::Matrix;
using tweed::kernels::Write;

namespace {

struct Product {
  Index rows;
  Index depth;
  Index columns;
  bool a_transposed = false;
  bool b_transposed = false;
  Write write = Write::replace;
  Index gap = 0;    ///< unused elements behind each row in memory
  int threads = 0;  ///< 0: the product of one worker
};

std::string to_string(const Product& p) {
  return std::to_string(p.rows) + "x" + std::to_string(p.depth) + "x" + std::to_string(p.columns) +
         (p.a_transposed ? ", A transposed" : "") + (p.b_transposed ? ", B transposed" : "") +
         (p.write == Write::add ? ", added" : "") + ", gap " + std::to_string(p.gap) + ", " +
         std::to_string(p.threads) + " threads";
}

/// Sizes around those of tiles and blocks, and some between.
const std::vector<Index> sizes{0,  1,  2,  3,  5,   6,   7,   8,   11,  12,  13,  16,  17, 31,
                               32, 33, 64, 97, 119, 120, 121, 191, 192, 193, 255, 256, 257};

/// A matrix in memory of its own: by rows or, transposed, by columns, with NaN in the gaps.
template <class T>
class Stored {
 public:
  Stored(const Eigen::MatrixXd& values, bool transposed, Index gap)
      : step_((transposed ? values.rows() : values.cols()) + gap),
        memory_((transposed ? values.cols() : values.rows()) * step_),
        view_(transposed ? Matrix<T>{memory_.data(), values.rows(), values.cols(), 1, step_}
                         : Matrix<T>{memory_.data(), values.rows(), values.cols(), step_}) {
    for (Index r = 0; r < values.rows(); ++r) {
      for (Index c = 0; c < values.cols(); ++c) view_(r, c) = static_cast<T>(values(r, c));
    }
  }

  Matrix<T> view() const { return view_; }
  Matrix<const T> read_only() const {
    return {view_.data, view_.rows, view_.columns, view_.row_step, view_.column_step};
  }

  Eigen::MatrixXd values() const {
    Eigen::MatrixXd result(view_.rows, view_.columns);
    for (Index r = 0; r < view_.rows; ++r) {
      for (Index c = 0; c < view_.columns; ++c) result(r, c) = static_cast<double>(view_(r, c));
    }
    return result;
  }

  /// Whether nothing but the elements was written, for a matrix by rows.
  bool intact() {
    bool gaps_are_nan = true;
    for (Index i = 0; i < std::ssize(memory_.values()); ++i) {
      if (i % step_ >= view_.columns) gaps_are_nan &= std::isnan(memory_.data()[i]);
    }
    return gaps_are_nan && memory_.intact();
  }

 private:
  Index step_;
  Guarded<T> memory_;
  Matrix<T> view_;
};

Eigen::MatrixXd random_matrix(Index rows, Index columns, std::uint32_t stream) {
  return Eigen::MatrixXd::Map(tests::numbers<double>(rows * columns, stream).data(), rows, columns);
}

std::span<const double> elements(const Eigen::MatrixXd& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

template <class T>
void multiply(const Product& p, const Stored<T>& a, const Stored<T>& b, const Stored<T>& c) {
  using tweed::kernels::matmul;
  Guarded<std::byte> memory(std::max(p.threads, 1) * tweed::kernels::matmul_scratch_bytes<T>());
  const tweed::Scratch scratch(memory.values());
  if (p.threads == 0) {
    matmul<T>(a.read_only(), b.read_only(), c.view(), p.write, scratch);
  } else {
    matmul<T>(a.read_only(), b.read_only(), c.view(), p.write, scratch, p.threads);
  }
  CHECK(memory.intact());
}

template <class T>
void check(const Product& p) {
  CAPTURE(to_string(p));
  CAPTURE(sizeof(T));
  const Eigen::MatrixXd left = random_matrix(p.rows, p.depth, 1);
  const Eigen::MatrixXd right = random_matrix(p.depth, p.columns, 2);
  Eigen::MatrixXd before = random_matrix(p.rows, p.columns, 3);
  Eigen::MatrixXd expected = left * right;
  if (p.write == Write::add) expected += before;
  if (p.write == Write::replace) before.setConstant(std::nan(""));

  const Stored<T> a(left, p.a_transposed, p.gap);
  const Stored<T> b(right, p.b_transposed, p.gap);
  Stored<T> c(before, false, p.gap);
  multiply(p, a, b, c);
  CHECK(c.intact());
  const Eigen::MatrixXd result = c.values();
  CHECK(tests::relative_error(elements(result), elements(expected)) < tests::rounding<T>);
}

void check(const Product& p) {
  check<float>(p);
  check<double>(p);
}

}  // namespace

TEST_CASE("matmul: each size by itself agrees with Eigen") {
  for (const Index size : sizes) {
    check({size, 7, 9});
    check({9, size, 7});
    check({7, 9, size});
    check({.rows = size, .depth = size, .columns = size, .write = Write::add, .threads = 2});
  }
}

TEST_CASE("matmul: sizes, orders and gaps in random combinations agree with Eigen") {
  Picker pick(21);
  for (int i = 0; i < 200; ++i) {
    check({.rows = pick.pick(sizes),
           .depth = pick.pick(sizes),
           .columns = pick.pick(sizes),
           .a_transposed = pick.pick<int>({0, 1}) == 1,
           .b_transposed = pick.pick<int>({0, 1}) == 1,
           .write = pick.pick<Write>({Write::replace, Write::add}),
           .gap = pick.pick<Index>({0, 0, 1, 5}),
           .threads = pick.pick<int>({0, 1, 2, 3, 8})});
  }
}

TEST_CASE("matmul: columns far apart, more rows than are done at once, agree with Eigen") {
  for (const Index columns : {60, 140}) {
    check({.rows = 530, .depth = 130, .columns = columns, .a_transposed = true});
  }
}

TEST_CASE("matmul: nothing to add up gives zeros, or leaves what is there") {
  check({.rows = 130, .depth = 0, .columns = 200, .write = Write::replace});
  check({.rows = 130, .depth = 0, .columns = 200, .write = Write::add});
  check({.rows = 130, .depth = 0, .columns = 200, .write = Write::replace, .threads = 2});
  check({.rows = 130, .depth = 0, .columns = 200, .write = Write::add, .threads = 2});
}

TEST_CASE("matmul: matrices without elements may have no memory") {
  std::vector<float> c(300, 1.0F);
  Guarded<std::byte> memory(2 * tweed::kernels::matmul_scratch_bytes<float>());
  const Matrix<const float> nothing{nullptr, 0, 0, 0};
  const auto product = [&](Index rows, Index columns, int threads) {
    tweed::kernels::matmul<float>({nullptr, rows, 0, 0}, {nullptr, 0, columns, columns},
                                  tweed::kernels::row_major(c.data(), rows, columns),
                                  Write::replace, tweed::Scratch(memory.values()), threads);
  };
  product(150, 2, 1);
  CHECK(c == std::vector<float>(300, 0.0F));
  c.assign(300, 1.0F);
  product(1, 300, 2);
  CHECK(c == std::vector<float>(300, 0.0F));
  tweed::kernels::matmul<float>(nothing, nothing, {nullptr, 0, 0, 0}, Write::replace,
                                tweed::Scratch(memory.values()), 2);
}

TEST_CASE("matmul: any number of threads gives the same bits") {
  const Eigen::MatrixXd left = random_matrix(307, 300, 1);
  const Eigen::MatrixXd right = random_matrix(300, 401, 2);
  const Stored<float> a(left, true, 0);
  const Stored<float> b(right, false, 0);
  const Eigen::MatrixXd before = random_matrix(307, 401, 3);
  const auto run = [&](int threads) {
    const Product p{.rows = 307, .depth = 300, .columns = 401, .threads = threads};
    const Stored<float> c(before, false, 0);
    multiply(p, a, b, c);
    return c.values();
  };
  const Eigen::MatrixXd one_worker = run(0);
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    CHECK(run(threads) == one_worker);
  }
}

TEST_CASE("Matrix: transposed, and blocks of it") {
  std::vector<int> values{0, 1, 2, 3, 4, 5};
  const auto m = tweed::kernels::row_major(values.data(), 2, 3);
  CHECK(m(1, 2) == 5);
  CHECK(m.transposed().rows == 3);
  CHECK(m.transposed().columns == 2);
  CHECK(m.transposed()(2, 1) == 5);
  CHECK(m.block(1, 1, 1, 2)(0, 1) == 5);
  CHECK(m.transposed().block(1, 0, 2, 2)(1, 1) == 5);
}
