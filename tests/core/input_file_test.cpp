#include <tweed/core/input_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <span>
#include <string>

using tests::error_message;
using tests::TemporaryDirectory;
using tests::write_file;
using tweed::InputFile;

TEST_CASE("a file is read piece by piece, to its end") {
  const TemporaryDirectory directory;
  write_file(directory / "file", std::string{"ab\0\ncd", 6});
  InputFile file{directory / "file"};
  CHECK(file.path() == directory / "file");
  CHECK(file.size() == 6);
  std::array<char, 4> piece{};
  const auto bytes = std::as_writable_bytes(std::span{piece});
  CHECK(file.read(bytes) == 4);
  CHECK(std::string(piece.data(), 4) == std::string{"ab\0\n", 4});
  CHECK(file.read(bytes) == 2);
  CHECK(std::string(piece.data(), 2) == "cd");
  CHECK(file.read(bytes) == 0);
}

TEST_CASE("what is not a file is refused") {
  const TemporaryDirectory directory;
  const auto error = [](const std::filesystem::path& path) {
    const auto message = error_message([&] { InputFile{path}; });
    const auto prefix = "cannot read " + path.string() + ": ";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  };
  CHECK(error(directory / "missing") == "no such file");
  CHECK(error("") == "no such file");
  CHECK(error(directory.path()) == "expected a file, found a directory");
  write_file(directory / "file", "");
  CHECK(error(directory / "file/below") == "no such file");
}
