#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/training/training_state.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// What must be the same in two trainings for one to go on where the other stopped, a line each:
/// "batch_size 20", "model.dense_1.kernel of 8x3".
template <class Training, class T>
[[gnu::cold]] std::vector<std::string> common_parts(const Training& training,
                                                    const TrainingState<T>& state) {
  std::vector<std::string> parts;
  training.visit_settings(
      [&](const char* name, const auto& value) { parts.push_back(text(name, " ", value)); });
  for (const NamedTensor<T>& tensor : state.tensors) {
    parts.push_back(text(tensor.name, " of ", dims_text(tensor.dims)));
  }
  for (const auto& [name, place] : state.numbers) parts.push_back(name);
  return parts;
}

/// Puts the state of a training into another one's. Throws Error, with `to` as it was, and names
/// the first difference, where they are not of the same parts.
template <class From, class To>
[[gnu::cold]] void copy_training(From& from, To& to) {
  const auto source = from.state();
  const auto target = to.state();
  auto has = common_parts(from, source);
  auto wants = common_parts(to, target);
  const std::size_t most = std::max(has.size(), wants.size());
  has.resize(most, "nothing more");
  wants.resize(most, "nothing more");
  for (std::size_t i = 0; i < most; ++i) {
    if (has[i] == wants[i]) continue;
    throw Error(text("training: the one to go on from has ", has[i], ", this one has ", wants[i]));
  }
  for (std::size_t i = 0; i < source.tensors.size(); ++i) {
    std::ranges::copy(source.tensors[i].values, target.tensors[i].values.begin());
  }
  for (std::size_t i = 0; i < source.numbers.size(); ++i) {
    *target.numbers[i].second = *source.numbers[i].second;
  }
}

}  // namespace TWEED_NAMESPACE::detail
