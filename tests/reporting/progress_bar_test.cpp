#include <tweed/reporting/progress_bar.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace tweed;

namespace {

StepReport step(Index number, Index steps, double loss, Index correct) {
  return {.step = number, .steps = steps, .batch = {.loss = loss, .correct = correct, .count = 4}};
}

}  // namespace

TEST_CASE("progress in plain lines, one every so many steps and one at the end") {
  std::ostringstream out;
  {
    ProgressBar progress({.out = &out, .counted = "images", .lines_every = 2});
    for (Index i = 1; i <= 5; ++i) progress.show(step(i, 5, 8.0, 2));
    CHECK(progress.log().steps_done() == 5);
    CHECK(progress.log().step_seconds().size() == 5);
    CHECK(progress.log().recent().mean_loss() == 2.0);
  }
  const std::string text = out.str();
  CHECK(text.find('\r') == std::string::npos);
  CHECK(std::ranges::count(text, '\n') == 3);
  CHECK(text.find("step 2/5  loss 2.0000  accuracy 50.00 %  ") == 0);
  CHECK(text.find(" images/s  ") != std::string::npos);
  CHECK(text.find("\nstep 5/5  ") != std::string::npos);
  CHECK(text.ends_with(" in all\n"));
}

TEST_CASE("no accuracy where nothing was ever right") {
  std::ostringstream out;
  ProgressBar progress({.out = &out, .lines_every = 1});
  progress.show(step(1, 3, 4.0, 0));
  CHECK(out.str().find("accuracy") == std::string::npos);
  CHECK(out.str().find(" samples/s  ") != std::string::npos);
  progress.show(step(2, 3, 4.0, 1));
  CHECK(out.str().find("accuracy 12.50 %") != std::string::npos);
}

TEST_CASE("a bar is redrawn in place, in the columns that there are") {
  for (const int columns : {1, 2, 20, 40, 70, 200}) {
    std::ostringstream out;
    {
      ProgressBar progress({.out = &out, .columns = columns});
      for (Index i = 1; i <= 100; ++i) progress.show(step(i, 100, 4.0, 1));
    }
    const std::string text = out.str();
    CHECK(text.starts_with('\r'));
    CHECK(text.ends_with('\n'));
    CHECK(std::ranges::count(text, '\n') == 1);
    std::string_view last = text;
    last.remove_prefix(text.rfind('\r') + 1);
    last.remove_suffix(1);
    CHECK(std::ssize(last) == std::max(columns - 1, 1));
    CHECK(std::ranges::count(text, '\r') < 20);  // ten a second
    if (columns == 200) CHECK(last.find("[########################################]") != last.npos);
  }
}

TEST_CASE("a resumed training's log knows what was done before") {
  TrainingLog log;
  CHECK_FALSE(log.has_steps());
  CHECK(log.seconds() == 0.0);
  CHECK(log.median_step_seconds() == 0.0);
  log.add(8, 10, {.loss = 1.0, .count = 1});
  log.add(9, 10, {.loss = 3.0, .count = 1});
  CHECK(log.steps_done() == 9);
  CHECK(log.steps() == 10);
  CHECK(log.recent().mean_loss() == 2.0);
  CHECK(log.step_seconds().size() == 2);
  CHECK(log.seconds() >= log.least_step_seconds());
}
