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
  bool is_held_at(int step) const { return first <= step && step <= last; }
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

/// When a piece gets its place: those of the smallest number first, then in order of birth.
struct PlacingTurn {
  Index number = 0;
  std::size_t piece = 0;

  friend bool operator<(const PlacingTurn& a, const PlacingTurn& b) {
    return a.number != b.number ? a.number < b.number : a.piece < b.piece;
  }
};

/// Gives the pieces places, each at the lowest offset that is free during its life. Returns the
/// memory that all take.
[[gnu::cold]] inline Index place_in_turn(std::span<Lifetime> lives,
                                         std::vector<PlacingTurn>& turns) {
  std::sort(turns.begin(), turns.end());
  std::vector<const Lifetime*> placed;  // by offset
  Index total = 0;
  for (const PlacingTurn& turn : turns) {
    Lifetime& life = lives[turn.piece];
    Index offset = 0;
    for (const Lifetime* const other : placed) {
      if (!other->overlaps(life)) continue;
      if (other->offset >= offset + life.size) break;
      offset = std::max(offset, other->end());
    }
    life.offset = offset;
    std::size_t at = 0;
    while (at < placed.size() && placed[at]->offset <= offset) ++at;
    placed.insert(placed.begin() + static_cast<std::ptrdiff_t>(at), &life);
    total = std::max(total, life.end());
  }
  return total;
}

/// Orders in which pieces get their places.
enum class PlacingOrder { largest_first, held_at_the_peak_first, in_order_of_birth };

inline Index turn_of(const Lifetime& life, const Peak& peak, PlacingOrder order) {
  switch (order) {
    case PlacingOrder::largest_first:
      return -life.size;
    case PlacingOrder::held_at_the_peak_first: {
      constexpr Index others = Index{1} << 40;  // behind all that are held, the last to die first
      return (life.is_held_at(peak.step) ? 0 : others) - life.last;
    }
    default:
      return life.first;
  }
}

}  // namespace detail

/// Gives each piece a place so that no two overlap in time and memory. Returns the memory that all
/// take. The largest go first; where that takes more than the peak, what is held at the worst step,
/// the last to die first, and the order of birth are tried as well.
[[gnu::cold]] inline Index place(std::span<Lifetime> lives, int steps) {
  using detail::PlacingOrder;
  const Peak peak = peak_of(lives, steps);
  Index best = -1;
  std::vector<detail::PlacingTurn> turns(lives.size());
  for (const auto order : {PlacingOrder::largest_first, PlacingOrder::held_at_the_peak_first,
                           PlacingOrder::in_order_of_birth}) {
    if (best == peak.size) break;
    for (std::size_t i = 0; i < lives.size(); ++i) {
      turns[i] = {detail::turn_of(lives[i], peak, order), i};
    }
    std::vector<Lifetime> placed(lives.begin(), lives.end());
    const Index total = detail::place_in_turn(placed, turns);
    if (best >= 0 && total >= best) continue;
    best = total;
    for (std::size_t i = 0; i < lives.size(); ++i) lives[i].offset = placed[i].offset;
  }
  return best;
}

}  // namespace TWEED_NAMESPACE
