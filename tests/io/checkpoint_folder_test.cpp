#include <tweed/io/checkpoint_folder.hpp>
#include <support/checkpoint_run.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace tweed;
using tests::checkpoint_bytes;
using tests::error_message;
using tests::TemporaryDirectory;
using tests::usual;
using tests::write_file;

namespace {

using Run = tests::CheckpointRun<>;
using Names = std::vector<std::string>;

Names names_in(const std::filesystem::path& folder) {
  Names names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    names.push_back(file.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

TEST_CASE("CheckpointFolder: keeps two, takes the newest that is whole") {
  const TemporaryDirectory folder;
  const CheckpointFolder checkpoints(folder.path(), 4);
  const auto go = [&](auto& run, Index step) {
    while (run.training.steps_done() < step) {
      run.training.step();
      if (checkpoints.is_due(run.training)) checkpoints.save(run.training);
    }
  };
  Run run;
  CHECK_FALSE(checkpoints.resume(run.training));
  go(run, 13);
  const Names two{"checkpoint-12.safetensors", "checkpoint-8.safetensors"};
  CHECK(names_in(folder.path()) == two);

  // One that was not due stays as long as it is the last.
  checkpoints.save(run.training);
  CHECK(names_in(folder.path()) == Names{"checkpoint-12.safetensors", "checkpoint-13.safetensors"});
  Run resumed;
  const auto from = checkpoints.resume(resumed.training);
  REQUIRE(from);
  CHECK(from->step == 13);
  CHECK(from->path.filename() == "checkpoint-13.safetensors");
  CHECK(from->damaged.empty());
  go(resumed, 16);
  CHECK(names_in(folder.path()) == Names{"checkpoint-12.safetensors", "checkpoint-16.safetensors"});

  // The newest is damaged, and a kill left what it was writing.
  write_file(folder / "checkpoint-16.safetensors", "broken");
  write_file(folder / "checkpoint-20.safetensors.tmp-1", "unfinished");
  write_file(folder / "checkpoint-x.safetensors", "not ours");
  Run older;
  const auto fallback = checkpoints.resume(older.training);
  REQUIRE(fallback);
  CHECK(fallback->step == 12);
  REQUIRE(fallback->damaged.size() == 1);
  CHECK(fallback->damaged[0].find("checkpoint-16.safetensors: damaged: ") != std::string::npos);
  CHECK(names_in(folder.path()) == Names{"checkpoint-12.safetensors", "checkpoint-x.safetensors"});
  go(older, 16);
  CHECK(checkpoint_bytes(older) == checkpoint_bytes(resumed));
  CHECK(names_in(folder.path()) == Names{"checkpoint-12.safetensors", "checkpoint-16.safetensors",
                                         "checkpoint-x.safetensors"});

  // None is whole.
  write_file(folder / "checkpoint-12.safetensors", "");
  write_file(folder / "checkpoint-16.safetensors", "broken");
  Run fresh;
  CHECK(error_message([&] {
          checkpoints.resume(fresh.training);
        }).ends_with("no checkpoint here is whole"));
  CHECK(fresh.training.steps_done() == 0);
  checkpoints.clear();
  CHECK(names_in(folder.path()) == Names{"checkpoint-x.safetensors"});
}

TEST_CASE("CheckpointFolder: one of another training is not passed over") {
  const TemporaryDirectory folder;
  const CheckpointFolder checkpoints(folder.path(), 1);
  Run run;
  run.training.step();
  checkpoints.save(run.training);
  FitOptions options = usual;
  options.seed = 9;
  Run other(options);
  CHECK(error_message([&] {
          checkpoints.resume(other.training);
        }).ends_with("expected seed 9, found 3"));
  CHECK(names_in(folder.path()).size() == 1);
  const CheckpointFolder nowhere(folder / "nowhere", 1);
  CHECK_FALSE(nowhere.resume(run.training));
  CHECK(error_message([&] { nowhere.save(run.training); }).starts_with("cannot write "));
}

TEST_CASE("CheckpointFolder: what is not damaged is not passed over, and nothing is removed") {
  const TemporaryDirectory folder;
  const CheckpointFolder checkpoints(folder.path(), 2);
  Run run;
  for (const Index step : {2, 4}) {
    run.go_to(step);
    checkpoints.save(run.training);
  }
  const std::string newer = (folder / "checkpoint-6.safetensors").string();
  const auto resume = [&] {
    const Names before = names_in(folder.path());
    Run other;
    const auto message = error_message([&] { checkpoints.resume(other.training); });
    CHECK(names_in(folder.path()) == before);
    CHECK(other.training.steps_done() == 0);
    return message;
  };

  // Of a newer version: it is whole.
  std::string bytes = checkpoint_bytes(run);
  const std::string this_version = R"("format_version":"2")";
  bytes.replace(bytes.find(this_version), this_version.size(), R"("format_version":"3")");
  write_file(newer, tests::sealed(bytes));
  CHECK(resume() == newer + ": expected format_version \"2\", found \"3\"");

  // Of a version that did not say what it belongs to.
  bytes.replace(bytes.find(R"("3")"), 3, R"("1")");
  write_file(newer, tests::sealed(bytes));
  CHECK(resume() == newer + ": expected format_version \"2\", found \"1\"");

  // Not to be read, as where permission is missing.
  std::filesystem::remove(newer);
  std::filesystem::create_directory(newer);
  CHECK(resume() == "cannot read " + newer + ": expected a file, found a directory");
  std::filesystem::remove(newer);

  // Larger than any of this training, with a checksum that is right.
  write_file(newer, tests::sealed(checkpoint_bytes(run) + std::string(20'000'000, ' ')));
  CHECK(resume().find("it is of another training: expected at most ") != std::string::npos);

  // Cut short: that is damage.
  write_file(newer, checkpoint_bytes(run).substr(0, 500));
  Run other;
  const auto resumed = checkpoints.resume(other.training);
  REQUIRE(resumed);
  CHECK(resumed->step == 4);
  CHECK(resumed->damaged.size() == 1);
  CHECK(names_in(folder.path()) == Names{"checkpoint-2.safetensors", "checkpoint-4.safetensors"});
}

TEST_CASE("CheckpointFolder: a folder that cannot be read is not taken for an empty one") {
  const TemporaryDirectory folder;
  write_file(folder / "file", "");
  Run run;
  CHECK(error_message([&] {
          CheckpointFolder(folder / "file", 1).resume(run.training);
        }).starts_with("cannot read " + (folder / "file").string() + ": "));
}

TEST_CASE("CheckpointFolder: clear says which checkpoint stays") {
  const TemporaryDirectory folder;
  const auto stays = folder / "checkpoint-1.safetensors";
  std::filesystem::create_directories(stays / "inside");
  CHECK(error_message([&] {
          CheckpointFolder(folder.path(), 1).clear();
        }).starts_with("cannot remove " + stays.string() + ": "));
}

TEST_CASE("CheckpointFolder: every fewer than no steps is refused") {
  CHECK(error_message([] { CheckpointFolder("folder", -1); }) ==
        "CheckpointFolder: every is -1, it must be at least 0");
}
