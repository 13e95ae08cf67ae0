#pragma once

#include <tweed/data/fashion_mnist.hpp>

#include <filesystem>

namespace fashion_mnist {

/// The data set from `folder`, or from wherever it is found if that is empty.
tweed::datasets::FashionMnist read_data(const std::filesystem::path& folder);

/// Reads the data set as `read_data` does, and prints where it is and what shapes it has.
tweed::datasets::FashionMnist load_data(const std::filesystem::path& folder);

}  // namespace fashion_mnist
