#pragma once

#include <tweed/layers/concat.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/upsample.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/networks/conv_norm.hpp>

namespace TWEED_NAMESPACE::networks {

template <Index filters>
using ConvTwice = Path<ConvNormReLU<filters, 3>, ConvNormReLU<filters, 3>>;

/// A level of a U-Net and those below it.
template <template <class...> class Segment, int levels_below, Index filters>
struct UNetLevel
    : Block<Segment<ConvTwice<filters>>,
            Concat<Path<>, Path<MaxPool<2>, UNetLevel<Segment, levels_below - 1, 2 * filters>,
                                Upsample<2>, ConvNormReLU<filters, 2>>>,
            Segment<ConvTwice<filters>>> {};
template <template <class...> class Segment, Index filters>
struct UNetLevel<Segment, 0, filters> : Segment<ConvTwice<filters>> {};

/// A U-Net (Ronneberger, Fischer and Brox, MICCAI 2015) with padding and batch normalisation: an
/// output for each pixel of the image, whose sides `levels` halvings must divide. Theirs has four
/// levels above the lowest, and 64 filters in the first. `Segment` wraps each pair of convolutions:
/// `Recompute` trades time for memory.
template <class Image, Index outputs, int levels = 4, Index filters = 64,
          template <class...> class Segment = Path>
using UNet = Sequential<Image, UNetLevel<Segment, levels, filters>, Conv2D<outputs, 1>>;

}  // namespace TWEED_NAMESPACE::networks
