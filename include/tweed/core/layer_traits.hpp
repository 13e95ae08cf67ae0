#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/layer.hpp>

namespace TWEED_NAMESPACE {

/// What a graph knows of a layer, whatever its type.
struct Traits {
  std::string_view name = {};
  Reads reads = {};
  bool in_place = false;
  bool is_view = false;
  bool passes_gradient = false;
  bool overwrites_dy = true;
  bool commits = false;            ///< has state that training changes
  unsigned char takes = 0;         ///< `folds` that its kernels do
  Epilogue as_epilogue = {};       ///< what it is when it is folded into another
  Index parameter_count = 0;       ///< numbers that the optimiser changes
  Index parameter_block_size = 0;  ///< with each tensor on a cache line of its own

  constexpr bool trains() const { return parameter_count > 0; }
};

template <class L>
constexpr Traits traits_of(const L& layer, const Shape& input) {
  Traits traits;
  traits.name = L::name;
  if constexpr (requires { L::backward_reads; }) traits.reads = L::backward_reads;
  if constexpr (requires { L::in_place; }) traits.in_place = L::in_place;
  if constexpr (requires { L::is_view; }) traits.is_view = L::is_view;
  if constexpr (requires { L::passes_gradient; }) traits.passes_gradient = L::passes_gradient;
  if constexpr (requires { L::overwrites_dy; }) traits.overwrites_dy = L::overwrites_dy;
  if constexpr (requires { L::takes; }) traits.takes = L::takes;
  if constexpr (requires { layer.as_epilogue(); }) traits.as_epilogue = layer.as_epilogue();
  for (const Tensor& tensor : tensors_of(layer, input)) {
    if (tensor.role == Role::state) {
      traits.commits = true;
    } else {
      traits.parameter_count += tensor.size();
      traits.parameter_block_size += aligned_count<float>(tensor.size());
    }
  }
  return traits;
}

/// What the backward pass reads of a node, its epilogue considered: a ReLU is known by its output,
/// a pool by what it kept.
constexpr Reads reads_of(const Traits& traits, const Epilogue& epilogue, bool is_frozen = false) {
  Reads reads = traits.reads;
  if (is_frozen && reads.input_is_for_parameters) reads.input = false;
  if (!epilogue.activation.is_none()) reads.output = true;
  if (!epilogue.pool.is_none()) reads.output = false;
  return reads;
}

}  // namespace TWEED_NAMESPACE
