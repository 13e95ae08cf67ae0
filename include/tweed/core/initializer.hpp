#pragma once

#include <tweed/core/random.hpp>

#include <cmath>
#include <span>

namespace TWEED_NAMESPACE {

/// How a parameter starts: at 0, 1 or 0.25, or at random. With fan_in and fan_out the numbers of
/// inputs and outputs that each output and input is connected to:
/// - Glorot (Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural
///   networks*, AISTATS 2010): uniform in +-sqrt(6 / (fan_in + fan_out)), or normal with variance
///   2 / (fan_in + fan_out);
/// - He (He, Zhang, Ren and Sun, *Delving Deep into Rectifiers*, ICCV 2015): uniform in
///   +-sqrt(6 / fan_in), or normal with variance 2 / fan_in.
enum class Initializer {
  zeros,
  ones,
  quarters,
  glorot_uniform,
  glorot_normal,
  he_uniform,
  he_normal
};

/// Fills `values` as `initializer` says. The numbers follow from `key` and their position from
/// `first_position` on.
template <class T>
[[gnu::cold]] void initialize(std::span<T> values, Initializer initializer, Index fan_in,
                              Index fan_out, const RandomKey& key, std::uint64_t first_position) {
  const double glorot = 2.0 / static_cast<double>(fan_in + fan_out);
  const double he = 2.0 / static_cast<double>(fan_in);
  const auto constant = [&](double value) {
    for (T& element : values) element = static_cast<T>(value);
  };
  const auto uniform = [&](double variance) {
    const double limit = std::sqrt(3.0 * variance);
    std::uint64_t position = first_position;
    for (T& element : values) {
      element = static_cast<T>(limit * (2.0 * random_uniform(key, position++) - 1.0));
    }
  };
  const auto normal = [&](double variance) {
    const double deviation = std::sqrt(variance);
    std::uint64_t position = first_position;
    for (T& element : values) {
      element = static_cast<T>(deviation * random_normal(key, position++));
    }
  };
  switch (initializer) {
    case Initializer::zeros:
      return constant(0.0);
    case Initializer::ones:
      return constant(1.0);
    case Initializer::quarters:
      return constant(0.25);
    case Initializer::glorot_uniform:
      return uniform(glorot);
    case Initializer::glorot_normal:
      return normal(glorot);
    case Initializer::he_uniform:
      return uniform(he);
    case Initializer::he_normal:
      return normal(he);
  }
}

}  // namespace TWEED_NAMESPACE
