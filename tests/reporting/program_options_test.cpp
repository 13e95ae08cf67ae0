#include <tweed/reporting/program_options.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

struct Wanted {
  Index steps = 100;
  std::optional<Index> epochs = {};
  std::string optimizer = "adam";
  double momentum = 0.9;
  double decay = 0.0;
  std::string decay_of = "all";
  std::vector<Index> widths = {8, 16};
  std::string out = "runs";
};

using Option = ProgramOption<Wanted>;
using Given = std::map<std::string, std::string>;

ProgramOptions<Wanted> options() {
  Option out("out", "DIR", "Where", &Wanted::out, strict::OneOf{{"runs", "other"}});
  out.has_influence = false;
  const Option steps("steps", "N", "Batches", &Wanted::steps, strict::Whole{1, 1000});
  return ProgramOptions<Wanted>(
      {{Option("epochs", "N", "Times", &Wanted::epochs, strict::Whole{1, 9}).instead("steps"),
        steps.instead("epochs").told_as(
            [](const Wanted& s) { return s.epochs ? "" : reporting::value_text(s.steps); })},
       {{"optimizer", "NAME", "Which", &Wanted::optimizer, strict::OneOf{{"adam", "sgd", "muon"}}},
        Option("momentum", "X", "Of it", &Wanted::momentum, strict::Real{})
            .where("optimizer", {"sgd", "muon"}),
        {"decay", "X", "How much", &Wanted::decay, strict::Real{}},
        Option("decay-of", "NAME", "What", &Wanted::decay_of, strict::OneOf{{"all", "kernels"}})
            .where("decay", {})
            .untold_if("all"),
        {"widths", "N,...", "Filters", &Wanted::widths, strict::ListOf{strict::Whole{1, 99}}},
        out}});
}

auto in(const Given& given) {
  return [given](const std::string& name) -> std::optional<std::string> {
    const auto found = given.find(name);
    return found == given.end() ? std::nullopt : std::optional(found->second);
  };
}

Wanted read(const NamedTexts& texts) {
  Wanted settings;
  for (const auto& [name, text] : texts) options().at(name, "test").read(settings, text);
  return settings;
}

}  // namespace

TEST_CASE("program options: the help says what is usual") {
  std::string help;
  for (const Option& option : options()) help += option.help + '\n';
  CHECK(help ==
        "Times\nBatches [100]\nWhich [adam]\nOf it [0.9]\nHow much [0]\nWhat [all]\nFilters "
        "[8,16]\nWhere [runs]\n");
}

TEST_CASE("program options: what has an influence and an effect is told, and read again") {
  const NamedTexts usual{
      {"steps", "100"}, {"optimizer", "adam"}, {"decay", "0"}, {"widths", "8,16"}};
  CHECK(options().told({}) == usual);
  const NamedTexts all{{"epochs", "3"},  {"optimizer", "sgd"},    {"momentum", "0.5"},
                       {"decay", "0.1"}, {"decay-of", "kernels"}, {"widths", "4"}};
  const Wanted settings = read(all);
  CHECK(settings.widths == std::vector<Index>{4});
  CHECK(options().told(settings) == all);
  CHECK(error_message([] {
          read({{"steps", "0"}});
        }) == "expected a whole number from 1 to 1000, found '0'");
  CHECK(error_message([] { read({{"step", "1"}}); }) == "test: unknown option 'step'");
}

TEST_CASE("program options: a command line goes before a file") {
  const NamedTexts file{
      {"epochs", "3"}, {"optimizer", "sgd"}, {"momentum", "0.5"}, {"decay", "0.1"}};
  const auto left = [&](const Given& given) {
    std::string names;
    for (const auto& [name, text] : options().beside(file, "file", in(given))) names += name + ' ';
    return names;
  };
  CHECK(left({}) == "epochs optimizer momentum decay ");
  CHECK(left({{"decay", "0.2"}}) == "epochs optimizer momentum ");
  CHECK(left({{"steps", "5"}}) == "optimizer momentum decay ");
  CHECK(left({{"optimizer", "muon"}}) == "epochs momentum decay ");
  CHECK(left({{"optimizer", "adam"}}) == "epochs decay ");
  CHECK(error_message([] {
          options().beside({{"x", "1"}}, "a.toml", in({}));
        }) == "a.toml: unknown option 'x'");
}

TEST_CASE("program options: what was given without effect is refused") {
  const auto message = [](const NamedTexts& texts) {
    return error_message([&] { options().check(read(texts), in({texts.begin(), texts.end()})); });
  };
  CHECK(message({{"optimizer", "sgd"}, {"momentum", "0.5"}}) == "");
  CHECK(message({{"momentum", "0.5"}}) ==
        "--momentum: it has no effect with --optimizer adam, it is for sgd or muon");
  CHECK(message({{"decay-of", "kernels"}}) == "--decay-of: it has no effect with --decay 0");
}
