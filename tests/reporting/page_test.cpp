#include <tweed/reporting/contact_sheet.hpp>
#include <tweed/reporting/curve_sections.hpp>
#include <tweed/reporting/html_image.hpp>
#include <tweed/reporting/label_picture.hpp>
#include <tweed/reporting/number_section.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace tweed;
using namespace tweed::reporting;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string encoded(const std::string& text) {
  return base64(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace

TEST_CASE("numbers as people read them") {
  CHECK(fixed(0.27906, 4) == "0.2791");
  CHECK(fixed(-1e300, 0).size() == 302);
  CHECK(shortest(0.001) == "0.001");
  CHECK(significant(1234.567) == "1235");
  CHECK(significant(0.0123456) == "0.01235");
  CHECK(significant(9.8) == "9.800");
  CHECK(significant(0.0) == "0");
  CHECK(significant(1e-20) == "1.000e-20");
  CHECK(percent(0.8998, 2) == "89.98 %");
  CHECK(grouped(1447946) == "1,447,946");
  CHECK(clock_time(83) == "1:23");
  CHECK(clock_time(3700) == "1:01:40");
  CHECK(clock_time(0.2) == "0:00");
  CHECK(align_left("ab", 4) + align_right("c", 2) + align_left("long", 2) == "ab   clong");
}

TEST_CASE("text is escaped on its way into a page") {
  CHECK(html_text("<b> & \"x\" 'y'") == "&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;");
  CHECK(html_text("5 %") == "5&nbsp;%");
  CHECK(html_element("p", "a", "<i>") == "<p class=\"a\"><i></p>\n");
  Report report{.title = "<t>", .headline = "<h>", .lead = "<l>", .figures = {{"<1>", "<n>"}}};
  report.add({.heading = "<s>", .about = "<a>", .html = "<em>kept</em>"});
  report.add({.heading = "left out", .about = "it is empty", .html = ""});
  const std::string html = report.html();
  for (const char* const raw : {"<t>", "<h>", "<l>", "<1>", "<n>", "<s>", "<a>", "left out"}) {
    CAPTURE(raw);
    CHECK_FALSE(contains(html, raw));
  }
  CHECK(contains(html, "<em>kept</em>"));
  CHECK(html.starts_with("<!doctype html>"));
  CHECK(html.ends_with("</html>\n"));

  HtmlTable table{.headings = {"<run>", "x"}, .rows = {{"a", "1"}, {"b", "<2>"}}, .best = 1};
  CHECK(contains(table.html(), "&lt;run&gt;"));
  CHECK(contains(table.html(), "<b>&lt;2&gt;</b>"));
}

TEST_CASE("a report is written whole") {
  const tests::TemporaryDirectory folder;
  const Report report{.title = "title"};
  report.write(folder / "report.html");
  CHECK(tests::read_file(folder / "report.html") == report.html());
}

TEST_CASE("base64 as in RFC 4648") {
  CHECK(encoded("") == "");
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foobar") == "Zm9vYmFy");
}

TEST_CASE("a chart draws what is finite, whatever its range") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Scale scale : {Scale::linear, Scale::logarithmic, Scale::percent, Scale::fitted}) {
    for (const std::vector<Point>& line :
         std::vector<std::vector<Point>>{{},
                                         {{1, 1}},
                                         {{1, 0}, {2, 0}},
                                         {{1, nan}, {2, infinity}, {3, 0.5}},
                                         {{1, -1e308}, {2, 1e308}},
                                         {{1, 1e-300}, {2, 1e-12}},
                                         {{5, 7.5}, {5, 7.5}}}) {
      for (const Drawn drawn : {Drawn::line, Drawn::dotted_line, Drawn::points, Drawn::bars}) {
        const std::string html =
            html_chart({.title = "<a>",
                        .scale = scale,
                        .curves = {{.name = "b", .line = line, .drawn = drawn}}});
        CHECK(contains(html, "&lt;a&gt;"));
        CHECK_FALSE(contains(html, "nan"));
        CHECK_FALSE(contains(html, "inf"));
        CHECK(html.size() < 20000);
      }
    }
  }
  const Chart two{.title = "two",
                  .curves = {{.name = "<x>", .line = {{1, 1}, {2, 3}}},
                             {.name = "y", .line = {{1, 2}, {2, 4}}}}};
  CHECK(contains(html_chart(two), "&lt;x&gt;"));
  CHECK(contains(html_chart(two), "class=\"c1\" points=\"46.0,"));
}

TEST_CASE("curves are means of neighbours, with their spread") {
  const Curve curve = smooth_curve("a", std::vector<double>{1, 3, 5, 7, 9}, 150);
  REQUIRE(curve.line.size() == 3);
  CHECK(curve.line[0].x == 2);
  CHECK(curve.line[0].y == 2);
  CHECK(curve.lower[1].y == 5);
  CHECK(curve.upper[1].y == 7);
  CHECK(curve.line[2].y == 9);

  const Curve bars = histogram("b", std::vector<double>{0, 0, 0.1, 31, std::nan("")});
  double sum = 0.0;
  for (const Point& point : bars.line) sum += point.y;
  CHECK(sum == 4);
  CHECK(bars.line.front().y == 3);
  CHECK(bars.line.back().y == 1);
}

TEST_CASE("curves of a history: what does not apply is left out") {
  History history;
  CHECK(curves_section(history).html.empty());
  history.steps = {{2.0, 0.0, 0.1}, {1.0, 0.0, 0.1}};
  std::string html = curves_section(history).html;
  CHECK(contains(html, "Loss"));
  CHECK_FALSE(contains(html, "Accuracy"));
  CHECK_FALSE(contains(html, "Learning rate"));
  history.steps[1] = {-1.0, 0.5, 0.05};  // a loss need not be above 0
  history.validations = {{2, 1.5, 0.25}};
  html = curves_section(history).html;
  CHECK(contains(html, "Accuracy"));
  CHECK(contains(html, "Learning rate"));
  CHECK(contains(html, "validation"));
}

TEST_CASE("samples as pictures") {
  const std::vector<float> ramp{-1, 0, 1, 3};
  CHECK(picture_of(ramp, {2, 2, 1}).pixels == std::vector<std::uint8_t>{0, 64, 128, 255});
  CHECK(picture_of(ramp, {1, 2, 2}).pixels == std::vector<std::uint8_t>{0, 255});
  CHECK(picture_of(std::vector<float>{2, 2}, {1, 2, 1}).pixels == std::vector<std::uint8_t>{0, 0});
  const Brightness range = brightness_of(ramp, {2, 2, 1});
  CHECK(range.white == 3);
  CHECK(picture_of(std::vector<float>{-2, 1, 9}, {1, 3, 1}, range).pixels ==
        std::vector<std::uint8_t>{0, 128, 255});
  CHECK(picture_of(std::vector<float>{1, std::nanf("")}, {1, 2, 1}).pixels ==
        std::vector<std::uint8_t>{0, 0});
  const Dataset<> bytes{{1, 2, 1}, {1, 2, 3, 4}, {0, 1}, {"a", "b"}};
  CHECK(sample_image(bytes, 1)->pixels == std::vector<std::uint8_t>{3, 4});
  const Dataset<float> vectors{{1, 1, 2}, {1, 2}, {0}, {}};
  CHECK_FALSE(sample_image(vectors, 0));
  CHECK(page_sized(Image{{400, 100, 1}, std::vector<std::uint8_t>(40000)}).shape ==
        Shape{192, 48, 1});

  const Image labels = label_picture(std::vector<Label>{0, 1, -1, 12}, 2, 2, 20);
  CHECK(labels.pixels[6] == 255);  // no class
  CHECK(labels.pixels[9] == class_colour(12)[0]);
  const Image masks = mask_picture(std::vector<float>{1, 0, 1, 1, 0, 0}, {1, 3, 2}, 0.5F);
  CHECK(masks.pixels[0] == class_colour(1)[0]);
  CHECK(masks.pixels[3] == (class_colour(1)[0] + class_colour(2)[0]) / 2);
  CHECK(masks.pixels[6] == class_colour(0)[0]);
}

TEST_CASE("a contact sheet has pictures in rows of five") {
  const Dataset<> data{
      {4, 4, 1}, std::vector<std::uint8_t>(7 * 16, 200), {0, 1, 0, 1, 0, 1, 0}, {"dark", "light"}};
  const auto images = first_images(data, 20);
  REQUIRE(images.size() == 7);
  CHECK(images[1].caption == "light");
  const Image sheet = contact_sheet(images);
  CHECK(sheet.shape == Shape{2 * (112 + 8 + 20 + 24) + 24, 5 * (112 + 24) + 24, 1});
  CHECK(sheet.pixels[static_cast<std::size_t>(30 * sheet.shape.width + 30)] == 200);
  const std::string text = terminal_sheet(images, 80);
  CHECK(contains(text, "\x1b[38;2;200;200;200m\x1b[48;2;200;200;200m\u2580"));
  CHECK(contains(text, "dark lightdark lightdark \n"));
  CHECK(terminal_sheet({}, 80).empty());
}
