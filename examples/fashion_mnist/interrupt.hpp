#pragma once

#include <stdexcept>

namespace fashion_mnist {

/// Somebody wants the program to end; all is saved, and the message says how to go on.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// While one of these lives, Ctrl-C and SIGTERM only leave a note. A second one ends the program at
/// once.
class InterruptWatch {
 public:
  InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch();

  /// Whether there was one.
  bool interrupted() const;
};

}  // namespace fashion_mnist
