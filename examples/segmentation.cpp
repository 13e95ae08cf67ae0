/// Segmentation: a U-Net (Ronneberger, Fischer and Brox, MICCAI 2015) finds discs, rings and boxes
/// in noise, pixel by pixel. The program draws its images itself, and what came of them into a
/// picture:
///
///     segmentation [FILE.png]
///
/// It fails unless, in images that it was not trained with, what it finds of each kind and what is
/// there have at least 0.7 of their union in common.

#include <tweed/io/png_file.hpp>
#include <tweed/metrics/multi_label_metrics.hpp>
#include <tweed/networks/unet.hpp>
#include <tweed/training/measure.hpp>
#include <tweed/tweed.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>

using namespace tweed;

constexpr Index side = 40;
constexpr Index kinds = 3;  // discs, rings and boxes: the network gives a mask for each
using Net = networks::UNet<Input<side, side, 1>, kinds, 2, 12>;

struct Figure {
  Index kind;
  double x, y, radius, light;

  bool covers(Index column, Index row) const {
    const double across = std::abs(static_cast<double>(column) - x);
    const double along = std::abs(static_cast<double>(row) - y);
    const double distance = std::hypot(across, along);
    if (kind == 0) return distance < radius;
    if (kind == 1) return distance < radius && distance > 0.6 * radius;
    return std::max(across, along) < 0.8 * radius;
  }
};

/// Images of three figures, which may overlap, in noise; and of each image a mask for each kind of
/// figure: 1 where there is one, else 0.
RegressionDataset<float> scenes(Index count, std::uint64_t seed) {
  RegressionDataset<float> data{
      .shape = Net::input, .samples = {}, .outputs = Net::output.size(), .targets = {}};
  for (Index n = 0; n < count; ++n) {
    const RandomKey key{.seed = seed, .step = static_cast<std::uint64_t>(n)};
    std::uint64_t position = 0;
    const auto between = [&](double low, double high) {
      return low + (high - low) * random_uniform(key, position++);
    };
    std::array<Figure, 3> figures;
    for (Figure& figure : figures) {
      figure = {.kind = static_cast<Index>(between(0, kinds)),
                .x = between(6, side - 6),
                .y = between(6, side - 6),
                .radius = between(5, 10),
                .light = between(0.3, 0.7)};
    }
    for (Index row = 0; row < side; ++row) {
      for (Index column = 0; column < side; ++column) {
        double light = 0.15 * random_normal(key, position++);
        std::array<float, kinds> masks{};
        for (const Figure& figure : figures) {
          if (!figure.covers(column, row)) continue;
          light += figure.light;
          masks[static_cast<std::size_t>(figure.kind)] = 1;
        }
        data.samples.push_back(static_cast<float>(light));
        data.targets.insert(data.targets.end(), masks.begin(), masks.end());
      }
    }
  }
  return data;
}

/// How much what was found of each kind and what is there have in common; returns the least.
double report(const char* when, const Model<Net>& model, const RegressionDataset<float>& data) {
  const MultiLabelMetrics found = measure(model, MultiLabelMetrics(kinds), data);
  std::array<double, kinds> iou;
  for (Index k = 0; k < kinds; ++k) iou[static_cast<std::size_t>(k)] = found.of_label(k).iou();
  std::printf("%s: IoU of discs %.3f, rings %.3f, boxes %.3f\n", when, iou[0], iou[1], iou[2]);
  return *std::min_element(iou.begin(), iou.end());
}

std::uint8_t byte(float value) {
  return static_cast<std::uint8_t>(255.0F * std::clamp(value, 0.0F, 1.0F));
}

/// The first images side by side; below them what is there, and below that what was found: discs
/// red, rings green, boxes blue.
Image picture(const Model<Net>& model, const RegressionDataset<float>& data) {
  constexpr Index shown = 8;
  const std::vector<float> logits = predict_logits(model, data);
  Image image{{3 * side, shown * side, 3}, {}};
  for (Index panel = 0; panel < 3; ++panel) {
    for (Index row = 0; row < side; ++row) {
      for (Index column = 0; column < shown * side; ++column) {
        const Index n = column / side;
        const auto pixel = static_cast<std::size_t>((n * side + row) * side + column % side);
        for (std::size_t k = pixel * kinds; k < (pixel + 1) * kinds; ++k) {
          if (panel == 0) image.pixels.push_back(byte(0.25F + 0.5F * data.samples[pixel]));
          if (panel == 1) image.pixels.push_back(byte(data.targets[k]));
          if (panel == 2) image.pixels.push_back(byte(logits[k] > 0 ? 1 : 0));
        }
      }
    }
  }
  return resize(image, 2 * image.shape.height, 2 * image.shape.width);
}

int main(int argc, char** argv) try {
  const auto test = scenes(60, 2);
  Model<Net> model{1};
  report("before", model, test);
  fit(model, SigmoidCE{}, Adam{.learning_rate = 5e-3}, scenes(400, 1),
      {.batch_size = 8,
       .epochs = 7,
       .schedule = CosineSchedule{},
       .on_epoch = [](const EpochReport& at) {
         std::printf("epoch %td: loss %.4f\n", at.epoch, at.training.loss);
       }});
  const double least = report("after", model, test);
  write_png(argc > 1 ? argv[1] : "segmentation.png", picture(model, test));
  return least >= 0.7 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "segmentation: %s\n", error.what());
  return 1;
}
