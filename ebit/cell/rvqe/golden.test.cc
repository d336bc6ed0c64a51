// RVQE cells against reference values: probabilities, states and the gradients of three losses of every file
// in tests/golden/rvqe.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ebit/base/aligned.h"
#include "ebit/cell/rvqe/rvqe_cell.h"

namespace ebit::inline cell {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

Numbers numbers_of(const Json& tensor) { return tensor["data"]; }

void expect_near(const Numbers& own, const Numbers& theirs, double tolerance, const std::string& what) {
  ASSERT_EQ(own.size(), theirs.size()) << what;
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], theirs[i], tolerance) << what << " " << i;
}

RvqeOptions options_of(const Json& own) {
  RvqeOptions o;
  o.inputs = own["word"].get<int>() + 1, o.workspace = own["workspace"], o.stages = own["stages"];
  o.order = own["order"], o.degree = own["degree"];
  return o;
}

// A file: bits of inputs and targets, one step more than there are predictions.
struct Golden {
  Json file;
  RvqeOptions options;
  RvqeCell<double> cell;
  std::size_t samples, steps;
  Numbers parameters, x;
  std::vector<std::size_t> targets;  // [B, T] words

  explicit Golden(const std::filesystem::path& path)
      : file(Json::parse(std::ifstream(path))),
        options(options_of(file["options"])),
        cell(options),
        samples(file["options"]["batch"]),
        steps(file["options"]["steps"]),
        parameters(joined("params")) {
    const Numbers inputs = numbers_of(file["inputs"]["inputs"]),
                  wanted = numbers_of(file["inputs"]["targets"]);
    const auto bits = static_cast<std::size_t>(options.bits());
    for (std::size_t b = 0; b < samples; ++b)
      for (std::size_t t = 0; t < steps; ++t) {
        std::size_t word = 0;
        for (std::size_t f = 0; f < bits; ++f) {
          x.push_back(inputs[(b * (steps + 1) + t) * bits + f]);
          word = 2 * word + static_cast<std::size_t>(wanted[(b * (steps + 1) + t + 1) * bits + f]);
        }
        x.push_back(static_cast<double>(word));
        targets.push_back(word);
      }
  }

  // The tensors of the cell's segments, which must be all of the file's.
  Numbers joined(const std::string& from) const {
    Numbers all;
    EXPECT_EQ(file[from].size(), cell.segments().size());
    for (const Segment& segment : cell.segments()) {
      const Json& tensor = file[from].at(segment.name);
      EXPECT_EQ(tensor["shape"].get<std::vector<std::int64_t>>(), segment.shape) << segment.name;
      const Numbers own = numbers_of(tensor);
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

  SequenceInput<double> input(const std::int64_t* lengths = nullptr) const {
    return {.samples = samples, .steps = steps, .x = x.data(), .lengths = lengths};
  }
};

class RvqeGolden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(RvqeGolden, ProbabilitiesAndStatesAfterEveryStep) {
  Golden golden(GetParam());
  EXPECT_EQ(golden.cell.parameters(), golden.file["parameter_count"].get<std::size_t>());
  const Json& results = golden.file["results"];
  const Numbers workspace = numbers_of(results["workspace"]);
  const std::size_t numbers = golden.cell.state_numbers();
  Numbers p(golden.samples * golden.steps * golden.cell.outputs()), last(golden.samples * numbers);
  for (std::size_t t = 0; t < golden.steps; ++t) {
    const std::vector<std::int64_t> lengths(golden.samples, static_cast<std::int64_t>(t + 1));
    golden.cell.forward(golden.parameters, golden.input(lengths.data()), {p.data(), last.data(), nullptr});
    for (std::size_t b = 0; b < golden.samples; ++b)
      for (std::size_t i = 0; i < numbers; ++i)
        EXPECT_NEAR(last[b * numbers + i], workspace[(b * golden.steps + t) * numbers + i], 1e-12);
  }
  expect_near(p, numbers_of(results["probabilities"]), 1e-12, "probabilities");
}

// loss: cross-entropy of the probabilities as if they were logits, minus its minimum, over all words or the
// last; nll: -log p.
TEST_P(RvqeGolden, GradientsOfThreeLosses) {
  Golden golden(GetParam());
  const std::size_t words = golden.cell.outputs(), rows = golden.samples * golden.steps;
  AlignedVector<std::byte> tape(golden.cell.tape_bytes(golden.samples, golden.steps));
  Numbers p(rows * words);
  golden.cell.forward(golden.parameters, golden.input(), {p.data(), nullptr, nullptr}, tape);
  for (const std::string name : {"loss", "loss_last", "nll"}) {
    double loss = 0;
    Numbers d(p.size(), 0.0);
    for (std::size_t r = 0; r < rows; ++r) {
      const bool counts = name != "loss_last" || r % golden.steps == golden.steps - 1;
      const double share =
          counts ? 1.0 / static_cast<double>(name == "loss_last" ? golden.samples : rows) : 0;
      const double* const own = p.data() + r * words;
      const std::size_t target = golden.targets[r];
      if (name == "nll") {
        loss -= share * std::log(own[target]);
        d[r * words + target] = -share / own[target];
        continue;
      }
      double sum = 0;
      for (std::size_t k = 0; k < words; ++k) sum += std::exp(own[k]);
      loss += share *
              (std::log(sum) - own[target] - (std::log(static_cast<double>(words) - 1 + std::exp(1.0)) - 1));
      for (std::size_t k = 0; k < words; ++k)
        d[r * words + k] = share * (std::exp(own[k]) / sum - (k == target ? 1.0 : 0.0));
    }
    EXPECT_NEAR(loss, golden.file["results"][name].get<double>(), 1e-12) << name;
    Numbers gradient(golden.cell.parameters(), 0.0);
    golden.cell.backward(golden.parameters, golden.input(), tape, {d.data(), nullptr, nullptr},
                         {gradient.data(), nullptr, nullptr});
    const std::string grad = name == "loss" ? "grad" : "grad_" + name;
    expect_near(gradient, golden.joined(grad), 1e-10, grad);
  }
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(EBIT_SOURCE_DIR "/tests/golden/rvqe"))
    if (entry.path().extension() == ".json") all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Files, RvqeGolden, testing::ValuesIn(files()),
                         [](const auto& row) { return row.param.stem().string(); });

}  // namespace
}  // namespace ebit::inline cell
