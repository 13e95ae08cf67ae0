#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/data/labelled_images.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE::datasets {

/// Clothes, 28x28x1: 60,000 images to train with and 10,000 to test.
struct FashionMnist {
  Dataset<> train;
  Dataset<> test;
};

inline constexpr std::array<std::string_view, 10> fashion_mnist_class_names{
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

}  // namespace TWEED_NAMESPACE::datasets

namespace TWEED_NAMESPACE::detail {

inline constexpr std::array<std::string_view, 4> fashion_mnist_files{
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"};

/// The file as it is in `folder`, plain or .gz; an empty path if it is not.
[[gnu::cold]] inline std::filesystem::path plain_or_gzip(const std::filesystem::path& folder,
                                                         std::string_view name) {
  std::error_code ignored;
  const auto plain = folder / name;
  if (std::filesystem::exists(plain, ignored)) return plain;
  auto packed = plain;
  packed += ".gz";
  if (std::filesystem::exists(packed, ignored)) return packed;
  return {};
}

[[gnu::cold]] inline std::string_view missing_fashion_mnist_file(
    const std::filesystem::path& folder) {
  for (const std::string_view name : fashion_mnist_files) {
    if (plain_or_gzip(folder, name).empty()) return name;
  }
  return {};
}

[[gnu::cold]] inline std::filesystem::path environment_path(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

/// `also_in` and the usual folders, in the order in which they are tried; none where it is empty.
[[gnu::cold]] inline std::array<std::filesystem::path, 7> usual_fashion_mnist_folders(
    const std::filesystem::path& also_in = {}) {
  auto home = environment_path("HOME");
  if (home.empty()) home = environment_path("USERPROFILE");
  std::array<std::filesystem::path, 7> folders{
      also_in, "data/fashion-mnist",
      "build/data/fashion-mnist",           // these two are this project's own
      "/usr/share/datasets/fashion-mnist",  // Debian's dataset-fashion-mnist
      "data/FashionMNIST/raw"};             // torchvision
  if (!home.empty()) {
    folders[5] = home / ".keras/datasets/fashion-mnist";
    folders[6] = home / "data/FashionMNIST/raw";
  }
  return folders;
}

[[gnu::cold]] inline std::filesystem::path first_fashion_mnist_folder(
    std::span<const std::filesystem::path> folders) {
  for (const auto& folder : folders) {
    if (!folder.empty() && missing_fashion_mnist_file(folder).empty()) return folder;
  }
  throw Error(
      "Fashion-MNIST is not on this machine: `apt-get install dataset-fashion-mnist` or `cmake "
      "--build <build> --target fashion_mnist_data` gets it; or name its folder with --data or "
      "FASHION_MNIST_DIR");
}

[[gnu::cold]] inline Dataset<> fashion_mnist_part(const std::filesystem::path& folder,
                                                  std::string_view images,
                                                  std::string_view labels) {
  const auto images_path = plain_or_gzip(folder, images);
  auto part = datasets::labelled_images(images_path, plain_or_gzip(folder, labels),
                                        datasets::fashion_mnist_class_names.size());
  if (part.shape != Shape{28, 28, 1}) {
    throw Error(
        text(images_path.string(), ": expected images of 28x28x1, found ", to_string(part.shape)));
  }
  const auto& names = datasets::fashion_mnist_class_names;
  part.class_names = std::vector<std::string>(names.size());
  std::copy(names.begin(), names.end(), part.class_names.begin());
  return part;
}

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE::datasets {

/// The folder that holds the four files of Fashion-MNIST, each plain or .gz: `directory`, or
/// $FASHION_MNIST_DIR if that is empty, or else the first that has them of `also_in`,
/// `data/fashion-mnist` and `build/data/fashion-mnist` below the current directory, and the folders
/// of Debian's package, torchvision and Keras.
///
/// Throws Error if there is none, or if a folder that was named lacks a file.
[[gnu::cold]] inline std::filesystem::path find_fashion_mnist(
    const std::filesystem::path& directory = {}, const std::filesystem::path& also_in = {}) {
  const auto from_environment = detail::environment_path("FASHION_MNIST_DIR");
  if (const auto& named = directory.empty() ? from_environment : directory; !named.empty()) {
    const auto missing = detail::missing_fashion_mnist_file(named);
    if (missing.empty()) return named;
    throw Error(detail::text(named.string(), directory.empty() ? " (from FASHION_MNIST_DIR)" : "",
                             ": expected the files of Fashion-MNIST, found no ", missing,
                             " and no ", missing, ".gz"));
  }

  return detail::first_fashion_mnist_folder(detail::usual_fashion_mnist_folders(also_in));
}

/// Fashion-MNIST from the folder that `find_fashion_mnist` finds, with class names. Throws Error if
/// it is not found, if a file is damaged, or if it holds anything but 28x28 images with labels
/// below 10.
[[gnu::cold]] inline FashionMnist fashion_mnist(const std::filesystem::path& directory = {},
                                                const std::filesystem::path& also_in = {}) {
  const auto folder = find_fashion_mnist(directory, also_in);
  const auto& [train_images, train_labels, test_images, test_labels] = detail::fashion_mnist_files;
  return {.train = detail::fashion_mnist_part(folder, train_images, train_labels),
          .test = detail::fashion_mnist_part(folder, test_images, test_labels)};
}

}  // namespace TWEED_NAMESPACE::datasets
