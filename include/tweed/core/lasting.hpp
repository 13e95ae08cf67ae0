#pragma once

#include <tweed/core/namespace.hpp>

#include <memory>

namespace TWEED_NAMESPACE::detail {

/// A reference that is kept for later. A temporary, which would be gone by then, does not compile.
template <class T>
class Lasting {
 public:
  Lasting(const T& object) : object_(std::addressof(object)) {}
  Lasting(const T&&) {
    static_assert(is_kept_,
                  "tweed: this keeps a reference to the data set, which must not be a temporary; "
                  "put the data set into a variable that lives as long");
  }

  const T& operator*() const { return *object_; }
  const T* operator->() const { return object_; }

 private:
  static constexpr bool is_kept_ = sizeof(T) == 0;

  const T* object_ = nullptr;
};

}  // namespace TWEED_NAMESPACE::detail
