#pragma once

#include <tweed/core/requirements.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace TWEED_NAMESPACE {

template <class Signature>
class Callback;

/// Anything that can be called with these arguments, or nothing; a copy has a copy of it. It is
/// std::function without <functional>, whose content every program would compile.
template <class Result, class... Arguments>
class Callback<Result(Arguments...)> {
 public:
  Callback() = default;
  template <class Function>
  requires(!std::is_same_v<Function, Callback> &&
           std::is_invocable_r_v<Result, Function&, Arguments...>) Callback(Function function) {
    if constexpr (requires { function == nullptr; }) {
      if (function == nullptr) return;
    }
    held_ = std::make_unique<Holder<Function>>(std::move(function));
  }

  Callback(Callback&& other) noexcept = default;
  Callback(const Callback& other) : held_(other.held_ ? other.held_->copy() : nullptr) {}
  Callback& operator=(Callback other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }
  ~Callback() = default;

  explicit operator bool() const { return held_ != nullptr; }

  /// Calls what is held: there must be something.
  Result operator()(Arguments... arguments) const {
    return held_->call(std::forward<Arguments>(arguments)...);
  }

 private:
  struct AnyHolder {
    virtual ~AnyHolder() = default;
    virtual std::unique_ptr<AnyHolder> copy() const = 0;
    virtual Result call(Arguments... arguments) = 0;
  };

  template <class Function>
  struct Holder final : AnyHolder {
    explicit Holder(Function held) : function(std::move(held)) {}
    std::unique_ptr<AnyHolder> copy() const override { return std::make_unique<Holder>(function); }
    Result call(Arguments... arguments) override {
      return static_cast<Result>(function(std::forward<Arguments>(arguments)...));
    }

    Function function;
  };

  std::unique_ptr<AnyHolder> held_;
};

}  // namespace TWEED_NAMESPACE
