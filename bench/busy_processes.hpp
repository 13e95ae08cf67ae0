#pragma once

#include <tweed/core/error.hpp>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <vector>

namespace tweed::bench {

/// As long as it lives, so many other processes compute without a pause. To be made before threads
/// are: it forks.
class BusyProcesses {
 public:
  explicit BusyProcesses(int count) {
    for (int i = 0; i < count; ++i) children_.push_back(start());
  }
  ~BusyProcesses() {
    for (const ::pid_t child : children_) ::kill(child, SIGKILL);
    for (const ::pid_t child : children_) ::waitpid(child, nullptr, 0);
  }
  BusyProcesses(const BusyProcesses&) = delete;
  BusyProcesses& operator=(const BusyProcesses&) = delete;

 private:
  static ::pid_t start() {
    const ::pid_t parent = ::getpid();
    const ::pid_t child = ::fork();
    if (child < 0) throw Error("BusyProcesses: the system starts no more processes");
    if (child == 0) spin(parent);
    return child;
  }

  /// Until the parent is gone, however it ended.
  [[noreturn]] static void spin(::pid_t parent) {
    constexpr unsigned steps_between_looks = 1U << 24;
    std::atomic<unsigned> steps = 0;
    while (++steps % steps_between_looks != 0 || ::getppid() == parent) {
    }
    ::_exit(EXIT_SUCCESS);
  }

  std::vector<::pid_t> children_;
};

}  // namespace tweed::bench
