#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE {

/// A piece of memory that is wanted from step `first` to step `last`.
struct Lifetime {
  Index size = 0;
  int first = 0;
  int last = 0;
  Index offset = 0;  ///< found by `place`

  Index end() const { return offset + size; }
  bool overlaps(const Lifetime& other) const { return first <= other.last && other.first <= last; }
};

/// The most that is held at one step, and when: no placement takes less.
struct Peak {
  Index size = 0;
  int step = 0;
};

[[gnu::cold]] inline Peak peak_of(std::span<const Lifetime> lives, int steps) {
  std::vector<Index> change(static_cast<std::size_t>(steps) + 2);
  for (const Lifetime& life : lives) {
    change[static_cast<std::size_t>(life.first)] += life.size;
    change[static_cast<std::size_t>(life.last) + 1] -= life.size;
  }
  Peak peak;
  Index held = 0;
  for (int t = 0; t < steps; ++t) {
    held += change[static_cast<std::size_t>(t)];
    if (held > peak.size) peak = {held, t};
  }
  return peak;
}

namespace detail {

/// Orders in which pieces get their places.
enum class PlacingOrder { largest_first, held_at_the_peak_first, in_order_of_birth };

/// When a piece gets its place: those of the smallest number first.
inline Index turn_of(const Lifetime& life, const Peak& peak, PlacingOrder order) {
  if (order == PlacingOrder::largest_first) return -life.size;
  if (order == PlacingOrder::in_order_of_birth) return life.first;
  constexpr Index others = Index{1} << 40;  // behind all that are held, the last to die first
  const bool is_held = life.first <= peak.step && peak.step <= life.last;
  return (is_held ? 0 : others) - life.last;
}

/// Puts `piece` into a sorted list, behind those of the same number. `number(piece)` is what they
/// are sorted by.
template <class Number>
[[gnu::cold]] void insert_sorted(std::vector<int>& list, int piece, const Number& number) {
  std::size_t at = list.size();
  while (at > 0 && number(list[at - 1]) > number(piece)) --at;
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), piece);
}

/// Gives the pieces places in that order, each at the lowest offset that is free during its life.
/// Returns the memory that all take.
[[gnu::cold]] inline Index place_in_order(std::span<Lifetime> lives, const Peak& peak,
                                          PlacingOrder order) {
  const auto piece = [&](int i) -> Lifetime& { return lives[static_cast<std::size_t>(i)]; };
  std::vector<int> turns;
  for (int i = 0; i < std::ssize(lives); ++i) {
    insert_sorted(turns, i, [&](int other) { return turn_of(piece(other), peak, order); });
  }
  std::vector<int> placed;  // by offset
  Index total = 0;
  for (const int turn : turns) {
    Lifetime& life = piece(turn);
    life.offset = 0;
    for (const int other : placed) {
      if (!piece(other).overlaps(life)) continue;
      if (piece(other).offset >= life.end()) break;
      life.offset = std::max(life.offset, piece(other).end());
    }
    insert_sorted(placed, turn, [&](int other) { return piece(other).offset; });
    total = std::max(total, life.end());
  }
  return total;
}

}  // namespace detail

/// Gives each piece a place so that no two overlap in time and memory. Returns the memory that all
/// take. The largest go first; where that takes more than the peak, what is held at the worst step,
/// the last to die first, and the order of birth are tried as well.
[[gnu::cold]] inline Index place(std::vector<Lifetime>& lives, int steps) {
  using detail::PlacingOrder;
  const Peak peak = peak_of(lives, steps);
  Index best = -1;
  for (const auto order : {PlacingOrder::largest_first, PlacingOrder::held_at_the_peak_first,
                           PlacingOrder::in_order_of_birth}) {
    if (best == peak.size) break;
    std::vector<Lifetime> placed = lives;
    const Index total = detail::place_in_order(placed, peak, order);
    if (best >= 0 && total >= best) continue;
    best = total;
    lives.swap(placed);
  }
  return best;
}

}  // namespace TWEED_NAMESPACE
