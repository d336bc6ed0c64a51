// ebit study specialise: do U_en and U_dis learn different roles?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ebit/analysis/study/roles.h"
#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/study/store.h"
#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/show_exhibit.h"

namespace ebit::analysis {
namespace {

constexpr std::array kWhen = {"before", "after"};

/// Roles of one training: [before, after] training, each U_en and U_dis.
using TrainingRoles = std::array<std::vector<Role>, 2>;
using AllRoles = std::vector<std::vector<TrainingRoles>>;  // [V][seeds]

Json to_json(const Role& role) {
  return {{"e_up", role.up},       {"e_down", role.down},
          {"change", role.change}, {"change_spread", role.change_spread},
          {"made", role.made},     {"destroyed", role.destroyed}};
}

Role from_json(const Json& json, std::string_view unitary) {
  return {.unitary = unitary,
          .up = json["e_up"],
          .down = json["e_down"],
          .change = json["change"],
          .change_spread = json["change_spread"],
          .made = json["made"],
          .destroyed = json["destroyed"]};
}

// The roles of every training; nothing where it was interrupted.
std::optional<AllRoles> all_roles(const std::vector<TrainedVariant>& variants, const StudyPlan& plan,
                                  const StudyCallbacks& callbacks) {
  Store store(plan.folder / files::kDone);
  AllRoles all;
  for (const TrainedVariant& trained : variants) {
    if (callbacks.on_piece)
      callbacks.on_piece(trained.variant.name + ": powers", all.size(), variants.size());
    RegisterCell<double> cell(std::get<RegisterOptions>(trained.cell));
    all.emplace_back();
    for (const TrainedCell& seed : trained.seeds) {
      all.back().emplace_back();
      for (std::size_t when = 0; when < kWhen.size(); ++when) {
        if (callbacks.interrupted && callbacks.interrupted()) return std::nullopt;
        const CellMoment& moment = when == 0 ? seed.initial : seed.trained;
        const Json& found =
            store.get(fmt::format("{} seed {} {}", trained.variant.name, seed.seed, kWhen[when]), [&] {
              Json both = Json::array();
              for (const Role& role : roles(cell, moment.parameters, trained.input(moment, seed.seed)))
                both.push_back(to_json(role));
              return both;
            });
        all.back().back()[when] = {from_json(found[0], "U_en"), from_json(found[1], "U_dis")};
      }
    }
  }
  return all;
}

// Of every seed: a number of the role of unitary u (0: U_en, 1: U_dis), before (0) or after (1) training.
std::vector<double> over_seeds(const std::vector<TrainingRoles>& seeds, std::size_t when, std::size_t u,
                               double Role::*which) {
  std::vector<double> values;
  for (const TrainingRoles& training : seeds) values.push_back(training[when][u].*which);
  return values;
}

std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference = a;
  for (std::size_t k = 0; k < b.size(); ++k) difference[k] -= b[k];
  return difference;
}

std::string spread_text(const std::vector<double>& values) {
  const experiment::MeanSpread spread = experiment::mean_spread(values);
  return fmt::format("{:.3f} ± {:.3f}", spread.mean, spread.spread);
}

TextTable role_table(const std::vector<TrainedVariant>& variants, const AllRoles& all) {
  TextTable table{
      .title = "What U_en and U_dis could do and did, in ebits a step",
      .columns = {{"U_dis", false},
                  {"training", false},
                  {"unitary", false},
                  {"E_up"},
                  {"E_down"},
                  {"Delta S"},
                  {"made"},
                  {"destroyed"},
                  {"made / E_up"},
                  {"destroyed / E_down"}},
      .rows = {},
      .best_row = {},
      .notes = {"mean ± standard deviation over seeds; Delta S: mean over test windows and steps, made and "
                "destroyed: of its positive and negative parts.",
                "E_up, E_down: the most found over states that the cell can have, lower bounds."}};
  for (std::size_t v = 0; v < variants.size(); ++v)
    for (std::size_t when = 0; when < kWhen.size(); ++when)
      for (std::size_t u = 0; u < 2; ++u) {
        const auto of = [&](double Role::*which) { return over_seeds(all[v], when, u, which); };
        const auto share = [&](double Role::*part, double Role::*whole) {
          const std::vector<double> parts = of(part), powers = of(whole);
          std::vector<double> shares;  // of the seeds that have the power at all
          for (std::size_t k = 0; k < parts.size(); ++k)
            if (powers[k] > 1e-9) shares.push_back(parts[k] / powers[k]);
          return spread_text(shares);
        };
        table.rows.push_back({variants[v].variant.name, kWhen[when], std::string(all[v][0][when][u].unitary),
                              spread_text(of(&Role::up)), spread_text(of(&Role::down)),
                              spread_text(of(&Role::change)), spread_text(of(&Role::made)),
                              spread_text(of(&Role::destroyed)), share(&Role::made, &Role::up),
                              share(&Role::destroyed, &Role::down)});
      }
  return table;
}

// What the numbers say of one structure; differences are paired, by seed.
std::vector<std::string> verdict(const std::string& name, const std::vector<TrainingRoles>& seeds) {
  const auto change = [&](std::size_t when, std::size_t u) {
    return over_seeds(seeds, when, u, &Role::change);
  };
  const std::vector<double> before = differences(change(0, 0), change(0, 1)),
                            after = differences(change(1, 0), change(1, 1)),
                            learned = differences(after, before);
  const auto en = change(1, 0), dis = change(1, 1);
  const auto positive = [](const std::vector<double>& values) {
    return std::ranges::count_if(values, [](double value) { return value > 0; });
  };
  std::size_t split = 0;  // seeds whose U_en makes and whose U_dis destroys entanglement
  for (std::size_t k = 0; k < seeds.size(); ++k) split += en[k] > 0 && dis[k] < 0 ? 1 : 0;
  const double p_after = sign_flip_test(after), p_learned = sign_flip_test(learned);
  const double mean = experiment::mean_spread(after).mean, gained = experiment::mean_spread(learned).mean;
  const char* roles = p_after > 0.05 ? "no difference of roles is shown"
                      : mean > 0     ? "U_en entangles more than U_dis"
                                     : "U_dis entangles more than U_en";
  const char* learning = p_learned > 0.05 ? "and no effect of training on it is shown"
                         : gained > 0     ? "and training pushed U_en towards entangling against U_dis"
                                          : "and training pushed U_dis towards entangling against U_en";
  return {
      fmt::format("{}: after training {} (Delta S of U_en minus that of U_dis: {} ebits a step, p = {}), {} "
                  "(change by training: {}, p = {}).",
                  name, roles, spread_text(after), table_number(p_after, 2), learning, spread_text(learned),
                  table_number(p_learned, 2)),
      fmt::format("{}: U_en makes entanglement on average in {} of {} seeds, U_dis destroys it in {}; both "
                  "at once in "
                  "{}.",
                  name, positive(en), seeds.size(), static_cast<std::ptrdiff_t>(seeds.size()) - positive(dis),
                  split)};
}

Sheet role_sheet(const std::vector<TrainedVariant>& variants, const AllRoles& all) {
  Sheet sheet;
  const std::pair<double Role::*, const char*> panels[] = {
      {&Role::change, "Realised Delta S, mean of a step"}, {&Role::up, "E_up"}, {&Role::down, "E_down"}};
  for (const auto& [which, title] : panels) {
    SeedsFigure wanted{.title = title, .x_label = "", .y_label = "ebits"};
    for (std::size_t v = 0; v < variants.size(); ++v)
      for (std::size_t u = 0; u < 2; ++u)
        for (std::size_t when = 0; when < kWhen.size(); ++when) {
          wanted.names.push_back(
              fmt::format("{} {} {}", variants[v].variant.name, all[v][0][when][u].unitary, kWhen[when]));
          wanted.values.push_back(over_seeds(all[v], when, u, which));
        }
    sheet.panels.push_back(seeds_figure(wanted));
    sheet.panels.back().height = 300;
    if (which == &Role::change)
      sheet.panels.back().levels.push_back({0});
    else
      sheet.panels.back().y_low = 0, sheet.panels.back().legend = Legend::kNone;
  }
  return sheet;
}

std::vector<Json> role_rows(const std::vector<TrainedVariant>& variants, const AllRoles& all) {
  std::vector<Json> rows;
  for (std::size_t v = 0; v < variants.size(); ++v)
    for (std::size_t k = 0; k < all[v].size(); ++k)
      for (std::size_t when = 0; when < kWhen.size(); ++when)
        for (const Role& role : all[v][k][when]) {
          Json row = {{"U_dis", variants[v].variant.name},
                      {"seed", variants[v].seeds[k].seed},
                      {"training", kWhen[when]},
                      {"unitary", role.unitary}};
          row.update(to_json(role));
          rows.push_back(row);
        }
  return rows;
}

}  // namespace

std::optional<StudyReport> run_specialise(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const RegisterOptions cell = base_config(plan).model.reg;
  require(cell.layers_en > 0 && cell.layers_dis > 0,
          "roles of U_en and U_dis need both: give each at least 1 layer (--layers-en, --layers-dis)");
  std::vector<Variant> variants;
  for (const std::string& value : plan.values) variants.push_back({value, {{"model.dis", value}}});
  const auto trained = train_variants(plan, variants, callbacks);
  if (!trained) return std::nullopt;
  const auto all = all_roles(*trained, plan, callbacks);
  if (!all) return std::nullopt;

  StudyReport report{.data = data_text((*trained)[0].dataset())};
  for (std::size_t v = 0; v < variants.size(); ++v)
    for (std::string& sentence : verdict(variants[v].name, (*all)[v]))
      report.findings.push_back(std::move(sentence));
  report.tables = {role_table(*trained, *all), summary_table(*trained, "Errors", "U_dis", {})};
  report.rows = role_rows(*trained, *all);
  report.figures = {
      {.name = "roles",
       .caption = "Before and after training, every dot one seed.",
       .sheet = role_sheet(*trained, *all)},
      experiment::exhibit_of("errors", error_figure(*trained, "", false), "Every dot is one training.")};
  return report;
}

}  // namespace ebit::analysis
