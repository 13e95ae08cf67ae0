#include <tweed/io/atomic_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
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

namespace {

/// Files may not grow beyond this many bytes until the end of the scope: a full disk, nearly.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(::rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const ::rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  ::rlimit old_limit_{};
  void (*old_handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

/// Gives up root's rights, if it has them, until the end of the scope.
class NotRoot {
 public:
  NotRoot() : was_root_{::geteuid() == 0 && ::seteuid(65534) == 0} {}
  NotRoot(const NotRoot&) = delete;
  NotRoot& operator=(const NotRoot&) = delete;
  ~NotRoot() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  bool was_root_;
};

}  // namespace

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

TEST_CASE("permissions of the old file are kept") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  using std::filesystem::perms;
  for (const auto mode : {perms::owner_read | perms::owner_write, perms::owner_all,
                          perms::owner_read | perms::owner_write | perms::others_read}) {
    write_file(path, "old");
    std::filesystem::permissions(path, mode);
    write_file_atomically(path, "new");
    CHECK(std::filesystem::status(path).permissions() == mode);
    CHECK(read_file(path) == "new");
  }
}

TEST_CASE("a symbolic link stays, and its target is written") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "folder");
  write_file(directory / "folder/target", "old");
  std::filesystem::create_symlink("folder/target", directory / "link");
  write_file_atomically(directory / "link", "new");
  CHECK(std::filesystem::is_symlink(directory / "link"));
  CHECK(read_file(directory / "folder/target") == "new");

  std::filesystem::create_symlink("nowhere", directory / "dangling");
  write_file_atomically(directory / "dangling", "new");
  CHECK(read_file(directory / "dangling") == "new");
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
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(error(folder / "pipe") ==
        "cannot write " + (folder / "pipe").string() + ": not a regular file");
  CHECK(std::filesystem::is_fifo(folder / "pipe"));
  const std::string long_name(300, 'x');
  CHECK(error(folder / long_name) ==
        "cannot write " + (folder / long_name).string() + ": File name too long");
  CHECK(files_in(folder) == 1);
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

  std::filesystem::permissions(folder, std::filesystem::perms{0555});
  std::string message;
  {
    const NotRoot nobody;
    message = error_message([&] { tweed::check_writable(folder / "file"); });
  }
  std::filesystem::permissions(folder, std::filesystem::perms{0755});
  CHECK(message == "cannot write " + (folder / "file").string() + ": Permission denied");
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

TEST_CASE("a full disk leaves the old file and nothing else") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file(path, "old");
  for (const std::size_t size : {5'000U, 1'000'000U}) {
    const std::string large(size, 'x');
    std::string message;
    {
      const FileSizeLimit limit{4'500};
      message = error_message([&] { write_file_atomically(path, large); });
    }
    CHECK(message == "cannot write " + path.string() + ": File too large");
    CHECK(read_file(path) == "old");
    CHECK(files_in(directory.path()) == 1);
  }
}

TEST_CASE("a folder that may not be written leaves the old file") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file(path, "old");
  std::filesystem::permissions(directory.path(), std::filesystem::perms{0555});
  std::string message;
  {
    const NotRoot nobody;
    message = error_message([&] { write_file_atomically(path, "new"); });
  }
  std::filesystem::permissions(directory.path(), std::filesystem::perms{0755});
  CHECK(message == "cannot write " + path.string() + ": Permission denied");
  CHECK(read_file(path) == "old");
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

TEST_CASE("a kill at any moment leaves the old file or the new one") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  const std::array<std::string, 2> contents{std::string(300'000, 'a'), std::string(700'000, 'b')};
  write_file_atomically(path, contents[0]);
  for (int round = 0; round < 40; ++round) {
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (std::size_t i = 0;; ++i) write_file_atomically(path, contents[i % 2]);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(500 + 370 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto content = read_file(path);
    CHECK((content == contents[0] || content == contents[1]));
  }
}
