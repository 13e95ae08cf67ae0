#pragma once

#include <tweed/graph/lower.hpp>

#include <tuple>
#include <utility>

/// What the compiler says of an entry that does not fit: one error, whose line names
/// LayerRejectsItsInput with all the facts.
namespace TWEED_NAMESPACE::detail {

/// Where an entry stands, from 1: `At<7, 2, 3>` is the third entry of the second operand of
/// entry 7.
template <short... places>
struct At {};

/// The shapes that reach an entry.
template <Shape... shapes>
struct Inputs {};

/// A name that nothing has, letter by letter: some compilers print arrays as numbers.
template <char... letters>
struct Unknown {};

/// Carries the facts of a misfit into the compiler's message. A flat template rather than a nested
/// one: it costs one error instead of one for each enclosing type.
template <class Position, class Entry, class TheInputs, auto why>
struct LayerRejectsItsInput {
  static_assert(static_cast<int>(why) == 0,
                "Sequential: an entry cannot take what reaches it; its position (from 1), the "
                "entry, the shapes and the reason are in the line that names "
                "LayerRejectsItsInput");
  static constexpr bool ok = true;
};

template <class Entry>
struct Children;
template <template <class...> class Composite, class... Entries>
struct Children<Composite<Entries...>> {
  using type = std::tuple<Entries...>;
};
template <class L, class... Operands>
struct Children<Join<L, Operands...>> {
  using type = std::tuple<Operands...>;
};

/// The entry at the end of a trail.
template <class Entry, int... places>
struct EntryAt {
  using type = Entry;
};
template <class L, class... Operands>
struct EntryAt<Join<L, Operands...>> {
  using type = L;
};
template <ValueName name>
struct EntryAt<From<name>> {
  template <std::size_t... i>
  static Unknown<name.letters[i]...> spell(std::index_sequence<i...>);
  using type = decltype(spell(std::make_index_sequence<name.text().size()>{}));
};
template <class Entry, int place, int... places>
struct EntryAt<Entry, place, places...>
    : EntryAt<std::tuple_element_t<place - 1, typename Children<typename Entry::Runs>::type>,
              places...> {};
template <class Entry>
requires requires {
  typename Entry::Runs;
} &&(!std::is_same_v<typename Entry::Runs, Entry>)struct EntryAt<Entry>
    : EntryAt<typename Entry::Runs> {
};

/// The facts of a misfit as types. `lowered` is only looked at where there is one.
template <bool failed, class Entries, const auto& lowered>
struct Misfit {
  using Position = At<>;
  using Suspect = void;
  using Refused = Inputs<>;
  static constexpr auto why = EntryTrouble::fits;
};

/// The layer's own reason.
template <class Suspect, class Refused>
constexpr auto reason_of() {
  return []<Shape... shapes>(Inputs<shapes...>) {
    const std::array list{shapes...};
    return fit_of(ValueOf<Suspect>::value, Shapes(list)).why;
  }
  (Refused{});
}

template <class Entries, const auto& lowered>
struct Misfit<true, Entries, lowered> {
  static constexpr std::size_t depth = std::min(lowered.trail.depth, deepest_trail);

  template <std::size_t... i>
  static At<lowered.trail.places[i]...> position(std::index_sequence<i...>);
  template <std::size_t... i>
  static EntryAt<Entries, lowered.trail.places[i]...> entry(std::index_sequence<i...>);
  template <std::size_t... i>
  static Inputs<lowered.refused[i]...> refused(std::index_sequence<i...>);

  using Depth = std::make_index_sequence<depth>;
  using Position = decltype(position(Depth{}));
  using Suspect = typename decltype(entry(Depth{}))::type;
  using Refused = decltype(refused(std::make_index_sequence<lowered.refused_count>{}));

  static constexpr auto reason() {
    if constexpr (lowered.trouble == EntryTrouble::fits) {
      return reason_of<Suspect, Refused>();
    } else {
      return lowered.trouble;
    }
  }
  static constexpr auto why = reason();
};

}  // namespace TWEED_NAMESPACE::detail
