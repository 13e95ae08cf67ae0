#pragma once

#include <tweed/core/text.hpp>
#include <tweed/model/model.hpp>
#include <tweed/training/parameter_parts.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// All that changes while a model is trained, to be saved and put back: views into a `Training`.
template <class T>
struct TrainingState {
  std::vector<NamedTensor<T>> tensors;                  ///< weights, what the optimiser remembers
  std::vector<std::pair<std::string, Index*>> numbers;  ///< of the optimiser
};

namespace detail {

/// Adds to a state, tensors under the names that they have in the model.
template <class Net, class T>
class StateNames {
 public:
  StateNames(const Model<Net, T>& model, TrainingState<T>& state) : model_(model), state_(state) {}

  /// A block with the layout of the model's parameters or values is its tensors.
  [[gnu::cold]] void add(const std::string& name, std::span<T> block) const {
    if (block.size() != model_.parameters().size() && block.size() != model_.values().size()) {
      if (!block.empty()) state_.tensors.push_back({name, {std::ssize(block)}, block});
      return;
    }
    for (auto& tensor : model_.named(block)) {
      state_.tensors.push_back({name + '.' + tensor.name, tensor.dims, tensor.values});
    }
  }

  /// What an optimiser remembers of a part of the parameters.
  [[gnu::cold]] void add(const std::string& name, std::span<T> block,
                         const ParameterPart& part) const {
    if (is_all(part)) return add(name, block);
    if (std::ssize(block) != part.size) return add(name + suffix(part), block);
    const auto named = model_.named(model_.parameters());
    const auto tensors = model_.layout().trained_tensors();
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (!part.contains(tensors[i].offset)) continue;
      const auto begin = static_cast<std::size_t>(tensors[i].offset - part.offset);
      state_.tensors.push_back({name + '.' + named[i].name, named[i].dims,
                                block.subspan(begin, named[i].values.size())});
    }
  }
  [[gnu::cold]] void add(const std::string& name, Index& number, const ParameterPart& part) const {
    state_.numbers.emplace_back(name + suffix(part), &number);
  }

 private:
  bool is_all(const ParameterPart& part) const {
    return part.size == std::ssize(model_.parameters());
  }
  /// Where a part begins tells it from others.
  std::string suffix(const ParameterPart& part) const {
    return is_all(part) ? std::string() : text(".from_", part.offset);
  }

  const Model<Net, T>& model_;
  TrainingState<T>& state_;
};

}  // namespace detail

}  // namespace TWEED_NAMESPACE
