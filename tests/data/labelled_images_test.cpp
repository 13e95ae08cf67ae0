#include <tweed/data/labelled_images.hpp>
#include <support/error_message.hpp>
#include <support/idx_bytes.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using tests::error_message;
using tests::idx_header;
using tests::TemporaryDirectory;
using tests::write_file;
using tweed::datasets::labelled_images;

namespace {

struct Pair {
  TemporaryDirectory directory;
  std::filesystem::path images = directory / "images";
  std::filesystem::path labels = directory / "labels";

  Pair(const std::string& image_bytes, const std::string& label_bytes) {
    write_file(images, image_bytes);
    write_file(labels, label_bytes);
  }

  std::string error(tweed::Index classes) const {
    return error_message([&] { labelled_images(images, labels, classes); });
  }
};

const std::string three_labels = idx_header({3}) + std::string{'\2', '\0', '\1'};

}  // namespace

TEST_CASE("images and labels are loaded as they are") {
  const Pair files{idx_header({3, 2, 1}) + "abcdef", tests::gzip(three_labels)};
  const auto data = labelled_images(files.images, files.labels, 3);
  CHECK(data.size() == 3);
  CHECK(data.shape == tweed::Shape{2, 1, 1});
  CHECK(data.images == std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
  CHECK(data.labels == std::vector<tweed::Label>{2, 0, 1});
  CHECK(data.class_names.empty());
}

TEST_CASE("images may have channels") {
  const Pair files{idx_header({3, 1, 1, 2}) + "abcdef", three_labels};
  CHECK(labelled_images(files.images, files.labels, 3).shape == tweed::Shape{1, 1, 2});
}

TEST_CASE("the largest label that a byte holds is loaded") {
  const Pair files{idx_header({1, 1, 1}) + "a", idx_header({1}) + "\xff"};
  CHECK(labelled_images(files.images, files.labels, 256).labels == std::vector<tweed::Label>{255});
  CHECK(files.error(255) ==
        files.labels.string() + ": expected labels below 255, found 255 for sample 0");
}

TEST_CASE("images that are none are refused") {
  for (const auto& [bytes, found] : std::vector<std::pair<std::string, std::string>>{
           {idx_header({3, 2}) + "abcdef", "3x2"},
           {idx_header({3}) + "abc", "3"},
           {idx_header({3, 1, 1, 1, 1}) + "abc", "3x1x1x1x1"},
           {idx_header({0, 28, 28}), "0x28x28"},
           {idx_header({3, 0, 28}), "3x0x28"}}) {
    const Pair files{bytes, three_labels};
    CHECK(files.error(3) ==
          files.images.string() + ": expected images of n x height x width, found " + found);
  }
}

TEST_CASE("labels that do not go with the images are refused") {
  const auto three_images = idx_header({3, 1, 1}) + "abc";
  for (const auto& [bytes, found] :
       std::vector<std::pair<std::string, std::string>>{{idx_header({2}) + "ab", "2"},
                                                        {idx_header({4}) + "abcd", "4"},
                                                        {idx_header({3, 1}) + "abc", "3x1"},
                                                        {three_images, "3x1x1"}}) {
    const Pair files{three_images, bytes};
    CHECK(files.error(256) == files.labels.string() +
                                  ": expected 3 labels, one for each image of " +
                                  files.images.string() + ", found " + found);
  }
}

TEST_CASE("a label that is no class is refused") {
  const Pair files{idx_header({3, 1, 1}) + "abc", three_labels};
  CHECK(files.error(2) ==
        files.labels.string() + ": expected labels below 2, found 2 for sample 0");
  CHECK(files.error(3).empty());
}
