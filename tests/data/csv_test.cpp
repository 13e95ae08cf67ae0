#include <tweed/data/csv.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::TemporaryDirectory;
using tests::write_file;

namespace {

using Texts = std::vector<std::string>;

template <class Read>
auto read_from(const std::string& text, const Read& read) {
  const TemporaryDirectory folder;
  write_file(folder / "data.csv", text);
  return read(folder / "data.csv");
}

/// The error, without the path in front.
template <class Read>
std::string message(const std::string& text, const Read& read) {
  return read_from(text, [&](const std::filesystem::path& path) {
    const std::string said = error_message([&] { read(path); });
    return said.starts_with(path.string() + ": ") ? said.substr(path.string().size() + 2)
                                                  : "ANOTHER BEGINNING: " + said;
  });
}

const auto as_table = [](const auto& path) { return CsvTable(path); };
const auto to_y = [](const auto& path) { return datasets::regression_csv(path, {"y"}); };
const auto by_kind = [](const auto& path) { return datasets::labelled_csv(path, "kind"); };

}  // namespace

TEST_CASE("regression_csv: the named columns are targets, all others inputs") {
  const auto data = read_from("a,y,b,z\n1,2,3,4\n-5.5,6e2,.25,8\n", [](const auto& path) {
    return datasets::regression_csv(path, {"z", "y"});
  });
  CHECK(data.shape == Shape{1, 1, 2});
  CHECK(data.size() == 2);
  CHECK(data.outputs == 2);
  CHECK(data.samples == std::vector<float>{1, 3, -5.5F, 0.25F});
  CHECK(data.targets == std::vector<float>{4, 2, 8, 600});
}

TEST_CASE("labelled_csv: the classes are the texts of a column, in order") {
  const auto data = read_from("x,kind,y\n1,pear,2\n3,apple,4\n5,pear,6\n", by_kind);
  CHECK(data.shape == Shape{1, 1, 2});
  CHECK(data.class_names == Texts{"apple", "pear"});
  CHECK(data.labels == std::vector<Label>{1, 0, 1});
  CHECK(data.images == std::vector<float>{1, 2, 3, 4, 5, 6});
  const auto classes = [](const std::string& rows) {
    return read_from("x,kind\n" + rows, by_kind).class_names;
  };
  CHECK(classes("0,10\n0,9\n0,b\n0,a\n0,9\n") == Texts{"9", "10", "a", "b"});
  CHECK(classes("0,2\n0,10\n0,-1\n0,+1\n") == Texts{"-1", "+1", "2", "10"});
  CHECK(classes("0,10.0\n0,2.0\n0,1e1\n0,-3.5\n0,-20\n") ==
        Texts{"-20", "-3.5", "2.0", "10.0", "1e1"});
  const auto again = read_from("x,kind\n0,pear\n", [&](const auto& path) {
    return datasets::labelled_csv(path, "kind", data.class_names);
  });
  CHECK(again.labels == std::vector<Label>{1});
  const auto twice = read_from("x,kind\n0,pear\n0,apple\n0,plum\n", [&](const auto& path) {
    return datasets::labelled_csv(path, "kind", {"apple", "apple", "pear", "plum"});
  });
  CHECK(twice.labels == std::vector<Label>{2, 0, 3});
  CHECK(message("x,kind\n0,plum\n", [&](const auto& path) {
          return datasets::labelled_csv(path, "kind", data.class_names);
        }) == "line 2, column \"kind\": expected a class, found \"plum\"");
}

TEST_CASE("CsvTable: quotes, blanks, line ends and empty lines") {
  const auto table = read_from(
      "\xEF\xBB\xBF"
      "a , \"b, c\",\"d \"\"e\"\"\"\r\n\r\n 1 ,\" two \" , three four\n\n,\"\",\n7,8,9",
      as_table);
  CHECK(table.names() == Texts{"a", "b, c", "d \"e\""});
  REQUIRE(table.rows() == 3);
  CHECK(table.text(0, 0) == "1");
  CHECK(table.text(0, 1) == " two ");
  CHECK(table.text(0, 2) == "three four");
  CHECK(table.text(1, 0).empty());
  CHECK(table.text(1, 2).empty());
  CHECK(table.number(2, 2) == 9.0F);
}

TEST_CASE("CSV: what is wrong is refused with its place") {
  CHECK(message("x,y\n1,2\n3\n", to_y) == "line 3: expected 2 fields, found 1");
  CHECK(message("x,y\n1,2,\n", to_y) == "line 2: expected 2 fields, found 3");
  for (const char* field : {"one", "", "1.5x", "0x10", "nan", "inf", "1e999", "-1e999", "+", "++1",
                            "+-1", "+nan", "1 2", "1e", "0.5f"}) {
    CHECK(message(std::string("x,y\n\n1,2\n3,") + field + '\n', to_y) ==
          std::string("line 4, column \"y\": expected a number, found \"") + field + "\"");
  }
  CHECK(message("x;y\n1;2,5\n",
                [](const auto& path) {
                  return datasets::regression_csv(path, {"y"}, {.separator = ';'});
                }) ==
        "line 2, column \"y\": expected a number, found \"2,5\"; "
        "write it with a decimal point");
  CHECK(message("x,kind\n1,\n2,v\n", by_kind) ==
        "line 2, column \"kind\": expected a class, found \"\"");
  CHECK(message("x,kind\n1,\"\"\n2,v\n", [](const auto& path) {
          return datasets::labelled_csv(path, "kind", {"", "v"});
        }) == "line 2, column \"kind\": expected a class, found \"\"");
  CHECK(message("x,Y\n1,2\n", to_y) == "expected a column \"y\", found \"x\", \"Y\"");
  CHECK(
      message("1,2,3,4,5,6,7,8,9\n", to_y) ==
      "expected a column \"y\", found \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", ...");
  CHECK(message("y\n1\n", to_y) == "expected more columns than what is to be predicted");
  CHECK(message("x,y\n", to_y) == "expected rows below the columns' names, found none");
  CHECK(message("x,kind\n", by_kind) == "expected rows below the columns' names, found none");
  CHECK(message("x,y\n1,2\n", [](const auto& path) {
          return datasets::regression_csv(path, {});
        }) == "expected a column to be predicted, none was named");
  CHECK(message("", as_table) == "expected a line with the names of the columns, found nothing");
  CHECK(message("\n \n", as_table) ==
        "expected a line with the names of the columns, found nothing");
  CHECK(message("x,y,x\n", as_table) == "two columns named \"x\"");
  for (const char* line : {"\"1,2", "\"1\"2,3", "1\"2\",3", "\"1\"\",2"}) {
    CHECK(message(std::string("x,y\n") + line + '\n', as_table) ==
          "line 2: a quote out of place; quotes stand around a whole field, in one line");
  }
  const TemporaryDirectory folder;
  CHECK(error_message([&] { CsvTable(folder / "none.csv"); }) ==
        "cannot read " + (folder / "none.csv").string() + ": no such file");
}

TEST_CASE("CSV: numbers with a plus, and numbers next to 0") {
  // What numpy.float32 makes of what pandas reads.
  const auto numbers = read_from(
      "x,y\n+0.5,1e-50\n+.5,-1e-50\n+5e+0,1e-45\n1e-400,7.1e-46\n-1e-999999,6.9e-46\n", to_y);
  CHECK(numbers.samples == std::vector<float>{0.5F, 0.5F, 5.0F, 0.0F, 0.0F});
  CHECK(numbers.targets == std::vector<float>{0.0F, 0.0F, 0x1p-149F, 0x1p-149F, 0.0F});
}

TEST_CASE("CSV: other separators are an option") {
  const auto read = [](const std::string& text, char separator) {
    return read_from(text, [=](const auto& path) {
      return datasets::labelled_csv(path, "kind", {}, {.separator = separator});
    });
  };
  for (const char separator : {',', ';', '\t', '|', ' '}) {
    std::string text = "a;kind;\"b;\"\n1;u;2\n3;\"v\";4\n";
    std::ranges::replace(text, ';', separator);
    const auto data = read(text, separator);
    CHECK(data.class_names == Texts{"u", "v"});
    CHECK(data.images == std::vector<float>{1, 2, 3, 4});
  }
  CHECK(read("sep=;\r\na;kind\r\n1;u\r\n", ';').size() == 1);
  CHECK(read("\xEF\xBB\xBFsep=,\na,kind\n1,u\n", ',').size() == 1);
  const auto empty = read_from("a\tb\tc\n\t\t\n1\t\t 2\n", [](const auto& path) {
    return CsvTable(path, {.separator = '\t'});
  });
  REQUIRE(empty.rows() == 2);
  CHECK(empty.text(0, 2).empty());
  CHECK(empty.text(1, 1).empty());
  CHECK(empty.text(1, 2) == "2");
  for (const char separator : {'"', '\n', '\r'}) {
    CHECK(error_message([=] { CsvTable("none", {.separator = separator}); }) ==
          "CSV: the separator is a quote or the end of a line");
  }
}

TEST_CASE("CSV: what another separator, line end or encoding is, and what to do") {
  const std::string commas = "line 1: expected columns separated by commas, found ";
  CHECK(message("a;label\n1;u\n", as_table) ==
        commas + "semicolons; set CsvOptions::separator to ';'");
  CHECK(message("\"a\";\"b, c\"\n1;2\n", as_table) ==
        commas + "semicolons; set CsvOptions::separator to ';'");
  CHECK(message("a\tb|c\td\n1\t2\t3\n", as_table) ==
        commas + "tabs; set CsvOptions::separator to '\\t'");
  CHECK(message("a|b\n1|2\n", as_table) ==
        commas + "vertical bars; set CsvOptions::separator to '|'");
  CHECK(message("sep=;\r\na;b\r\n", as_table) ==
        commas + "semicolons; set CsvOptions::separator to ';'");
  CHECK(message("sep=:\na:b\n", as_table) == commas + "\":\"; set CsvOptions::separator to ':'");
  CHECK(
      message("a,b\n1,2\n", [](const auto& path) { return CsvTable(path, {.separator = ';'}); }) ==
      "line 1: expected columns separated by semicolons, found commas; "
      "set CsvOptions::separator to ','");
  CHECK(read_from("\"a;b\"\n1\n", as_table).names() == Texts{"a;b"});

  const std::string old_mac =
      ": found the end of a line as old Macs wrote it, CR alone; expected LF or CR LF, please "
      "convert the file";
  CHECK(message("a,b\r1,2\r", as_table) == "line 1" + old_mac);
  CHECK(message("a,b\n1,2\r3,4\n", as_table) == "line 2" + old_mac);
  for (const std::string mark : {"\xFF\xFE", "\xFE\xFF"}) {
    CHECK(message(mark + std::string("a\0,\0b\0", 6), as_table) ==
          "expected text in UTF-8, found UTF-16, by its byte order mark; please convert it");
  }
  CHECK(message(std::string("a\0,\0b\0", 6), as_table) ==
        "expected text in UTF-8, found a byte of 0, as in UTF-16, compressed files and "
        "spreadsheets' own formats; please convert it");
}
