#pragma once

#include <tweed/model/fusion.hpp>

#include <array>
#include <span>

namespace tweed::detail {

/// The parameters of stage i within the block of all: one span for each, as a layer wants them.
template <class Net, std::size_t i, class T>
auto stage_parameters(std::span<T> block) {
  using Stage = StageAt<Net, i>;
  constexpr auto belongs = [](const PlacedParameter& placed) {
    return placed.layer >= Stage::first && placed.layer < Stage::end;
  };
  constexpr std::size_t count = [belongs] {
    std::size_t found = 0;
    for (const auto& placed : Net::parameters) found += belongs(placed) ? 1U : 0U;
    return found;
  }();
  std::array<std::span<T>, count> tensors{};
  std::size_t tensor = 0;
  for (const auto& placed : Net::parameters) {
    if (!belongs(placed)) continue;
    tensors[tensor++] = values_of(block, placed);
  }
  return tensors;
}

/// The first stage with parameters: what lies before it needs no gradient.
template <class Net>
inline constexpr std::size_t first_trained_stage = Net::tensor_count == 0 ? stage_count<Net> : [] {
  std::size_t stage = 0;
  for_each_stage<Net>([&](auto i) {
    if (StageAt<Net, i>::end <= Net::parameters[0].layer) stage = i + 1;
  });
  return stage;
}();

}  // namespace tweed::detail
