// ebit power: how many ebits a gate, or any unitary in a file, makes or destroys at most.
#include <fmt/format.h>

#include <optional>

#include <charconv>
#include <cmath>
#include <filesystem>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/power_report.h"
#include "ebit/info/matrix_file.h"
#include "ebit/info/named_unitary.h"
#include "ebit/report/plot.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

constexpr int kMostPoints = 10000;
constexpr int kDefaultPoints = 41;
constexpr int kMostStarts = 1000000;
constexpr int kDefaultMostState = 256;  // amplitudes; with more, ancillas are searched only where asked for

struct PowerFlags {
  std::string unitary, dims, ancilla, plot;
  int starts = 32, most_starts = 1024, threads = 0;
  std::optional<int> points;  // of a sweep; not given: kDefaultPoints
  std::uint64_t seed = 1;
  bool nearest = false, json = false;
};

int run(const PowerFlags& options);

}  // namespace

Action setup_power(Parser& parser) {
  auto options = std::make_shared<PowerFlags>();
  std::string known;
  for (const KnownUnitary& row : known_unitaries()) known += fmt::format(", {}", row.name);
  parser
      .add_option("UNITARY", options->unitary,
                  "A gate with its angles, such as cnot, \"rzz(0.7)\" or, to sweep, \"rzz(0:pi)\" (see 'ebit "
                  "gates'; also" +
                      known.substr(1) + "); or a matrix in a .json, .csv or .npy file")
      .type_name("NAME|FILE")
      .required();
  parser.add_option(
      "--dims", options->dims,
      "Dimensions of the two parts, such as 2x3; left out: as the gate or file says, else two equal parts");
  parser.add_option(
      "--ancilla", options->ancilla,
      "Dimensions of the ancillas beside the two parts, such as 2x3; none: search without only; "
      "left out: as large as "
      "the parts, where the state has at most 256 amplitudes");
  parser.add_option("--starts", options->starts, "States to start each search from");
  parser.add_option("--most-starts", options->most_starts,
                    "Go on to at most this many while fewer than 5 agree on the best value");
  parser.add_option("--seed", options->seed, "Seed of the random starts");
  parser.add_option("--points", options->points, "Points of a sweep; left out: 41");
  parser.add_option("--plot", options->plot, "Draw a sweep into this .svg or .png file").type_name("FILE");
  parser.add_option("--threads", options->threads,
                    "Threads; 0: one for each core. Results do not depend on it");
  parser.add_flag("--nearest", options->nearest, "Take the nearest unitary where the matrix is none");
  parser.add_flag("--json", options->json, "Print the result as JSON, with the states");
  return [options] { return run(*options); };
}

namespace {

using Json = nlohmann::ordered_json;
using Dims = std::array<int, 2>;

// "2x3"; `least` is the smallest dimension that makes sense.
Dims parse_dims(std::string_view text, std::string_view option, int least) {
  Dims dims{};
  const char* const end = text.data() + text.size();
  const auto [middle, first_error] = std::from_chars(text.data(), end, dims[0]);
  const bool cross = first_error == std::errc() && middle != end && (*middle == 'x' || *middle == 'X');
  const auto [last, second_error] = std::from_chars(cross ? middle + 1 : end, end, dims[1]);
  require(cross && second_error == std::errc() && last == end && std::min(dims[0], dims[1]) >= least &&
              std::max(dims[0], dims[1]) <= kMaxPowerState,
          "power: {} must be two dimensions of {} or more, such as 2x3, not '{}'", option, least, text);
  return dims;
}

/// What a command line names: a matrix that may depend on the place t in a sweep.
struct Source {
  std::string name;
  Dims dims{};  // {0, 0} where neither name nor file says
  std::optional<UnitaryText> text;
  Eigen::MatrixXcd matrix;  // of a file

  bool sweeps() const { return text && text->sweeps(); }
  Eigen::MatrixXcd at(double t) const { return text ? text->matrix(t) : matrix; }
};

Source read_source(const PowerFlags& options) {
  const std::filesystem::path path(options.unitary);
  Source source{.name = options.unitary};
  if (!names_unitary(options.unitary) && (path.has_extension() || std::filesystem::exists(path)) &&
      options.unitary.find('(') == std::string::npos) {
    MatrixFile file = read_matrix(path);
    require(file.dims.empty() || file.dims.size() == 2 || !options.dims.empty(),
            "{}: \"dims\" names {} parts; a power is of two, such as [2, 3]", options.unitary,
            file.dims.size());
    if (file.dims.size() == 2) source.dims = {file.dims[0], file.dims[1]};
    source.matrix = std::move(file.matrix);
  } else {
    source.text = parse_unitary(options.unitary);
    source.name = source.text->sweeps() ? options.unitary : source.text->text();
    source.dims = {source.text->d_a, source.text->d_b};
  }
  return source;
}

Dims dims_of(const Source& source, const PowerFlags& options) {
  if (!options.dims.empty()) return parse_dims(options.dims, "--dims", 1);
  if (source.dims[0] > 0) return source.dims;
  const auto rows = source.at(0).rows();
  const auto side = std::lround(std::sqrt(static_cast<double>(rows)));
  require(side * side == rows,
          "{}: {} rows can be parted in several ways; say how by --dims, such as --dims 2x{}", source.name,
          rows, rows / 2);
  return {static_cast<int>(side), static_cast<int>(side)};
}

Dims ancilla_of(const Dims& dims, const PowerFlags& options) {
  if (options.ancilla == "none") return {1, 1};
  if (options.ancilla.empty())
    return dims[0] * dims[1] * dims[0] * dims[1] <= kDefaultMostState ? dims : Dims{1, 1};
  const Dims given = parse_dims(options.ancilla, "--ancilla", 0);
  return {std::max(given[0], 1), std::max(given[1], 1)};  // 0 is another way to say none
}

/// The curves of a sweep: what is drawn over the parameter.
struct Curve {
  std::string label;
  std::string key;  // in JSON
  double (*value)(const PowerReport& report);
  PlotStyle style;
  PlotColor color;
};

const std::vector<Curve>& curves() {
  static const std::vector<Curve> table = {
      {"E_up, with ancillas", "e_up", [](const PowerReport& r) { return r.powers.back().up.value; },
       PlotStyle::kLine, PlotColor::kBlue},
      {"E_down, with ancillas", "e_down", [](const PowerReport& r) { return r.powers.back().down.value; },
       PlotStyle::kDashes, PlotColor::kOrange},
      {"E_up, without", "e_up_without_ancillas",
       [](const PowerReport& r) { return r.powers.front().up.value; }, PlotStyle::kLine, PlotColor::kGreen},
      {"E_down, without", "e_down_without_ancillas",
       [](const PowerReport& r) { return r.powers.front().down.value; }, PlotStyle::kDashes,
       PlotColor::kVermillion},
      {"operator-Schmidt entropy", "operator_schmidt_entropy",
       [](const PowerReport& r) { return r.schmidt_entropy; }, PlotStyle::kLine, PlotColor::kPurple},
      {"average power (linear entropy)", "average_power",
       [](const PowerReport& r) { return r.average_power; }, PlotStyle::kLine, PlotColor::kGrey},
  };
  return table;
}

/// Powers over an angle: the angle and the report at each point.
struct AngleCurve {
  std::vector<double> angle;
  std::vector<PowerReport> reports;
};

Figure sweep_figure(const Source& source, const AngleCurve& sweep) {
  const bool with = sweep.reports[0].powers.size() > 1;
  Figure figure{
      .title = fmt::format("Powers of {}", source.name), .x_label = "angle (radians)", .y_label = "ebits"};
  figure.legend = Legend::kRight;
  for (const Curve& curve : curves()) {
    // Without ancillas the first two would be drawn twice.
    if (!with && curve.label.ends_with("with ancillas")) continue;
    PlotSeries line{.label = curve.label, .style = curve.style, .x = sweep.angle, .color = curve.color};
    for (const PowerReport& report : sweep.reports) line.y.push_back(curve.value(report));
    figure.series.push_back(line);
  }
  figure.y_low = 0;
  return figure;
}

TextTable sweep_table(const Source& source, const AngleCurve& sweep) {
  TextTable table;
  table.title = source.name + ", ebits";
  table.columns = {{"angle"}};
  for (const Curve& curve : curves()) table.columns.push_back({curve.label});
  for (std::size_t k = 0; k < sweep.angle.size(); ++k) {
    table.rows.push_back({fmt::format("{:.6g}", sweep.angle[k])});
    for (const Curve& curve : curves())
      table.rows.back().push_back(fmt::format("{:.6f}", curve.value(sweep.reports[k])));
  }
  table.notes = {"Powers are lower bounds, each reached by a state (--json has them)."};
  return table;
}

Json sweep_json(const Source& source, const AngleCurve& sweep) {
  Json points = Json::array();
  for (std::size_t k = 0; k < sweep.angle.size(); ++k) {
    Json point = {{"angle", sweep.angle[k]}};
    point.update(power_json(sweep.reports[k]));
    points.push_back(std::move(point));
  }
  return {{"name", source.name}, {"points", points}};
}

int run_sweep(const Source& source, const PowerFlags& options, const Dims& dims, const PowerOptions& search) {
  AngleCurve sweep;
  const auto moving =
      std::ranges::find_if(source.text->angles, [](const AngleRange& a) { return a.from != a.to; });
  const int points = options.points.value_or(kDefaultPoints);
  for (int k = 0; k < points; ++k) {
    const double t = static_cast<double>(k) / (points - 1);
    const std::string name = source.text->text(t);
    sweep.angle.push_back(std::lerp(moving->from, moving->to, t));
    sweep.reports.push_back(power_report(name,
                                         make_unitary(dims[0], dims[1], source.at(t), name, options.nearest),
                                         ancilla_of(dims, options), search));
  }
  if (!options.plot.empty()) render(sweep_figure(source, sweep), options.plot);
  if (options.json) {
    print_json(sweep_json(source, sweep));
    return kOk;
  }
  print(table_text(sweep_table(source, sweep)));
  if (!options.plot.empty()) print(fmt::format("\nplot: {}\n", options.plot));
  return kOk;
}

int run(const PowerFlags& options) {
  require(options.starts >= 1 && options.starts <= kMostStarts,
          "power: --starts must be from 1 to {}, not {}", kMostStarts, options.starts);
  require(options.most_starts >= 0 && options.most_starts <= kMostStarts,
          "power: --most-starts must be from 0 to {}, not {}", kMostStarts, options.most_starts);
  require(!options.points || (*options.points >= 2 && *options.points <= kMostPoints),
          "power: --points must be from 2 to {}, not {}", kMostPoints, options.points.value_or(0));
  set_threads(options.threads);
  const Source source = read_source(options);
  const Dims dims = dims_of(source, options);
  const PowerOptions search{
      .starts = options.starts, .most_starts = options.most_starts, .seed = options.seed};
  if (source.sweeps()) return run_sweep(source, options, dims, search);
  require(!options.points,
          "power: --points has no effect here: it counts with an angle as a range, such as \"rzz(0:pi)\"");
  require(options.plot.empty(),
          "power: --plot draws a sweep: give an angle as a range, such as \"rzz(0:pi)\"");
  const PowerReport report =
      power_report(source.name, make_unitary(dims[0], dims[1], source.at(0), source.name, options.nearest),
                   ancilla_of(dims, options), search);
  if (options.json)
    print_json(power_json(report));
  else
    print(power_text(report));
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
