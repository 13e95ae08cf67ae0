#pragma once

#include <tweed/model/fusion.hpp>

#include <algorithm>
#include <array>

namespace tweed {

namespace detail {

/// Where the activations of a training step live. What some `backward` reads is stored for the
/// whole step; the rest passes through two buffers in turn; a layer that works in place writes over
/// its input where nobody reads that again.
template <class Net>
struct ActivationPlan {
  static constexpr std::size_t stages = stage_count<Net>;

  struct Place {
    bool stored = true;
    std::size_t buffer = 0;  ///< of the transient ones, if not stored
    Index offset = 0;        ///< of the stored block, in elements a sample
  };
  /// `places[i]` is the output of stage i.
  std::array<Place, stages> places{};
  Index stored_size = 0;     ///< elements a sample, each place on a cache line
  Index transient_size = 0;  ///< of each of the two buffers
};

template <class Net, std::size_t i>
constexpr Shape stage_output = Net::shapes[StageAt<Net, i>::end];

template <class Net, std::size_t i>
constexpr Shape stage_input = Net::shapes[StageAt<Net, i>::first];

/// Whether the output of stage i is read after the forward pass.
template <class Net, std::size_t i>
constexpr bool output_is_read() {
  if constexpr (i + 1 == stage_count<Net>) {
    return true;  // by the loss
  } else {
    return reads_of<typename StageAt<Net, i>::Run>().output ||
           reads_of<typename StageAt<Net, i + 1>::Run>().input;
  }
}

/// Whether stage i may write over its input.
template <class Net, std::size_t i>
constexpr bool overwrites_input() {
  if constexpr (i == 0) {
    return false;
  } else {
    return works_in_place<typename StageAt<Net, i>::Run>() && !output_is_read<Net, i - 1>();
  }
}

template <class Net>
consteval ActivationPlan<Net> plan_activations() {
  // A chain of stages that work in place shares one place; its last output decides which.
  ActivationPlan<Net> plan;
  std::array<bool, stage_count<Net>> stored{};
  std::array<bool, stage_count<Net>> shared{};
  std::array<Index, stage_count<Net>> size{};
  for_each_stage<Net>([&](auto i) {
    stored[i] = output_is_read<Net, i>();
    shared[i] = overwrites_input<Net, i>();
    size[i] = stage_output<Net, i>.size();
  });
  std::size_t transients = 0;
  for (std::size_t i = 0; i < plan.stages; ++i) {
    if (shared[i]) {
      plan.places[i] = plan.places[i - 1];
      continue;
    }
    std::size_t last = i;
    while (last + 1 < plan.stages && shared[last + 1]) ++last;
    if (stored[last]) {
      plan.places[i] = {.stored = true, .offset = plan.stored_size};
      plan.stored_size += aligned_count<float>(size[i]);
    } else {
      plan.places[i] = {.stored = false, .buffer = transients++ % 2};
      plan.transient_size = std::max(plan.transient_size, size[i]);
    }
  }
  return plan;
}

template <class Net>
inline constexpr ActivationPlan<Net> activation_plan = plan_activations<Net>();

/// Elements a sample of the largest activation: what a buffer for any of them must hold.
template <class Net>
inline constexpr Index largest_activation = [] {
  Index largest = 0;
  for_each_stage<Net>([&](auto i) { largest = std::max(largest, stage_output<Net, i>.size()); });
  return largest;
}();

}  // namespace detail

/// Bytes of each block that a training step or an inference works in, besides the weights.
template <class Net, class T>
struct MemoryPlan {
  std::array<Index, stage_count<Net>> kept_offset{};  ///< of each stage in the kept block
  Index stored = 0;                                   ///< activations that `backward` reads
  Index transient = 0;                                ///< each of the two for the others
  Index deltas = 0;     ///< each of the two for gradients of activations
  Index kept = 0;       ///< what layers keep from forward to backward
  Index scratch = 0;    ///< of the layer that needs most
  Index gradients = 0;  ///< of the parameters

  constexpr Index total() const {
    return stored + 2 * transient + 2 * deltas + kept + scratch + gradients;
  }

  static constexpr MemoryPlan training(Index batch, int threads) {
    constexpr auto& activations = detail::activation_plan<Net>;
    const auto block = [&](Index elements) {
      return aligned_bytes(elements * batch * Index{sizeof(T)});
    };
    MemoryPlan plan;
    plan.stored = block(activations.stored_size);
    plan.transient = block(activations.transient_size);
    plan.deltas = block(std::max(detail::largest_activation<Net>, Net::input.size()));
    plan.gradients = Net::block_size * Index{sizeof(T)};
    for_each_stage<Net>([&](auto i) {
      const LayerMemory memory =
          memory_of<typename StageAt<Net, i>::Run, T>(detail::stage_input<Net, i>, batch, threads);
      plan.kept_offset[i] = plan.kept;
      plan.kept += aligned_bytes(memory.kept);
      plan.scratch = std::max(plan.scratch, memory.scratch);
    });
    return plan;
  }

  static constexpr MemoryPlan inference(Index batch, int threads) {
    MemoryPlan plan = inference_activations(batch);
    for_each_stage<Net>([&](auto i) {
      const LayerMemory memory =
          memory_of<typename StageAt<Net, i>::Run, T>(detail::stage_input<Net, i>, batch, threads);
      plan.scratch = std::max(plan.scratch, memory.scratch);
    });
    return plan;
  }

  /// With a model that was prepared for batches of that size.
  static constexpr MemoryPlan prepared_inference(Index batch, int threads) {
    MemoryPlan plan = inference_activations(batch);
    for_each_stage<Net>([&](auto i) {
      const LayerMemory memory = prepared_memory_of<typename StageAt<Net, i>::Run, T>(
          detail::stage_input<Net, i>, batch, threads);
      plan.scratch = std::max(plan.scratch, memory.scratch);
    });
    return plan;
  }

 private:
  static constexpr MemoryPlan inference_activations(Index batch) {
    MemoryPlan plan;
    plan.transient = aligned_bytes(detail::largest_activation<Net> * batch * Index{sizeof(T)});
    return plan;
  }
};

/// Bytes that training takes besides the weights, the optimiser's state and the data.
template <class Net, class T = float>
constexpr Index training_bytes(Index batch, int threads = 1) {
  return MemoryPlan<Net, T>::training(batch, threads).total();
}

/// Bytes that inference takes besides the weights.
template <class Net, class T = float>
constexpr Index inference_bytes(Index batch, int threads = 1) {
  return MemoryPlan<Net, T>::inference(batch, threads).total();
}

}  // namespace tweed
