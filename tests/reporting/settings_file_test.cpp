#include <tweed/reporting/settings_file.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <string>

using namespace tweed;
using tests::error_message;

namespace {

NamedTexts read(const std::string& text) {
  const tests::TemporaryDirectory folder;
  tests::write_file(folder / "a.toml", text);
  return read_settings(folder / "a.toml");
}

}  // namespace

TEST_CASE("settings file: what is written is read again") {
  std::string control;
  for (char letter = 1; letter < 0x20; ++letter) control += letter;
  const NamedTexts settings{{"steps", "1500"},         {"rate", "4e-06"},
                            {"below", "-0.5"},         {"augment", "shift,flip"},
                            {"batch-size", "word"},    {"nothing", ""},
                            {"path", "a # b\"c\\d=e"}, {"control", control + "\x7f"},
                            {"more_letters", "größer"}};
  const std::string text = settings_text(settings);
  CHECK(text.starts_with("steps = 1500\nrate = 4e-06\nbelow = -0.5\naugment = \"shift,flip\"\n"));
  CHECK(read(text) == settings);
}

TEST_CASE("settings file: as people write it") {
  CHECK(read("").empty());
  CHECK(read("# nothing\n\n  \t# more\n").empty());
  const NamedTexts expected{{"a", "1"}, {"b", "two"}, {"c", "three"}};
  CHECK(read("a=1\n  b = \"two\"\t# why\r\nc = three#") == expected);
  CHECK(read("\xef\xbb\xbf"
             "a = 1\nb = two\r\nc = three\r\n") == expected);
  CHECK(read("a = \"x\\n\\t\\r\\\\\\\"\\u0041\"") == NamedTexts{{"a", "x\n\t\r\\\"A"}});
}

TEST_CASE("settings file: all else is an error of one line") {
  for (const char* line : {"[train]", "a", "a =", "= 1", "a = 1 2", "a b = 1", "a = \"b",
                           "a = \"b\" c", "a = \"\\x\"", "a = \"\\u00\"", "a = \"\\u0080\"",
                           "a = \"\\u0100\"", "a = \"\\", "a = [1, 2]", "a.b = 1", "a = 'b'"}) {
    const std::string message =
        error_message([&] { read(std::string("good = 1\n") + line + "\nb = 2"); });
    CHECK(message.find(": expected an option and its value a line, found \"") != message.npos);
  }
  CHECK(error_message([] {
          read(std::string(100'001, '#'));
        }).ends_with("expected at most 100000 bytes of options, found 100001"));
  CHECK(error_message([] { read_settings("nowhere.toml"); }) ==
        "cannot read nowhere.toml: no such file");
}
