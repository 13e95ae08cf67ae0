#include <tweed/data/idx.hpp>
#include <support/error_message.hpp>
#include <support/idx_bytes.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

using tests::error_message;
using tests::gzip;
using tests::idx_header;
using tests::TemporaryDirectory;
using tests::write_file;
using tweed::Index;
using tweed::read_idx;

namespace {

/// `count` bytes that hardly repeat.
std::string some_values(std::size_t count) {
  std::string values(count, '\0');
  std::uint32_t state = 1;
  for (char& value : values)
    value = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return values;
}

std::string text(const std::vector<std::uint8_t>& values) { return {values.begin(), values.end()}; }

/// The error that a file with these bytes gives, without its path, which has to come first.
std::string error_of(const std::string& bytes) {
  const TemporaryDirectory directory;
  const auto path = directory / "values";
  write_file(path, bytes);
  const auto message = error_message([&] { read_idx(path); });
  const auto prefix = path.string() + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

}  // namespace

TEST_CASE("an IDX file is read as it was written") {
  const TemporaryDirectory directory;
  const auto path = directory / "values";
  for (const auto& [dims, count] :
       std::vector<std::pair<std::vector<std::uint32_t>, std::size_t>>{{{5}, 5},
                                                                       {{2, 3}, 6},
                                                                       {{3, 28, 28}, 2352},
                                                                       {{1, 2, 3, 4}, 24},
                                                                       {{70000, 31}, 2170000}}) {
    const auto values = some_values(count);
    const auto bytes = idx_header(dims) + values;
    for (const auto& stored : {bytes, gzip(bytes)}) {
      write_file(path, stored);
      const auto array = read_idx(path);
      CHECK(array.dims == std::vector<Index>(dims.begin(), dims.end()));
      CHECK(text(array.values) == values);
    }
  }
}

TEST_CASE("the content says whether a file is gzip, the name does not") {
  const TemporaryDirectory directory;
  const auto bytes = idx_header({3}) + "abc";
  write_file(directory / "plain.gz", bytes);
  write_file(directory / "packed", gzip(bytes));
  CHECK(text(read_idx(directory / "plain.gz").values) == "abc");
  CHECK(text(read_idx(directory / "packed").values) == "abc");
}

TEST_CASE("a gzip file may have several members, cut anywhere") {
  const TemporaryDirectory directory;
  const auto bytes = idx_header({2, 4}) + some_values(8);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    write_file(directory / "packed", gzip(bytes.substr(0, cut)) + gzip(bytes.substr(cut)));
    CHECK(text(read_idx(directory / "packed").values) == some_values(8));
  }
}

TEST_CASE("an array may be empty") {
  const TemporaryDirectory directory;
  write_file(directory / "values", idx_header({0, 4294967295, 4294967295, 4294967295}));
  CHECK(read_idx(directory / "values").values.empty());
}

TEST_CASE("what is not a file is refused") {
  const TemporaryDirectory directory;
  const auto missing = directory / "missing";
  CHECK(error_message([&] { read_idx(missing); }) ==
        "cannot read " + missing.string() + ": no such file");
  CHECK(error_message([&] { read_idx(directory.path()); }) ==
        "cannot read " + directory.path().string() + ": expected a file, found a directory");
}

TEST_CASE("a wrong header is refused") {
  CHECK(error_of("") == "at byte 0: expected 4 bytes of an IDX header, found the end of the file");
  CHECK(
      error_of(gzip("")) ==
      "at byte 0 of the unpacked content: expected 4 bytes of an IDX header, found the end of the "
      "file");
  CHECK(error_of("\x89PNG") ==
        "at byte 0: not an IDX file, expected it to start with 00 00, found 89 50");
  CHECK(error_of(idx_header({3}, 0x0d) + "abc") ==
        "at byte 2: expected values of type 0x08 (unsigned byte), found 0x0d (float)");
  CHECK(error_of(idx_header({})) == "at byte 3: expected at least one dimension, found 0");
  const std::string types[] = {"09 (signed byte)", "0b (16-bit integer)", "0c (32-bit integer)",
                               "0e (double)", "ff (unknown)"};
  for (const auto& type : types) {
    const auto code = static_cast<char>(std::stoi(type.substr(0, 2), nullptr, 16));
    CHECK(error_of(idx_header({3}, code)).ends_with("found 0x" + type));
  }
}

TEST_CASE("a file that ends early is refused, wherever it ends") {
  const auto bytes = idx_header({2, 3}) + "abcdef";
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto message = error_of(bytes.substr(0, length));
    CHECK(message.find("expected ") != message.npos);
    CHECK(message.find("found ") != message.npos);
  }
  CHECK(error_of(bytes.substr(0, 6)) == "at byte 4: expected 4 bytes of an IDX header, found 2");
  CHECK(error_of(bytes.substr(0, 15)) ==
        "at byte 15: expected 6 bytes of values, found the end after 3");
  CHECK(error_of(gzip(bytes.substr(0, 15))) ==
        "at byte 15 of the unpacked content: expected 6 bytes of values, found the end after 3");
}

TEST_CASE("bytes after the values are refused") {
  const auto bytes = idx_header({2, 3}) + "abcdef";
  const std::string complaint = "expected the end of the file after 2x3 values, found more bytes";
  CHECK(error_of(bytes + "g") == "at byte 18: " + complaint);
  CHECK(error_of(gzip(bytes + "g")) == "at byte 18 of the unpacked content: " + complaint);
  CHECK(error_of(gzip(bytes) + gzip("g")) == "at byte 18 of the unpacked content: " + complaint);
  CHECK(error_of(gzip(bytes) + "garbage").ends_with(": corrupt gzip, incorrect header check"));
}

TEST_CASE("dimensions that overflow are refused") {
  CHECK(error_of(idx_header({4294967295, 4294967295, 4294967295})) ==
        "at byte 4: dimensions too large: 4294967295x4294967295x4294967295");
  CHECK(error_of(idx_header(std::vector<std::uint32_t>(255, 2))).starts_with("at byte 4: "));
}

TEST_CASE("a header's claim allocates nothing") {
  // Just below 2^63 bytes: trying to allocate them would throw something else.
  const auto claim = idx_header({4294967295, 2147483647}) + "abc";
  const std::string complaint =
      "expected 9223372030412324865 bytes of values, found the end after 3";
  CHECK(error_of(claim) == "at byte 15: " + complaint);
  CHECK(error_of(gzip(claim)) == "at byte 15 of the unpacked content: " + complaint);
}

TEST_CASE("a gzip file that claims little is not unpacked to the end") {
  const std::string zeros(std::size_t{64} << 20, '\0');
  std::string damaged = gzip(idx_header({4}) + zeros);
  damaged.back() ^= 1;  // Whoever reads that far complains about the checksum.
  CHECK(error_of(damaged).ends_with("after 4 values, found more bytes"));
}

TEST_CASE("a gzip file that ends early is refused, wherever it ends") {
  const auto packed = gzip(idx_header({100, 3}) + some_values(300));
  for (std::size_t length = 2; length < packed.size(); ++length) {
    CHECK(error_of(packed.substr(0, length)) ==
          "at byte " + std::to_string(length) +
              ": corrupt gzip, the file ends in the middle of the stream");
  }
}

TEST_CASE("a wrong gzip checksum or length is refused") {
  const auto packed = gzip(idx_header({100, 3}) + some_values(300));
  for (std::size_t from_end = 1; from_end <= 8; ++from_end) {
    auto damaged = packed;
    damaged[damaged.size() - from_end] ^= 0x10;
    CHECK(error_of(damaged).ends_with(from_end <= 4 ? "corrupt gzip, incorrect length check"
                                                    : "corrupt gzip, incorrect data check"));
  }
}

TEST_CASE("no damaged byte of a gzip file changes a value") {
  const TemporaryDirectory directory;
  const auto path = directory / "values";
  const auto values = some_values(300);
  const auto packed = gzip(idx_header({100, 3}) + values);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    for (const char mask : {'\x01', '\x10', '\x80', '\xff'}) {
      auto damaged = packed;
      damaged[i] ^= mask;
      write_file(path, damaged);
      std::string read;
      const auto message = error_message([&] { read = text(read_idx(path).values); });
      // Some bits mean nothing: a time in the header, padding at the end of the stream.
      CHECK((!message.empty() || read == values));
    }
  }
}
