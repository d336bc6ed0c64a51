#include "ebit/analysis/sweep/sweep.h"

#include <algorithm>
#include <cmath>

#include "ebit/analysis/suite/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"

namespace ebit::analysis {
namespace {

constexpr std::string_view kExample = R"(name = "mine"
help = "Registers, ansatz and learning rate of a small cell"
metric = "RMSE"        # of the validation part; left out: what the problem is judged by
seeds = 3              # trainings of each setting
draws = 8              # of [random]
seed = 1               # of these draws

[settings]             # of all; options of ebit train as in config.toml
data.file = "seattle-weather"
data.window = 4
data.train = 0.7
data.validation = 0.15
model.name = "daskin-collapse"
train.epochs = 20

[grid]                 # every value with every other
model.n_ancilla = [1, 2]

[random]               # a value a draw: a range, or a list to choose from
train.lr = {low = 0.001, high = 0.1, log = true}
model.layers_en = {low = 1, high = 3}
model.hidden = ["collapse", "density"]
)";

const OptionRow& row_of(const std::string& option) {
  return *std::ranges::find_if(option_table(), [&](const OptionRow& row) { return name_of(row) == option; });
}

void read_range(const DocumentPlace& place, SweptOption& option) {
  place.check_keys({"low", "high", "log"});
  const std::string type = type_of(row_of(option.name));
  if (type != "INT" && !type.starts_with("FLOAT"))
    place.fail_here("takes no numbers: list what to choose from, as [\"a\", \"b\"]");
  option.low = place.at("low").number(), option.high = place.at("high").number();
  if (place.find("log").present()) option.log = place.at("log").flag();
  option.whole = type == "INT";
  if (!(option.low < option.high))
    place.fail_here(fmt::format("needs low < high, not {} and {}", option.low, option.high));
  if (option.log && option.low <= 0) place.fail_here("needs low > 0 where log = true");
  if (option.whole && (option.low != std::floor(option.low) || option.high != std::floor(option.high)))
    place.fail_here("takes whole numbers, so low and high must be whole");
}

// [grid] or [random].
void read_swept(const DocumentPlace& table, bool drawn, SweepSpec& sweep) {
  if (!table.present()) return;
  const std::size_t first = sweep.options.size();
  std::vector<std::pair<int, SweptOption>> in_order;  // by line: tables do not keep the file's order
  each_option(table, {}, [&](const std::string& name, const DocumentPlace& place) {
    check_free(name, place.where(), sweep.settings);
    for (const SweptOption& other : sweep.options)
      require(other.name != name, "{}: {} is varied twice, the other time at {}", place.where(), name,
              other.where);
    SweptOption option{.name = name, .where = place.where(), .drawn = drawn, .values = {}};
    if (place.is_list())
      option.values = listed_values(place);
    else if (drawn && place.value().kind == DocumentValue::Kind::kTable)
      read_range(place, option);
    else
      place.fail_here(drawn ? "must be a range, as {low = 0.001, high = 0.1, log = true}, or a list"
                            : "must be a list of values; ranges stand in [random]");
    in_order.emplace_back(place.value().line, option);
    sweep.options.push_back(std::move(option));
  });
  std::ranges::stable_sort(in_order, {}, &std::pair<int, SweptOption>::first);
  for (std::size_t k = 0; k < in_order.size(); ++k) sweep.options[first + k] = std::move(in_order[k].second);
}

}  // namespace

std::string_view sweep_example() { return kExample; }

SweepSpec parse_sweep(std::string_view text, const std::string& source) {
  const DocumentPlace root = DocumentPlace::parse(text, source);
  root.check_keys({"name", "help", "problem", "metric", "scaled", "seeds", "draws", "seed", "settings",
                   "grid", "random"});
  SweepSpec sweep;
  const auto read = [&](const char* key, auto use) {
    if (const DocumentPlace place = root.find(key); place.present()) use(place);
  };
  sweep.name = root.at("name").text(), sweep.metric_where = source;
  if (sweep.name.empty() || sweep.name.find_first_of("/\\ ") != std::string::npos ||
      sweep.name.front() == '.' || sweep.name != shown(sweep.name))
    root.at("name").fail_here(
        "is the name of a folder: short, without blanks, slashes, control characters, a leading dot");
  read("help", [&](const DocumentPlace& p) { sweep.help = p.text(); });
  read("problem", [&](const DocumentPlace& p) {
    sweep.problem = p.text();
    if (std::ranges::none_of(problems(), [&](const ProblemRow& row) { return row.name == sweep.problem; }))
      p.fail_here(fmt::format("names no problem: '{}'{}", shown(sweep.problem),
                              suggestion(sweep.problem, names_of(problems()))));
  });
  read("metric", [&](const DocumentPlace& p) { sweep.metric = p.text(), sweep.metric_where = p.where(); });
  read("scaled", [&](const DocumentPlace& p) { sweep.scaled = p.flag(); });
  read("seeds", [&](const DocumentPlace& p) {
    sweep.seeds = p.integer();
    if (sweep.seeds < 1) p.fail_here("must be at least 1");
  });
  read("draws", [&](const DocumentPlace& p) {
    sweep.draws = p.integer();
    if (sweep.draws < 1) p.fail_here("must be at least 1");
  });
  read("seed", [&](const DocumentPlace& p) {
    if (p.integer() < 0) p.fail_here("must be 0 or more");
    sweep.seed = static_cast<std::uint64_t>(p.integer());
  });
  read("settings", [&](const DocumentPlace& p) { read_sections(p, {}, sweep.settings); });
  for (const Setting& setting : sweep.settings)
    require(!setting.name.starts_with("output.") && !setting.name.starts_with("baselines."),
            "{}: {} is not a sweep's to set: leave it out", setting.where, setting.name);
  read_swept(root.find("grid"), false, sweep);
  read_swept(root.find("random"), true, sweep);
  require(!sweep.options.empty(),
          "{}: the sweep varies nothing: list values of options in [grid] or [random]", source);
  const bool random = sweep.options.back().drawn;
  require(random || !root.find("draws").present(), "{}: draws have no effect without [random]", source);
  require(!random || sweep.draws > 0, "{}: [random] needs `draws`, how many settings to draw", source);
  if (sweep.scaled)
    for (const SweptOption& option : sweep.options)
      require(option.name != "data.scaler" && option.name != "data.scale_on",
              "{}: scores of scaled numbers cannot choose {}: leave `scaled` out", option.where, option.name);
  return sweep;
}

}  // namespace ebit::analysis
