#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>

#include <initializer_list>
#include <span>

namespace TWEED_NAMESPACE {

/// A batch for each input of a network, as it is written in braces: `{images, numbers}`. What takes
/// one takes them in arrays and vectors, too.
template <class T>
using BatchList = std::initializer_list<Batch<const T>>;

namespace detail {

/// A batch alone, or one for each input.
template <class T>
std::span<const Batch<const T>> inputs_of(const Batch<const T>& x) {
  return {&x, 1};
}
template <class T>
std::span<const Batch<const T>> inputs_of(std::span<const Batch<const T>> inputs) {
  return inputs;
}

/// How many samples there are in each input. Throws Error unless it is the same number in all.
template <class T>
Index count_of(std::span<const Batch<const T>> inputs) {
  if (inputs.empty()) throw Error("predict: there are no inputs");
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    check_option("predict", "the number of samples", inputs[k].count, {.from = 0});
    if (inputs[k].count != inputs[0].count) {
      throw Error(text("predict: the first input has ", inputs[0].count, " samples, input ", k + 1,
                       " has ", inputs[k].count));
    }
  }
  return inputs[0].count;
}

}  // namespace detail

}  // namespace TWEED_NAMESPACE
