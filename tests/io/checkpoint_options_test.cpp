#include <support/checkpoint_run.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace tweed;
using tests::checkpoint_bytes;
using tests::CheckpointRun;
using tests::TemporaryDirectory;

namespace {

/// What the options of `tests::usual` are with others of these.
FitOptions with(const ParameterGroups& groups) {
  FitOptions options = tests::usual;
  options.groups = groups;
  return options;
}

/// Whether a training that is resumed after some step ends in the bytes of one that was not.
template <class Optimizer>
void check_resumed(const FitOptions& options, const Optimizer& optimizer) {
  CheckpointRun whole(options, optimizer);
  whole.training.run();
  const std::string expected = checkpoint_bytes(whole);
  for (const Index stop : {0, 3, 8}) {
    CAPTURE(stop);
    const TemporaryDirectory folder;
    CheckpointRun first(options, optimizer);
    first.go_to(stop);
    save_checkpoint(first.training, folder / "checkpoint");
    CheckpointRun second(options, optimizer);
    load_checkpoint(second.training, folder / "checkpoint");
    second.training.run();
    CHECK(checkpoint_bytes(second) == expected);
  }
}

/// What a training with other options says to a checkpoint of one with `from`.
std::string refusal(const FitOptions& from, const FitOptions& to) {
  const TemporaryDirectory folder;
  CheckpointRun first(from);
  save_checkpoint(first.training, folder / "checkpoint");
  CheckpointRun second(to);
  const std::string said =
      tests::error_message([&] { load_checkpoint(second.training, folder / "checkpoint"); });
  const auto begin = said.find("expected ");
  return begin == std::string::npos ? said : said.substr(begin);
}

std::vector<std::string> names_in(CheckpointRun<>& run) {
  std::vector<std::string> names;
  for (const auto& tensor : run.training.state().tensors) names.push_back(tensor.name);
  return names;
}

const ParameterGroups groups{{.match = "*.bias", .weight_decay = 0},
                             {.from = "dense_2", .rate_factor = 0.5}};

}  // namespace

TEST_CASE("checkpoint: a training with groups of parameters is resumed to the same bits") {
  check_resumed(with(groups), Adam{.weight_decay = 0.1});
  check_resumed(with({{.match = "dense_1.*", .frozen = true}}), SGD{.momentum = 0.9});
  check_resumed(with({{.match = "dense_2.*", .companion = true}}), Muon{.learning_rate = 0.02});
}

TEST_CASE("checkpoint: averaged weights and batches put together are resumed to the same bits") {
  FitOptions options = tests::usual;
  options.average = WeightAverage{.decay = 0.7};
  options.accumulate = 2;
  check_resumed(options, Adam{});
  FitOptions other = options;
  other.average->decay = 0.8;
  CHECK(refusal(options, other) == "expected average_decay 0.8, found 0.7");
  other.average = {};
  CHECK(refusal(options, other) == "expected no \"average_decay\"");
  other = options;
  other.accumulate = 3;
  CHECK(refusal(options, other) == "expected accumulate 3, found 2");
}

TEST_CASE("checkpoint: Lookahead is resumed to the same bits") {
  check_resumed(with(groups), Lookahead{Adam{.weight_decay = 0.1}, {.every = 3}});
}

TEST_CASE("checkpoint: what an optimiser remembers has a tensor's name in groups, too") {
  CheckpointRun plain;
  CheckpointRun grouped(with(groups));
  auto expected = names_in(plain);
  auto found = names_in(grouped);
  std::ranges::sort(expected);
  std::ranges::sort(found);
  CHECK(found == expected);
  CheckpointRun frozen(with({{.match = "dense_1.*", .frozen = true}}));
  found = names_in(frozen);
  CHECK(std::ranges::count(found, "model.dense_1.kernel") == 1);
  CHECK(std::ranges::count(found, "optimizer.first_moment.dense_1.kernel") == 0);
  CHECK(std::ranges::count(found, "optimizer.first_moment.dense_2.kernel") == 1);
}

TEST_CASE("checkpoint: other groups are refused") {
  CHECK(refusal(with(groups), with(groups)).empty());
  const ParameterGroups other{groups.values()[0], {.from = "dense_2", .rate_factor = 0.25}};
  CHECK(refusal(with(groups), with(other)) == "expected groups.1.rate_factor 0.25, found 0.5");
  CHECK(refusal(with(groups), with({})).starts_with("expected no \"groups\""));
  CHECK(refusal(with({}), with(groups)).starts_with("expected groups"));
}
