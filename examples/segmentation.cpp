/// Segmentation: a U-Net (Ronneberger, Fischer and Brox, MICCAI 2015) finds discs, rings and boxes
/// in noise, pixel by pixel. The program draws its images itself, and leaves the model and a
/// report, which shows what was found, in a folder, by default runs/segmentation:
///
///     segmentation [RUN]
///
/// It fails unless, in images that it was not trained with, what it finds of each kind and what is
/// there have at least 0.7 of their union in common.

#include <tweed/networks/unet.hpp>
#include <tweed/reporting/run_folder.hpp>
#include <tweed/tweed.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <iostream>

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

int main(int argc, char** argv) try {
  const auto train = scenes(400, 1);
  const auto test = scenes(60, 2);
  RunFolder run(
      argc > 1 ? argv[1] : "runs/segmentation",
      {.title = "Discs, rings and boxes in noise", .outputs = {{"disc"}, {"ring"}, {"box"}}});
  Model<Net> model{1};
  Training training(model, SigmoidCE{}, Adam{.learning_rate = 5e-3}, train,
                    {.batch_size = 8, .epochs = 7, .schedule = CosineSchedule{}});
  run.train(training);
  const TestResult result = run.finish(model, SigmoidCE{}, test);
  return std::ranges::min(result.classes, {}, &ClassMetrics::iou).iou() >= 0.7 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "segmentation: " << error.what() << '\n';
  return 1;
}
