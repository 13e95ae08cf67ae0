#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace tests {

/// Sets an environment variable, or unsets it, until the end of the scope.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::optional<std::string>& value) : name_{name} {
    if (const char* old = std::getenv(name)) old_ = old;
    set(value);
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;
  ~ScopedVariable() { set(old_); }

 private:
  void set(const std::optional<std::string>& value) const {
#ifdef _WIN32
    ::_putenv_s(name_, value.value_or("").c_str());  // The empty text unsets it.
#else
    value ? ::setenv(name_, value->c_str(), 1) : ::unsetenv(name_);
#endif
  }

  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace tests
