#include <tweed/io/any_model_file.hpp>
#include <support/allocations.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

using namespace tweed;

namespace {

using Net = Sequential<Input<12, 12, 1>, Conv2D<8, 3>, ReLU, MaxPool<2>, Flatten, Dense<16>, ReLU,
                       Dense<3>>;

/// A model file, and what becomes of it when its bytes change.
class Subject {
 public:
  Subject() {
    save_model(Model<Net>{3}, path_,
               {.preprocessing = Preprocessing{.scale = 1.0 / 255.0},
                .class_names = {"a", "b", "c"},
                .notes = {{"seed", "3"}}});
    bytes_ = tests::read_file(path_);
    std::uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), sizeof length);
    header_ = bytes_.substr(8, length);
  }

  const std::string& bytes() const { return bytes_; }
  const std::string& header() const { return header_; }

  /// The message that both ways of loading give; empty if both load. Nothing but an Error may come
  /// of it, and no allocation beyond what a whole file of the size takes.
  std::string message(std::string_view bytes) {
    tests::write_file(path_, bytes);
    tests::largest_allocation();
    Model<Net> model{4};
    const std::string typed = tests::error_message([&] { load_model(model, path_); });
    const std::string any = tests::error_message([&] { load_any_model(path_); });
    CHECK(tests::largest_allocation() < std::size_t{4} << 20);
    if (!typed.empty()) CHECK(model.parameters()[0] == Model<Net>{4}.parameters()[0]);
    return typed.empty() ? any : typed;
  }

  /// The same for a file with another header, whose length is right.
  std::string message_of_header(const std::string& header, std::string_view data) {
    const std::uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return message(bytes + header + std::string(data));
  }
  std::string message_of_header(const std::string& header) {
    return message_of_header(header, std::string_view(bytes_).substr(8 + header_.size()));
  }

  /// The header with one text for another.
  std::string header_with(const std::string& from, const std::string& to) const {
    std::string changed = header_;
    const auto at = changed.find(from);
    REQUIRE(at != changed.npos);
    return changed.replace(at, from.size(), to);
  }

 private:
  tests::TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "model.safetensors";
  std::string bytes_;
  std::string header_;
};

}  // namespace

TEST_CASE("the file is good to begin with") {
  Subject subject;
  CHECK(subject.message(subject.bytes()).empty());
  CHECK(subject.message_of_header(subject.header()).empty());
}

TEST_CASE("a header with any byte inverted is refused") {
  Subject subject;
  for (std::size_t i = 0; i < 8 + subject.header().size(); ++i) {
    CAPTURE(i);
    std::string bytes = subject.bytes();
    bytes[i] = static_cast<char>(~bytes[i]);
    CHECK_FALSE(subject.message(bytes).empty());
  }
}

TEST_CASE("a header with any bit flipped is refused in one line, or says something else") {
  Subject subject;
  int refused = 0;
  const std::size_t end = 8 + subject.header().size();
  for (std::size_t i = 0; i < end; ++i) {
    for (const int bit : {0, 1, 2, 4, 5}) {
      std::string bytes = subject.bytes();
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      const std::string message = subject.message(bytes);
      CHECK_FALSE(message.starts_with("NOT ONE LINE"));
      refused += message.empty() ? 0 : 1;
    }
  }
  CHECK(refused > static_cast<int>(4 * end));  // the others are in notes and numbers of no weight
}

TEST_CASE("a file that is cut anywhere, or goes on, is refused") {
  Subject subject;
  const auto& bytes = subject.bytes();
  const std::size_t header = 8 + subject.header().size();
  for (std::size_t length = 0; length < bytes.size(); length += length < header ? 7 : 1000) {
    CAPTURE(length);
    CHECK_FALSE(subject.message(std::string_view(bytes).substr(0, length)).empty());
  }
  CHECK_FALSE(subject.message(std::string_view(bytes).substr(0, bytes.size() - 1)).empty());
  CHECK_FALSE(subject.message(bytes + "x").empty());
}

TEST_CASE("lengths that lie are refused without taking memory for them") {
  Subject subject;
  const std::uint64_t header = subject.header().size();
  for (const std::uint64_t length :
       {std::uint64_t{0}, header - 1, header + 1, std::uint64_t{99'999'999},
        std::uint64_t{10'000'000'000}, ~std::uint64_t{0}}) {
    CAPTURE(length);
    std::string bytes = subject.bytes();
    std::memcpy(bytes.data(), &length, sizeof length);
    CHECK_FALSE(subject.message(bytes).empty());
  }
}

TEST_CASE("tensors that overlap, leave the file or claim 10 GB are refused") {
  Subject subject;
  const std::string shape = R"("shape":[3,3,1,8],"data_offsets":[0,288])";
  const auto message = [&](const std::string& changed) {
    return subject.message_of_header(subject.header_with(shape, changed));
  };
  CHECK(message(shape).empty());
  CHECK(message(R"("shape":[3,3,1,8],"data_offsets":[4,292])").find("behind a hole") !=
        std::string::npos);
  CHECK(subject.message_of_header(subject.header_with("[288,320]", "[256,288]")).find("overlaps") !=
        std::string::npos);
  CHECK(message(R"("shape":[3,3,1,8],"data_offsets":[99999999,100000287])").find("within") !=
        std::string::npos);
  CHECK(message(R"("shape":[3,3,1,8],"data_offsets":[288,0])").find("backwards") !=
        std::string::npos);
  CHECK(message(R"("shape":[2500000000],"data_offsets":[0,10000000000])").find("within") !=
        std::string::npos);
  CHECK(message(R"("shape":[2500000000],"data_offsets":[0,288])")
            .find("expected 10000000000 bytes") != std::string::npos);
  CHECK(message(R"("shape":[4611686018427387904,4],"data_offsets":[0,288])").find("too large") !=
        std::string::npos);
  CHECK_FALSE(message(R"("shape":[3,3,1,-8],"data_offsets":[0,288])").empty());
}

TEST_CASE("an architecture of 10 GB is refused without taking memory for it") {
  Subject subject;
  const auto message = [&](const std::string& from, const std::string& to) {
    return subject.message_of_header(subject.header_with(from, to));
  };
  CHECK(message(R"(\"units\":16)", R"(\"units\":99999999)").find("weights, the file has") !=
        std::string::npos);
  CHECK(message(R"(\"filters\":8)", R"(\"filters\":8000000)").find("expected 1 to 2^28 numbers") !=
        std::string::npos);
  CHECK(message(R"(\"input\":[12,12,1])", R"(\"input\":[99999,99999,1])")
            .find("expected 1 to 2^28 numbers") != std::string::npos);
}

TEST_CASE("JSON that is deep, double or endless is refused") {
  Subject subject;
  const std::string deep(1'000'000, '[');
  CHECK_FALSE(subject.message_of_header("{\"a\":" + deep).empty());
  CHECK_FALSE(subject.message_of_header(deep).empty());
  const std::string key = R"("seed":"3")";
  CHECK(subject.message_of_header(subject.header_with(key, key + "," + key)).find("second time") !=
        std::string::npos);
  const std::string bias =
      R"("dense_1.bias":{"dtype":"F32","shape":[16],"data_offsets":[18752,18816]})";
  CHECK(
      subject.message_of_header(subject.header_with(bias, bias + "," + bias)).find("second time") !=
      std::string::npos);
  CHECK(
      subject
          .message_of_header(subject.header_with(R"(\"units\":16)", R"(\"units\":16,\"units\":16)"))
          .find("twice") != std::string::npos);
}
