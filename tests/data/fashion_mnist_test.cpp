#include <tweed/data/fashion_mnist.hpp>
#include <support/error_message.hpp>
#include <support/idx_bytes.hpp>
#include <support/scoped_variable.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using tests::error_message;
using tests::idx_header;
using tests::ScopedVariable;
using tests::TemporaryDirectory;
using tests::write_file;
using namespace tweed::datasets;

namespace {

class ScopedCurrentPath {
 public:
  explicit ScopedCurrentPath(const std::filesystem::path& path) {
    std::filesystem::current_path(path);
  }
  ScopedCurrentPath(const ScopedCurrentPath&) = delete;
  ScopedCurrentPath& operator=(const ScopedCurrentPath&) = delete;
  ~ScopedCurrentPath() { std::filesystem::current_path(old_); }

 private:
  std::filesystem::path old_ = std::filesystem::current_path();
};

const std::string train_images = idx_header({2, 28, 28}) + std::string(2 * 784, 'a');
const std::string train_labels = idx_header({2}) + std::string{'\x09', '\x00'};
const std::string test_images = idx_header({1, 28, 28}) + std::string(784, 'b');
const std::string test_labels = idx_header({1}) + std::string{'\x03'};

/// Two images to train with and one to test; half of the files are gzip.
void write_fashion_mnist(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_file(folder / "train-images-idx3-ubyte", train_images);
  write_file(folder / "train-labels-idx1-ubyte.gz", tests::gzip(train_labels));
  write_file(folder / "t10k-images-idx3-ubyte.gz", tests::gzip(test_images));
  write_file(folder / "t10k-labels-idx1-ubyte", test_labels);
}

/// Neither the environment nor the current directory have the data.
struct CleanSurroundings {
  TemporaryDirectory directory;
  ScopedVariable named{"FASHION_MNIST_DIR", {}};
  ScopedVariable home{"HOME", (directory / "home").string()};
  ScopedCurrentPath current{directory.path()};
};

}  // namespace

TEST_CASE("Fashion-MNIST is loaded from a folder, plain or gzip") {
  const TemporaryDirectory directory;
  write_fashion_mnist(directory.path());
  const auto [train, test] = fashion_mnist(directory.path());
  CHECK(train.shape == tweed::Shape{28, 28, 1});
  CHECK(train.images == std::vector<std::uint8_t>(2 * 784, 'a'));
  CHECK(train.labels == std::vector<tweed::Label>{9, 0});
  CHECK(test.shape == tweed::Shape{28, 28, 1});
  CHECK(test.images == std::vector<std::uint8_t>(784, 'b'));
  CHECK(test.labels == std::vector<tweed::Label>{3});
  REQUIRE(train.class_names.size() == 10);
  CHECK(train.class_names[9] == "Ankle boot");
  CHECK(test.class_names == train.class_names);
}

TEST_CASE("a named folder must have all four files") {
  for (const std::string missing : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    const TemporaryDirectory directory;
    write_fashion_mnist(directory.path());
    std::filesystem::remove(directory / missing);
    std::filesystem::remove(directory / (missing + ".gz"));
    const std::string complaint =
        ": expected the files of Fashion-MNIST, found no " + missing + " and no " + missing + ".gz";

    const auto path = directory.path().string();
    CHECK(error_message([&] { fashion_mnist(path); }) == path + complaint);
    const ScopedVariable named{"FASHION_MNIST_DIR", path};
    CHECK(error_message([] { fashion_mnist(); }) == path + " (from FASHION_MNIST_DIR)" + complaint);
  }
  CHECK(error_message([] { fashion_mnist("/no/such/folder"); }).starts_with("/no/such/folder: "));
}

TEST_CASE("files that are not Fashion-MNIST are refused") {
  const TemporaryDirectory directory;
  write_fashion_mnist(directory.path());
  const auto error = [&] { return error_message([&] { fashion_mnist(directory.path()); }); };

  SUBCASE("another size of image") {
    write_file(directory / "train-images-idx3-ubyte",
               idx_header({2, 14, 56}) + std::string(1568, 'a'));
    CHECK(error().ends_with("train-images-idx3-ubyte: expected images of 28x28x1, found 14x56x1"));
  }
  SUBCASE("fewer labels than images") {
    write_file(directory / "t10k-labels-idx1-ubyte", train_labels);
    CHECK(error().find("expected 1 labels, one for each image of") != std::string::npos);
  }
  SUBCASE("a label that is no class") {
    write_file(directory / "t10k-labels-idx1-ubyte", idx_header({1}) + "\x0a");
    CHECK(error().ends_with("expected labels below 10, found 10 for sample 0"));
  }
  SUBCASE("a file that is a directory") {
    std::filesystem::remove(directory / "t10k-labels-idx1-ubyte");
    std::filesystem::create_directory(directory / "t10k-labels-idx1-ubyte");
    CHECK(error().ends_with("t10k-labels-idx1-ubyte: expected a file, found a directory"));
  }
}

TEST_CASE("the argument goes before the environment, and that before the usual folders") {
  const CleanSurroundings surroundings;
  const auto& directory = surroundings.directory;
  for (const auto* name : {"argument", "environment", "also", "data/fashion-mnist"}) {
    write_fashion_mnist(directory / name);
  }
  CHECK(find_fashion_mnist({}, directory / "also") == directory / "also");
  CHECK(find_fashion_mnist() == "data/fashion-mnist");

  const ScopedVariable named{"FASHION_MNIST_DIR", (directory / "environment").string()};
  CHECK(find_fashion_mnist() == directory / "environment");
  CHECK(find_fashion_mnist({}, directory / "also") == directory / "environment");
  CHECK(find_fashion_mnist(directory / "argument") == directory / "argument");

  const ScopedVariable empty{"FASHION_MNIST_DIR", ""};
  CHECK(find_fashion_mnist() == "data/fashion-mnist");
}

TEST_CASE("the usual folders are tried in order, and one that lacks a file is passed over") {
  const CleanSurroundings surroundings;
  const auto& directory = surroundings.directory;
  write_fashion_mnist(directory / "build/data/fashion-mnist");
  CHECK(find_fashion_mnist({}, directory / "nowhere") == "build/data/fashion-mnist");
  write_fashion_mnist(directory / "data/fashion-mnist");
  CHECK(find_fashion_mnist() == "data/fashion-mnist");
  std::filesystem::remove(directory / "data/fashion-mnist/t10k-labels-idx1-ubyte");
  CHECK(find_fashion_mnist() == "build/data/fashion-mnist");
}

TEST_CASE("the folders of Debian, torchvision and Keras are among the usual ones") {
  const ScopedVariable home{"HOME", "/home/somebody"};
  const auto folders = tweed::detail::usual_fashion_mnist_folders();
  for (const std::filesystem::path folder :
       {"/usr/share/datasets/fashion-mnist", "data/FashionMNIST/raw",
        "/home/somebody/data/FashionMNIST/raw", "/home/somebody/.keras/datasets/fashion-mnist"}) {
    CHECK(std::ranges::count(folders, folder) == 1);
  }
}

TEST_CASE("where the data is nowhere, the error says how to get it") {
  const std::filesystem::path nowhere = "/no/such/folder";
  const auto message =
      error_message([&] { tweed::detail::first_fashion_mnist_folder(std::span(&nowhere, 1)); });
  CHECK(message.find("apt-get install dataset-fashion-mnist") != message.npos);
  CHECK(message.find("--target fashion_mnist_data") != message.npos);
  CHECK(message.find("--data") != message.npos);
  CHECK(message.find("FASHION_MNIST_DIR") != message.npos);
}

TEST_CASE("the real data, where this machine has it") {
  std::filesystem::path folder;
  if (!error_message([&] { folder = find_fashion_mnist(); }).empty()) return;
  const auto [train, test] = fashion_mnist(folder);
  CHECK(train.size() == 60'000);
  CHECK(train.images.size() == 60'000 * 784);
  CHECK(test.size() == 10'000);
  CHECK(test.images.size() == 10'000 * 784);
  CHECK(train.class_names[static_cast<std::size_t>(train.labels[0])] == "Ankle boot");
  for (tweed::Label label = 0; label < 10; ++label) {
    CHECK(std::ranges::count(train.labels, label) == 6'000);
    CHECK(std::ranges::count(test.labels, label) == 1'000);
  }
}
