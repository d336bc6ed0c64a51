#include "ebit/analysis/logic/logic_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/report/plot.h"
#include "ebit/report/text_table.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using experiment::number;

std::string name_of(WeightsAs weights) { return weights == WeightsAs::kConstant ? "constant" : "register"; }

// The columns that a row has beside its counts.
bool many_sizes(const LogicReport& report) {
  return std::ranges::any_of(report.rows, [&](const LogicRow& row) {
    return row.features != report.rows[0].features || row.hidden != report.rows[0].hidden;
  });
}

TextTable counts_table(const LogicReport& report) {
  TextTable table;
  table.title =
      fmt::format("One step, weights as {}",
                  report.weights == WeightsAs::kConstant ? "constants in the circuit" : "quantum registers");
  const bool sizes = many_sizes(report);
  if (sizes) table.columns = {{"F"}, {"H"}};
  for (const char* name :
       {"bits", "fraction", "qubits", "Toffoli", "CNOT", "X", "depth", "Toffoli depth", "T (7)", "T (4)"})
    table.columns.push_back({name});
  for (const LogicRow& row : report.rows) {
    std::vector<std::string> cells;
    if (sizes) cells = {std::to_string(row.features), std::to_string(row.hidden)};
    const LogicCounts& n = row.step;
    cells.push_back(std::to_string(row.format.bits)), cells.push_back(std::to_string(row.format.fraction));
    for (const std::int64_t count :
         {n.qubits, n.toffoli, n.cnot, n.x, n.depth, n.toffoli_depth, n.t_gates(), n.t_gates_measured()})
      cells.push_back(std::to_string(count));
    table.rows.push_back(std::move(cells));
  }
  table.notes = {
      "T (7): gates T where a Toffoli is Clifford + T; T (4): where each is measurement-assisted, on an "
      "ancilla "
      "of its own more"};
  return table;
}

TextTable sequence_table(const LogicReport& report) {
  TextTable table;
  table.title = fmt::format("A sequence of {} step{}, undone but for its last hidden state", report.steps,
                            report.steps == 1 ? "" : "s");
  const bool sizes = many_sizes(report);
  if (sizes) table.columns = {{"F"}, {"H"}};
  for (const char* name : {"bits", "qubits", "Toffoli", "T (7)", "depth at most"})
    table.columns.push_back({name});
  for (const LogicRow& row : report.rows) {
    std::vector<std::string> cells;
    if (sizes) cells = {std::to_string(row.features), std::to_string(row.hidden)};
    const LogicCounts& n = row.sequence;
    cells.push_back(std::to_string(row.format.bits));
    for (const std::int64_t count : {n.qubits, n.toffoli, n.t_gates(), n.depth})
      cells.push_back(std::to_string(count));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// Errors and metrics by word length; below, those of real numbers.
TextTable error_table(const LogicReport& report) {
  TextTable table;
  const std::string& metric = report.metrics[report.judged].name;
  table.title =
      fmt::format("Answers against the real LSTM's on {} sequences, {}", report.sequences,
                  report.classes ? "logits" : fmt::format("scaled units; {} in the data's units", metric));
  table.columns = {{"arithmetic", false},
                   {"fraction"},
                   {"largest error"},
                   {"rms error"},
                   {metric},
                   {"inputs saturated"},
                   {"circuit = integers", false}};
  for (const LogicRow& row : report.rows) {
    const LogicCheck& check = *row.check;
    table.rows.push_back({fmt::format("{} bits", row.format.bits), std::to_string(row.format.fraction),
                          table_number(check.largest_error), table_number(check.rms_error),
                          check.metrics.empty() ? "–" : table_number(check.metrics[report.judged]),
                          fmt::format("{:.1f} %", 100 * check.clipped),
                          check.different == 0 && check.unclean == 0
                              ? fmt::format("yes, {} words", check.words)
                              : fmt::format("NO: {} words differ, {} steps left ancillas or inputs changed",
                                            check.different, check.unclean)});
  }
  const RealScores& real = *report.real;
  const auto metric_cell = [&](const std::vector<double>& values) {
    return values.empty() ? std::string("–") : table_number(values[report.judged]);
  };
  table.rows.push_back({fmt::format("real, {}", report.gates), "–", table_number(real.lines_largest),
                        table_number(real.lines_rms), metric_cell(real.lines)});
  table.rows.push_back({"real, as trained", "–", "0", "0", metric_cell(real.exact)});
  table.notes = {
      fmt::format("more bits lead to 'real, {}': what is left there is the error of gates of straight lines",
                  report.gates)};
  return table;
}

TextTable superposed_table(const LogicReport& report) {
  TextTable table;
  table.title =
      "The last step of the first sequence with its first input in superposition, ebits with all else";
  table.columns = {{"bits"}, {"superposed"}, {"different outputs"}, {"input"}, {"h'"}, {"c'"}};
  for (const LogicRow& row : report.rows) {
    const SuperposedStep& step = row.check->superposed;
    table.rows.push_back({std::to_string(row.format.bits), fmt::format("{} bits", step.bits),
                          std::to_string(step.outputs), fmt::format("{:.4f}", step.input),
                          fmt::format("{:.4f}", step.hidden), fmt::format("{:.4f}", step.cell)});
  }
  return table;
}

Json counts_json(const LogicCounts& n, bool bounds) {
  return {{"qubits", n.qubits},
          {"toffoli", n.toffoli},
          {"cnot", n.cnot},
          {"x", n.x},
          {bounds ? "depth_at_most" : "depth", n.depth},
          {bounds ? "toffoli_depth_at_most" : "toffoli_depth", n.toffoli_depth},
          {"t_7", n.t_gates()},
          {"t_4", n.t_gates_measured()}};
}

Json metrics_json(const LogicReport& report, const std::vector<double>& values) {
  Json json = Json::object();
  for (std::size_t m = 0; m < values.size(); ++m) json[report.metrics[m].name] = number(values[m]);
  return json;
}

double speed(const LogicCheck& check) { return static_cast<double>(check.steps) / check.seconds; }

Json check_json(const LogicReport& report, const LogicCheck& check) {
  return {{"sequences", check.sequences},
          {"steps", check.steps},
          {"words_compared", check.words},
          {"words_different", check.different},
          {"steps_unclean", check.unclean},
          {"seconds", check.seconds},
          {"steps_per_second", number(speed(check))},
          {"inputs_saturated", check.clipped},
          {"largest_error", number(check.largest_error)},
          {"rms_error", number(check.rms_error)},
          {"metrics", metrics_json(report, check.metrics)},
          {"superposed",
           {{"bits", check.superposed.bits},
            {"outputs", check.superposed.outputs},
            {"input_ebits", check.superposed.input},
            {"hidden_ebits", check.superposed.hidden},
            {"cell_ebits", check.superposed.cell}}}};
}

// Word lengths of the rows as the x axis.
std::vector<double> word_lengths(const LogicReport& report) {
  std::vector<double> x;
  for (const LogicRow& row : report.rows) x.push_back(row.format.bits);
  return x;
}

template <class Value>
PlotSeries over_words(const LogicReport& report, std::string label, const Value& value) {
  PlotSeries series{.label = std::move(label), .style = PlotStyle::kLinePoints, .x = word_lengths(report)};
  for (const LogicRow& row : report.rows) series.y.push_back(static_cast<double>(value(row)));
  return series;
}

Figure error_figure(const LogicReport& report) {
  Figure figure{
      .title = "Error of the answers", .x_label = "bits of a word", .y_label = "scaled units", .log_y = true};
  figure.series.push_back(
      over_words(report, "largest", [](const LogicRow& row) { return row.check->largest_error; }));
  figure.series.push_back(
      over_words(report, "rms", [](const LogicRow& row) { return row.check->rms_error; }));
  const std::vector<double> x = word_lengths(report);
  figure.series.push_back({.label = fmt::format("rms of {} in real numbers", report.gates),
                           .style = PlotStyle::kDashes,
                           .x = {x.front(), x.back()},
                           .y = {report.real->lines_rms, report.real->lines_rms},
                           .color = PlotColor::kGrey});
  return figure;
}

// A line for each size, the word length along the axis.
Figure counts_figure(const LogicReport& report) {
  Figure figure{.title = "Cost of a step", .x_label = "bits of a word", .log_y = true};
  for (std::size_t first = 0; first < report.rows.size();) {
    LogicReport one;
    const LogicRow& size = report.rows[first];
    for (; first < report.rows.size() && report.rows[first].features == size.features &&
           report.rows[first].hidden == size.hidden;
         ++first)
      one.rows.push_back(report.rows[first]);
    const std::string of = many_sizes(report) ? fmt::format(", F {} H {}", size.features, size.hidden) : "";
    figure.series.push_back(
        over_words(one, "Toffoli" + of, [](const LogicRow& row) { return row.step.toffoli; }));
    figure.series.push_back(
        over_words(one, "qubits" + of, [](const LogicRow& row) { return row.step.qubits; }));
  }
  return figure;
}

Sheet sheet_of_logic(const LogicReport& report) {
  Sheet sheet;
  if (report.real) sheet.panels.push_back(error_figure(report));
  sheet.panels.push_back(counts_figure(report));
  return sheet;
}

}  // namespace

std::string logic_text(const LogicReport& report) {
  std::string text;
  if (report.real) {
    text += fmt::format("{}\n{} ({} part, {})\n\n", report.summary, report.data, report.part, report.seed);
    text += table_text(error_table(report)) + "\n";
  }
  text += table_text(counts_table(report)) + "\n" + table_text(sequence_table(report));
  if (report.real) {
    text += "\n" + table_text(superposed_table(report));
    std::size_t steps = 0;
    double seconds = 0;
    for (const LogicRow& row : report.rows) steps += row.check->steps, seconds += row.check->seconds;
    text += fmt::format("\n{} steps in {:.2f} s: {:.0f} a second\n", steps, seconds,
                        static_cast<double>(steps) / seconds);
  }
  for (const std::string& note : report.notes) text += note + "\n";
  return text;
}

Json to_json(const LogicReport& report) {
  Json json = {{"format", "ebit-quantum-logic"},
               {"version", 1},
               {"weights", name_of(report.weights)},
               {"gates", report.gates},
               {"steps", report.steps}};
  if (report.real) {
    json["model"] = report.summary, json["data"] = report.data, json["part"] = report.part;
    json["seed"] = report.seed, json["sequences"] = report.sequences;
    json["equal"] = report.right();
    json["judged_metric"] = report.metrics[report.judged].name;
    json["exact"] = {{"metrics", metrics_json(report, report.real->exact)}};
    json["real_gates"] = {{"largest_error", number(report.real->lines_largest)},
                          {"rms_error", number(report.real->lines_rms)},
                          {"metrics", metrics_json(report, report.real->lines)}};
  }
  json["rows"] = Json::array();
  for (const LogicRow& row : report.rows) {
    Json one = {{"features", row.features},
                {"hidden", row.hidden},
                {"bits", row.format.bits},
                {"fraction", row.format.fraction},
                {"step", counts_json(row.step, false)},
                {"sequence", counts_json(row.sequence, true)}};
    if (row.check) one["check"] = check_json(report, *row.check);
    json["rows"].push_back(std::move(one));
  }
  json["notes"] = report.notes;
  return json;
}

std::string logic_csv(const LogicReport& report) {
  std::string text =
      "features,hidden,bits,fraction,qubits,toffoli,cnot,x,depth,toffoli_depth,t_7,t_4,sequence_steps,"
      "sequence_qubits,"
      "sequence_toffoli";
  if (report.real) {
    text +=
        ",largest_error,rms_error,inputs_saturated,words_compared,words_different,steps_unclean,input_ebits,"
        "hidden_ebits,cell_ebits";
    for (const experiment::MetricName& metric : report.metrics)
      text += "," + experiment::csv_cell(metric.name);
  }
  text += "\n";
  for (const LogicRow& row : report.rows) {
    const LogicCounts &n = row.step, &all = row.sequence;
    text +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", row.features, row.hidden, row.format.bits,
                    row.format.fraction, n.qubits, n.toffoli, n.cnot, n.x, n.depth, n.toffoli_depth,
                    n.t_gates(), n.t_gates_measured(), report.steps, all.qubits, all.toffoli);
    if (row.check) {
      const LogicCheck& c = *row.check;
      text += fmt::format(",{},{},{},{},{},{},{},{},{}", c.largest_error, c.rms_error, c.clipped, c.words,
                          c.different, c.unclean, c.superposed.input, c.superposed.hidden, c.superposed.cell);
      for (const double value : c.metrics) text += std::isnan(value) ? "," : fmt::format(",{}", value);
    }
    text += "\n";
  }
  return text;
}

std::vector<fs::path> write_logic(const fs::path& folder, const LogicReport& report, bool plots) {
  make_folder(folder);
  std::vector<fs::path> files = {folder / experiment::files::kLogicTable, folder / experiment::files::kLogic};
  write_file_atomically(files[0], logic_csv(report));
  write_file_atomically(files[1], to_json(report).dump(2) + "\n");
  if (!plots) return files;
  make_folder(folder / experiment::files::kPlots);
  const Sheet sheet = sheet_of_logic(report);
  for (const char* ending : {"svg", "png"}) {
    files.push_back(folder / experiment::files::kPlots / fmt::format("quantum-logic.{}", ending));
    render(sheet, files.back());
  }
  return files;
}

}  // namespace ebit::analysis
