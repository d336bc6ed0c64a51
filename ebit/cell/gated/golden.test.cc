// Gated cells against reference values: outputs, states and gradients of every file in tests/golden/gated.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "ebit/base/aligned.h"
#include "ebit/cell/gated/gated_cell.h"

namespace ebit::inline cell {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

// What the files call encoders and ansaetze, and what they are called here.
const std::map<std::string, std::string> kNames = {{"h-ry-atan-rz-atan-square", "arctan-angle"},
                                                   {"ry-atan-rz-atan-square", "arctan-angle-no-h"},
                                                   {"ry-asin-rz-acos", "arcsin-arccos"},
                                                   {"ring1-ring2-rot", "arctan-vqc"},
                                                   {"ring1-ring1-rot", "arctan-vqc-near"},
                                                   {"crz-all-rx-rz", "crz-all"},
                                                   {"x,h", "x-first"},
                                                   {"h,x", "h-first"}};

std::string name_of(const std::string& theirs) {
  const auto found = kNames.find(theirs);
  return found == kNames.end() ? theirs : found->second;
}

GatedOptions options_of(const Json& own, std::string_view engine) {
  GatedOptions o;
  o.engine = engine;
  o.inputs = own["features"], o.qubits = own["qubits"], o.hidden = own["hidden"], o.layers = own["layers"];
  o.architecture = own.contains("circuits") ? fmt::format("lstm-{}", own["circuits"].get<int>()) : "gru";
  o.order = name_of(own["v"]), o.encoder = name_of(own["encoder"]), o.ansatz = name_of(own["ansatz"]);
  o.linear_in = own["linear-in"], o.linear_out = own["linear-out"], o.measured = own["measured"];
  o.update = own.value("update", "z-keeps");
  return o;
}

Numbers numbers_of(const Json& tensor) { return tensor["data"]; }

// Row `step` of every sample of [B, T, width].
Numbers row_of(const Numbers& all, std::size_t samples, std::size_t steps, std::size_t step) {
  const std::size_t width = all.size() / (samples * steps);
  Numbers row;
  for (std::size_t b = 0; b < samples; ++b)
    for (std::size_t i = 0; i < width; ++i) row.push_back(all[(b * steps + step) * width + i]);
  return row;
}

void expect_near(const Numbers& own, const Numbers& theirs, double tolerance, const std::string& what) {
  ASSERT_EQ(own.size(), theirs.size()) << what;
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], theirs[i], tolerance) << what << " " << i;
}

// A file: a cell with a linear head, or none, and loss = mean over samples of |y_T - target|^2.
struct Golden {
  Json file;
  GatedOptions options;
  GatedCell<double> cell;
  std::size_t samples, steps;
  Numbers parameters, x, state, weight, bias;

  Golden(const std::filesystem::path& path, std::string_view engine)
      : file(Json::parse(std::ifstream(path))),
        options(options_of(file["options"], engine)),
        cell(options),
        samples(file["options"]["batch"]),
        steps(file["options"]["steps"]),
        parameters(joined("params")),
        x(numbers_of(file["inputs"]["x"])) {
    const bool lstm = file["inputs"].contains("c0");
    const Numbers c = lstm ? numbers_of(file["inputs"]["c0"]) : Numbers{},
                  h = numbers_of(file["inputs"]["h0"]);
    state = with_c(c, h);
    const auto given = static_cast<std::size_t>(file["options"]["outputs"].get<int>());
    weight.assign(given * cell.outputs(), 0.0), bias.assign(given, 0.0);
    if (file["params"].contains("head.weight")) {
      weight = numbers_of(file["params"]["head.weight"]), bias = numbers_of(file["params"]["head.bias"]);
    } else {
      for (std::size_t i = 0; i < given; ++i) weight[i * cell.outputs() + i] = 1;
    }
  }

  // Samples' states [c, h].
  Numbers with_c(const Numbers& c, const Numbers& h) const {
    Numbers both;
    for (std::size_t b = 0; b < samples; ++b)
      for (const Numbers* part : {&c, &h}) {
        const std::size_t width = part->size() / samples;
        both.insert(both.end(), part->begin() + static_cast<std::ptrdiff_t>(b * width),
                    part->begin() + static_cast<std::ptrdiff_t>((b + 1) * width));
      }
    return both;
  }

  // The tensors of the cell's segments, which must be all of the file's but the head's.
  Numbers joined(const std::string& from) const {
    Numbers all;
    for (const Segment& segment : cell.segments()) {
      const Json& tensor = file[from].at(segment.name);
      EXPECT_EQ(tensor["shape"].get<std::vector<std::int64_t>>(), segment.shape) << segment.name;
      const Numbers own = numbers_of(tensor);
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

  SequenceInput<double> input(const std::vector<std::int64_t>& lengths) const {
    return {
        .samples = samples, .steps = steps, .x = x.data(), .lengths = lengths.data(), .state = state.data()};
  }

  Numbers answers(const Numbers& features) const {
    Numbers y;
    for (std::size_t r = 0; r < features.size() / cell.outputs(); ++r)
      for (std::size_t o = 0; o < bias.size(); ++o)
        y.push_back(std::inner_product(weight.begin() + static_cast<std::ptrdiff_t>(o * cell.outputs()),
                                       weight.begin() + static_cast<std::ptrdiff_t>((o + 1) * cell.outputs()),
                                       features.begin() + static_cast<std::ptrdiff_t>(r * cell.outputs()),
                                       bias[o]));
    return y;
  }
};

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(EBIT_SOURCE_DIR "/tests/golden/gated"))
    if (entry.path().extension() == ".json") all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

// A file, and how the circuits are run.
class GatedGolden : public testing::TestWithParam<std::tuple<std::filesystem::path, const char*>> {
 protected:
  Golden golden{std::get<0>(GetParam()), std::get<1>(GetParam())};
};

TEST_P(GatedGolden, OutputsAndStatesAfterEveryStep) {
  const Json& results = golden.file["results"];
  std::size_t numbers = golden.cell.parameters();
  if (golden.file["params"].contains("head.weight")) numbers += golden.weight.size() + golden.bias.size();
  EXPECT_EQ(numbers, golden.file["parameter_count"].get<std::size_t>());
  Numbers features(golden.samples * golden.steps * golden.cell.outputs());
  Numbers last(golden.samples * golden.cell.state_numbers());
  for (std::size_t t = 0; t < golden.steps; ++t) {
    const std::vector<std::int64_t> lengths(golden.samples, static_cast<std::int64_t>(t + 1));
    golden.cell.forward(golden.parameters, golden.input(lengths), {features.data(), last.data(), nullptr});
    const auto at = [&](const char* name) {
      return results.contains(name) ? row_of(numbers_of(results[name]), golden.samples, golden.steps, t)
                                    : Numbers{};
    };
    expect_near(last, golden.with_c(at("c"), at("h")), 1e-12, fmt::format("state after step {}", t));
  }
  expect_near(golden.answers(features), numbers_of(results["y"]), 1e-12, "y");
}

TEST_P(GatedGolden, Gradients) {
  GatedOptions options = golden.options;
  options.every_step = false;
  GatedCell<double> cell(options);
  const std::size_t width = cell.outputs();
  const std::vector<std::int64_t> lengths(golden.samples, static_cast<std::int64_t>(golden.steps));
  const SequenceInput<double> input = golden.input(lengths);
  AlignedVector<std::byte> tape(cell.tape_bytes(golden.samples, golden.steps));
  Numbers features(golden.samples * width), d_features(features.size(), 0.0);
  cell.forward(golden.parameters, input, {features.data(), nullptr, nullptr}, tape);
  const Numbers y = golden.answers(features), target = numbers_of(golden.file["inputs"]["target"]);
  double loss = 0;
  Numbers d_weight(golden.weight.size(), 0.0), d_bias(golden.bias.size(), 0.0);
  for (std::size_t b = 0; b < golden.samples; ++b)
    for (std::size_t o = 0; o < golden.bias.size(); ++o) {
      const double error = y[b * golden.bias.size() + o] - target[b * golden.bias.size() + o];
      const double d = 2 * error / static_cast<double>(golden.samples);
      loss += error * error / static_cast<double>(golden.samples), d_bias[o] += d;
      for (std::size_t k = 0; k < width; ++k) {
        d_features[b * width + k] += d * golden.weight[o * width + k];
        d_weight[o * width + k] += d * features[b * width + k];
      }
    }
  EXPECT_NEAR(loss, golden.file["results"]["loss"].get<double>(), 1e-12);
  Numbers d_parameters(cell.parameters(), 0.0), d_x(golden.x.size()), d_state(golden.state.size());
  cell.backward(golden.parameters, input, tape, {d_features.data(), nullptr, nullptr},
                {d_parameters.data(), d_x.data(), d_state.data()});
  const Json& grad = golden.file["grad"];
  expect_near(d_parameters, golden.joined("grad"), 1e-10, "parameter");
  expect_near(d_x, numbers_of(grad["x"]), 1e-10, "x");
  const Numbers c = grad.contains("c0") ? numbers_of(grad["c0"]) : Numbers{};
  expect_near(d_state, golden.with_c(c, numbers_of(grad["h0"])), 1e-10, "state");
  if (!grad.contains("head.weight")) return;
  expect_near(d_weight, numbers_of(grad["head.weight"]), 1e-10, "head.weight");
  expect_near(d_bias, numbers_of(grad["head.bias"]), 1e-10, "head.bias");
}

INSTANTIATE_TEST_SUITE_P(Files, GatedGolden,
                         testing::Combine(testing::ValuesIn(files()), testing::Values("fold", "gates")),
                         [](const auto& row) {
                           std::string name = std::get<0>(row.param).stem().string();
                           std::ranges::replace(name, '-', '_');
                           return name + "_" + std::get<1>(row.param);
                         });

}  // namespace
}  // namespace ebit::inline cell
