#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/strict_value.hpp>
#include <tweed/core/text.hpp>
#include <tweed/reporting/named_texts.hpp>
#include <tweed/reporting/number_format.hpp>

#include <algorithm>
#include <concepts>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

namespace reporting {

/// A value as it is read again: lists with commas, nothing for what is not there.
[[gnu::cold]] inline std::string value_text(const std::string& text) { return text; }
[[gnu::cold]] inline std::string value_text(const std::filesystem::path& path) {
  return path.string();
}
[[gnu::cold]] inline std::string value_text(double number) { return shortest(number); }
template <std::integral Number>
[[gnu::cold]] std::string value_text(Number number) {
  return std::to_string(number);
}
template <class Value>
[[gnu::cold]] std::string value_text(const std::vector<Value>& values) {
  std::string text;
  for (const Value& value : values) text.append(text.empty() ? "" : ",").append(value_text(value));
  return text;
}
template <class Value>
[[gnu::cold]] std::string value_text(const std::optional<Value>& value) {
  return value ? value_text(*value) : std::string();
}

}  // namespace reporting

/// An option of a program, whose value is in a struct `Settings`: how it is called and explained,
/// read and told.
///
///     ProgramOption("epochs", "N", "Passes", &Settings::epochs, strict::Whole{1, 100})
template <class Settings>
struct ProgramOption {
  std::string name;  ///< "batch-size", without dashes
  std::string kind;  ///< of its value, for the help: "N"
  std::string help;
  std::function<void(Settings&, const std::string&)> read;
  std::function<std::string(const Settings&)> text;  ///< empty where there is none
  std::string of = {};                   ///< another option: without effect unless that has
  std::vector<std::string> values = {};  ///< one of these values or, without any, one that is not 0
  std::string instead_of = {};           ///< another option, of which this one takes the place
  std::string untold = {};               ///< a value that goes without saying
  bool has_influence = true;             ///< on what a run gives; otherwise it is never told

  /// What `read`, one of `strict`, makes of a text goes into a member. The help ends with its value
  /// in `Settings{}`, if there is one.
  template <class Value, class Read>
  ProgramOption(std::string called, std::string kind_of_value, std::string explained,
                Value Settings::*member, Read reads)
      : name(std::move(called)),
        kind(std::move(kind_of_value)),
        help(std::move(explained)),
        read([member, reads](Settings& settings, const std::string& given) {
          settings.*member = reads(given);
        }),
        text([member](const Settings& settings) {
          return reporting::value_text(settings.*member);
        }) {
    if (const std::string usual = text(Settings{}); !usual.empty()) help += " [" + usual + "]";
  }

  /// This option, with an effect only where another one has one of some values.
  ProgramOption where(const std::string& other, const std::vector<std::string>& its_values) const {
    ProgramOption option = *this;
    option.of = other;
    option.values = its_values;
    return option;
  }
  ProgramOption instead(const std::string& other) const {
    ProgramOption option = *this;
    option.instead_of = other;
    return option;
  }
  ProgramOption untold_if(const std::string& value) const {
    ProgramOption option = *this;
    option.untold = value;
    return option;
  }
  ProgramOption told_as(std::function<std::string(const Settings&)> how) const {
    ProgramOption option = *this;
    option.text = std::move(how);
    return option;
  }

  /// Whether it has an effect where the option that it depends on is `value`.
  bool has_effect_with(std::string_view value) const {
    if (values.empty()) return value != "0";
    return std::ranges::find(values, value) != values.end();
  }
};

/// All options of a program, in the order in which they are told. What a command line says is known
/// by `given(name)`: the text of an option, or nothing where it is not there.
template <class Settings>
class ProgramOptions {
 public:
  using Option = ProgramOption<Settings>;

  explicit ProgramOptions(std::vector<std::vector<Option>> groups) {
    for (const auto& group : groups) options_.insert(options_.end(), group.begin(), group.end());
  }

  auto begin() const { return options_.begin(); }
  auto end() const { return options_.end(); }

  /// Throws Error, which begins with `where`, for a name that there is not.
  const Option& at(const std::string& name, const std::string& where) const {
    const auto found = std::ranges::find(options_, name, &Option::name);
    if (found == options_.end()) {
      throw Error(detail::text(where, ": unknown option '", name, "'"));
    }
    return *found;
  }

  bool has_effect(const Option& option, const Settings& settings) const {
    return option.of.empty() || option.has_effect_with(at(option.of, option.name).text(settings));
  }

  /// The options that have an influence and an effect, by name: what is to stand in
  /// `RunOptions::settings`, and in a file that repeats the run.
  [[gnu::cold]] NamedTexts told(const Settings& settings) const {
    NamedTexts texts;
    for (const Option& option : options_) {
      const std::string text = option.text(settings);
      if (!option.has_influence || text.empty() || text == option.untold) continue;
      if (has_effect(option, settings)) texts.emplace_back(option.name, text);
    }
    return texts;
  }

  /// What is left of the options in a file, or of another list of them, beside a command line,
  /// which goes before it: options that it does not give or replace, nor leaves without effect.
  /// Throws Error, which begins with `where`, for names that there are not.
  template <class Given>
  [[gnu::cold]] NamedTexts beside(const NamedTexts& list, const std::string& where,
                                  const Given& given) const {
    NamedTexts left;
    for (const auto& [name, text] : list) {
      const Option& option = at(name, where);
      if (given(name) || (!option.instead_of.empty() && given(option.instead_of))) continue;
      std::optional<std::string> other;
      if (!option.of.empty()) other = given(option.of);
      if (!other || option.has_effect_with(*other)) left.emplace_back(name, text);
    }
    return left;
  }

  /// Throws Error for an option that was given and has no effect, and says why: "--momentum: it has
  /// no effect with --optimizer adam, it is for sgd or nesterov".
  template <class Given>
  [[gnu::cold]] void check(const Settings& settings, const Given& given) const {
    for (const Option& option : options_) {
      if (!given(option.name) || has_effect(option, settings)) continue;
      std::string why = detail::text("--", option.name, ": it has no effect with --", option.of,
                                     " ", at(option.of, option.name).text(settings));
      if (!option.values.empty()) why += ", it is for " + strict::alternatives(option.values);
      throw Error(why);
    }
  }

 private:
  std::vector<Option> options_;
};

}  // namespace TWEED_NAMESPACE
