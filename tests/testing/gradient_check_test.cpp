#include <tweed/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

using namespace tweed;

namespace {

enum class Mistake {
  none,
  wrong_input,      ///< dx is off by a little
  wrong_parameter,  ///< the parameter's gradient is off by a little
  one_wrong,        ///< a single element of dx is off
  adds,             ///< adds to the gradient instead of replacing it
  leaves_a_gap,     ///< does not write the last element of dx
  reads_input,      ///< reads x though it says that it does not
  reads_scratch,    ///< takes scratch for zeros
};

/// y = scale * x * x with one scale for each channel.
template <Mistake mistake>
struct ScaledSquare {
  static constexpr std::string_view name = "scaled_square";
  static constexpr Reads backward_reads{.input = mistake != Mistake::reads_input, .output = false};

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static constexpr std::array<Parameter, 1> parameters(const Shape& input) {
    return {{{"scale", {input.channels, 1, 1, 1}, 1, Initializer::ones}}};
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index, int) {
    return {.scratch = Scratch::bytes<T>(input.channels)};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    const auto scale = pass.parameters[0];
    for (std::size_t i = 0; i < pass.x.values().size(); ++i) {
      const T x = pass.x.data[i];
      pass.y.data[i] = scale[i % scale.size()] * x * x;
    }
  }

  template <class T>
  static void backward(BackwardPass<T> pass) {
    const auto scale = pass.parameters[0];
    const auto gradient = pass.gradients[0];
    T* const sum = pass.scratch.template take<T>(std::ssize(scale));
    if (mistake != Mistake::reads_scratch) std::fill_n(sum, scale.size(), T{});
    const std::size_t count = pass.x.values().size();
    for (std::size_t i = 0; i < count; ++i) {
      const T x = pass.x.data[i];
      const T dy = pass.dy.data[i];
      const bool wrong =
          mistake == Mistake::wrong_input || (mistake == Mistake::one_wrong && i == 3);
      const bool skipped = mistake == Mistake::leaves_a_gap && i + 1 == count;
      if (!skipped) pass.dx.data[i] = T(wrong ? 2.0001 : 2) * scale[i % scale.size()] * x * dy;
      sum[i % scale.size()] += x * x * dy;
    }
    for (std::size_t c = 0; c < scale.size(); ++c) {
      if (mistake == Mistake::wrong_parameter) sum[c] *= T(1.0001);
      gradient[c] = mistake == Mistake::adds ? gradient[c] + sum[c] : sum[c];
    }
  }
};

template <Mistake mistake>
testing::GradientReport check() {
  return testing::check_gradients<ScaledSquare<mistake>>({2, 3, 2});
}

}  // namespace

TEST_CASE("gradient check: a correct layer passes") {
  const auto report = check<Mistake::none>();
  CHECK(report.passed());
  CHECK(report.worst < 1e-9);
  CHECK(report.tolerance == 1e-7);
}

TEST_CASE("gradient check: the number of samples and threads, the seed and the tolerance") {
  using Layer = ScaledSquare<Mistake::wrong_input>;
  CHECK(testing::check_gradients<ScaledSquare<Mistake::none>>({2, 3, 2},
                                                              {.batch = 5, .seed = 9, .threads = 1})
            .passed());
  CHECK(testing::check_gradients<Layer>({2, 3, 2}, {.tolerance = 1e-3}).passed());
  CHECK_FALSE(testing::check_gradients<Layer>({2, 3, 2}, {.tolerance = 1e-6}).passed());
}

TEST_CASE("gradient check: finds wrong gradients and says where") {
  const auto where = [](const testing::GradientReport& report) {
    CHECK_FALSE(report.passed());
    return report.where.substr(0, report.where.find('['));
  };
  CHECK(where(check<Mistake::wrong_input>()) == "input");
  CHECK(where(check<Mistake::wrong_parameter>()) == "scale");
  CHECK(check<Mistake::one_wrong>().where.starts_with("input[3]: backward gives "));
  CHECK_FALSE(check<Mistake::one_wrong>().passed());
}

TEST_CASE("gradient check: finds a gradient that is added to, or not written") {
  CHECK(std::isnan(check<Mistake::adds>().worst));
  CHECK_FALSE(check<Mistake::adds>().passed());
  CHECK(check<Mistake::leaves_a_gap>().where.starts_with("input[23]"));
  CHECK_FALSE(check<Mistake::leaves_a_gap>().passed());
}

TEST_CASE("gradient check: finds a layer that reads what it says it does not, or what is rubbish") {
  CHECK_FALSE(check<Mistake::reads_input>().passed());
  CHECK_FALSE(check<Mistake::reads_scratch>().passed());
}
