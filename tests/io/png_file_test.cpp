#include <tweed/data/image_file.hpp>
#include <tweed/io/png_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

using tests::error_message;
using tests::TemporaryDirectory;
using tweed::Image;

TEST_CASE("a PNG file is written whole, or not at all") {
  const TemporaryDirectory directory;
  const auto path = directory / "image.png";
  const Image image{{2, 3, 1}, {0, 50, 100, 150, 200, 255}};
  tweed::write_png(path, image);
  CHECK(tweed::read_image(path) == image);
  CHECK(error_message([&] { tweed::write_png(path, {{1, 1, 2}, {1, 2}}); }) != "");
  CHECK(tweed::read_image(path) == image);
  CHECK(tests::files_in(directory.path()) == 1);
  CHECK(error_message([&] {
          tweed::write_png(directory / "none/image.png", image);
        }).starts_with("cannot write "));
}
