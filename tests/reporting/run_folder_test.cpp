#include <tweed/augment/random_crop.hpp>
#include <tweed/reporting/compare.hpp>
#include <tweed/reporting/history_file.hpp>
#include <tweed/reporting/run_folder.hpp>
#include <tweed/tweed.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::read_file;
using tests::TemporaryDirectory;

namespace {

using Net = Sequential<Input<6, 6, 1>, Conv2D<4, 3>, ReLU, Flatten, Dropout<0.2>, Dense<3>>;

const Dataset<> train_data = tests::bars(23, 6, 3, 1);
const Dataset<> test_data = tests::bars(12, 6, 3, 2);

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What a run printed, and what it threw if it was interrupted.
struct Printed {
  std::string text;
  std::vector<std::string> warnings = {};
  std::string interruption = {};
};

/// What recipes add to a training.
struct Extras {
  AnyAugmentation augmentation = {};
  std::optional<WeightAverage> average = {};
  TestTimeViews views = {};
};

/// A run of 20 steps in `folder`, ended by a signal in step `interrupted_in`, if that is given.
Printed go(const std::filesystem::path& folder, bool resume, NamedTexts settings = {{"a", "1"}},
           Index interrupted_in = 0, const Extras& extras = {}) {
  std::ostringstream out;
  Printed printed;
  RunFolder run(folder,
                {.resume = resume,
                 .checkpoint_every = 6,
                 .title = "Bars <&>",
                 .settings = std::move(settings),
                 .files = {{"notes.txt", "kept"}},
                 .how_to_go_on = "go on",
                 .out = &out,
                 .on_warning = [&](const std::string& line) { printed.warnings.push_back(line); }});
  Model<Net> model{1};
  Training training(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, train_data, test_data,
                    {.batch_size = 4,
                     .steps = 20,
                     .threads = 1,
                     .augmentation = extras.augmentation,
                     .schedule = CosineSchedule{},
                     .average = extras.average,
                     .on_step = [&](const StepReport& step) {
                       if (step.step == interrupted_in) std::raise(SIGINT);
                     }});
  try {
    run.train(training);
    run.finish(model, SoftmaxCE{}, test_data, {.threads = 1, .views = extras.views});
  } catch (const Interrupted& interruption) {
    printed.interruption = interruption.what();
  }
  printed.text = out.str();
  return printed;
}

}  // namespace

TEST_CASE("a run leaves its files, and a report of what applies") {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  const Printed first = go(run, false);
  for (const char* const name :
       {"model.safetensors", "metrics.json", "history.csv", "events.out.tfevents.tweed",
        "report.html", "checkpoint-18.safetensors", "checkpoint-20.safetensors", "notes.txt"}) {
    CAPTURE(name);
    CHECK(std::filesystem::exists(run / name));
  }
  CHECK(tests::files_in(run) == 8);
  CHECK(read_file(run / "notes.txt") == "kept");
  CHECK(contains(first.text, "step 20/20  loss "));
  CHECK(contains(first.text, " images/s  "));
  CHECK(contains(first.text, "Test on 12 images: loss "));
  CHECK(contains(first.text, "Wrote "));
  CHECK(read_history(run / "history.csv").steps.size() == 20);

  const std::string html = read_file(run / "report.html");
  for (const char* const part :
       {"Bars &lt;&amp;&gt;", "it had never seen", "What to try next", "How it learned",
        "Learning rate", "What it mixes up", "Class by class", "Its surest mistakes",
        "What the first convolution looks for", "The network", "Where the time goes",
        "Settings and machine", "<dt>A</dt>", "beta1 0.9"}) {
    CAPTURE(part);
    CHECK(contains(html, part));
  }
  for (const char* const part : {"What it predicts", "What it makes of images", "nan", "<&>",
                                 "What averaging brings", "What it trains with"}) {
    CAPTURE(part);
    CHECK_FALSE(contains(html, part));
  }

  const auto metrics = read_run(run).metrics;
  CHECK(metrics.best.key == "test_accuracy");
  CHECK(metrics.steps == 20);
  CHECK(metrics.batch_size == 4);
  CHECK(metrics.optimizer == "adam");
  CHECK(metrics.learning_rate == 0.01);
  CHECK(metrics.seconds.has_value());
  Model<Net> model;
  const ModelInfo info = load_model(model, run / "model.safetensors");
  CHECK(info.class_names == std::vector<std::string>{"0", "1", "2"});
  CHECK(info.preprocessing->scale == doctest::Approx(1.0 / 255));

  // A finished run stays; what was removed comes back, without times.
  const std::string report = read_file(run / "report.html");
  CHECK(contains(go(run, true).text, "is finished: nothing to do"));
  CHECK(read_file(run / "report.html") == report);
  const std::string history = read_file(run / "history.csv");
  std::filesystem::remove(run / "history.csv");
  CHECK_FALSE(contains(go(run, true).text, "report.html"));
  CHECK(read_file(run / "history.csv") == history);
  std::filesystem::remove(run / "model.safetensors");
  CHECK(contains(go(run, true).text, "report.html"));
  CHECK_FALSE(read_run(run).metrics.seconds.has_value());
}

TEST_CASE("a run that was interrupted and resumed ends in the same bytes") {
  const TemporaryDirectory folder;
  go(folder / "whole", false);
  const Printed begun = go(folder / "parts", false, {{"a", "1"}}, 4);
  CHECK(begun.interruption == "interrupted after step 4; go on with: go on");
  CHECK(std::filesystem::exists(folder / "parts" / "checkpoint-4.safetensors"));
  CHECK_FALSE(std::filesystem::exists(folder / "parts" / "report.html"));
  CHECK_FALSE(go(folder / "parts", true, {{"a", "1"}}, 15).interruption.empty());
  tests::write_file(folder / "parts" / "checkpoint-15.safetensors", "damaged");
  const Printed resumed = go(folder / "parts", true);
  REQUIRE(resumed.warnings.size() == 1);
  CHECK(contains(resumed.warnings[0], "checkpoint-15.safetensors: damaged: "));
  CHECK(contains(resumed.text, "Resumed after step 12\n"));
  for (const char* const name : {"model.safetensors", "history.csv", "checkpoint-18.safetensors",
                                 "checkpoint-20.safetensors"}) {
    CAPTURE(name);
    CHECK(read_file(folder / "parts" / name) == read_file(folder / "whole" / name));
  }
}

TEST_CASE("a run with averages is tested without them as well, and shows augmentation") {
  const Extras extras{.augmentation = RandomCrop{.padding = 2},
                      .average = WeightAverage{.decay = 0.9},
                      .views = mirrored_views()};
  const TemporaryDirectory folder;
  const Printed whole = go(folder / "whole", false, {}, 0, extras);
  const std::string html = read_file(folder / "whole" / "report.html");
  for (const char* const part :
       {"What averaging brings", "averaged weights, mean over 2 views",
        "weights of the last step, mean over 2 views", "averaged weights, each sample as it is",
        "What it trains with", "training image 17, changed"}) {
    CAPTURE(part);
    CHECK(contains(html, part));
  }
  CHECK(contains(whole.text, "With weights of the last step, mean over 2 views: loss "));

  // What is resumed after its last step still knows the weights of that step.
  const Printed ended = go(folder / "parts", false, {}, 20, extras);
  CHECK_FALSE(ended.interruption.empty());
  go(folder / "parts", true, {}, 0, extras);
  const auto others_of = [&](const char* name) {
    const std::string metrics = read_file(folder / name / "metrics.json");
    const auto begin = metrics.find("\"other_tests\"");
    REQUIRE(begin != std::string::npos);
    return metrics.substr(begin, metrics.find("\"classes\"") - begin);
  };
  CHECK(contains(others_of("whole"), "\"raw_weights\""));
  CHECK(contains(others_of("whole"), "\"single_view\""));
  CHECK(others_of("parts") == others_of("whole"));
}

TEST_CASE("images that augmentation changes are from all over the data, always the same") {
  Model<Net> model{1};
  FitOptions options{.batch_size = 4, .threads = 1, .augmentation = RandomCrop{.padding = 2}};
  const auto shown = [&] {
    const Training training(model, SoftmaxCE{}, Adam{}, train_data, test_data, options);
    return reporting::augmented_images(training);
  };
  const auto images = shown();
  REQUIRE(images.size() == 4);
  CHECK(images[3].sample == 17);
  const auto sample = std::span(train_data.images).subspan(17 * 36, 36);
  CHECK(std::ranges::equal(images[3].before.pixels, sample));
  REQUIRE(images[3].after.size() == 5);
  CHECK(images[3].after[0].pixels != images[3].after[1].pixels);
  CHECK(shown()[3].after[4].pixels == images[3].after[4].pixels);
  options.augmentation = {};
  CHECK(shown().empty());
}

TEST_CASE("a run of other settings is not resumed, and a new one begins anew") {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  go(run, false, {{"rate", "2"}, {"size", "3"}});
  CHECK(contains(error_message([&] {
                   go(run, true, {{"rate", "2"}, {"size", "4"}});
                 }),
                 "checkpoint-20.safetensors: it is of another run: expected size 4, found size 3"));
  CHECK(contains(error_message([&] {
                   go(run, true, {{"rate", "2"}});
                 }),
                 "expected no further setting, found size 3"));
  CHECK(contains(error_message([&] { go(run, true, {}); }),
                 "expected no further setting, found rate 2"));
  CHECK(contains(go(folder / "new", true).text, "No checkpoint in "));
  CHECK(contains(go(run, false, {{"rate", "9"}}).text, "step 20/20"));
}

TEST_CASE("what cannot be written is refused before training") {
  const TemporaryDirectory folder;
  tests::write_file(folder / "file", "");
  CHECK(contains(error_message([&] { RunFolder(folder / "file"); }), "cannot create the folder "));
  std::filesystem::create_directories(folder / "taken" / "metrics.json");
  CHECK(contains(error_message([&] { RunFolder(folder / "taken"); }), "cannot write "));
  CHECK(contains(error_message([&] {
                   RunFolder(folder / "run", {.files = {{"../notes", ""}}});
                 }),
                 "expected the name of a file"));
  RunFolder run(folder / "run");
  CHECK(error_message([&] { run.finish(Model<Net>{}, SoftmaxCE{}, test_data, {.threads = 1}); }) ==
        "RunFolder: `finish` comes after `train`");
}

TEST_CASE("a regression's report has what applies, and the program's own section") {
  using Line = Sequential<Input<2>, Dense<1>>;
  const TemporaryDirectory folder;
  RegressionDataset<float> data{.shape = {1, 1, 2}, .samples = {}, .outputs = 1, .targets = {}};
  for (int i = 0; i < 30; ++i) {
    const float x = static_cast<float>(i) / 30.0F;
    data.samples.insert(data.samples.end(), {x, 1.0F - x});
    data.targets.push_back(2.0F * x);
  }
  std::ostringstream out;
  RunFolder run(
      folder / "line",
      {.outputs = {{"price"}},
       .how = [](const Advice&) { return std::string("do --this"); },
       .on_report =
           [](Report& report) { report.add({.heading = "Mine", .about = "", .html = "<p></p>"}); },
       .out = &out});
  Model<Line> model{1};
  Training training(model, MeanSquaredError{}, SGD{}, data,
                    {.batch_size = 5, .epochs = 30, .threads = 1});
  run.train(training);
  const TestResult result = run.finish(model, MeanSquaredError{}, data, {.threads = 1});
  CHECK(result.measure("test_mae") < 1.0);
  CHECK_FALSE(contains(out.str(), "accuracy"));
  const std::string html = read_file(folder / "line" / "report.html");
  for (const char* const part : {"It predicts the price to within ", "What it predicts", "Mine",
                                 "<span>--this</span>", "root mean squared error"}) {
    CAPTURE(part);
    CHECK(contains(html, part));
  }
  for (const char* const part :
       {"Accuracy", "What it mixes up", "first convolution", "surest mistakes"}) {
    CAPTURE(part);
    CHECK_FALSE(contains(html, part));
  }

  // Runs of one kind are compared.
  out.str("");
  compare({folder / "line", folder / "line"}, folder / "seen" / "page.html", "Lines", out);
  CHECK(contains(out.str(), "root mean squared error"));
  CHECK(contains(read_file(folder / "seen" / "page.html"), "is ahead with "));
  CHECK_FALSE(contains(read_file(folder / "seen" / "page.html"), "Accuracy"));
  go(folder / "bars", false);
  CHECK(contains(error_message([&] {
                   compare({folder / "line", folder / "bars"}, folder / "page.html", "", out);
                 }),
                 "compare runs of one kind"));
  CHECK(contains(error_message([&] { compare({folder / "none"}, folder / "p", "", out); }),
                 "none/metrics.json: no such file"));
  CHECK(contains(error_message([&] { compare({}, folder / "p", "", out); }), "found none"));
  tests::write_file(folder / "bars" / "metrics.json", "{\"test_accuracy\": \"high\"}");
  CHECK(contains(error_message([&] { read_run(folder / "bars"); }),
                 "metrics.json: expected a number \"test_accuracy\", as a run writes it"));
  tests::write_file(folder / "bars" / "metrics.json", "{\"test_accuracy\"");
  CHECK(contains(error_message([&] { read_run(folder / "bars"); }), ": expected a JSON object"));
}
