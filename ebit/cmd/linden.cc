#include "ebit/cmd/linden.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/power_report.h"
#include "ebit/report/page.h"
#include "ebit/report/plot.h"
#include "ebit/report/progress.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kUnitaryFile = "unitary.json";

constexpr std::string_view kMeaning =
    "E_up = 2 is exact: 2 ebits are the most that a qubit allows, and every unitary here has a state that "
    "reaches "
    "them. E_down is the best of many searches with ancillas 2x3, a lower bound: the true gap is at most the "
    "one "
    "shown, and larger ancillas make it a little smaller.";

void prepare_folder(const LindenOptions& options) {
  std::error_code error;
  if (fs::exists(options.folder, error) && !fs::is_empty(options.folder, error)) {
    require(fs::exists(options.folder / kUnitaryFile),
            "'{}' is there and holds something else: choose another folder with -o", options.folder.string());
    require(options.overwrite,
            "'{}' holds a search already: add --overwrite to replace it, or choose another folder with -o",
            options.folder.string());
  }
  fs::create_directories(options.folder, error);
  require(!error, "cannot make the folder '{}': {}", options.folder.string(), error.message());
}

std::vector<GapUnitary> by_gap(const GapSearch& search) {
  std::vector<GapUnitary> sorted = search.samples;
  std::ranges::stable_sort(sorted, {}, &GapUnitary::e_down);
  return sorted;
}

Figure samples_figure(const GapSearch& search) {
  Figure figure{.title = "Random qubit-qutrit unitaries that make 2 ebits",
                .x_label = "unitary, by E_down",
                .y_label = "ebits"};
  PlotSeries up{.label = "E_up", .style = PlotStyle::kLine, .color = PlotColor::kBlue};
  PlotSeries down{
      .label = "E_down (found)", .style = PlotStyle::kLinePoints, .color = PlotColor::kVermillion};
  PlotSeries entropy{
      .label = "operator-Schmidt entropy", .style = PlotStyle::kPoints, .color = PlotColor::kGrey};
  PlotSeries gap{.label = "gap", .style = PlotStyle::kBand, .color = PlotColor::kSky};
  for (const GapUnitary& one : by_gap(search)) {
    const double x = static_cast<double>(up.y.size());
    for (PlotSeries* series : {&up, &down, &entropy, &gap}) series->x.push_back(x);
    up.y.push_back(one.e_up);
    down.y.push_back(one.e_down);
    entropy.y.push_back(one.schmidt_entropy);
    gap.low.push_back(one.e_down);
    gap.high.push_back(one.e_up);
  }
  figure.series = {gap, up, down, entropy};
  return figure;
}

constexpr PlotColor kDescentColors[] = {PlotColor::kVermillion, PlotColor::kGreen, PlotColor::kPurple,
                                        PlotColor::kOrange};

Figure descents_figure(const GapSearch& search) {
  Figure figure{.title = "Descents from the best of them", .x_label = "step", .y_label = "ebits"};
  std::size_t longest = 1;
  for (const auto& path : search.descents) longest = std::max(longest, path.size());
  figure.series = {
      {.label = "E_up", .x = {0, static_cast<double>(longest - 1)}, .y = {2, 2}, .color = PlotColor::kBlue}};
  for (std::size_t d = 0; d < search.descents.size(); ++d)
    figure.series.push_back({.label = fmt::format("E_down, descent {}", d + 1),
                             .style = PlotStyle::kLinePoints,
                             .y = search.descents[d],
                             .color = kDescentColors[d % std::size(kDescentColors)]});
  figure.y_high = 2.005;
  return figure;
}

Sheet sheet_of(const GapSearch& search) {
  Sheet sheet;
  sheet.panels = {samples_figure(search)};
  if (!search.descents.empty()) sheet.panels.push_back(descents_figure(search));
  return sheet;
}

Json matrix_json(const Eigen::MatrixXcd& matrix) {
  Json re = Json::array(), im = Json::array();
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    re.push_back(Json::array()), im.push_back(Json::array());
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
      re.back().push_back(matrix(i, j).real());
      im.back().push_back(matrix(i, j).imag());
    }
  }
  return {{"dims", {2, 3}}, {"re", re}, {"im", im}};
}

TextTable summary(const GapSearch& search) {
  const auto sorted = by_gap(search);
  TextTable table;
  table.title = fmt::format("unitaries on 2x3 with E_up = 2, {} random ones", sorted.size());
  table.columns = {{"unitary", false},   {"E_up"}, {"E_down found"}, {"gap"}, {"op.-Schmidt entropy"},
                   {"spectrum of rho_B"}};
  const auto add = [&](const std::string& name, const GapUnitary& one) {
    table.rows.push_back({name, fmt::format("{:.6f}", one.e_up), fmt::format("{:.6f}", one.e_down),
                          fmt::format("{:.6f}", one.e_up - one.e_down),
                          fmt::format("{:.6f}", one.schmidt_entropy),
                          fmt::format("{:.3f} {:.3f} {:.3f}", one.rho_b[0], one.rho_b[1], one.rho_b[2])});
  };
  add("random, smallest gap", sorted.back());
  add("random, median", sorted[sorted.size() / 2]);
  add("random, largest gap", sorted.front());
  add("after the descents", search.best);
  table.rows.push_back({"the same, ancillas 4x6", fmt::format("{:.6f}", search.up.value),
                        fmt::format("{:.6f}", search.down_larger.value),
                        fmt::format("{:.6f}", search.up.value - search.down_larger.value)});
  table.notes = {std::string(kMeaning)};
  return table;
}

std::string samples_csv(const GapSearch& search) {
  std::string text = "sample,e_up,e_down,operator_schmidt_entropy,p1,p2,p3\n";
  for (std::size_t k = 0; k < search.samples.size(); ++k) {
    const GapUnitary& one = search.samples[k];
    text += fmt::format("{},{},{},{},{},{},{}\n", k, one.e_up, one.e_down, one.schmidt_entropy, one.rho_b[0],
                        one.rho_b[1], one.rho_b[2]);
  }
  return text;
}

PowerReport best_report(const GapSearch& search) {
  PowerReport report{.name = "the best unitary", .unitary = search.best.unitary};
  report.powers = {{{2, 3}, search.up, search.down}};
  report.upper_bound = power_limit(search.best.unitary);
  report.schmidt_rank = operator_schmidt_rank(search.best.unitary);
  report.schmidt_entropy = search.best.schmidt_entropy;
  report.average_power = average_power(search.best.unitary);
  return report;
}

void write_files(const GapSearch& search, const fs::path& folder) {
  const Sheet sheet = sheet_of(search);
  const std::string svg = render_svg(sheet);
  write_file_atomically(folder / "gap.svg", svg);
  render(sheet, folder / "gap.png");
  write_file_atomically(folder / "samples.csv", samples_csv(search));
  Page page("linden", "Linden, Smolin, Winter 2009 (quant-ph/0511217)");
  page.paragraph("Unitaries on a qubit and a qutrit that make more entanglement than they can destroy.")
      .note(kMeaning);
  page.section("Results")
      .table(summary(search))
      .svg(svg, "Above: random unitaries. Below: E_down step by step.");
  page.section("The best unitary").code(power_text(best_report(search)));
  page.folded_code("The matrix, as 'ebit power unitary.json' reads it",
                   matrix_json(search.best.unitary.matrix).dump(1));
  page.write(folder / "report.html");
  // Last: it is what tells a finished search from another folder.
  write_file_atomically(folder / kUnitaryFile, matrix_json(search.best.unitary.matrix).dump(1) + "\n");
}

}  // namespace

int reproduce_linden(const LindenOptions& options) {
  prepare_folder(options);
  catch_interrupts();
  std::unique_ptr<Progress> line;
  const GapSearch search = search_gap(options.search, [&](int tried, int all) {
    if (!options.quiet && !line)
      line = std::make_unique<Progress>(stderr, "linden", "unitary", static_cast<std::size_t>(all));
    if (line) line->update(static_cast<std::size_t>(tried), "");
    return !interrupted();
  });
  line.reset();
  if (interrupted()) return kInterrupted;
  write_files(search, options.folder);
  if (options.json) {
    Json samples = Json::array();
    for (const GapUnitary& one : search.samples)
      samples.push_back({{"e_up", one.e_up},
                         {"e_down", one.e_down},
                         {"operator_schmidt_entropy", one.schmidt_entropy},
                         {"rho_b", one.rho_b}});
    print_json({{"experiment", "linden"},
                {"gap", search.up.value - search.down.value},
                {"gap_larger_ancillas", search.up.value - search.down_larger.value},
                {"operator_schmidt_entropy", search.best.schmidt_entropy},
                {"up", power_result_json(search.up, search.best.unitary, {2, 3})},
                {"down", power_result_json(search.down, search.best.unitary, {2, 3})},
                {"down_larger_ancillas",
                 power_result_json(search.down_larger, search.best.unitary, kLargerAncillas)},
                {"matrix", matrix_json(search.best.unitary.matrix)},
                {"samples", samples},
                {"descents", search.descents},
                {"page", (options.folder / "report.html").string()}});
  } else {
    print(table_text(summary(search)));
    print(fmt::format("\n{}\nfigure:  {}\nunitary: {}\npage:    {}\n", power_text(best_report(search)),
                      (options.folder / "gap.svg").string(), (options.folder / kUnitaryFile).string(),
                      (options.folder / "report.html").string()));
  }
  return kOk;
}

}  // namespace ebit::cmd
