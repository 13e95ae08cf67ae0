#pragma once

#include <tweed/kernels/conv/geometry.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tweed::bench {

namespace conv = kernels::conv;

/// A convolution to time, and the batch that it is timed with unless another is asked for.
struct ConvCase {
  std::string name;
  conv::Geometry geometry;
  Index batch;
  bool is_first = false;  ///< in its network: nobody needs the gradient of its input
};

/// Convolutions that are reported together.
struct ConvSuite {
  std::string_view name;
  std::vector<ConvCase> cases;
};

/// A square image of `side` and `channels`, and a square kernel.
struct SquareConv {
  Index kernel;
  Index side;
  Index channels;
  Index filters;
  Index stride = 1;
  Padding padding = Padding::same;
  Index groups = 1;
};

/// "3x3_56_64to128_stride2", "3x3_14_512to512_depthwise".
inline std::string to_string(const SquareConv& c) {
  const auto text = [](Index n) { return std::to_string(n); };
  return text(c.kernel) + "x" + text(c.kernel) + "_" + text(c.side) + "_" + text(c.channels) +
         "to" + text(c.filters) + (c.stride == 1 ? "" : "_stride" + text(c.stride)) +
         (c.groups == 1            ? ""
          : c.groups == c.channels ? "_depthwise"
                                   : "_groups" + text(c.groups)) +
         (c.padding == Padding::same ? "" : "_valid");
}

inline ConvCase conv_case(const SquareConv& c, Index batch) {
  const SlidingAxis axis = slide(c.side, c.kernel, c.stride, c.padding.rows);
  return {to_string(c), {axis, axis, c.channels, c.filters, c.groups}, batch};
}

/// The first layer of a network, which needs no gradient of its input.
inline ConvCase first_conv_case(const SquareConv& c, Index batch) {
  ConvCase first = conv_case(c, batch);
  first.name += "_first";
  first.is_first = true;
  return first;
}

/// The convolutions of the reference network (docs/design.md).
inline ConvSuite reference_suite() {
  constexpr Index batch = 100;
  return {"reference",
          {first_conv_case({5, 28, 1, 32}, batch), conv_case({5, 14, 32, 64}, batch),
           conv_case({5, 7, 64, 128}, batch)}};
}

/// LeNet-5, its second convolution without the gaps in its table of connections.
inline ConvSuite lenet5_suite() {
  constexpr Index batch = 32;
  return {"lenet5",
          {first_conv_case({5, 32, 1, 6, 1, Padding::valid}, batch),
           conv_case({5, 14, 6, 16, 1, Padding::valid}, batch),
           conv_case({5, 5, 16, 120, 1, Padding::valid}, batch)}};
}

/// The shapes of VGG-16. The large images in a small batch, to stay below 4 GB.
inline ConvSuite vgg16_suite() {
  ConvSuite suite{"vgg16", {first_conv_case({3, 224, 3, 64}, 8)}};
  for (const SquareConv& c : {SquareConv{3, 224, 64, 64},
                              {3, 112, 64, 128},
                              {3, 112, 128, 128},
                              {3, 56, 128, 256},
                              {3, 56, 256, 256},
                              {3, 28, 256, 512},
                              {3, 28, 512, 512},
                              {3, 14, 512, 512}}) {
    suite.cases.push_back(conv_case(c, c.side > 56 ? 8 : 32));
  }
  return suite;
}

/// The shapes of ResNet-50 with the strides in its 3x3 convolutions (version 1.5).
inline ConvSuite resnet50_suite() {
  ConvSuite suite{"resnet50", {first_conv_case({7, 224, 3, 64, 2}, 32)}};
  Index channels = 64;
  for (Index side = 56, width = 64; side >= 7; side /= 2, width *= 2) {
    const Index wide = 4 * width;
    if (width == 64) {
      suite.cases.push_back(conv_case({1, side, channels, width}, 32));
    } else {
      suite.cases.push_back(conv_case({1, 2 * side, channels, width}, 32));
      suite.cases.push_back(conv_case({3, 2 * side, width, width, 2}, 32));
      suite.cases.push_back(conv_case({1, 2 * side, channels, wide, 2}, 32));
    }
    suite.cases.push_back(conv_case({1, side, wide, width}, 32));
    suite.cases.push_back(conv_case({3, side, width, width}, 32));
    suite.cases.push_back(conv_case({1, side, width, wide}, 32));
    channels = wide;
  }
  return suite;
}

/// The shapes of MobileNet-v1: a depthwise convolution and one of 1x1, in turn.
inline ConvSuite mobilenet_suite() {
  constexpr Index batch = 32;
  ConvSuite suite{"mobilenet", {first_conv_case({3, 224, 3, 32, 2}, batch)}};
  struct Block {
    Index side;
    Index channels;
    Index filters;
    Index stride;
  };
  for (const auto& [side, channels, filters, stride] : {Block{112, 32, 64, 1},
                                                        {112, 64, 128, 2},
                                                        {56, 128, 128, 1},
                                                        {56, 128, 256, 2},
                                                        {28, 256, 256, 1},
                                                        {28, 256, 512, 2},
                                                        {14, 512, 512, 1},
                                                        {14, 512, 1024, 2},
                                                        {7, 1024, 1024, 1}}) {
    suite.cases.push_back(
        conv_case({3, side, channels, channels, stride, Padding::same, channels}, batch));
    suite.cases.push_back(conv_case({1, side / stride, channels, filters}, batch));
  }
  return suite;
}

/// Kernels larger than 3x3 over images and channels of middling size.
inline ConvSuite kernels_suite() {
  ConvSuite suite{"kernels", {}};
  for (const Index kernel : {5, 7}) {
    for (const Index side : {28, 56}) {
      for (const Index channels : {32, 64}) {
        suite.cases.push_back(conv_case({kernel, side, channels, channels}, 32));
      }
    }
  }
  return suite;
}

inline std::vector<ConvSuite> conv_suites() {
  return {reference_suite(), lenet5_suite(),    vgg16_suite(),
          resnet50_suite(),  mobilenet_suite(), kernels_suite()};
}

/// All of them as one.
inline ConvSuite all_suites() {
  ConvSuite all{"all", {}};
  for (const ConvSuite& suite : conv_suites()) {
    all.cases.insert(all.cases.end(), suite.cases.begin(), suite.cases.end());
  }
  return all;
}

}  // namespace tweed::bench
