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
template <class Entry>
requires requires { typename Entry::Runs; }
struct ForEachLayer<Entry> : ForEachLayer<typename Entry::Runs> {};
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

struct NoLayer {
  template <class Visit>
  static constexpr void run(const Visit&) {}
};
template <Index... sizes>
struct ForEachLayer<Input<sizes...>> : NoLayer {};
template <ValueName name>
struct ForEachLayer<As<name>> : NoLayer {};
template <ValueName name>
struct ForEachLayer<From<name>> : NoLayer {};
template <ValueName name>
struct ForEachLayer<Output<name>> : NoLayer {};

}  // namespace TWEED_NAMESPACE::detail
