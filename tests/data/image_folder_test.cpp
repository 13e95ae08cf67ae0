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
using datasets::readable_images;
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
  CHECK(message({1 << 14, 1 << 14, 1}) ==
        "image_folder: images of 16384x16384x1, expected one channel or three, and 1 to 67108864 "
        "pixels");
  CHECK(message({2, 2, 1}, {"cats"}) == path + "/dogs: no class of that name");
  std::filesystem::create_directory(folder / "fish");
  CHECK(message({2, 2, 1}) == path + "/fish: expected images, found none");
  tests::write_file(folder / "fish" / "notes.txt", "no image");
  CHECK(message({2, 2, 1}).starts_with(path + "/fish/notes.txt: "));
  CHECK(error_message([&] {
          image_folder(folder / "none", {2, 2, 1});
        }).starts_with("cannot read the folder " + path + "/none: "));
}

TEST_CASE("image_folder: images in folders of a class belong to it, each once") {
  const TemporaryDirectory folder;
  make_animals(folder.path());
  const auto add = [&](const std::string& name, std::uint8_t value) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_png(folder / name, plain({1, 1, 1}, {value}));
  };
  add("dogs/2024/b/old.png", 4);
  add("dogs/2024/z.png", 3);
  add("dogs/2024/a.png", 2);
  add("dogs/2023/only.png", 1);
  add("dogs/.thumbnails/rex.png", 9);
  const auto link = [&](const std::string& to, const std::string& name) {
    std::filesystem::create_directory_symlink(folder / to, folder / name);
  };
  link("dogs", "dogs/2024/b/up");        // a circle
  link("dogs/2024", "dogs/2024_again");  // the same folder twice
  add("more/far.png", 5);
  std::filesystem::rename(folder / "more", folder / ".elsewhere");
  link(".elsewhere", "dogs/linked");
  const auto data = image_folder(folder.path(), {1, 1, 1}, {"dogs", "cats"});
  CHECK(data.labels == std::vector<Label>{1, 1, 0, 0, 0, 0, 0, 0});
  CHECK(Bytes(data.images.begin() + 2, data.images.end()) == Bytes{200, 1, 2, 3, 4, 5});
}

TEST_CASE("image_folder: a class may have its images in folders alone") {
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder / "a" / "inner");
  CHECK(error_message([&] {
          image_folder(folder.path(), {1, 1, 1});
        }).ends_with("/a: expected images, found none"));
  write_png(folder / "a" / "inner" / "x.png", plain({1, 1, 1}, {7}));
  CHECK(image_folder(folder.path(), {1, 1, 1}).images == Bytes{7});
}

TEST_CASE("readable_images: what cannot be read is left out, and comes back with the reason") {
  const TemporaryDirectory folder;
  make_animals(folder.path());
  CHECK(readable_images(folder.path(), {1, 2, 3}).skipped.empty());
  CHECK(readable_images(folder.path(), {1, 2, 3}).images.images ==
        image_folder(folder.path(), {1, 2, 3}).images);
  const auto png = tests::read_file(folder / "dogs" / "rex.png");
  tests::write_file(folder / "dogs" / "cut.png", png.substr(0, png.size() / 2));
  tests::write_file(folder / "cats" / "b.txt", "no image");
  std::filesystem::create_symlink(folder / "none", folder / "cats" / "gone.png");
  const auto path = [&](const char* name) { return (folder / name).string(); };
  CHECK(error_message([&] {
          image_folder(folder.path(), {1, 1, 1});
        }) == path("cats/b.txt") + ": expected a PNG or JPEG image, found something else");
  const auto [images, skipped] = readable_images(folder.path(), {1, 1, 1}, {"dogs", "cats"});
  CHECK(images.labels == std::vector<Label>{1, 1, 0});
  CHECK(images.class_names == Texts{"dogs", "cats"});
  REQUIRE(skipped.size() == 3);
  CHECK(skipped[0].path == path("cats/b.txt"));
  CHECK(skipped[0].why ==
        path("cats/b.txt") + ": expected a PNG or JPEG image, found something else");
  CHECK(skipped[1].why == "cannot read " + path("cats/gone.png") + ": no such file");
  CHECK(skipped[2].path == path("dogs/cut.png"));
  CHECK(skipped[2].why.starts_with(path("dogs/cut.png") + ": damaged PNG: "));
  std::filesystem::remove(folder / "dogs" / "rex.png");
  CHECK(error_message([&] {
          readable_images(folder.path(), {1, 1, 1});
        }) == path("dogs") + ": expected images, found none that can be read");
}
