#include <tweed/core/waitable_counter.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace tweed::detail;

TEST_CASE("a counter wakes who waits for it, whether that one spins still or sleeps") {
  WaitableCounter there;
  WaitableCounter back;
  constexpr std::uint32_t rounds = 500;
  std::thread other([&] {
    for (std::uint32_t round = 1; round <= rounds; ++round) {
      there.wait([&](std::uint32_t value) { return value == round; });
      if (round % 100 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      back.add(1);
      back.wake();
    }
  });
  std::uint32_t seen = 0;
  for (std::uint32_t round = 1; round <= rounds; ++round) {
    if (round % 100 == 50) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    there.add(1);
    there.wake();
    seen = back.wait([&](std::uint32_t value) { return value >= round; });
  }
  other.join();
  CHECK(seen == rounds);
}

TEST_CASE("a counter that has the value already keeps nobody waiting") {
  WaitableCounter counter;
  counter.reset(3);
  CHECK(counter.wait([](std::uint32_t value) { return value == 3; }) == 3);
  CHECK(counter.add(2) == 5);
}
