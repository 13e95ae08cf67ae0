#include <tweed/io/safetensors.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

using tests::error_message;
using tests::read_file;
using tests::TemporaryDirectory;
using tests::write_file;
using tweed::read_safetensors;
using tweed::TensorView;
using tweed::write_safetensors;

namespace {

using Metadata = tweed::SafetensorsFile::Metadata;

const std::vector<float> weights{0.f, -1.5f, 3.25e-30f, 1e30f, 0.1f, -0.f};
const std::vector<double> moments{0.1, -2.5};
const std::vector<float> one{42.f};

TensorView view(const std::string& name, const std::vector<tweed::Index>& dims,
                const std::vector<float>& values) {
  return {name, dims, "F32", std::as_bytes(std::span{values})};
}

/// One of each kind: a matrix, a vector of another type, one without elements, a scalar.
std::vector<TensorView> some_tensors() {
  return {view("weights", {2, 3}, weights),
          {"moments", {2}, "F64", std::as_bytes(std::span{moments})},
          {"nothing", {0, 7}, "I64", {}},
          view("scalar", {}, one)};
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// All that a file holds: metadata, then each tensor.
using Content = std::pair<Metadata, std::map<std::string, std::string>>;

Content content_of(const std::filesystem::path& path) {
  const auto file = read_safetensors(path);
  Content content{file.metadata(), {}};
  for (const auto& tensor : file.tensors()) {
    content.second[tensor.name + " " + tensor.dtype + " " + tweed::detail::dims_text(tensor.dims)] =
        text(tensor.bytes);
  }
  return content;
}

/// The length, then the header, as a file begins.
std::string with_length(const std::string& header) {
  const auto length = std::bit_cast<std::array<char, 8>>(std::uint64_t{header.size()});
  return std::string(length.begin(), length.end()) + header;
}

/// The error that a file with these bytes gives, without its path, which has to come first.
std::string error_of(const std::string& bytes) {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file(path, bytes);
  const auto message = error_message([&] { read_safetensors(path); });
  const auto prefix = path.string() + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

}  // namespace

TEST_CASE("what is written is read") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  const auto tensors = some_tensors();
  const Metadata metadata{{"epoch", "3"}, {"note", "quotes \" and\nlines, \u00e9"}, {"", ""}};
  write_safetensors(path, tensors, metadata);

  auto original = read_safetensors(path);
  const auto file = std::move(original);
  CHECK(file.metadata() == metadata);
  REQUIRE(file.tensors().size() == tensors.size());
  for (const auto& tensor : tensors) {
    const auto* found = file.find(tensor.name);
    REQUIRE(found != nullptr);
    CHECK(found->name == tensor.name);
    CHECK(found->dims == tensor.dims);
    CHECK(found->dtype == tensor.dtype);
    CHECK(text(found->bytes) == text(tensor.bytes));
  }
  CHECK(file.find("weight") == nullptr);
  CHECK(file.find("zzz") == nullptr);
}

TEST_CASE("the file is what the format says, byte by byte") {
  const TemporaryDirectory directory;
  const std::vector<float> values{1.f, -2.f};
  const std::vector<TensorView> tensors{view("b", {2, 1}, values), view("a", {1}, one)};
  write_safetensors(directory / "file", tensors, {{"key", "value"}});
  std::string header = R"({"__metadata__":{"key":"value"},)"
                       R"("b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                       R"("a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  CHECK(read_file(directory / "file") ==
        with_length(header) + text(tensors[0].bytes) + text(tensors[1].bytes));
}

TEST_CASE("the same input gives the same bytes, and the data starts at a multiple of 8") {
  const TemporaryDirectory directory;
  for (std::size_t length = 1; length <= 9; ++length) {
    const std::vector<TensorView> tensors{view(std::string(length, 'n'), {1}, one)};
    write_safetensors(directory / "first", tensors);
    write_safetensors(directory / "second", tensors);
    const auto bytes = read_file(directory / "first");
    CHECK(bytes == read_file(directory / "second"));
    CHECK((bytes.size() - sizeof(float)) % 8 == 0);
  }
}

TEST_CASE("a file may have no tensors and no metadata") {
  const TemporaryDirectory directory;
  write_safetensors(directory / "empty", {});
  CHECK(content_of(directory / "empty") == Content{});
}

TEST_CASE("what cannot be written is refused, and nothing is written") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  const auto error = [&](const std::vector<TensorView>& tensors, const Metadata& metadata = {}) {
    const auto message = error_message([&] { write_safetensors(path, tensors, metadata); });
    CHECK_FALSE(std::filesystem::exists(path));
    return message;
  };
  const std::string not_utf8 = "\xff";
  CHECK(error({view("t", {1}, one), view("t", {1}, one)}).ends_with(R"(two tensors named "t")"));
  CHECK(error({view("t", {2}, one)})
            .ends_with(R"(tensor "t": expected 8 bytes for F32 2, found data_offsets 0 to 4)"));
  CHECK(error({view("t", {-1}, one)}).ends_with("at least 0, found a negative number"));
  CHECK(error({{"t", {4}, "F33", std::as_bytes(std::span{one})}}).ends_with(R"(dtype "F33")"));
  CHECK(error({view("t", std::vector<tweed::Index>(65, 1), one)}).ends_with("dimensions than 64"));
  CHECK(error({view("__metadata__", {1}, one)}).starts_with(path.string()));
  CHECK(error({view("__metadata__", {1}, one)}, {{"a", "b"}}).ends_with(R"(named "__metadata__")"));
  const std::string where = "cannot write " + path.string();
  const std::string found = ": expected UTF-8, found the byte 0xff at position 0";
  CHECK(error({view(not_utf8, {1}, one)}) == where + ": the name of a tensor" + found);
  CHECK(error({{"t", {1}, not_utf8, std::as_bytes(std::span{one})}}) ==
        where + R"(: the type of tensor "t")" + found);
  CHECK(error({}, {{"key", not_utf8}}) == where + R"(: metadata "key")" + found);
  CHECK(error({}, {{not_utf8, "value"}}) == where + ": a key of the metadata" + found);
  const auto missing = directory / "no/file";
  CHECK(error_message([&] { write_safetensors(missing, {}); }).starts_with("cannot write "));
}

TEST_CASE("what is not a file is refused") {
  const TemporaryDirectory directory;
  CHECK(error_message([&] { read_safetensors(directory / "missing"); }).ends_with("no such file"));
  CHECK(error_message([&] { read_safetensors(directory.path()); }).ends_with("found a directory"));
}

TEST_CASE("a length that lies is refused") {
  CHECK(error_of("") == "expected 8 bytes with the header's length, found 0");
  CHECK(error_of("1234567") == "expected 8 bytes with the header's length, found 7");
  CHECK(error_of(std::string(8, '\0')) == "at byte 8: expected {");
  CHECK(error_of(std::string{"\3\0\0\0\0\0\0\0{}", 10}) ==
        "at byte 0: expected a header of at most 2 bytes, found a length of 3");
  CHECK(error_of(std::string(8, '\xff') + "{}") ==
        "at byte 0: expected a header of at most 2 bytes, found a length of 18446744073709551615");
}

TEST_CASE("a header of more than 100 MB is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file(path, std::string{"\1\xe1\xf5\5\0\0\0\0", 8});
  std::filesystem::resize_file(path, 200'000'000);  // sparse: it takes no space
  CHECK(error_message([&] {
          read_safetensors(path);
        }).ends_with("a header of at most 100000000 bytes, found a length of 100000001"));
}

TEST_CASE("a file that ends early is refused, wherever it ends") {
  const TemporaryDirectory directory;
  write_safetensors(directory / "file", some_tensors(), {{"key", "value"}});
  const auto bytes = read_file(directory / "file");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(error_of(bytes.substr(0, length)).empty());
  }
  CHECK_FALSE(error_of(bytes + "x").empty());
}

TEST_CASE("a damaged header is refused, or places the same data") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_safetensors(path, some_tensors(), {{"key", "value"}});
  const auto bytes = read_file(path);
  const auto total = bytes.size();
  std::size_t refused = 0;
  std::size_t tried = 0;
  const std::size_t data_size = 6 * 4 + 2 * 8 + 4;
  for (std::size_t i = 0; i < total - data_size; ++i) {
    for (const int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255, 0x15}) {
      auto damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      write_file(path, damaged);
      Content content;
      const auto message = error_message([&] { content = content_of(path); });
      ++tried;
      if (!message.empty()) {
        ++refused;
        CHECK(message.starts_with(path.string() + ": "));
        continue;
      }
      // A letter of a name or of a text may differ, and so may a type or a shape of the same size.
      std::size_t bytes_found = 0;
      for (const auto& [name, values] : content.second) bytes_found += values.size();
      CHECK(content.second.size() == 4);
      CHECK(bytes_found == data_size);
    }
  }
  CHECK(refused > tried / 2);
}
