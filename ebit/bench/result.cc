#include "ebit/bench/result.h"

#include "ebit/base/error.h"

namespace ebit::bench {

double ratio_of(const Result& result) {
  if (result.factor) return *result.factor;
  if (result.ours.size() == result.theirs.size()) return paired_ratio(result.ours, result.theirs);
  return median(result.theirs) / median(result.ours);
}

nlohmann::ordered_json to_json(const Result& result) {
  require(!result.ours.empty() && !result.theirs.empty(), "workload {} left nothing to compare",
          result.workload);
  nlohmann::ordered_json json = {
      {"workload", result.workload},    {"size", result.size},
      {"variant", result.variant},      {"dtype", result.dtype},
      {"threads", result.threads},      {"unit", result.unit},
      {"seconds", median(result.ours)}, {"spread", spread(result.ours)},
      {"against", result.against},      {"against_seconds", median(result.theirs)}};
  if (result.share) json["share"] = *result.share;
  json["ratio"] = ratio_of(result);
  json["recorded"] = result.recorded;
  json["repeats"] = result.ours;
  json["against_repeats"] = result.theirs;
  json["note"] = result.note;
  json.update(result.more);
  return json;
}

}  // namespace ebit::bench
