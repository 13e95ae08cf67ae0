#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/model.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace TWEED_NAMESPACE {

/// Copies the weights and the state of a model into one whose tensors have the same names and
/// shapes, such as the same layers behind an `Input` of another size. Throws Error, naming the
/// first tensor that differs, with `to` as it was.
template <class From, class To, class T>
[[gnu::cold]] void copy_values(const Model<From, T>& from, Model<To, T>& to) {
  const auto source = from.tensors();
  const auto target = to.tensors();
  for (std::size_t i = 0; i < std::max(source.size(), target.size()); ++i) {
    const auto what = [i](const auto& tensors) {
      if (i >= tensors.size()) return std::string("no tensor");
      return detail::text(tensors[i].name, " of ", detail::dims_text(tensors[i].dims));
    };
    if (what(source) == what(target)) continue;
    throw Error(detail::text("copy_values: the models differ: one has ", what(source),
                             ", the other has ", what(target)));
  }
  for (std::size_t i = 0; i < source.size(); ++i) {
    std::ranges::copy(source[i].values, target[i].values.begin());
  }
}

}  // namespace TWEED_NAMESPACE
