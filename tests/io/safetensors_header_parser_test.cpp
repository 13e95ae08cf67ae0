#include <tweed/io/safetensors.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace {

/// The error that this header gives, with so many bytes of data behind it.
std::string error_of(const std::string& header, std::size_t data_size) {
  const auto message = tests::error_message(
      [&] { tweed::detail::parse_safetensors_header("file", header, data_size); });
  const std::string prefix = "file: ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

/// {"t": ...} with these fields.
std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"t":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
         "}}";
}

/// {"a": ..., "b": ...} of bytes, from and to these offsets.
std::string two_entries(int a_begin, int a_end, int b_begin, int b_end) {
  const auto one_entry = [](int begin, int end) {
    return R"({"dtype":"U8","shape":[)" + std::to_string(end - begin) + R"(],"data_offsets":[)" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
  };
  return R"({"a":)" + one_entry(a_begin, a_end) + R"(,"b":)" + one_entry(b_begin, b_end) + "}";
}

}  // namespace

TEST_CASE("a header may be empty, and may have spaces anywhere") {
  CHECK(error_of("{ }  ", 0).empty());
  CHECK(error_of(R"({"__metadata__":{}})", 0).empty());
  CHECK(
      error_of(R"({ "t" : { "shape" : [ ] , "data_offsets":[0,1],"dtype":"BOOL"} } )", 1).empty());
}

TEST_CASE("tensors may lie in any order") {
  CHECK(error_of(two_entries(0, 3, 3, 5), 5).empty());
  CHECK(error_of(two_entries(2, 5, 0, 2), 5).empty());
  CHECK(error_of(two_entries(2, 5, 2, 2), 5) ==
        R"(tensor "b": expected its data at offset 0, found it at 2, behind a hole)");
}

TEST_CASE("every type of the format is known by its size") {
  for (const auto& [size, names] : std::map<std::size_t, std::vector<std::string>>{
           {1, {"BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"}},
           {2, {"U16", "I16", "F16", "BF16"}},
           {4, {"U32", "I32", "F32"}},
           {8, {"U64", "I64", "F64"}}}) {
    for (const auto& name : names) {
      const auto end = std::to_string(3 * size);
      CHECK(error_of(entry('"' + name + '"', "[3]", "[0," + end + "]"), 3 * size).empty());
    }
  }
}

TEST_CASE("a header that is not JSON is refused") {
  CHECK(error_of("", 0) == "at byte 8: expected {");
  CHECK(error_of("[]", 0) == "at byte 8: expected {");
  CHECK(error_of(" {}", 0) == "at byte 8: expected {");
  CHECK(error_of("\xef\xbb\xbf{}", 0) == "at byte 8: expected {");
  CHECK(error_of(std::string{"{}\0 ", 4}, 0) == "at byte 10: expected JSON, found a zero byte");
  CHECK(error_of("{", 0) == "at byte 9: the header is not valid JSON near \"{\"");
  CHECK(error_of("{}}", 0) == "at byte 10: the header is not valid JSON near \"{}}\"");
  for (const std::string header :
       {"{} {}", "{}x", "{/**/}", "{\"a\"}", "{\"a\":}", "{\"__metadata__\":{},}", "{\"\xff\":{}}",
        "{\"a\":{\"shape\":[NaN]}}", "{\"a\":{\"shape\":[01]}}", "{\"\\ud800\":{}}", "{'a':{}}"}) {
    const auto message = error_of(header, 0);
    CAPTURE(header);
    CAPTURE(message);
    CHECK(message.find(": the header is not valid JSON near \"") != message.npos);
  }
}

TEST_CASE("JSON that is not the format's is refused") {
  const std::string in_t = R"(header, entry "t", key )";
  CHECK(error_of(R"({"t":1})", 0) ==
        R"(header, entry "t": expected one object for each name, found a number)");
  for (const std::string value : {"null", "true", "-1", "1.5", "\"x\"", "[]"}) {
    CHECK(
        error_of(R"({"t":)" + value + "}", 0).starts_with(R"(header, entry "t": expected one o)"));
    CHECK(error_of(R"({"__metadata__":)" + value + "}", 0).starts_with("header, entry "));
    CHECK(error_of(entry(value == "\"x\"" ? "{}" : value, "[]", "[0,4]"), 4)
              .starts_with(in_t + R"("dtype": expected one string, found )"));
    const auto not_an_array = value == "[]" ? "{}" : value;
    CHECK(error_of(entry(R"("F32")", not_an_array, "[0,4]"), 4)
              .starts_with(in_t + R"("shape": expected one array, found )"));
    CHECK(error_of(entry(R"("F32")", "[]", not_an_array), 4)
              .starts_with(in_t + R"("data_offsets": expected one array, found )"));
    CHECK(error_of(entry(R"("F32")", "[" + value + "]", "[0,4]"), 4)
              .starts_with(in_t + R"("shape": expected whole sizes, at least 0, found )"));
    CHECK(error_of(entry(R"("F32")", "[]", "[0," + value + "]"), 4)
              .starts_with(in_t + R"("data_offsets": expected two offsets, at least 0, found )"));
    if (value != "\"x\"") {
      CHECK(error_of(R"({"__metadata__":{"k":)" + value + "}}", 0)
                .starts_with(R"(header, entry "__metadata__", key "k": expected one string for )"));
    }
  }
  CHECK(error_of(R"({"t":{"x":1}})", 0) ==
        in_t + R"("x": expected dtype, shape and data_offsets, found an unknown key)");
  CHECK(error_of(R"({"t":{}})", 0) == in_t + R"("dtype": expected one string, found nothing)");
  CHECK(error_of(R"({"t":{"dtype":"F32","shape":[]}})", 0) ==
        in_t + R"("data_offsets": expected one array, found nothing)");
  CHECK(error_of(entry(R"("F32")", "[]", "[0]"), 0).ends_with("found fewer than two"));
  CHECK(error_of(entry(R"("F32")", "[]", "[0,4,4]"), 4).ends_with("found more than two"));
}

TEST_CASE("a key that comes twice is refused") {
  const auto entry_of_t = entry(R"("F32")", "[]", "[0,4]");
  const auto inside = entry_of_t.substr(1, entry_of_t.size() - 2);
  CHECK(error_of("{" + inside + "," + inside + "}", 4) ==
        R"(header, entry "t": expected one object for each name, found the name a second time)");
  CHECK(error_of(R"({"__metadata__":{},"__metadata__":{}})", 0).ends_with("name a second time"));
  CHECK(error_of(R"({"__metadata__":{"a":"","a":""}})", 0).ends_with("the key a second time"));
  CHECK(error_of(R"({"t":{"shape":[],"shape":[]}})", 0).ends_with("the key a second time"));
}

TEST_CASE("deep nesting and wide shapes are refused before they cost anything") {
  CHECK_FALSE(error_of(R"({"t":)" + std::string(1'000'000, '['), 0).empty());
  CHECK_FALSE(error_of(R"({"t":{"shape":)" + std::string(1'000'000, '['), 0).empty());
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  CHECK_FALSE(error_of(objects, 0).empty());
  std::string ones = "1";
  for (int i = 0; i < 64; ++i) ones += ",1";
  CHECK(error_of(entry(R"("F32")", "[" + ones + "]", "[0,4]"), 4)
            .ends_with("found more dimensions than 64"));
  CHECK(error_of(entry(R"("F32")", "[" + ones.substr(2) + "]", "[0,4]"), 4).empty());
}

TEST_CASE("messages stay short and on one line, whatever the names") {
  const auto message = error_of("{\"" + std::string(100'000, 'x') + "\":1}", 0);
  CHECK(message.size() < 200);
  CHECK(error_of(R"({"a\nb":1})", 0).starts_with(R"(header, entry "a\x0ab": )"));
  CHECK(error_of("{\"" + std::string(100'000, 'x') + "\n", 0).size() < 200);
}

TEST_CASE("types and shapes that do not fit the data are refused") {
  const std::string t = R"(tensor "t": )";
  CHECK(error_of(entry(R"("F31")", "[]", "[0,4]"), 4) == t + R"(unknown dtype "F31")");
  CHECK(error_of(entry(R"("f32")", "[]", "[0,4]"), 4) == t + R"(unknown dtype "f32")");
  CHECK(error_of(entry(R"("F32")", "[3]", "[0,16]"), 16) ==
        t + "expected 12 bytes for F32 3, found data_offsets 0 to 16");
  CHECK(error_of(entry(R"("F32")", "[4294967296,4294967296]", "[0,0]"), 0) ==
        t + "F32 4294967296x4294967296 is too large");
  CHECK(error_of(entry(R"("F32")", "[4611686018427387904]", "[0,0]"), 0).ends_with("too large"));
  CHECK(error_of(entry(R"("F32")", "[9223372036854775808]", "[0,0]"), 0).ends_with("too large"));
  CHECK(error_of(entry(R"("F32")", "[18446744073709551616]", "[0,0]"), 0).ends_with("huge number"));
  CHECK(error_of(entry(R"("F32")", "[1e9]", "[0,0]"), 0).ends_with("huge number"));
}

TEST_CASE("offsets that lie are refused") {
  const std::string t = R"(tensor "t": )";
  CHECK(error_of(entry(R"("U8")", "[4]", "[4,0]"), 4) == t + "data_offsets 4 to 0 go backwards");
  CHECK(error_of(entry(R"("U8")", "[5]", "[0,5]"), 4) ==
        t + "expected data_offsets within the file's 4 bytes of data, found data_offsets 0 to 5");
  CHECK(error_of(entry(R"("U8")", "[4]", "[18446744073709551612,18446744073709551615]"), 4)
            .starts_with(t + "expected data_offsets within"));
  CHECK(error_of(entry(R"("U8")", "[1000000000000]", "[0,1000000000000]"), 4)
            .starts_with(t + "expected data_offsets within"));
  CHECK(error_of(entry(R"("U8")", "[4]", "[0,4]"), 6) ==
        "expected the end of the file after 4 bytes of data, found 2 more");
  CHECK(error_of("{}", 1) == "expected the end of the file after 0 bytes of data, found 1 more");

  CHECK(error_of(two_entries(0, 3, 2, 5), 5) ==
        R"(tensor "b": expected its data at offset 3, found it at 2, where it overlaps another)");
  CHECK(error_of(two_entries(0, 3, 0, 3), 3).ends_with("overlaps another"));
  CHECK(error_of(two_entries(0, 2, 3, 5), 5) ==
        R"(tensor "b": expected its data at offset 2, found it at 3, behind a hole)");
  CHECK(error_of(two_entries(1, 3, 3, 5), 5).ends_with("behind a hole"));
}
