#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace TWEED_NAMESPACE {

/// Parameters that are trained in another way than the optimiser says: `FitOptions::groups` is a
/// list of them. A parameter is meant by all groups that match it; where several say something of
/// it, the last one holds.
///
///     .groups = {{.match = "*.bias", .weight_decay = 0},
///                {.to = "batch_norm_4", .frozen = true},
///                {.match = "dense_1.*", .rate_factor = 10}}
struct ParameterGroup {
  /// Which, by their names, such as "conv2d_1.kernel", as `Model::tensors` tells them: `*` stands
  /// for any text, `?` for a character.
  std::string match = "*";
  /// Of which layers, in the order in which the network has them: from this one to that one, both
  /// included. Nothing: from the first, to the last.
  std::string from = {};
  std::string to = {};
  std::optional<double> rate_factor = {};   ///< what the learning rate is multiplied by
  std::optional<double> weight_decay = {};  ///< instead of the optimiser's
  std::optional<bool> frozen = {};          ///< whether they stay as they are
  /// Whether an optimiser that has a companion for some parameters, such as Muon, gives it these.
  std::optional<bool> companion = {};
};

namespace detail {

/// What `copies_of` does.
[[gnu::cold]] inline std::shared_ptr<const ParameterGroup[]> make_copies(
    std::span<const ParameterGroup> groups) {
  std::shared_ptr<ParameterGroup[]> copies(new ParameterGroup[groups.size()]);
  std::copy(groups.begin(), groups.end(), copies.get());
  return copies;
}

/// Groups that stay as they are. A program that links tweed::compiled finds it there.
#ifdef TWEED_COMPILED
std::shared_ptr<const ParameterGroup[]> copies_of(std::span<const ParameterGroup> groups);
#else
inline std::shared_ptr<const ParameterGroup[]> copies_of(std::span<const ParameterGroup> groups) {
  return make_copies(groups);
}
#endif

}  // namespace detail

/// A list of groups. It is cheap to copy, and to compile where there are none.
class ParameterGroups {
 public:
  ParameterGroups() = default;
  ParameterGroups(std::initializer_list<ParameterGroup> groups)
      : ParameterGroups(std::span(groups.begin(), groups.size())) {}
  explicit ParameterGroups(std::span<const ParameterGroup> groups)
      : groups_(detail::copies_of(groups)), count_(groups.size()) {}

  std::span<const ParameterGroup> values() const { return {groups_.get(), count_}; }

 private:
  std::shared_ptr<const ParameterGroup[]> groups_;
  std::size_t count_ = 0;
};

}  // namespace TWEED_NAMESPACE
