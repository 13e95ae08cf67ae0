#include <tweed/data/image_folder.hpp>
#include <tweed/io/png_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace tweed;
using datasets::image_folder;
using tests::error_message;
using tests::TemporaryDirectory;

namespace {

using Bytes = std::vector<std::uint8_t>;
using Texts = std::vector<std::string>;

Image plain(const Shape& shape, const Bytes& colour) {
  Image image{shape, {}};
  for (Index i = 0; i < shape.height * shape.width; ++i) {
    image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
  }
  return image;
}

/// Two classes: a cat in grey, another in colour, and a dog.
void make_animals(const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder / "dogs");
  std::filesystem::create_directory(folder / "cats");
  write_png(folder / "dogs" / "rex.png", plain({4, 4, 1}, {200}));
  write_png(folder / "cats" / "b.png", plain({2, 6, 3}, {250, 0, 50}));
  write_png(folder / "cats" / "a.png", plain({1, 1, 1}, {10}));
  tests::write_file(folder / "cats" / ".hidden", "no image");
  tests::write_file(folder / "readme.txt", "no class");
}

}  // namespace

TEST_CASE("image_folder: classes and files by name, all images of one shape") {
  const TemporaryDirectory folder;
  make_animals(folder.path());
  const auto colour = image_folder(folder.path(), {1, 2, 3});
  CHECK(colour.shape == Shape{1, 2, 3});
  CHECK(colour.class_names == Texts{"cats", "dogs"});
  CHECK(colour.labels == std::vector<Label>{0, 0, 1});
  CHECK(colour.images ==
        Bytes{10, 10, 10, 10, 10, 10, 250, 0, 50, 250, 0, 50, 200, 200, 200, 200, 200, 200});
  const auto grey = image_folder(folder.path(), {1, 1, 1}, {"dogs", "cats"});
  CHECK(grey.labels == std::vector<Label>{1, 1, 0});
  CHECK(grey.images == Bytes{10, to_grey(plain({1, 1, 3}, {250, 0, 50})).pixels[0], 200});
}

TEST_CASE("image_folder: what is wrong is refused with its name") {
  const TemporaryDirectory folder;
  const auto message = [&](const Shape& shape, const Texts& names = {}) {
    return error_message([&] { image_folder(folder.path(), shape, names); });
  };
  const std::string path = folder.path().string();
  CHECK(message({2, 2, 1}) == path + ": expected a folder for each class, found none");
  make_animals(folder.path());
  CHECK(message({2, 2, 2}).starts_with("image_folder: images of 2x2x2, expected one channel"));
  CHECK(message({0, 2, 1}).starts_with("image_folder: images of 0x2x1"));
  CHECK(message({2, 2, 1}, {"cats"}) == path + "/dogs: no class of that name");
  std::filesystem::create_directory(folder / "fish");
  CHECK(message({2, 2, 1}) == path + "/fish: expected images, found none");
  tests::write_file(folder / "fish" / "notes.txt", "no image");
  CHECK(message({2, 2, 1}).starts_with(path + "/fish/notes.txt: "));
  CHECK(error_message([&] {
          image_folder(folder / "none", {2, 2, 1});
        }).starts_with("cannot read the folder " + path + "/none: "));
}
