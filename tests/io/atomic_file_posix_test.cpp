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
#include <string>
#include <thread>

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

TEST_CASE("a pipe is refused, and left alone") {
  const TemporaryDirectory directory;
  const auto path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(error_message([&] { write_file_atomically(path, "text"); }) ==
        "cannot write " + path.string() + ": not a regular file");
  CHECK(std::filesystem::is_fifo(path));
}

TEST_CASE("a name that is too long is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / std::string(300, 'x');
  CHECK(error_message([&] { write_file_atomically(path, "text"); }) ==
        "cannot write " + path.string() + ": File name too long");
}

TEST_CASE("whether a folder may be written is known beforehand") {
  const TemporaryDirectory directory;
  const auto folder = directory.path();
  std::filesystem::permissions(folder, std::filesystem::perms{0555});
  std::string message;
  {
    const NotRoot nobody;
    message = error_message([&] { tweed::check_writable(folder / "file"); });
  }
  std::filesystem::permissions(folder, std::filesystem::perms{0755});
  CHECK(message == "cannot write " + (folder / "file").string() + ": Permission denied");
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
