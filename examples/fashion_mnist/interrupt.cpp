#include "interrupt.hpp"

#include <csignal>

namespace fashion_mnist {

namespace {

volatile std::sig_atomic_t was_interrupted = 0;

void handle(int signal) {
  was_interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  was_interrupted = 0;
  std::signal(SIGINT, handle);
  std::signal(SIGTERM, handle);
}

InterruptWatch::~InterruptWatch() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptWatch::interrupted() const { return was_interrupted != 0; }

}  // namespace fashion_mnist
