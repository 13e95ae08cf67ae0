#include <tweed/core/text.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tweed::detail;

TEST_CASE("a byte in hexadecimal") {
  CHECK(hex(0x00) == "00");
  CHECK(hex(0x0d) == "0d");
  CHECK(hex(0xff) == "ff");
}

TEST_CASE("text from a file goes into one line") {
  CHECK(in_quotes("") == "\"\"");
  CHECK(in_quotes("caf\u00e9 \"x\"") == "\"caf\u00e9 \"x\"\"");
  CHECK(in_quotes("a\nb\x1b[0m\x7f") == R"("a\x0ab\x1b[0m\x7f")");
  CHECK(in_quotes(std::string(64, 'x')) == '"' + std::string(64, 'x') + '"');
  CHECK(in_quotes(std::string(65, 'x')) == '"' + std::string(64, 'x') + "...\"");
}

TEST_CASE("a byte-order mark is no text") {
  CHECK(without_byte_order_mark("").empty());
  CHECK(without_byte_order_mark("\xEF\xBB\xBF").empty());
  CHECK(without_byte_order_mark("\xEF\xBB\xBFx\xEF\xBB\xBF") == "x\xEF\xBB\xBF");
  CHECK(without_byte_order_mark("\xEF\xBBx") == "\xEF\xBBx");
}

TEST_CASE("dimensions as text") {
  CHECK(dims_text({}) == "scalar");
  CHECK(dims_text(std::vector<tweed::Index>{7}) == "7");
  CHECK(dims_text(std::vector<tweed::Index>{60000, 28, 0}) == "60000x28x0");
}
