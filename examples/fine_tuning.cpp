/// Fine-tuning: a ResNet-18 that has learnt something else learns to tell your images apart.
///
///     fine_tuning like LIKE.safetensors
///
/// writes an untrained one with 1000 classes, which scripts/tweed_weights.py fills with PyTorch's
/// weights, and
///
///     fine_tuning WEIGHTS.safetensors DIR OUT.safetensors
///
/// trains it on the images in DIR, a folder for each class, `classes` of them. Without arguments a
/// small one first learns four kinds of figures that the program draws, and then two others from
/// few examples; it fails if it does not learn them.

#include <tweed/augment/augmentations.hpp>
#include <tweed/data/image_folder.hpp>
#include <tweed/data/split.hpp>
#include <tweed/io/model_file.hpp>
#include <tweed/io/png_file.hpp>
#include <tweed/networks/resnet.hpp>
#include <tweed/tweed.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>

using namespace tweed;
using std::filesystem::path;

constexpr Index classes = 2;  // folders in DIR: change it to what you have

using Pretrained = networks::ResNet18<Input<224, 224, 3>, 1000>;
using Net = networks::ResNet18<Input<224, 224, 3>, classes>;

/// The same layers, but fewer filters, for small images.
using SmallPretrained = networks::ResNet18<Input<32, 32, 3>, 4, 8>;
using SmallNet = networks::ResNet18<Input<32, 32, 3>, classes, 8>;

/// Pixels as torchvision's weights expect them.
Dataset<float> normalized(const Dataset<>& images) {
  constexpr std::array mean{0.485F, 0.456F, 0.406F};
  constexpr std::array deviation{0.229F, 0.224F, 0.225F};
  Dataset<float> result{images.shape, {}, images.labels, images.class_names};
  result.images.reserve(images.images.size());
  for (std::size_t i = 0; i < images.images.size(); ++i) {
    const float share = static_cast<float>(images.images[i]) / 255.0F;
    result.images.push_back((share - mean[i % 3]) / deviation[i % 3]);
  }
  return result;
}

/// First the last of the four stages and the head learn alone: what lies before stays, and the
/// backward pass ends there.
template <class N>
void train_last_layers(Model<N>& model, const Dataset<float>& train) {
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 1e-3}, train,
      {.batch_size = 16,
       .epochs = 12,
       .groups = {{.to = "batch_norm_15", .frozen = true}},
       .augmentation = Compose{RandomCrop{.padding = 2}, RandomHorizontalFlip{}}});
}

/// Then all layers do, in smaller steps, so as not to lose what they know.
template <class N>
void train_all_layers(Model<N>& model, const Dataset<float>& train) {
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 1e-4}, train,
      {.batch_size = 16,
       .epochs = 12,
       .groups = {{.match = "dense_1.*", .rate_factor = 10}},
       .augmentation = Compose{RandomCrop{.padding = 2}, RandomHorizontalFlip{}},
       .schedule = CosineSchedule{}});
}

template <class N>
double accuracy(const char* when, const Model<N>& model, const Dataset<float>& test) {
  const double found = evaluate(model, SoftmaxCE{}, test).accuracy;
  std::cout << when << ": accuracy " << found << " on images that it was not trained with\n";
  return found;
}

void fine_tune(const path& weights, const path& folder, const path& out) {
  const Dataset<> images = datasets::image_folder(folder, Net::input);
  if (std::ssize(images.class_names) != classes) {
    throw Error(folder.string() + " has " + std::to_string(images.class_names.size()) +
                " classes, the network " + std::to_string(classes) +
                "; change `classes` in fine_tuning.cpp");
  }
  const auto [train, test] = split(normalized(images), 0.2, {.seed = 1, .stratified = true});
  Model<Net> model{1};
  load_model(model, weights, {.except = {"dense_1.*"}});  // the head is new
  train_last_layers(model, train);
  accuracy("last layers trained", model, test);
  train_all_layers(model, train);
  accuracy("all layers trained", model, test);
  save_model(model, out, {.class_names = images.class_names});
}

// --- What the program does without arguments.

/// How far a point lies from the outline of a ring, a square, a cross, a line, a diamond, two
/// lines.
double distance(int kind, double x, double y, double radius) {
  const double across = std::abs(x);
  const double along = std::abs(y);
  if (kind == 0) return std::abs(std::hypot(across, along) - radius);
  if (kind == 1) return std::abs(std::max(across, along) - radius);
  if (kind == 2) return std::max(std::min(across, along), std::max(across, along) - radius);
  if (kind == 3) return std::max(across, along - radius);
  if (kind == 4) return std::abs(across + along - radius);
  return std::max(std::abs(across - radius / 2), along - radius);
}

/// An outline of some colour and size, somewhere on a ground of another colour.
Image drawing(int kind, Index number) {
  const RandomKey key{.seed = static_cast<std::uint64_t>(kind),
                      .step = static_cast<std::uint64_t>(number)};
  const auto between = [&](std::uint64_t position, double low, double high) {
    return low + (high - low) * random_uniform(key, position);
  };
  const double radius = between(0, 6, 11);
  const double x = between(1, radius + 1, 31 - radius);
  const double y = between(2, radius + 1, 31 - radius);
  Image image{{32, 32, 3}, {}};
  for (Index row = 0; row < 32; ++row) {
    for (Index column = 0; column < 32; ++column) {
      const bool is_near = distance(kind, static_cast<double>(column) - x,
                                    static_cast<double>(row) - y, radius) < 1.2;
      for (std::uint64_t channel = 0; channel < 3; ++channel) {
        const double value = is_near ? between(3 + channel, 130, 255) : between(6 + channel, 0, 90);
        image.pixels.push_back(static_cast<std::uint8_t>(value));
      }
    }
  }
  return image;
}

/// PNG files of these kinds, a folder for each.
Dataset<float> drawn(const path& folder, int first_kind, int last_kind, Index first, Index count) {
  for (int kind = first_kind; kind <= last_kind; ++kind) {
    const path of_kind = folder / std::to_string(kind);
    std::filesystem::create_directories(of_kind);
    for (Index i = first; i < first + count; ++i) {
      write_png(of_kind / (std::to_string(i) + ".png"), drawing(kind, i));
    }
  }
  return normalized(datasets::image_folder(folder, SmallNet::input));
}

bool test(const path& folder) {
  Model<SmallPretrained> pretrained{1};
  fit(pretrained, SoftmaxCE{}, Adam{.learning_rate = 3e-3}, drawn(folder / "many", 0, 3, 0, 200),
      {.batch_size = 20, .epochs = 10, .schedule = CosineSchedule{}});
  const path weights = folder / "weights.safetensors";
  save_model(pretrained, weights);

  const auto train = drawn(folder / "few", 4, 5, 0, 40);
  const auto unseen = drawn(folder / "unseen", 4, 5, 100, 100);
  Model<SmallNet> model{1};
  load_model(model, weights, {.except = {"dense_1.*"}});
  train_last_layers(model, train);
  accuracy("last layers trained", model, unseen);
  const bool stays = std::ranges::equal(model.tensors()[0].values, pretrained.tensors()[0].values);
  train_all_layers(model, train);
  const double found = accuracy("all layers trained", model, unseen);
  return stays && found >= 0.9;
}

int main(int argc, char** argv) try {
  if (argc == 3 && std::string(argv[1]) == "like") {
    save_model(Model<Pretrained>{}, argv[2]);
    return 0;
  }
  if (argc == 4) {
    fine_tune(argv[1], argv[2], argv[3]);
    return 0;
  }
  const path folder = std::filesystem::temp_directory_path() / "tweed_fine_tuning_example";
  std::filesystem::remove_all(folder);
  const bool passed = test(folder);
  std::filesystem::remove_all(folder);
  return passed ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "fine_tuning: " << error.what() << '\n';
  return 1;
}
