#include <tweed/core/input_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <string>

TEST_CASE("a pipe is not read, nor a name that is too long") {
  const tests::TemporaryDirectory directory;
  const auto error = [](const std::filesystem::path& path) {
    return tests::error_message([&] { tweed::InputFile{path}; });
  };
  const auto pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error(pipe) == "cannot read " + pipe.string() + ": not a regular file");
  const auto name = directory / std::string(300, 'x');
  CHECK(error(name) == "cannot read " + name.string() + ": File name too long");
}
