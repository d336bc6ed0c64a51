// The settings of a sweep.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ebit/analysis/suite/units.h"
#include "ebit/analysis/sweep/sweep.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

constexpr std::size_t kMostPoints = 20000;

// FNV-1a, 64 bits: the same on every machine.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// A number of a range as it is tried: four digits say enough, and read well.
std::string number_text(const SweptOption& option, double u) {
  const double top = option.whole ? option.high + 1 : option.high;
  double value =
      option.log ? option.low * std::pow(top / option.low, u) : option.low + (top - option.low) * u;
  if (option.whole) return fmt::format("{:.0f}", std::clamp(std::floor(value), option.low, option.high));
  value = std::stod(fmt::format("{:.4g}", value));
  return fmt::format("{}", std::clamp(value, option.low, option.high));
}

std::string drawn_text(const SweepSpec& sweep, const SweptOption& option, std::size_t draw) {
  const double u = random_uniform(sweep.seed, hash_of(option.name), draw);
  if (option.values.empty()) return number_text(option, u);
  return option.values[static_cast<std::size_t>(u * static_cast<double>(option.values.size()))];
}

// The varied values of setting `number`: the last option of the grid runs fastest, draws outermost.
std::vector<Setting> varied(const SweepSpec& sweep, std::size_t number) {
  std::vector<Setting> settings(sweep.options.size());
  for (std::size_t o = sweep.options.size(); o-- > 0;) {
    const SweptOption& option = sweep.options[o];
    if (option.drawn) continue;
    settings[o] = {option.name, option.values[number % option.values.size()], option.where};
    number /= option.values.size();
  }
  for (std::size_t o = 0; o < settings.size(); ++o)
    if (sweep.options[o].drawn)
      settings[o] = {sweep.options[o].name, drawn_text(sweep, sweep.options[o], number),
                     sweep.options[o].where};
  return settings;
}

std::size_t count_of(const SweepSpec& sweep) {
  std::size_t count = static_cast<std::size_t>(std::max(1, sweep.draws));
  for (const SweptOption& option : sweep.options) {
    if (!option.drawn) count *= option.values.size();
    require(count <= kMostPoints, "{}: the sweep comes to more than {} settings: list fewer values",
            option.where, kMostPoints);
  }
  return count;
}

const Setting* named(const std::vector<Setting>& settings, std::string_view name) {
  const auto found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : &*found;
}

// What `settings` come to: those with an effect on the model that they name.
std::vector<Setting> with_effect(const SweepSpec& sweep, const std::vector<Setting>& settings) {
  const Setting none{"baselines.which", "none", "sweep"};
  std::vector<Setting> first = {none};
  if (const Setting* model = named(settings, "model.name")) first.push_back(*model);
  const Config own = resolve(sweep.problem, std::nullopt, first);
  std::vector<Setting> all = fitting(settings, own, {});
  if (named(all, "model.name") == nullptr)
    all.insert(all.begin(), {"model.name", own.model.name, "problem " + sweep.problem});
  return all;
}

void require_used(const std::set<std::string>& used, const std::string& name, const std::string& where) {
  require(used.contains(name), "{}: {} has no effect on any setting of the sweep: leave it out", where, name);
}

}  // namespace

std::vector<SweepPoint> points_of(const SweepSpec& sweep) {
  std::vector<SweepPoint> points;
  std::map<std::string, std::string> texts;  // by name
  std::set<std::string> used;
  const std::size_t count = count_of(sweep);
  for (std::size_t k = 0; k < count; ++k) {
    const std::vector<Setting> own = varied(sweep, k);
    std::vector<Setting> settings = sweep.settings;
    settings.insert(settings.end(), own.begin(), own.end());
    SweepPoint point{.name = {}, .settings = with_effect(sweep, settings), .values = {}};
    std::string text;
    for (const Setting& setting : point.settings) used.insert(setting.name);
    for (const Setting& setting : own) {
      const bool there = named(point.settings, setting.name) != nullptr;
      point.values.push_back(there ? setting.value : "");
      if (there) text += setting.name + "=" + setting.value + "\n";
    }
    // Two texts of one hash, which hardly ever are, are told apart.
    for (std::string hashed = text;; hashed += '.') {
      point.name = fmt::format("{:010x}", hash_of(hashed) >> 24);
      const auto [found, fresh] = texts.try_emplace(point.name, text);
      if (fresh) points.push_back(std::move(point));
      if (found->second == text) break;
    }
  }
  for (const SweptOption& option : sweep.options) require_used(used, option.name, option.where);
  for (const Setting& setting : sweep.settings) require_used(used, setting.name, setting.where);
  return points;
}

Suite suite_of(const SweepSpec& sweep, const std::vector<SweepPoint>& points) {
  Suite suite{.name = sweep.name, .help = sweep.help, .source = {}, .takes = {}};
  suite.problem = sweep.problem, suite.metric = sweep.metric, suite.scaled = sweep.scaled;
  suite.seeds = sweep.seeds;
  suite.data = {{.name = "settings", .settings = {}}};
  for (const SweepPoint& point : points) {
    suite.models.push_back({.name = point.name, .settings = point.settings});
    suite.models.back().settings.push_back({"output.test", "false", "sweep"});
  }
  return suite;
}

}  // namespace ebit::analysis
