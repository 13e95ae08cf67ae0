#pragma once

#include <tweed/core/shape.hpp>

#include <cstdint>
#include <vector>

namespace tests {

/// The number at `position` of `stream`: scattered over [-1, 1), the same everywhere, and the same
/// in float and double. known_answers/tensors.py computes the same ones.
constexpr double number(std::uint32_t stream, std::uint32_t position) {
  std::uint32_t bits = (position + 1) * 0x9E3779B9U + stream * 0x85EBCA6BU;
  bits = (bits ^ bits >> 16) * 0x45D9F3BU;
  bits = (bits ^ bits >> 16) * 0x45D9F3BU;
  bits ^= bits >> 16;
  return (bits >> 8) * 0x1p-23 - 1.0;
}

/// The first `count` numbers of `stream`, times `scale`.
template <class T>
std::vector<T> numbers(tweed::Index count, std::uint32_t stream, double scale = 1.0) {
  std::vector<T> values(static_cast<std::size_t>(count));
  std::uint32_t position = 0;
  for (T& value : values) value = static_cast<T>(scale * number(stream, position++));
  return values;
}

/// The same numbers as another type.
template <class T, class U>
std::vector<T> converted(const std::vector<U>& values) {
  std::vector<T> result;
  for (const U value : values) result.push_back(static_cast<T>(value));
  return result;
}

/// The streams of numbers that layers and networks are run with; a layer's further inputs have
/// streams of their own. known_answers/tensors.py has the same ones.
enum LayerStream : std::uint32_t {
  input_stream = 1,
  output_gradient_stream,
  parameter_streams,
  further_input_streams = 80
};

/// Picks sizes for tests that go through many: the same ones everywhere.
class Picker {
 public:
  explicit Picker(std::uint32_t stream) : stream_(stream) {}

  /// One of `choices`, where a number that stands there twice comes twice as often.
  template <class T>
  T pick(const std::vector<T>& choices) {
    const double share = (number(stream_, position_++) + 1.0) / 2.0;
    return choices[static_cast<std::size_t>(share * static_cast<double>(choices.size()))];
  }

  /// A number from `first` to `last`.
  tweed::Index between(tweed::Index first, tweed::Index last) {
    const double share = (number(stream_, position_++) + 1.0) / 2.0;
    return first + static_cast<tweed::Index>(share * static_cast<double>(last - first + 1));
  }

 private:
  std::uint32_t stream_;
  std::uint32_t position_ = 0;
};

}  // namespace tests
