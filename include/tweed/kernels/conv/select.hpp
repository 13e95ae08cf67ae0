#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/costs.hpp>
#include <tweed/kernels/conv/planned_batch.hpp>

#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE::kernels::conv {

namespace detail {

/// The algorithm that TWEED_CONV_ALGORITHM asks for; nullptr where it is not set.
[[gnu::cold]] inline Algorithm requested_algorithm(const char* variable) {
  if (variable == nullptr) return Algorithm::automatic;
  const auto asked = algorithm_named(variable);
  if (asked) return *asked;
  std::string names;
  for (const std::string_view known : algorithm_names) names.append(", ").append(known);
  throw Error(tweed::detail::text("TWEED_CONV_ALGORITHM is ", tweed::detail::in_quotes(variable),
                                  "; expected one of ", names.substr(2)));
}

/// What the environment of this process asks for, read once.
[[gnu::cold]] inline Algorithm algorithm_from_environment() {
  static const Algorithm asked = requested_algorithm(std::getenv("TWEED_CONV_ALGORITHM"));
  return asked;
}

}  // namespace detail

/// What `select` believes one pass by an algorithm costs, in multiply-adds of a matrix product;
/// infinite where it cannot be used.
[[gnu::cold]] constexpr double estimated_cost(Algorithm algorithm, const Geometry& g, Index batch,
                                              Kernel kernel = Kernel::plain) {
  double cost = std::numeric_limits<double>::infinity();
  Algorithms::visit(algorithm, [&]<class A>(std::type_identity<A>) {
    if (A::can_run(g)) cost = A::cost(g, planned_batch(batch), kernel);
  });
  return cost;
}

/// Whether an algorithm can do a geometry and `select` may take it where nobody asks for it.
constexpr bool is_candidate(Algorithm algorithm, const Geometry& g) {
  bool is = false;
  Algorithms::visit(
      algorithm, [&]<class A>(std::type_identity<A>) { is = A::can_run(g) && A::is_candidate(g); });
  return is;
}

/// The fastest algorithm for all passes of a geometry and a batch, or `asked` if it can do the
/// geometry. The environment variable TWEED_CONV_ALGORITHM asks where the caller does not; throws
/// Error where it names no algorithm.
[[gnu::cold]] constexpr Algorithm select(const Geometry& g, Index batch,
                                         Algorithm asked = Algorithm::automatic,
                                         Kernel kernel = Kernel::plain) {
  if (!std::is_constant_evaluated() && asked == Algorithm::automatic) {
    asked = detail::algorithm_from_environment();
  }
  if (can_run(asked, g)) return asked;
  Algorithm best = Algorithm::automatic;
  double least = std::numeric_limits<double>::infinity();
  for (const Algorithm algorithm : Algorithms::values) {
    if (!is_candidate(algorithm, g)) continue;
    const double cost = estimated_cost(algorithm, g, batch, kernel);
    if (cost < least) {
      best = algorithm;
      least = cost;
    }
  }
  return best;
}

/// What `select` takes and why, in one line: the estimates in millions of multiply-adds a pass.
inline std::string explain(const Geometry& g, Index batch, Algorithm asked = Algorithm::automatic) {
  std::string line(name(select(g, batch, asked)));
  line += "; estimates:";
  for (const Algorithm algorithm : Algorithms::values) {
    if (!is_candidate(algorithm, g)) continue;
    const auto millions = static_cast<Index>(estimated_cost(algorithm, g, batch) / 1e6);
    line += tweed::detail::text(" ", name(algorithm), " ", millions);
  }
  return line;
}

}  // namespace TWEED_NAMESPACE::kernels::conv
