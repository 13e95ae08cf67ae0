#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <span>
#include <string>

namespace TWEED_NAMESPACE::detail {

/// Throws Error, which begins with the loss, unless all targets are in [0, 1].
template <class T>
[[gnu::cold]] void check_shares(const char* loss, const Batch<const T>& outputs,
                                std::span<const T> targets) {
  const auto found =
      std::ranges::find_if(targets, [](T target) { return !(target >= T{0} && target <= T{1}); });
  if (found == targets.end()) return;
  const auto sample = (found - targets.begin()) / outputs.shape.size();
  throw Error(text(loss, ": a target of sample ", Index{sample}, " is ",
                   static_cast<double>(*found), ", expected 0 to 1"));
}

}  // namespace TWEED_NAMESPACE::detail
