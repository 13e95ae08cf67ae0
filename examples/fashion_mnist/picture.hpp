#pragma once

#include <tweed/data/image.hpp>

namespace fashion_mnist {

/// What became of somebody's picture on its way into the network.
struct PreparedPicture {
  tweed::Image image;  ///< 28x28x1, light on dark, as the data set's
  bool was_dark_on_light = false;
  bool is_blank = false;          ///< nothing stands out from the background
  tweed::Shape trimmed{0, 0, 1};  ///< what was left of it before it was resized
};

/// Does to a picture of any size what was done to those of the data set: grey, light on dark with a
/// background of 0, trimmed to what stands out, resized by area to 28 in its longer direction and
/// put in the middle of 28x28. What the background is like, the corners say. A picture that is
/// 28x28 already is not trimmed.
PreparedPicture prepare_picture(const tweed::Image& picture);

}  // namespace fashion_mnist
