#include <tweed/core/buffer.hpp>
#include <tweed/core/scratch.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

using namespace tweed;

TEST_CASE("a buffer is aligned, zero at first, and a value") {
  for (const Index count : {0, 1, 17, 1000}) {
    Buffer<float> buffer(count);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % alignment == 0);
    for (const float value : buffer.values()) CHECK(value == 0.0F);
    for (float& value : buffer.values()) value = 3.0F;
    Buffer<float> copy = buffer;
    for (float& value : buffer.values()) value = 4.0F;
    CHECK(copy.size() == count);
    for (const float value : copy.values()) CHECK(value == 3.0F);
    copy = buffer;
    for (const float value : copy.values()) CHECK(value == 4.0F);
    Buffer<float> moved = std::move(copy);
    CHECK(moved.size() == count);
    CHECK(copy.size() == 0);
    CHECK(copy.values().empty());
    copy = std::move(moved);
    CHECK(copy.size() == count);
    CHECK(moved.size() == 0);
    CHECK(moved.data() == nullptr);
  }
  CHECK(Buffer<double>().size() == 0);
}

TEST_CASE("a buffer of a size that cannot be is refused") {
  using tests::error_message;
  CHECK(error_message([] { Buffer<float>(-1); }) ==
        "memory: a block of -1 elements was asked for, which no machine has");
  CHECK(error_message([] { Buffer<double>(Index{1} << 61); }) ==
        "memory: a block of 2305843009213693952 elements was asked for, which no machine has");
}

TEST_CASE("more scratch than was announced is refused, in every build") {
  using tests::error_message;
  Buffer<std::byte> block(3 * Scratch::bytes<float>(16));
  Scratch scratch(block.values());
  scratch.take<float>(32);
  CHECK(error_message([&] { scratch.take<float>(17); }) ==
        "memory: a layer takes 128 bytes where 64 are left of what it announced");
  CHECK(!error_message([&] { scratch.take<float>(-100); }).empty());
  scratch.take<float>(16);
  CHECK(!error_message([&] { scratch.take<char>(1); }).empty());
  CHECK(!error_message([] { Scratch().take<char>(1); }).empty());
  CHECK(Scratch().take<char>(0) == nullptr);
}

TEST_CASE("workers have a piece of scratch each, and there are no others") {
  Buffer<std::byte> block(4 * 64);
  Scratch scratch(block.values());
  const WorkerScratch workers(scratch, 64, 3);
  for (int worker = 0; worker < 3; ++worker) {
    Scratch mine = workers.of(worker);
    CHECK(mine.take<std::byte>(64) == block.data() + 64 * worker);
    CHECK(!tests::error_message([&] { mine.take<char>(1); }).empty());
  }
  CHECK(!tests::error_message([&] { workers.of(3); }).empty());
  CHECK(scratch.take<std::byte>(64) == block.data() + 3 * 64);
}

TEST_CASE("what a layer keeps is handed out as far as it is there") {
  Buffer<std::byte> block(64);
  CHECK(elements_of<float>(block.values(), 16) == reinterpret_cast<float*>(block.data()));
  CHECK(!tests::error_message([&] { elements_of<float>(block.values(), 17); }).empty());
  const std::span<const std::byte> none;
  CHECK(elements_of<float>(none, 0) == nullptr);
  CHECK(!tests::error_message([&] { elements_of<float>(none, 1); }).empty());
}

TEST_CASE("pieces of scratch are aligned and use what they announce") {
  Buffer<std::byte> block(Scratch::bytes<float>(3) + Scratch::bytes<double>(9));
  Scratch scratch(block.values());
  auto* const first = reinterpret_cast<std::byte*>(scratch.take<float>(3));
  auto* const second = reinterpret_cast<std::byte*>(scratch.take<double>(9));
  CHECK(first == block.data());
  CHECK(second == block.data() + 64);
  CHECK(Scratch::bytes<float>(0) == 0);
  CHECK(Scratch::bytes<double>(9) == 128);
}
