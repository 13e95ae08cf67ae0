#pragma once

#include <tweed/core/namespace.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace TWEED_NAMESPACE {

namespace detail {

/// What a callback holds, whatever its arguments.
struct CallbackContent {
  virtual ~CallbackContent() = default;
  virtual std::unique_ptr<CallbackContent> copy() const = 0;
};
template <class Function>
struct CallbackContentOf final : CallbackContent {
  explicit CallbackContentOf(Function held) : function(std::move(held)) {}
  std::unique_ptr<CallbackContent> copy() const override {
    return std::make_unique<CallbackContentOf>(function);
  }

  Function function;
};

}  // namespace detail

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
    content_ = std::make_unique<detail::CallbackContentOf<Function>>(std::move(function));
    call_ = [](detail::CallbackContent& content, Arguments... arguments) {
      auto& held = static_cast<detail::CallbackContentOf<Function>&>(content).function;
      return static_cast<Result>(held(std::forward<Arguments>(arguments)...));
    };
  }

  Callback(Callback&& other) noexcept = default;
  Callback(const Callback& other)
      : content_(other.content_ ? other.content_->copy() : nullptr), call_(other.call_) {}
  Callback& operator=(Callback other) noexcept {
    content_ = std::move(other.content_);
    call_ = other.call_;
    return *this;
  }
  ~Callback() = default;

  explicit operator bool() const { return content_ != nullptr; }

  /// Calls what is held: there must be something.
  Result operator()(Arguments... arguments) const {
    return call_(*content_, std::forward<Arguments>(arguments)...);
  }

 private:
  std::unique_ptr<detail::CallbackContent> content_;
  Result (*call_)(detail::CallbackContent&, Arguments...) = nullptr;
};

}  // namespace TWEED_NAMESPACE
