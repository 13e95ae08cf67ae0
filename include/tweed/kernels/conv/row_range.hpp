#pragma once

#include <tweed/kernels/conv/geometry.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Rows of an image [begin, end).
struct RowRange {
  Index begin;
  Index end;

  constexpr Index height() const { return end - begin; }
};

/// Into how many shares a length is cut so that none is longer than `most`.
constexpr Index shares_of(Index length, Index most) { return (length + most - 1) / most; }

/// One of `shares` equal shares of `height` rows.
constexpr RowRange share_of(Index height, Index share, Index shares) {
  return {height * share / shares, height * (share + 1) / shares};
}

/// Strips of about the same height, `most` or less.
template <class Body>
void for_each_strip(Index most, const RowRange& rows, const Body& body) {
  const Index strips = shares_of(rows.height(), most);
  for (Index strip = 0; strip < strips; ++strip) {
    const RowRange share = share_of(rows.height(), strip, strips);
    body(RowRange{rows.begin + share.begin, rows.begin + share.end});
  }
}

/// Rows of the input under rows of the output.
constexpr RowRange rows_under(const Geometry& g, const RowRange& rows) {
  const Index first = rows.begin * g.rows.stride - g.rows.before;
  const Index last = (rows.end - 1) * g.rows.stride - g.rows.before + g.rows.span();
  return {std::clamp<Index>(first, 0, g.rows.input), std::clamp<Index>(last, 0, g.rows.input)};
}

}  // namespace TWEED_NAMESPACE::kernels::conv
