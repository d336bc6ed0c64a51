// ebit design: circuits by their entangling power; and whether that power says how well models learn.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>

#include "ebit/analysis/design/design.h"
#include "ebit/analysis/design/power_study.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/power_report.h"
#include "ebit/sim/draw.h"

namespace ebit::cmd {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMet = 1e-4;         // a wanted value that is met so far counts as met
constexpr int kLastStarts = 64;       // of the powers that are printed
constexpr int kMostLastStarts = 512;  // where few of them agree

struct DesignFlags {
  analysis::DesignOptions search;
  std::string want, connect = "all", partners = "none", output, plot, only;
  std::vector<std::string> study;
  int samples = 2000, threads = 0;
  bool ascii = false, json = false, quiet = false;
};

// "4x4", or "none".
std::array<int, 2> parse_partners(const std::string& text) {
  if (text == "none") return {1, 1};
  std::array<int, 2> dims{};
  const char* const end = text.data() + text.size();
  const auto [middle, first] = std::from_chars(text.data(), end, dims[0]);
  const bool cross = first == std::errc() && middle != end && *middle == 'x';
  const auto [last, second] = std::from_chars(cross ? middle + 1 : end, end, dims[1]);
  require(cross && second == std::errc() && last == end && dims[0] >= 1 && dims[1] >= 1,
          "--partners must be two dimensions, such as 4x4, or none, not '{}'", text);
  return dims;
}

// What a wish came to, by the certified numbers of the report.
double value_of(const analysis::Wish& wish, const PowerReport& report, int two_qubit) {
  const Powers& powers = report.powers.back();
  if (wish.name == "e-up") return powers.up.value;
  if (wish.name == "e-down") return powers.down.value;
  if (wish.name == "gap") return powers.up.value - powers.down.value;
  return wish.name == "e-p" ? report.average_power : report.average_power / std::max(1, two_qubit);
}

struct Outcome {
  analysis::Design design;
  std::string text;  // of the ansatz file
  Circuit circuit{1};
  PowerReport report;
  double crossing = 0;
  bool met = true;
};

std::string wish_text(const analysis::Wish& wish) {
  return wish.value ? fmt::format("{}={}", wish.name, *wish.value) : wish.name;
}

std::string wanted_text(const std::vector<analysis::Wish>& wishes) {
  std::string text;
  for (const analysis::Wish& wish : wishes) text += (text.empty() ? "" : ",") + wish_text(wish);
  return text;
}

// The ansatz is called as its file.
std::string name_of_file(const std::string& output) {
  return output.empty() ? "design" : std::filesystem::path(output).stem().string();
}

// What is certified is the circuit of the very text that goes into the file.
Outcome certified(const analysis::DesignOptions& search, analysis::Design design, const std::string& name) {
  Outcome out{.design = std::move(design), .text = {}, .report = {}};
  const std::string want = wanted_text(search.wishes);
  out.text = analysis::ansatz_text(
      out.design, name,
      fmt::format("{} two-wire gates on {}+{} wires, searched for {} (seed {}).", out.design.two_qubit,
                  search.system, search.ancilla, want, search.seed));
  const Ansatz ansatz = parse_ansatz(out.text, "design");
  out.circuit = build_ansatz(ansatz, search.system + search.ancilla, 1);
  const std::vector<double> zeros(static_cast<std::size_t>(out.circuit.shared_parameters()), 0.0);
  out.report = power_report("the circuit", analysis::unitary_across(out.circuit, zeros, search.system),
                            search.partners,
                            {.starts = kLastStarts, .most_starts = kMostLastStarts, .seed = search.seed});
  out.crossing = analysis::crossing_bound(out.circuit, search.system);
  for (const analysis::Wish& wish : search.wishes)
    if (wish.value)
      out.met = out.met && std::abs(value_of(wish, out.report, out.design.two_qubit) - *wish.value) <= kMet;
  return out;
}

TextTable wishes_table(const analysis::DesignOptions& search, const Outcome& out) {
  TextTable table{
      .columns = {{"wanted", false}, {"value"}, {"missed by"}}, .rows = {}, .best_row = {}, .notes = {}};
  for (const analysis::Wish& wish : search.wishes) {
    const double value = value_of(wish, out.report, out.design.two_qubit);
    table.rows.push_back({wish_text(wish), fmt::format("{:.6f}", value),
                          wish.value ? fmt::format("{:.2g}", std::abs(value - *wish.value)) : "–"});
  }
  table.notes = {fmt::format("{} two-wire gates; {} gate lists tried in {} restarts, this one in restart {}",
                             out.design.two_qubit, out.design.circuits, out.design.restarts,
                             out.design.restart + 1)};
  if (!out.met)
    table.notes.push_back("a wanted value was not met: more --restarts or --steps, gates, or --two-qubit");
  return table;
}

std::string drawing(const analysis::DesignOptions& search, const Outcome& out, bool ascii) {
  DrawOptions options{.ascii = ascii, .width = 110, .angle = [](const Angle& angle) {
                        return fmt::format("{:.3f}", angle.value);
                      }};
  for (int w = 0; w < search.system; ++w) options.wire_names.push_back(fmt::format("s{}", w));
  for (int w = 0; w < search.ancilla; ++w) options.wire_names.push_back(fmt::format("a{}", w));
  return draw(out.circuit, options);
}

Json outcome_json(const analysis::DesignOptions& search, const Outcome& out) {
  Json json = {{"system", search.system},
               {"ancilla", search.ancilla},
               {"want", wanted_text(search.wishes)},
               {"met", out.met},
               {"wishes", Json::array()},
               {"two_wire_gates", out.design.two_qubit},
               {"angles", out.circuit.shared_parameters()},
               {"crossing_bound", out.crossing},
               {"restart", out.design.restart},
               {"restarts", out.design.restarts},
               {"gate_lists", out.design.circuits},
               {"ansatz", out.text}};
  for (const analysis::Wish& wish : search.wishes)
    json["wishes"].push_back({{"name", wish.name},
                              {"wanted", wish.value ? Json(*wish.value) : Json(nullptr)},
                              {"value", value_of(wish, out.report, out.design.two_qubit)}});
  json["powers"] = power_json(out.report);
  return json;
}

int run_design(DesignFlags& options) {
  analysis::DesignOptions& search = options.search;
  search.wishes = analysis::parse_wishes(options.want);
  search.partners = parse_partners(options.partners);
  require(search.system >= 1 && search.ancilla >= 1,
          "--system and --ancilla must be at least 1, not {} and {}", search.system, search.ancilla);
  require(search.system + search.ancilla <= analysis::kMostDesignWires,
          "both registers have {} wires; {} are the most", search.system + search.ancilla,
          analysis::kMostDesignWires);
  search.edges = analysis::read_edges(options.connect, search.system + search.ancilla);
  analysis::check_design(search);
  set_threads(options.threads);
  catch_interrupts();
  const auto progress = [&](int done, int all) {
    if (!options.quiet && done > 0) tell(fmt::format("{} of {} restarts\n", done, all));
    return !interrupted();
  };
  const Outcome out =
      certified(search, analysis::search_design(search, progress), name_of_file(options.output));
  if (!options.output.empty()) write_file_atomically(options.output, out.text);
  if (options.json) {
    print_json(outcome_json(search, out));
  } else {
    std::string text = table_text(wishes_table(search, out)) + "\n" + drawing(search, out, options.ascii) +
                       "\n" + power_text(out.report) +
                       fmt::format(
                           "\ncrossing gates            {} ebits at most: E_up and E_down of no such circuit "
                           "are larger\n",
                           out.crossing);
    if (options.output.empty())
      text += "\n-o FILE writes it as an ansatz file\n";
    else
      text += fmt::format(
          "\nansatz: {0}\ntrain:  ebit train DATA --model daskin-collapse --n-system {1} --n-ancilla {2} "
          "--layers-en 1 --layers-dis 1 "
          "--ansatz-file {0} --init-low -0.1 --init-high 0.1\n",
          options.output, search.system, search.ancilla);
    print(text);
  }
  if (interrupted()) return kInterrupted;
  return out.met ? kOk : kCheckFailed;
}

int run_study(const DesignFlags& options) {
  require(options.samples >= 100 && options.samples <= 1000000,
          "--samples must be from 100 to 1000000, not {}", options.samples);
  set_threads(options.threads);
  const analysis::PowerStudy study = analysis::study_power(
      {options.study.begin(), options.study.end()}, options.only, options.samples, options.search.seed);
  if (!options.plot.empty()) render(analysis::power_figure(study, 0), options.plot);
  if (options.json)
    print_json(analysis::study_json(study));
  else
    print(table_text(analysis::circuits_table(study)) + "\n" +
          table_text(analysis::correlations_table(study)));
  return kOk;
}

int run(DesignFlags& options) {
  if (!options.study.empty()) {
    require(options.want.empty() && options.output.empty(),
            "--study reads suites: leave --want and --output out");
    return run_study(options);
  }
  require(options.plot.empty() && options.only.empty(), "--plot and --only are of a study: see --study");
  return run_design(options);
}

}  // namespace

Action setup_design(Parser& parser) {
  auto options = std::make_shared<DesignFlags>();
  analysis::DesignOptions& search = options->search;
  std::string wants = "What is wanted, NAME=VALUE as near as can be or NAME as much as can be, with commas:";
  for (const analysis::WishRow& row : analysis::wishes())
    wants += fmt::format(" {}: {};", row.name, row.help);
  wants.back() = '.';
  parser.add_option("--want", options->want, wants);
  parser.add_option("--system", search.system, "Wires of the system register, the first ones");
  parser.add_option("--ancilla", search.ancilla, "Wires of the ancilla register");
  parser.add_option("--gates", search.gates, "Gates to build with (see 'ebit gates')").type_name("LIST");
  parser
      .add_option(
          "--connect", options->connect,
          "Where two-wire gates may stand: all, line, ring, or a TOML file with edges = [[0, 1], ...]")
      .type_name("NAME|FILE")
      .offers({"all", "line", "ring"});
  parser.add_option("--two-qubit", search.two_qubit, "Two-wire gates at most");
  parser.add_flag("--exact", search.exact,
                  "Use all of --two-qubit, where fewer would do: circuits of equal budget");
  parser.add_option(
      "--partners", options->partners,
      "Dimensions of ancillas beside the registers in E_up and E_down, such as 4x4; none: the states "
      "that a pure memory can have");
  parser.add_option("--restarts", search.restarts, "Random circuits to begin with");
  parser.add_option("--steps", search.steps, "Changes of the gate list tried from each");
  parser.add_option("--seed", search.seed, "Seed of the search, which decides everything");
  parser.add_option("--threads", options->threads,
                    "Threads; 0: one for each core. Results do not depend on it");
  parser.add_option("-o,--output", options->output, "Write the circuit to this file, for --ansatz-file")
      .type_name("FILE");
  parser.add_flag("--ascii", options->ascii, "Draw in plain ASCII");
  parser
      .add_option(
          "--study", options->study,
          "Instead: folders of suites whose models differ in their circuits; does power go with less error?")
      .type_name("FOLDER");
  parser.add_option("--only", options->only, "Of a study: only circuits with this text in their names");
  parser.add_option("--samples", options->samples, "Draws of the bootstrap of a study");
  parser.add_option("--plot", options->plot, "Draw a study into this .svg or .png file").type_name("FILE");
  parser.add_flag("--json", options->json, "Print the result as JSON");
  parser.add_flag("-q,--quiet", options->quiet, "Show no progress");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
