#pragma once

#include <tweed/augment/mirror_image.hpp>
#include <tweed/augment/test_time_view.hpp>
#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>

namespace TWEED_NAMESPACE::detail {

/// Throws Error where images of this shape cannot be looked at so.
[[gnu::cold]] inline void check_view(const TestTimeView& view, const Shape& shape) {
  check_option("TestTimeView", "weight", view.weight, {.above = 0});
  if (view.mirrored) check_width("TestTimeView", shape);
  const auto check_shift = [&](const char* name, Index by, Index side) {
    if (by > -side && by < side) return;
    throw Error(text("TestTimeView: ", name, " is ", by, ", images of ", to_string(shape),
                     " can be moved by ", side - 1));
  };
  check_shift("down", view.down, shape.height);
  check_shift("right", view.right, shape.width);
}

/// What `view` makes of images [n,h,w,c], into `to`.
template <class T>
void look_at(const TestTimeView& view, const Batch<const T>& from, const Batch<T>& to,
             int threads) {
  parallel_for(from.count, threads, [&](Index i, int) {
    shift_image(from.shape, view.down, view.right, view.border, from.sample(i), to.sample(i));
    if (view.mirrored) mirror_image(to.shape, to.sample(i));
  });
}

}  // namespace TWEED_NAMESPACE::detail
