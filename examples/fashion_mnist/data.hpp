#pragma once

#include <tweed/data/fashion_mnist.hpp>
#include <tweed/io/classifier_file.hpp>

#include <filesystem>
#include <iostream>

namespace fashion_mnist {

/// Where the data set is: `folder`, or wherever it is found if that is empty. FASHION_MNIST_FOLDER
/// is where the build puts it if it downloads it.
inline std::filesystem::path find_data(const std::filesystem::path& folder) {
  return tweed::datasets::find_fashion_mnist(folder, FASHION_MNIST_FOLDER);
}

/// Reads the data set, and prints where it is and what shapes it has.
inline tweed::datasets::FashionMnist load_data(const std::filesystem::path& folder) {
  const auto found = find_data(folder);
  auto data = tweed::datasets::fashion_mnist(found);
  std::cout << "Fashion-MNIST in " << found.string() << '\n';
  const auto print_shape = [](const char* name, const tweed::Dataset<>& part) {
    std::cout << "  " << name << part.size() << " images of " << to_string(part.shape) << ", "
              << part.class_names.size() << " classes\n";
  };
  print_shape("train  ", data.train);
  print_shape("test   ", data.test);
  return data;
}

/// A saved model, of any network for Fashion-MNIST. Throws tweed::Error for others.
inline tweed::Classifier load_model(const std::filesystem::path& file) {
  const auto& names = tweed::datasets::fashion_mnist_class_names;
  return tweed::load_classifier(file, {"Fashion-MNIST", {28, 28, 1}, {names.begin(), names.end()}});
}

}  // namespace fashion_mnist
