#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>

#include <array>
#include <cmath>
#include <span>

namespace TWEED_NAMESPACE {

namespace detail {

/// Sum of the squares of x, with several sums under way so that the compiler can use vectors.
template <class T>
double sum_of_squares(std::span<const T> x) {
  constexpr std::size_t lanes = 16;
  std::array<double, lanes> sums{};
  const std::size_t whole = x.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const auto value = static_cast<double>(x[i + lane]);
      sums[lane] += value * value;
    }
  }
  double sum = 0.0;
  for (const double lane : sums) sum += lane;
  for (std::size_t i = whole; i < x.size(); ++i) {
    sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  }
  return sum;
}

}  // namespace detail

/// The Euclidean norm of all elements together, the same to the bit for any number of threads.
template <class T>
double global_norm(std::span<const T> elements, int threads = 1) {
  // A fixed number of parts, whoever computes them: so the order of the additions is fixed.
  constexpr Index parts = 32;
  const Index count = std::ssize(elements);
  const auto at = [&](Index part) { return static_cast<std::size_t>(count * part / parts); };
  std::array<double, parts> sums{};
  parallel_for(parts, count < kernels::elementwise_grain ? 1 : threads, [&](Index part, int) {
    const auto range = elements.subspan(at(part), at(part + 1) - at(part));
    sums[static_cast<std::size_t>(part)] = detail::sum_of_squares(range);
  });
  double sum = 0.0;
  for (const double part : sums) sum += part;
  return std::sqrt(sum);
}

/// Scales `gradients` so that their norm is at most `longest` (Pascanu, Mikolov and Bengio, *On the
/// difficulty of training recurrent neural networks*, ICML 2013). Returns the norm they had; where
/// that is not finite they are left alone. Throws Error unless `longest` is above 0.
template <class T>
double clip_norm(std::span<T> gradients, double longest, int threads = 1) {
  detail::check_option("clip_norm", "longest", longest, {.above = 0});
  const double norm = global_norm<T>(gradients, threads);
  if (!std::isfinite(norm) || norm <= longest) return norm;
  const auto scale = static_cast<T>(longest / norm);
  T* const g = gradients.data();
  parallel_ranges(std::ssize(gradients), kernels::elementwise_grain, threads,
                  [=](Index begin, Index end) {
                    for (Index i = begin; i < end; ++i) g[i] *= scale;
                  });
  return norm;
}

}  // namespace TWEED_NAMESPACE
