#pragma once

#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>

/// Networks with branches, of any size. `Segment` wraps what may be computed again in the backward
/// pass: `Path`, or `Recompute`.
namespace tests {

using tweed::Index;

template <Index filters, Index kernel, auto... options>
using ConvNorm =
    tweed::Path<tweed::Conv2D<filters, kernel, tweed::NoBias{}, options...>, tweed::BatchNorm<>>;
template <Index filters, Index kernel, auto... options>
using ConvNormReLU = tweed::Path<ConvNorm<filters, kernel, options...>, tweed::ReLU>;

template <Index filters>
using BasicBlock = tweed::Residual<ConvNormReLU<filters, 3>, ConvNorm<filters, 3>>;
template <Index filters>
using DownBlock =
    tweed::Add<tweed::Path<ConvNormReLU<filters, 3, tweed::Stride{2}, tweed::Padding{1}>,
                           ConvNorm<filters, 3>>,
               ConvNorm<filters, 1, tweed::Stride{2}>>;

template <template <class...> class Segment, Index filters>
using DownStage = tweed::Path<Segment<DownBlock<filters>, tweed::ReLU>,
                              Segment<BasicBlock<filters>, tweed::ReLU>>;

/// ResNet-18 (He, Zhang, Ren and Sun, CVPR 2016), which has 64 filters in the first stage and 1000
/// classes.
template <class Image, Index filters, Index classes,
          template <class...> class Segment = tweed::Path>
using ResNet18 =
    tweed::Sequential<Image, ConvNormReLU<filters, 7, tweed::Stride{2}, tweed::Padding{3}>,
                      tweed::MaxPool<3, tweed::Stride{2}, tweed::Padding{1}>,
                      tweed::Repeat<2, Segment<BasicBlock<filters>, tweed::ReLU>>,
                      DownStage<Segment, 2 * filters>, DownStage<Segment, 4 * filters>,
                      DownStage<Segment, 8 * filters>, tweed::GlobalAveragePool,
                      tweed::Dense<classes>>;

template <Index filters>
using ConvTwice = tweed::Path<ConvNormReLU<filters, 3>, ConvNormReLU<filters, 3>>;

/// A level of a U-Net and those below it.
template <template <class...> class Segment, int levels_below, Index filters>
struct UNetLevel
    : tweed::Block<Segment<ConvTwice<filters>>,
                   tweed::Concat<tweed::Path<>,
                                 tweed::Path<tweed::MaxPool<2>,
                                             UNetLevel<Segment, levels_below - 1, 2 * filters>,
                                             tweed::Upsample<2>, ConvNormReLU<filters, 2>>>,
                   Segment<ConvTwice<filters>>> {};
template <template <class...> class Segment, Index filters>
struct UNetLevel<Segment, 0, filters> : Segment<ConvTwice<filters>> {};

/// A U-Net (Ronneberger, Fischer and Brox, MICCAI 2015) with padding and batch normalisation;
/// theirs has four levels above the lowest, and 64 filters in the first.
template <class Image, int levels, Index filters, Index outputs,
          template <class...> class Segment = tweed::Path>
using UNet =
    tweed::Sequential<Image, UNetLevel<Segment, levels, filters>, tweed::Conv2D<outputs, 1>>;

/// A model of the network that a type describes, built at run time.
template <class Net, class T>
tweed::Model<tweed::AnyNetworkOf<T>, T> any_model() {
  return tweed::Model<tweed::AnyNetworkOf<T>, T>(tweed::any_network<Net, T>());
}

}  // namespace tests
