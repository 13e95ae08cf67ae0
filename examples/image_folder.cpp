/// A classifier for your own images, PNG or JPEG files in a folder for each class:
///
///     image_folder DIR [RUN]
///
/// trains it and leaves the model and a report, which shows the mistakes, in the folder RUN, by
/// default runs/image_folder. Ctrl-C saves. Without DIR it draws its own, 60 crosses and 60 rings
/// in a temporary folder, tells them apart in every image that it was not trained with, and fails
/// if it does not.

#include <tweed/augment/augmentations.hpp>
#include <tweed/data/image_folder.hpp>
#include <tweed/data/split.hpp>
#include <tweed/io/png_file.hpp>
#include <tweed/reporting/run_folder.hpp>
#include <tweed/tweed.hpp>

#include <cmath>
#include <filesystem>
#include <iostream>

using namespace tweed;

/// All images are brought to this size; the last layer has room for ten classes.
using Net =
    Sequential<Input<32, 32, 3>, Conv2D<8, 3>, ReLU, MaxPool<2>, Conv2D<16, 3>, ReLU, MaxPool<2>,
               Conv2D<16, 3>, ReLU, MaxPool<2>, Flatten, Dropout<0.2>, Dense<10>>;

/// A cross or a ring, somewhere, of some colour, on a dark background.
Image drawing(bool ring, std::uint64_t number) {
  const RandomKey key{.seed = 1, .step = number};
  const auto between = [&](std::uint64_t position, double low, double high) {
    return low + (high - low) * random_uniform(key, position);
  };
  const double radius = between(0, 8.0, 13.0);
  const double x = between(1, radius + 1, 39 - radius);
  const double y = between(2, radius + 1, 39 - radius);
  Image image{{40, 40, 3}, {}};
  for (Index row = 0; row < 40; ++row) {
    for (Index column = 0; column < 40; ++column) {
      const double across = std::abs(static_cast<double>(column) - x);
      const double along = std::abs(static_cast<double>(row) - y);
      const double from_centre = std::hypot(across, along);
      const bool inside = ring ? std::abs(from_centre - radius) < 2.0
                               : from_centre < radius && std::min(across, along) < 2.0;
      for (std::uint64_t channel = 0; channel < 3; ++channel) {
        const double value = inside ? between(3 + channel, 120.0, 255.0) : 20.0;
        image.pixels.push_back(static_cast<std::uint8_t>(value));
      }
    }
  }
  return image;
}

void draw_all(const std::filesystem::path& folder) {
  for (const bool ring : {false, true}) {
    const auto path = folder / (ring ? "ring" : "cross");
    std::filesystem::create_directories(path);
    for (std::uint64_t i = 0; i < 60; ++i) {
      write_png(path / (std::to_string(i) + ".png"), drawing(ring, 2 * i + (ring ? 1 : 0)));
    }
  }
}

/// Leaves the model and a report in the folder `out`.
double train_and_test(const std::filesystem::path& folder, const std::filesystem::path& out) {
  const auto [images, skipped] = datasets::readable_images(folder, Net::input);
  for (const auto& file : skipped) std::cerr << "left out: " << file.why << '\n';
  const auto [train, test] = split(images, 0.2, {.seed = 1, .stratified = true});
  RunFolder run(out, {.title = "Images in " + folder.filename().string()});
  Model<Net> model{1};
  Training training(model, SoftmaxCE{}, Adam{.learning_rate = 3e-3}, train,
                    {.batch_size = 16,
                     .epochs = 25,
                     .threads = 1,
                     .augmentation = Compose{RandomCrop{.padding = 2}, RandomHorizontalFlip{}},
                     .schedule = CosineSchedule{}});
  run.train(training);
  return run.finish(model, SoftmaxCE{}, test, {.threads = 1}).measure("test_accuracy");
}

int main(int argc, char** argv) {
  try {
    if (argc > 1) {
      train_and_test(argv[1], argc > 2 ? argv[2] : "runs/image_folder");
      return 0;
    }
    const auto folder = std::filesystem::temp_directory_path() / "tweed_image_folder_example";
    draw_all(folder / "images");
    const double accuracy = train_and_test(folder / "images", folder / "run");
    std::filesystem::remove_all(folder);
    return accuracy == 1.0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "image_folder: " << error.what() << '\n';
    return 1;
  }
}
