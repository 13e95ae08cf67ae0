#include <tweed/io/atomic_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using tests::error_message;
using tests::files_in;
using tests::read_file;
using tests::TemporaryDirectory;
using tests::write_file;
using tweed::write_file_atomically;

TEST_CASE("a file is written, and written over") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file_atomically(path, "a longer text at first");
  CHECK(read_file(path) == "a longer text at first");
  write_file_atomically(path, "short");
  CHECK(read_file(path) == "short");
  write_file_atomically(path, "");
  CHECK(read_file(path).empty());
  CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("pieces are joined, empty ones too") {
  const TemporaryDirectory directory;
  const std::string large(100'000, 'x');
  std::vector<std::span<const std::byte>> pieces{{}};
  for (const std::string_view text : {std::string_view{"ab"}, {}, {large}, {"c"}}) {
    pieces.push_back(std::as_bytes(std::span{text}));
  }
  write_file_atomically(directory / "file", pieces);
  CHECK(read_file(directory / "file") == "ab" + large + "c");

  write_file_atomically(directory / "file", std::as_bytes(std::span{large}));
  CHECK(read_file(directory / "file") == large);
}

TEST_CASE("a path without a folder is below the current directory") {
  const TemporaryDirectory directory;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  write_file_atomically("file", "text");
  std::filesystem::current_path(before);
  CHECK(read_file(directory / "file") == "text");
}

TEST_CASE("names may have letters of any script") {
  const TemporaryDirectory directory;
  const auto folder = directory.path() / u8"Köln 東京";
  std::filesystem::create_directory(folder);
  const auto path = folder / u8"Größe 🙂.safetensors";
  write_file(path, "old");
  write_file_atomically(path, "new");
  CHECK(read_file(path) == "new");
  CHECK(files_in(folder) == 1);
  std::filesystem::create_directory(folder / u8"ж");
  CHECK(error_message([&] { write_file_atomically(folder / u8"ж", ""); }) ==
        "cannot write " + (folder / u8"ж").string() + ": expected a file, found a directory");
}

TEST_CASE("a file that is read-only is replaced where its folder alone decides") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file(path, "old");
  std::filesystem::permissions(path, std::filesystem::perms{0444});
  const auto message = error_message([&] { write_file_atomically(path, "new"); });
#ifdef _WIN32
  CHECK(message == "cannot write " + path.string() + ": it is read-only");
  CHECK(error_message([&] { tweed::check_writable(path); }) == message);
  CHECK(read_file(path) == "old");
#else
  CHECK(message.empty());
  CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms{0444});
  CHECK(read_file(path) == "new");
#endif
  CHECK(files_in(directory.path()) == 1);
  std::filesystem::permissions(path, std::filesystem::perms{0644});  // Windows could not remove it.
}

TEST_CASE("a hard link keeps the old content") {
  const TemporaryDirectory directory;
  write_file(directory / "file", "old");
  std::filesystem::create_hard_link(directory / "file", directory / "other");
  write_file_atomically(directory / "file", "new");
  CHECK(read_file(directory / "other") == "old");
}

TEST_CASE("what cannot be a file is refused, and left alone") {
  const TemporaryDirectory directory;
  const auto error = [](const std::filesystem::path& path) {
    return error_message([&] { write_file_atomically(path, "text"); });
  };
  const auto folder = directory.path();
  CHECK(error(folder) ==
        "cannot write " + folder.string() + ": expected a file, found a directory");
  CHECK(error(folder / "new/") ==
        "cannot write " + (folder / "new/").string() + ": expected a file, found a directory");
  CHECK(error("").starts_with("cannot write "));
  CHECK(error(folder / "no/file") == "cannot write " + (folder / "no/file").string() +
                                         ": no such folder: " + (folder / "no").string());
  CHECK(files_in(folder) == 0);
}

TEST_CASE("whether a file can be written is known beforehand") {
  const TemporaryDirectory directory;
  const auto folder = directory.path();
  write_file(folder / "file", "old");
  std::filesystem::create_directory(folder / "folder");
  for (const std::filesystem::path& path :
       {folder / "file", folder / "new", folder, folder / "folder", folder / "no/file",
        folder / std::string(300, 'x')}) {
    CAPTURE(path);
    const auto message = error_message([&] { tweed::check_writable(path); });
    CHECK(read_file(folder / "file") == "old");
    CHECK(files_in(folder) == 2);
    CHECK(message == error_message([&] { write_file_atomically(path, "old"); }));
    std::filesystem::remove(folder / "new");
  }
}

TEST_CASE("what a kill has left of one's own files is removed, and nothing else") {
  const TemporaryDirectory directory;
  const auto is_ours = [](std::string_view name) { return name == "file" || name == "b.tmp-7"; };
  for (const char* name : {"file.tmp-1", "file.tmp-4294967295", "b.tmp-7.tmp-7"}) {
    write_file(directory / name, "unfinished");
  }
  const std::vector<std::string> others{
      "file",        "file.tmp",   "file.tmp-", "file.tmp-1x", "b.tmp-7", "other.tmp-1",
      "xfile.tmp-1", "file.TMP-1", "tmp-1",     ".tmp-1",      "1",       "file.tmp-1.tmp-2"};
  for (const std::string& name : others) write_file(directory / name, "kept");
  tweed::remove_unfinished(directory.path(), is_ours);
  for (const std::string& name : others) CHECK(std::filesystem::exists(directory / name));
  CHECK(files_in(directory.path()) == std::ssize(others));
  tweed::remove_unfinished(directory / "nowhere", is_ours);
}

TEST_CASE("an exception between the pieces leaves the old file and nothing else") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file(path, "old");
  try {
    tweed::detail::TemporaryFile file{path};
    file.write(std::as_bytes(std::span{"new"}));
    CHECK(files_in(directory.path()) == 2);
    throw 1;
  } catch (int) {
  }
  CHECK(read_file(path) == "old");
  CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("several threads may write one file, and one of them wins") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  std::vector<std::thread> threads;
  for (const char letter : {'a', 'b', 'c'}) {
    threads.emplace_back([&path, content = std::string(50'000, letter)] {
      for (int i = 0; i < 5; ++i) write_file_atomically(path, content);
    });
  }
  for (auto& thread : threads) thread.join();
  const auto content = read_file(path);
  REQUIRE(content.size() == 50'000);
  CHECK(content == std::string(50'000, content[0]));
  CHECK(files_in(directory.path()) == 1);
}
