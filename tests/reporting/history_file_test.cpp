#include <tweed/reporting/history_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::TemporaryDirectory;

namespace {

History some_history() {
  History history;
  for (int i = 1; i <= 5; ++i) {
    history.steps.push_back({1.0 / i, 0.1 * i, i < 3 ? 0.001 : 1e-7});
  }
  history.validations = {{2, 1.0 / 3.0, 0.25}, {5, 1e-300, 1.0}};
  return history;
}

bool same(const History& a, const History& b) {
  const auto equal_steps = [](const StepRecord& x, const StepRecord& y) {
    return x.loss == y.loss && x.accuracy == y.accuracy && x.learning_rate == y.learning_rate;
  };
  const auto equal_validations = [](const ValidationRecord& x, const ValidationRecord& y) {
    return x.step == y.step && x.loss == y.loss && x.accuracy == y.accuracy;
  };
  return std::ranges::equal(a.steps, b.steps, equal_steps) &&
         std::ranges::equal(a.validations, b.validations, equal_validations);
}

}  // namespace

TEST_CASE("a history comes back from its file to the bit") {
  const TemporaryDirectory folder;
  for (const History& history : {some_history(), History{}}) {
    write_history(folder / "history.csv", history);
    CHECK(same(read_history(folder / "history.csv"), history));
  }
}

TEST_CASE("a history's file is CSV with a line a step") {
  const TemporaryDirectory folder;
  write_history(folder / "history.csv", some_history());
  CHECK(tests::read_file(folder / "history.csv") ==
        "step,loss,accuracy,learning_rate,validation_loss,validation_accuracy\n"
        "1,1,0.1,0.001,,\n"
        "2,0.5,0.2,0.001,0.3333333333333333,0.25\n"
        "3,0.3333333333333333,0.30000000000000004,1e-07,,\n"
        "4,0.25,0.4,1e-07,,\n"
        "5,0.2,0.5,1e-07,1e-300,1\n");
}

TEST_CASE("a damaged history is refused, with the line") {
  const TemporaryDirectory folder;
  const auto refusal = [&](const std::string& text) {
    tests::write_file(folder / "h", text);
    return error_message([&] { read_history(folder / "h"); });
  };
  const std::string head = "step,loss,accuracy,learning_rate,validation_loss,validation_accuracy\n";
  CHECK(error_message([&] { read_history(folder / "none"); }).find("no such file") !=
        std::string::npos);
  for (const char* const text : {"", "step,loss\n", "\n"}) {
    CHECK(refusal(text).find("expected the first line to be") != std::string::npos);
  }
  for (const char* const line : {"2,1,1,1,,", "1,nan,1,1,,", "1 ,1,1,1,,", "1,1,1,1,", "1,1,1,1",
                                 "1,1,1,1,,,", "1,1,1,1,0.5,", "1,1,1,1,0.5", "1,1,1,1,0.5,0.5,",
                                 "1,1,1,1,,0.5", "1,inf,1,1,,", "x", ""}) {
    CAPTURE(line);
    const std::string message = refusal(head + line + '\n');
    CHECK(message.find(": line 2: expected step 1, three numbers") != std::string::npos);
  }
  CHECK(refusal(head + "1,1,1,1,,\n3,1,1,1,,\n").find(": line 3: expected step 2") !=
        std::string::npos);
}
