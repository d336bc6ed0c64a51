// Options of circuits on a device beside those of register cells: noise, shots, gradients, mitigation.
#include "ebit/settings/noise_options.h"

#include <algorithm>
#include <charconv>

#include "ebit/base/error.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/gradient_method.h"
#include "ebit/settings/option_rows.h"

namespace ebit::inline settings {
namespace {

constexpr unsigned kOfFunctions =
    kGated | kKernel | kFastWeights | kWindow;  // circuits in a classical recursion
constexpr unsigned kWithNoise = kRegister | kQrnn | kOfFunctions;

bool with_noise_model(const Config& c) { return !c.model.noise.empty() && c.model.noise != "none"; }
bool on_device(const Config& c) {
  return !c.model.noise.empty() || c.model.shots > 0 || c.model.reg.shots > 0 ||
         c.model.qrnn.measurement == "shots";
}

constexpr Users kOfMitigated{.families = kWithNoise,
                             .effective = with_noise_model,
                             .when = "with --noise and a noise model that is not none"};

constexpr Users kOfExtrapolated{
    .families = kWithNoise,
    .effective = [](const Config& c) { return with_noise_model(c) && !c.model.extrapolate_noise.empty(); },
    .when = "with --extrapolate-noise"};

const OptionRow kOptions[] = {
    {"model",
     "shots",
     "--shots",
     "a readout of a circuit is the mean of so many measurements; 0: exact expectation values",
     EBIT_SLOT(model.shots),
     nullptr,
     {.families = kOfFunctions}},
    {"model",
     "trajectories",
     "--trajectories",
     "so many quantum trajectories instead of density matrices",
     EBIT_SLOT(model.trajectories),
     nullptr,
     {.families = kQrnn | kOfFunctions}},
    {"model",
     "gradient",
     "--gradient",
     "how gradients of circuits with noise or shots are computed",
     EBIT_SLOT(model.gradient),
     [] {
       return Names{"adjoint", "parameter-shift", "spsa"};
     },
     {.families = kQrnn | kOfFunctions, .effective = on_device, .when = "with --noise or --shots"}},
    {"model",
     "perturbation",
     "--perturbation",
     "of gradients by spsa: how far all numbers are moved at once",
     EBIT_SLOT(model.perturbation),
     nullptr,
     {.families = kWithNoise,
      .effective =
          [](const Config& c) { return c.model.gradient == "spsa" || c.model.reg.gradient == "spsa"; },
      .when = "with --gradient spsa"}},
    {"model", "extrapolate_noise", "--extrapolate-noise",
     "readouts are extrapolated to no noise from noise so many times as strong, such as 1,2,3; empty: they "
     "are raw",
     EBIT_SLOT(model.extrapolate_noise), nullptr, kOfMitigated},
    {"model", "extrapolation", "--extrapolation",
     "by which curve: through all points, or the line of least squares", EBIT_SLOT(model.extrapolation),
     [] { return names_of(extrapolations()); }, kOfExtrapolated},
    {"model", "noise_scaling", "--noise-scaling", "how noise is made stronger for it",
     EBIT_SLOT(model.noise_scaling), [] { return names_of(noise_scalings()); }, kOfExtrapolated},
    {"model", "mitigate_readout", "--mitigate-readout",
     "misread bits are undone on average, by the inverse of every wire's confusion matrix",
     EBIT_SLOT(model.mitigate_readout), nullptr, kOfMitigated},
};

std::vector<double> factors_of(const std::vector<std::string>& list) {
  std::vector<double> factors;
  for (const std::string& text : list) {
    double factor = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, factor);
    require(error == std::errc() && stop == end,
            "--extrapolate-noise: '{}' is no strength of noise: give numbers above 0, such as 1,2,3", text);
    factors.push_back(factor);
  }
  return factors;
}

}  // namespace

std::span<const OptionRow> noise_options() { return kOptions; }

std::string mitigation_of(const Config& config) {
  const ModelConfig& m = config.model;
  return Mitigation{factors_of(m.extrapolate_noise), m.extrapolation, m.noise_scaling, m.mitigate_readout}
      .text();
}

std::vector<Setting> raw_settings(const std::vector<Setting>& settings) {
  constexpr std::string_view kDone[] = {"model.extrapolate_noise", "model.extrapolation",
                                        "model.noise_scaling", "model.mitigate_readout"};
  std::vector<Setting> raw;
  for (const Setting& setting : settings)
    if (std::ranges::find(kDone, setting.name) == std::end(kDone)) raw.push_back(setting);
  raw.push_back({"model.extrapolate_noise", "", "raw values"});
  raw.push_back({"model.mitigate_readout", "false", "raw values"});
  return raw;
}

void settle_shots(Config& config, const std::vector<Setting>& settings) {
  if (family_of(config) != kQrnn) return;
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(settings, [&](const Setting& s) { return s.name == name; });
  };
  if (!given("model.shots") || given("model.measurement")) return;
  std::string& measurement = config.model.qrnn.measurement;
  if (measurement == "expectation" && config.model.qrnn.shots > 0) measurement = "shots";
  if (measurement == "shots" && config.model.qrnn.shots == 0) measurement = "expectation";
}

void fill_noise(Config& config) {
  ModelConfig& m = config.model;
  NoiseUse use{.shots = m.shots,
               .trajectories = m.trajectories,
               .gradient = m.gradient,
               .perturbation = m.perturbation};
  if (!m.noise.empty()) use.noise = find_noise_model(m.noise);
  use.mitigation = {factors_of(m.extrapolate_noise), m.extrapolation, m.noise_scaling, m.mitigate_readout};
  m.reg.noise = use.noise, m.reg.mitigation = use.mitigation, m.reg.perturbation = use.perturbation;
  m.gated.noisy = m.kernel.noisy = m.fast_weights.noisy = m.window.noisy = m.qrnn.noisy = use;
  m.qrnn.noisy.shots = 0;  // those of its measurement
  if (use.noise && (family_of(config) & kCells) != 0) with_noise_use(cell_of(config), use);  // refuses
}

}  // namespace ebit::inline settings
