#include <tweed/augment/augmentations.hpp>
#include <support/checkpoint_run.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

using namespace tweed;
using tests::checkpoint_bytes;
using tests::CheckpointRun;
using tests::error_message;
using tests::read_file;
using tests::sealed;
using tests::TemporaryDirectory;
using tests::usual;
using tests::write_file;

TEST_CASE("checkpoint: saved and loaded after any step, training ends in the same bytes") {
  const TemporaryDirectory folder;
  const auto check = [&](const auto& optimizer) {
    CheckpointRun whole(usual, optimizer);
    whole.training.run();
    const std::string expected = checkpoint_bytes(whole);
    for (Index step = 0; step <= whole.training.steps_done(); ++step) {
      CAPTURE(step);
      CheckpointRun first(usual, optimizer);
      first.go_to(step);
      save_checkpoint(first.training, folder / "checkpoint", {{"mine", "kept"}});
      CheckpointRun second(usual, optimizer);
      second.go_to(3);
      CHECK(load_checkpoint(second.training, folder / "checkpoint").at("mine") == "kept");
      CHECK(second.training.steps_done() == step);
      second.training.run();
      CHECK(checkpoint_bytes(second) == expected);
    }
  };
  check(Adam{.learning_rate = 0.02, .weight_decay = 0.1});
  check(SGD{.learning_rate = 0.1, .momentum = 0.9});
  check(SGD{.learning_rate = 0.1});
}

TEST_CASE("checkpoint: augmentations go on as if nothing had happened") {
  const TemporaryDirectory folder;
  FitOptions options = usual;
  options.augmentation = Compose{RandomCrop{.padding = 1},
                                 RandomHorizontalFlip{},
                                 RandomVerticalFlip{},
                                 AlternatingFlip{},
                                 RandomAffine{.degrees = 10},
                                 ColorJitter{.brightness = 0.2},
                                 Cutout{.size = 1},
                                 RandomErasing{},
                                 MixUp{},
                                 CutMix{}};
  CheckpointRun whole(options);
  whole.training.run();
  const std::string expected = checkpoint_bytes(whole);
  for (const Index step : {0, 3, 5, 7}) {
    CheckpointRun first(options);
    first.go_to(step);
    save_checkpoint(first.training, folder / "checkpoint");
    CheckpointRun second(options);
    load_checkpoint(second.training, folder / "checkpoint");
    second.training.run();
    CHECK(checkpoint_bytes(second) == expected);
  }
}

TEST_CASE("checkpoint: the same state gives the same bytes, a safetensors file") {
  CheckpointRun one;
  CheckpointRun two;
  one.go_to(7);
  two.go_to(7);
  CHECK(checkpoint_bytes(one) == checkpoint_bytes(two));
  two.training.step();
  CHECK(checkpoint_bytes(one) != checkpoint_bytes(two));
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
  CheckpointRun run;
  run.go_to(6);
  const std::string whole = checkpoint_bytes(run);
  std::uint64_t header = 0;
  std::memcpy(&header, whole.data(), 8);
  CheckpointRun other;
  other.go_to(2);
  std::string now = checkpoint_bytes(other);
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
      if (said.empty()) now = checkpoint_bytes(other);  // such as a space at the header's end
      CHECK(checkpoint_bytes(other) == now);
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
  SUBCASE("100 MB of nothing, and they are not read at once") {
    write_file(folder / "checkpoint", whole);
    std::filesystem::resize_file(folder / "checkpoint", 100'000'000);
    const std::string said =
        error_message([&] { load_checkpoint(other.training, folder / "checkpoint"); });
    CHECK(said.find("damaged: expected a checksum of ") != said.npos);
  }
  SUBCASE("whole, and larger than any of this training") {
    CHECK(message(sealed(whole + std::string(20'000'000, ' ')))
              .find("of another training: expected at most ") != std::string::npos);
  }
  CHECK(other.training.steps_done() <= 6);
  other.training.run();
}

TEST_CASE("checkpoint: of another training it is refused, and says why") {
  const TemporaryDirectory folder;
  CheckpointRun run;
  run.go_to(6);
  save_checkpoint(run.training, folder / "checkpoint");
  const auto message = [&](FitOptions options, auto optimizer) {
    CheckpointRun other(options, optimizer);
    const std::string before = checkpoint_bytes(other);
    const std::string said =
        error_message([&] { load_checkpoint(other.training, folder / "checkpoint"); });
    CHECK(checkpoint_bytes(other) == before);
    return said;
  };
  const std::string path = (folder / "checkpoint").string();
  FitOptions options = usual;
  options.batch_size = 6;
  CHECK(message(options, Adam{}) ==
        path + ": it is of another training: expected batch_size 6, found 5");
  options = usual;
  options.seed = 4;
  CHECK(message(options, Adam{}) == path + ": it is of another training: expected seed 4, found 3");
  options = usual;
  options.steps = 5;
  CHECK(message(options, Adam{}) == path + ": expected step from 0 to 5, found \"6\"");
  save_model(run.model, folder / "checkpoint");
  CHECK(message(usual, Adam{}).starts_with(path + ": damaged: expected a checksum of "));
}

TEST_CASE("checkpoint: further steps can be asked for") {
  const TemporaryDirectory folder;
  FitOptions options{.batch_size = 5, .steps = 6, .threads = 1};
  CheckpointRun first(options);
  first.training.run();
  save_checkpoint(first.training, folder / "checkpoint");
  options.steps = 11;
  CheckpointRun second(options);
  load_checkpoint(second.training, folder / "checkpoint");
  second.training.run();
  CheckpointRun whole(options);
  whole.training.run();
  CHECK(std::ranges::equal(second.model.parameters(), whole.model.parameters()));
}
