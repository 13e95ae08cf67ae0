#include "data.hpp"

#include <iostream>

namespace fashion_mnist {

namespace {

void print_shape(const char* name, const tweed::Dataset<>& data) {
  std::cout << "  " << name << data.size() << " images of " << to_string(data.shape) << ", "
            << data.class_names.size() << " classes\n";
}

std::filesystem::path find_data(const std::filesystem::path& folder) {
  // FASHION_MNIST_FOLDER is where the build puts the data set if it downloads it.
  return tweed::datasets::find_fashion_mnist(folder, FASHION_MNIST_FOLDER);
}

}  // namespace

tweed::datasets::FashionMnist read_data(const std::filesystem::path& folder) {
  return tweed::datasets::fashion_mnist(find_data(folder));
}

tweed::datasets::FashionMnist load_data(const std::filesystem::path& folder) {
  const auto found = find_data(folder);
  auto data = tweed::datasets::fashion_mnist(found);
  std::cout << "Fashion-MNIST in " << found.string() << '\n';
  print_shape("train  ", data.train);
  print_shape("test   ", data.test);
  return data;
}

}  // namespace fashion_mnist
