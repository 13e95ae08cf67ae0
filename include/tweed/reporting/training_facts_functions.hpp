#pragma once

#include <tweed/reporting/number_format.hpp>
#include <tweed/reporting/training_facts.hpp>

#include <cstdint>
#include <string>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

[[gnu::cold]] inline std::string text_of(const Setting& setting) {
  using Kind = Setting::Kind;
  switch (setting.kind) {
    case Kind::boolean:
      return setting.integer != 0 ? "yes" : "no";
    case Kind::integer:
      return std::to_string(setting.integer);
    case Kind::natural:
      return std::to_string(static_cast<std::uint64_t>(setting.integer));
    case Kind::real:
      return shortest(setting.real);
    case Kind::word:
      return setting.word;
    case Kind::integers:
      break;
  }
  return tweed::detail::dims_text(setting.integers);
}

/// "adam, learning rate 0.001, beta1 0.9"
[[gnu::cold]] inline std::string text_of(const tweed::detail::PartSettings& part) {
  std::string text = spoken(part.name);
  for (const Setting& setting : part.settings) {
    text += tweed::detail::text(", ", spoken(setting.name), " ", text_of(setting));
  }
  return text;
}

}  // namespace detail

TWEED_PREBUILT TrainingFacts facts_of(const tweed::detail::TrainingSettings& settings) {
  TrainingFacts facts;
  if (settings.optimizer) {
    facts.optimizer = settings.optimizer->name;
    for (const Setting& setting : settings.optimizer->settings) {
      if (setting.name == "learning_rate") facts.learning_rate = setting.real;
    }
    facts.settings.emplace_back("optimizer", detail::text_of(*settings.optimizer));
  }
  if (settings.loss) facts.settings.emplace_back("loss", detail::text_of(*settings.loss));
  for (const Setting& setting : settings.options) {
    if (setting.name == "samples") facts.samples = setting.integer;
    if (setting.name == "batch_size") facts.batch_size = setting.integer;
    if (setting.name == "accumulate") facts.accumulate = setting.integer;
    if (setting.name == "seed") facts.seed = static_cast<std::uint64_t>(setting.integer);
    if (setting.name == "validation") facts.has_validation = setting.integer != 0;
    facts.settings.emplace_back(spoken(setting.name), detail::text_of(setting));
  }
  return facts;
}

}  // namespace TWEED_NAMESPACE::reporting
