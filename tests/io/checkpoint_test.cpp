#include <tweed/io/checkpoint_folder.hpp>
#include <tweed/tweed.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::read_file;
using tests::TemporaryDirectory;
using tests::write_file;

namespace {

using Net = Sequential<Input<4, 4, 1>, Flatten, Dense<5>, ReLU, Dropout<0.2>, Dense<3>>;

const Dataset<> training_data = tests::bars(23, 4, 3, 1);
const Dataset<> validation_data = tests::bars(12, 4, 3, 2);

const FitOptions usual{.batch_size = 5,
                       .steps = 17,
                       .seed = 3,
                       .threads = 1,
                       .schedule = PlateauSchedule{.patience = 1, .factor = 0.5},
                       .early_stopping = EarlyStopping{.patience = 3}};

/// A model and its training.
template <class Optimizer = Adam>
struct Run {
  explicit Run(const FitOptions& options = usual, const Optimizer& optimizer = {})
      : training(model, SoftmaxCE{}, optimizer, training_data, validation_data, options) {}

  void go_to(Index step) {
    while (training.steps_done() < step) training.step();
  }

  Model<Net> model{1};
  Training<Net, float, SoftmaxCE<>, Optimizer, Dataset<>, Dataset<>> training;
};

/// The bytes that a checkpoint of this training has.
template <class Optimizer>
std::string bytes_of(Run<Optimizer>& run) {
  const TemporaryDirectory folder;
  save_checkpoint(run.training, folder / "checkpoint");
  return read_file(folder / "checkpoint");
}

/// `bytes` with a checksum that is right.
std::string sealed(std::string bytes) {
  const auto content = std::as_bytes(std::span(bytes)).first(bytes.size() - 4);
  const std::uint32_t checksum = detail::crc32_of(content);
  std::memcpy(bytes.data() + content.size(), &checksum, 4);
  return bytes;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    names.push_back(file.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

TEST_CASE("checkpoint: saved and loaded after any step, training ends in the same bytes") {
  const TemporaryDirectory folder;
  const auto check = [&](const auto& optimizer) {
    Run whole(usual, optimizer);
    whole.training.run();
    const std::string expected = bytes_of(whole);
    for (Index step = 0; step <= whole.training.steps_done(); ++step) {
      CAPTURE(step);
      Run first(usual, optimizer);
      first.go_to(step);
      save_checkpoint(first.training, folder / "checkpoint", {{"mine", "kept"}});
      Run second(usual, optimizer);
      second.go_to(3);
      CHECK(load_checkpoint(second.training, folder / "checkpoint").at("mine") == "kept");
      CHECK(second.training.steps_done() == step);
      second.training.run();
      CHECK(bytes_of(second) == expected);
    }
  };
  check(Adam{.learning_rate = 0.02, .weight_decay = 0.1});
  check(SGD{.learning_rate = 0.1, .momentum = 0.9});
  check(SGD{.learning_rate = 0.1});
}

TEST_CASE("checkpoint: the same state gives the same bytes, a safetensors file") {
  Run one;
  Run two;
  one.go_to(7);
  two.go_to(7);
  CHECK(bytes_of(one) == bytes_of(two));
  two.training.step();
  CHECK(bytes_of(one) != bytes_of(two));
  const TemporaryDirectory folder;
  save_checkpoint(one.training, folder / "checkpoint");
  const auto file = read_safetensors(folder / "checkpoint");
  CHECK(file.find("model.dense_1.kernel")->dims == std::vector<Index>{16, 5});
  CHECK(file.find("optimizer.second_moment.dense_2.bias")->dims == std::vector<Index>{3});
  CHECK(file.find("best.dense_1.bias") != nullptr);
  CHECK(file.find("history.loss")->dims == std::vector<Index>{7});
  CHECK(file.find("history.validation_step")->dims == std::vector<Index>{1});
  CHECK(file.metadata().at("optimizer.step") == "7");
}

TEST_CASE("checkpoint: any damage is refused in one line, and the training is as it was") {
  Run run;
  run.go_to(6);
  const std::string whole = bytes_of(run);
  std::uint64_t header = 0;
  std::memcpy(&header, whole.data(), 8);
  Run other;
  other.go_to(2);
  std::string now = bytes_of(other);
  const TemporaryDirectory folder;
  const auto message = [&](const std::string& bytes) {
    write_file(folder / "checkpoint", bytes);
    return error_message([&] { load_checkpoint(other.training, folder / "checkpoint"); });
  };
  const auto is_refused = [&](const std::string& bytes) {
    const std::string said = message(bytes);
    return said.starts_with((folder / "checkpoint").string() + ": ");
  };

  SUBCASE("each byte of the header flipped") {
    Index refused = 0;
    for (std::size_t at = 0; at < 8 + header; ++at) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
      refused += is_refused(bytes) ? 1 : 0;
    }
    CHECK(refused == static_cast<Index>(8 + header));
  }
  SUBCASE("each byte of the header flipped by somebody who mends the checksum") {
    for (std::size_t at = 0; at < 8 + header; ++at) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x15);
      const std::string said = message(sealed(bytes));
      CHECK(said.find('\n') == said.npos);
      if (said.empty()) now = bytes_of(other);  // such as a space at the header's end
      CHECK(bytes_of(other) == now);
    }
  }
  SUBCASE("bytes of the data flipped") {
    for (std::size_t at = 8 + header; at < whole.size(); at += 7) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x80);
      CHECK(is_refused(bytes));
    }
  }
  SUBCASE("truncated anywhere") {
    for (std::size_t size = 0; size < whole.size(); size += 11) {
      CHECK(is_refused(whole.substr(0, size)));
      if (size >= 12) CHECK(is_refused(sealed(whole.substr(0, size))));
    }
    CHECK(is_refused(whole + '\0'));
  }
  SUBCASE("lengths that lie") {
    for (const std::uint64_t length :
         {std::uint64_t{0}, std::uint64_t{1}, header - 1, header + 1, std::uint64_t{whole.size()},
          std::uint64_t{10'000'000'000}, ~std::uint64_t{0}}) {
      std::string bytes = whole;
      std::memcpy(bytes.data(), &length, 8);
      CHECK(is_refused(bytes));
      CHECK(is_refused(sealed(bytes)));
    }
  }
  SUBCASE("shapes and offsets that claim 10 GB") {
    for (const char* claim : {"\"shape\":[2500000000]", "\"data_offsets\":[0,10000000000]"}) {
      const std::string key = std::string(claim).substr(0, std::string(claim).find('['));
      const std::size_t at = whole.find(key);
      const std::size_t end = whole.find(']', at) + 1;
      const std::string text =
          whole.substr(8, at - 8) + claim + whole.substr(end, header + 8 - end);
      std::string bytes(8, '\0');
      const std::uint64_t length = text.size();
      std::memcpy(bytes.data(), &length, 8);
      CHECK(is_refused(sealed(bytes + text + whole.substr(8 + header))));
    }
  }
  SUBCASE("10 GB of nothing") {
    write_file(folder / "checkpoint", whole);
    std::filesystem::resize_file(folder / "checkpoint", 10'000'000'000);
    const std::string said =
        error_message([&] { load_checkpoint(other.training, folder / "checkpoint"); });
    CHECK(said.find("damaged: expected at most ") != said.npos);
  }
  CHECK(other.training.steps_done() <= 6);
  other.training.run();
}

TEST_CASE("checkpoint: of another training it is refused, and says why") {
  const TemporaryDirectory folder;
  Run run;
  run.go_to(6);
  save_checkpoint(run.training, folder / "checkpoint");
  const auto message = [&](FitOptions options, auto optimizer) {
    Run other(options, optimizer);
    const std::string before = bytes_of(other);
    const std::string said =
        error_message([&] { load_checkpoint(other.training, folder / "checkpoint"); });
    CHECK(bytes_of(other) == before);
    return said;
  };
  const std::string path = (folder / "checkpoint").string();
  FitOptions options = usual;
  options.batch_size = 6;
  CHECK(message(options, Adam{}) == path + ": expected batch_size \"6\", found \"5\"");
  options = usual;
  options.seed = 4;
  CHECK(message(options, Adam{}) == path + ": expected seed \"4\", found \"3\"");
  options = usual;
  options.steps = 5;
  CHECK(message(options, Adam{}) == path + ": expected step from 0 to 5, found \"6\"");
  CHECK(message(usual, SGD{.momentum = 0.9}) ==
        path +
            ": tensor \"optimizer.velocity.dense_1.kernel\": expected 16x5, found no such tensor");
  CHECK(message(usual, SGD{}) == path + ": it has tensors that this training does not know");
  save_model(run.model, folder / "checkpoint");
  CHECK(message(usual, Adam{}).starts_with(path + ": damaged: expected a checksum of "));
}

TEST_CASE("checkpoint: further steps can be asked for") {
  const TemporaryDirectory folder;
  FitOptions options{.batch_size = 5, .steps = 6, .threads = 1};
  Run first(options);
  first.training.run();
  save_checkpoint(first.training, folder / "checkpoint");
  options.steps = 11;
  Run second(options);
  load_checkpoint(second.training, folder / "checkpoint");
  second.training.run();
  Run whole(options);
  whole.training.run();
  CHECK(std::ranges::equal(second.model.parameters(), whole.model.parameters()));
}

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
  using Names = std::vector<std::string>;
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
  CHECK(bytes_of(older) == bytes_of(resumed));
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
        }).ends_with("expected seed \"9\", found \"3\""));
  CHECK(names_in(folder.path()).size() == 1);
  const CheckpointFolder nowhere(folder / "nowhere", 1);
  CHECK_FALSE(nowhere.resume(run.training));
  CHECK(error_message([&] { nowhere.save(run.training); }).starts_with("cannot write "));
}
