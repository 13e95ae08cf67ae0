#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/graph/input.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

/// What stands for several layers in a network's type. It has no kernels: `Runs` says what it is,
/// and a type that is derived from one of these is one too.
namespace TWEED_NAMESPACE {

/// A name for a value, as a template argument: `As<"skip">`.
template <std::size_t length>
struct ValueName {
  char letters[length]{};
  consteval ValueName(const char (&text)[length]) {
    for (std::size_t i = 0; i < length; ++i) letters[i] = text[i];
  }
  constexpr std::string_view text() const { return {letters, length - 1}; }
};

/// Entries one after another; none at all hands on what comes in.
template <class... Entries>
struct Path {
  using Runs = Path;
};

/// Entries one after another, with names that are not seen outside: what blocks of one's own are
/// derived from.
template <class... Entries>
struct Block {
  using Runs = Block;
};

/// Entries whose activations are not stored in training but computed again in the backward pass
/// (Chen, Xu, Zhang and Guestrin, *Training Deep Nets with Sublinear Memory Cost*, 2016). Results
/// are the same to the bit.
template <class... Entries>
struct Recompute {
  using Runs = Recompute;
};

namespace detail {

template <class Entry, class Numbers>
struct Repeated;
template <class Entry, std::size_t... i>
struct Repeated<Entry, std::index_sequence<i...>> {
  template <std::size_t>
  using Same = Entry;
  using type = Path<Same<i>...>;
};

}  // namespace detail

/// Entries so many times over, each time with weights of their own.
template <int times, class... Entries>
struct Repeat {
  static_assert(times >= 0, "Repeat: the number of times must not be negative");
  using Runs = typename detail::Repeated<Path<Entries...>, std::make_index_sequence<times>>::type;
};

/// Each operand gets what comes in, and the layer `L` joins what they make of it. A single operand
/// is joined with what comes in.
template <class L, class... Operands>
struct Join {
  using Runs = Join;
};

/// Names the value that comes in.
template <ValueName name>
struct As {
  using Runs = As;
};

/// Goes on with the value of that name, the latest if several have it.
template <ValueName name>
struct From {
  using Runs = From;
};

/// The value that comes in is an output of the network. Without any the last value is.
template <ValueName name>
struct Output {
  using Runs = Output;
};

}  // namespace TWEED_NAMESPACE
