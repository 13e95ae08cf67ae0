#pragma once

#include <tweed/io/strict_json.hpp>
#include <tweed/reporting/machine.hpp>
#include <tweed/reporting/run_metrics.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

inline double rounded(double number, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(number * scale) / scale;
}

/// A ratio that there is not is null.
inline nlohmann::ordered_json classes_json(const TestResult& test) {
  auto list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < test.classes.size(); ++i) {
    const ClassMetrics& found = test.classes[i];
    list.push_back({{"name", test.names[i]},
                    {test.counts_pixels ? "pixels" : test.called, found.samples},
                    {"precision", found.precision()},
                    {"recall", found.recall()}});
    if (test.counts_pixels) list.back()["iou"] = found.iou();
  }
  return list;
}

/// What a test came to.
inline nlohmann::ordered_json measures_json(const TestResult& test) {
  auto json = nlohmann::ordered_json::object();
  for (const Measure& measure : test.measures) json[measure.key] = measure.value;
  if (test.samples > 0) json["test_loss"] = test.loss;
  return json;
}

[[noreturn]] inline void refuse_metrics(const std::string& where, const char* what,
                                        const std::string& key) {
  throw Error(
      tweed::detail::text(where, ": expected a ", what, " \"", key, "\", as a run writes it"));
}

inline double number_of(const nlohmann::json& json, const std::string& key,
                        const std::string& where) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) refuse_metrics(where, "number", key);
  return found->get<double>();
}

/// Null is no number.
inline std::optional<double> optional_number_of(const nlohmann::json& json, const std::string& key,
                                                const std::string& where) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_null()) return {};
  return number_of(json, key, where);
}

inline std::string text_of(const nlohmann::json& json, const std::string& key,
                           const std::string& where) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) refuse_metrics(where, "text", key);
  return found->get<std::string>();
}

/// The measure that a run is judged by.
inline Measure best_measure(const nlohmann::json& json, const std::string& where) {
  if (!json.contains("measure")) {
    return {"test_accuracy", "accuracy", number_of(json, "test_accuracy", where)};
  }
  const nlohmann::json& measure = json["measure"];
  if (!measure.is_object()) refuse_metrics(where, "measure", "measure");
  const auto flag = [&](const char* key) {
    return measure.contains(key) && measure[key].is_boolean() && measure[key].get<bool>();
  };
  Measure best{.key = text_of(measure, "key", where), .name = text_of(measure, "name", where)};
  best.value = number_of(json, best.key, where);
  best.is_share = flag("is_share");
  best.more_is_better = flag("more_is_better");
  return best;
}

}  // namespace detail

TWEED_PREBUILT std::string metrics_text(const FinishedRun& run) {
  using Json = nlohmann::ordered_json;
  const TrainingLog& log = run.log;
  const TestResult& test = run.test;
  const LossSum training = log.recent();
  const auto timed = [&](double number, int decimals) {
    return log.has_steps() ? Json(detail::rounded(number, decimals)) : Json();
  };
  Json metrics = detail::measures_json(test);
  metrics["final_train_loss"] = training.mean_loss();
  if (log.has_accuracy()) metrics["final_train_accuracy"] = training.accuracy();
  metrics["steps"] = std::ssize(run.history.steps);
  metrics["batch_size"] = run.facts.batch_size;
  metrics["optimizer"] = run.facts.optimizer;
  metrics["learning_rate"] = run.facts.learning_rate;
  metrics["seed"] = run.facts.seed;
  metrics["threads"] = run.facts.threads;
  metrics["train_seconds"] = timed(log.seconds(), 3);
  metrics["ms_per_step_median"] = timed(1000.0 * log.median_step_seconds(), 3);
  metrics["ms_per_step_min"] = timed(1000.0 * log.least_step_seconds(), 3);
  metrics[run.facts.counted + "_per_second"] = timed(log.counted_per_second(), 1);
  metrics["processor"] = processor_name();
  metrics["compiler"] = compiler_name();
  metrics["tweed_version"] = version;
  const Measure best = test.measures.empty() ? Measure{"test_loss", "loss", 0.0, false, false}
                                             : test.measures.front();
  metrics["measure"] = {{"key", best.key},
                        {"name", best.name},
                        {"is_share", best.is_share},
                        {"more_is_better", best.more_is_better}};
  for (const TestVariant& other : run.variants.others) {
    metrics["other_tests"][other.key] = detail::measures_json(other.test);
  }
  for (const auto& [name, value] : run.settings) metrics["settings"][name] = value;
  if (!test.classes.empty()) metrics["classes"] = detail::classes_json(test);
  constexpr auto replace = Json::error_handler_t::replace;  // names may be no UTF-8
  return metrics.dump(2, ' ', false, replace) + '\n';
}

TWEED_PREBUILT RunMetrics parse_metrics(const std::string& where, std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) throw Error(where + ": expected a JSON object");
  const auto number = [&](const char* key) { return detail::number_of(json, key, where); };
  return {.best = detail::best_measure(json, where),
          .test_loss = number("test_loss"),
          .steps = number("steps"),
          .batch_size = number("batch_size"),
          .learning_rate = number("learning_rate"),
          .seed = number("seed"),
          .seconds = detail::optional_number_of(json, "train_seconds", where),
          .milliseconds = detail::optional_number_of(json, "ms_per_step_median", where),
          .optimizer = detail::text_of(json, "optimizer", where)};
}

}  // namespace TWEED_NAMESPACE::reporting
