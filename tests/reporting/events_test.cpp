#include <tweed/reporting/events.hpp>
#include <support/temporary_directory.hpp>

#include <protozero/pbf_reader.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

using namespace tweed;
using reporting::detail::masked_crc32c;

namespace {

template <class Number>
Number number_at(const std::string& bytes, std::size_t at) {
  Number number{};
  REQUIRE(at + sizeof(number) <= bytes.size());
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

/// The records of a TFRecord file, with their checksums checked.
std::vector<std::string> records_of(const std::string& bytes) {
  std::vector<std::string> records;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto length = number_at<std::uint64_t>(bytes, at);
    CHECK(number_at<std::uint32_t>(bytes, at + 8) == masked_crc32c(bytes.substr(at, 8)));
    records.push_back(bytes.substr(at + 12, length));
    CHECK(number_at<std::uint32_t>(bytes, at + 12 + length) == masked_crc32c(records.back()));
    at += 16 + length;
  }
  return records;
}

struct EventPoint {
  std::int64_t step;
  double time;
  float value;
};

/// The curves in an event file.
std::map<std::string, std::vector<EventPoint>> curves_in(const std::string& bytes) {
  const auto records = records_of(bytes);
  std::map<std::string, std::vector<EventPoint>> curves;
  for (std::size_t i = 1; i < records.size(); ++i) {
    EventPoint point{};
    std::string tag;
    protozero::pbf_reader event(records[i]);
    while (event.next()) {
      if (event.tag() == 1) {
        point.time = event.get_double();
      } else if (event.tag() == 2) {
        point.step = event.get_int64();
      } else {
        protozero::pbf_reader summary = event.get_message();
        REQUIRE(summary.next(1));
        protozero::pbf_reader value = summary.get_message();
        while (value.next()) {
          if (value.tag() == 1) {
            tag = value.get_string();
          } else {
            point.value = value.get_float();
          }
        }
      }
    }
    curves[tag].push_back(point);
  }
  return curves;
}

}  // namespace

TEST_CASE("the checksum of TFRecord") {
  // CRC-32C of "123456789" is e3069283 (RFC 3720 has the polynomial), which is then masked.
  constexpr std::uint32_t crc = 0xe3069283;
  CHECK(masked_crc32c("123456789") == ((crc >> 15 | crc << 17) + 0xa282ead8));
}

TEST_CASE("an event file says what it is, and holds the curves of a history") {
  const tests::TemporaryDirectory folder;
  History history;
  for (int i = 1; i <= 4; ++i) history.steps.push_back({1.0 / i, 0.25 * i, 0.1});
  history.validations = {{2, 3.0, 0.5}, {4, 2.0, 1.0}};
  write_events(folder / "events", history, std::vector<double>{0.5, 0.25});
  const std::string bytes = tests::read_file(folder / "events");
  CHECK(records_of(bytes)[0].find("brain.Event:2") != std::string::npos);
  auto curves = curves_in(bytes);
  CHECK(curves.size() == 6);
  REQUIRE(curves["loss/train"].size() == 4);
  CHECK(curves["loss/train"][2].step == 3);
  CHECK(curves["loss/train"][2].value == 1.0F / 3.0F);
  CHECK(curves["accuracy/train"][3].value == 1.0F);
  CHECK(curves["learning_rate"][0].value == 0.1F);
  REQUIRE(curves["ms_per_step"].size() == 2);
  CHECK(curves["ms_per_step"][0].step == 3);
  CHECK(curves["ms_per_step"][0].value == 500.0F);
  CHECK(curves["loss/train"][3].time - curves["loss/train"][2].time == doctest::Approx(0.25));
  CHECK(curves["loss/validation"][1].step == 4);
  CHECK(curves["accuracy/validation"][0].value == 0.5F);
}

TEST_CASE("in regression there is no accuracy, in long histories not every step") {
  const tests::TemporaryDirectory folder;
  History history;
  for (int i = 0; i < 25'000; ++i) history.steps.push_back({1.0, 0.0, 0.1});
  write_events(folder / "events", history);
  auto curves = curves_in(tests::read_file(folder / "events"));
  CHECK(curves.size() == 2);
  CHECK(curves["loss/train"].size() == 8334);
  CHECK(curves["loss/train"].back().step == 25'000);
  write_events(folder / "events", {});
  CHECK(records_of(tests::read_file(folder / "events")).size() == 1);
}
