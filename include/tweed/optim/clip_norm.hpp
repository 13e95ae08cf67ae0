#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/kernels.hpp>

#include <array>
#include <cmath>
#include <span>

namespace TWEED_NAMESPACE {

/// The Euclidean norm of all elements together, the same to the bit for any number of threads.
template <class T>
double global_norm(std::span<const T> elements, int threads = 1) {
  // A fixed number of parts, whoever computes them: so the order of the additions is fixed.
  constexpr Index parts = 32;
  const Index count = std::ssize(elements);
  const auto at = [&](Index part) { return count * part / parts; };
  std::array<double, parts> sums{};
  parallel_for(parts, count < kernels::elementwise_grain ? 1 : threads, [&](Index part, int) {
    sums[static_cast<std::size_t>(part)] =
        kernels::chosen::sum_of_squares<T>(elements.data() + at(part), at(part + 1) - at(part));
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
