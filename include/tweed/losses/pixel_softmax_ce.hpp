#pragma once

#include <tweed/losses/softmax_ce.hpp>

namespace TWEED_NAMESPACE {

/// `SoftmaxCE` for each pixel of an image, from logits [n,h,w,classes] and labels [n,h,w]: the mean
/// over all pixels of the batch, with the options of that loss. The data are a
/// `SegmentationDataset`. What counts and is correct are pixels.
using PixelSoftmaxCE = SoftmaxCE<0, LabelOf::pixel>;

}  // namespace TWEED_NAMESPACE
