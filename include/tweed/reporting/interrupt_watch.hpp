#pragma once

#include <tweed/core/error.hpp>

#include <csignal>

namespace TWEED_NAMESPACE {

/// Somebody wants the program to end; all is saved, and the message says how to go on.
class Interrupted : public Error {
 public:
  using Error::Error;
};

namespace detail {

/// All that a handler of a signal may touch.
inline volatile std::sig_atomic_t was_interrupted = 0;

inline void note_interrupt(int signal) {
  was_interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace detail

/// While one of these lives, Ctrl-C and SIGTERM only leave a note. A second one ends the program at
/// once. Afterwards the handlers are those from before.
class InterruptWatch {
 public:
  InterruptWatch() {
    detail::was_interrupted = 0;
    on_interrupt_ = std::signal(SIGINT, detail::note_interrupt);
    on_termination_ = std::signal(SIGTERM, detail::note_interrupt);
  }
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch() {
    std::signal(SIGINT, known(on_interrupt_));
    std::signal(SIGTERM, known(on_termination_));
  }

  /// Whether there was one.
  bool interrupted() const { return detail::was_interrupted != 0; }

 private:
  using Handler = void (*)(int);

  static Handler known(Handler handler) { return handler == SIG_ERR ? SIG_DFL : handler; }

  Handler on_interrupt_;
  Handler on_termination_;
};

}  // namespace TWEED_NAMESPACE
