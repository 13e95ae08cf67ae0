#pragma once

#include <tweed/graph/composites.hpp>

#include <type_traits>

namespace TWEED_NAMESPACE::detail {

/// Calls `visit(type)` for the layer of each node, in order.
template <class Entry>
struct ForEachLayer {
  template <class Visit>
  static constexpr void run(const Visit& visit) {
    visit(std::type_identity<Entry>{});
  }
};

struct NoLayer {
  template <class Visit>
  static constexpr void run(const Visit&) {}
};
template <class Entry>
requires requires { typename Entry::Runs; }
struct ForEachLayer<Entry> : std::conditional_t<std::is_same_v<typename Entry::Runs, Entry>,
                                                NoLayer, ForEachLayer<typename Entry::Runs>> {};

template <template <class...> class Composite, class... Entries>
requires std::is_same_v<typename Composite<Entries...>::Runs, Composite<Entries...>>
struct ForEachLayer<Composite<Entries...>> {
  template <class Visit>
  static constexpr void run(const Visit& visit) {
    const int in_order[] = {0, (ForEachLayer<Entries>::run(visit), 0)...};
    static_cast<void>(in_order);
  }
};
template <class L, class... Operands>
struct ForEachLayer<Join<L, Operands...>> {
  template <class Visit>
  static constexpr void run(const Visit& visit) {
    (ForEachLayer<Operands>::run(visit), ...);
    visit(std::type_identity<L>{});
  }
};

}  // namespace TWEED_NAMESPACE::detail
