#include "ebit/cell/noisy/noisy_step.h"

#include "ebit/base/error.h"
#include "ebit/cell/register/engine_choice.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/info/entropy.h"
#include "ebit/noise/density_program.h"

namespace ebit::inline cell {
namespace {

constexpr int kMostFoldedWires = 6, kMostFoldedAncillas = 3;  // by "auto": the matrix is [1 + 4^n_a, 4^n]

}  // namespace

const NoiseModel& noise_of(const RegisterOptions& options) {
  static const NoiseModel none = find_noise_model("none");
  return options.noise ? *options.noise : none;
}

void check_noisy(const RegisterOptions& o) {
  require(o.system >= 1 && o.ancilla >= 1, "each register needs at least 1 wire, not {} and {}", o.system,
          o.ancilla);
  require(o.layers_en >= 0 && o.layers_dis >= 0, "the numbers of layers must be 0 or more, not {} and {}",
          o.layers_en, o.layers_dis);
  check(noise_use(o));
  require(o.entropy.empty(),
          "with noise the memory is mixed, and its entropy counts ignorance and not entanglement: leave the "
          "entropy "
          "out of the loss");
  require(!o.feedback, "readouts are fed back around a cell without noise alone: leave --feedback out");
}

NoisyStep noisy_step(const RegisterOptions& options) {
  const int wires = options.system + options.ancilla;
  const Ansatz ansatz = ansatz_of(options);
  const Encoder& encoder = find_encoder(options.encoder);
  Circuit step(wires);
  NoisyStep out{Circuit(wires), Circuit(wires), {}};
  if (encoder.build) {
    EncoderCircuit built = encoder.build(options.system, options.features, wires);
    step.append(built.circuit);
    out.rules = std::move(built.rules);
  }
  step.append(build_ansatz(ansatz, wires, options.layers_en));
  step.append(find_dis_structure(options.dis).build(ansatz, wires, options.layers_dis),
              options.layers_en * ansatz.angles_per_layer(wires));
  const NoiseModel& model = noise_of(options);
  out.step = with_noise(step, model);
  Circuit resets(wires);
  if (options.hidden == "coherent") return out;
  for (int q = 0; q < options.system; ++q) resets.add_channel(ChannelId::kReset, {q});
  const Circuit around = with_noise(resets, model);
  for (const PlacedChannel& placed : around.channels())
    if (placed.wires[0] >= options.system)
      out.rest.add_channel(channel(placed.channel), placed.on(), placed.values());
  return out;
}

bool folds(const RegisterOptions& o) {
  const bool whole = find_hidden_update<double>(o.hidden).memory == Memory::kWholeState;
  const Engine engine = find_engine(o.engine);
  require(!whole || engine != Engine::kFold,
          "--engine fold is for memories of the ancilla alone, and --hidden {} keeps the whole state: take "
          "gates or auto",
          o.hidden);
  if (whole) return false;
  if (engine != Engine::kAuto) return engine == Engine::kFold;
  return o.system + o.ancilla <= kMostFoldedWires && o.ancilla <= kMostFoldedAncillas;
}

template <class T>
std::vector<Segment> noisy_segments(const RegisterOptions& options, const Encoding<T>& encoding,
                                    std::size_t& encoder_offset) {
  std::vector<Segment> segments;
  const std::int64_t angles = ansatz_of(options).angles_per_layer(options.system + options.ancilla);
  const InitialRange range{options.init_low, options.init_high};
  if (options.layers_en > 0)
    add_segment(segments, "theta_en", {options.layers_en, angles}, range, SegmentKind::kQuantum);
  if (options.layers_dis > 0)
    add_segment(segments, "theta_dis", {options.layers_dis, angles}, range, SegmentKind::kQuantum);
  encoder_offset = numbers_of(segments);
  encoding.add_segments(segments);
  freeze(segments, options.freeze);
  return segments;
}

std::string noisy_summary(const RegisterOptions& options) {
  const NoisyStep circuits = noisy_step(options);
  return fmt::format("register {}+{} qubits, {}, {} {}+{} layers, {}, noise {} ({} channels a step)",
                     options.system, options.ancilla, options.encoder,
                     summary_of(ansatz_of(options), options.system + options.ancilla), options.layers_en,
                     options.layers_dis, options.hidden, noise_of(options).name,
                     circuits.step.channels().size() + circuits.rest.channels().size()) +
         (options.gradient == "adjoint" ? "" : fmt::format(", gradients by {}", options.gradient)) +
         (options.mitigation.readout ? ", misreading undone on average" : "");
}

template <class T>
void look_at_density(int wires, const T* rho, T* out) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t d = std::size_t{1} << wires, half = d * d * kW;
  std::vector<Complex> matrices(kW * d * d);
  for (std::size_t e = 0; e < d * d; ++e)
    for (std::size_t l = 0; l < kW; ++l)
      matrices[l * d * d + e] = Complex(rho[e * kW + l], rho[half + e * kW + l]);
  std::vector<double> linear(kW), bits(kW);
  density_entropy(entropy(EntropyId::kLinear), d, matrices, linear);
  density_entropy(entropy(EntropyId::kVonNeumann), d, matrices, bits);
  for (std::size_t l = 0; l < kW; ++l)
    out[l] = static_cast<T>(1 - linear[l]), out[kW + l] = static_cast<T>(bits[l]);
}

template void look_at_density(int, const float*, float*);
template void look_at_density(int, const double*, double*);
template std::vector<Segment> noisy_segments(const RegisterOptions&, const Encoding<float>&, std::size_t&);
template std::vector<Segment> noisy_segments(const RegisterOptions&, const Encoding<double>&, std::size_t&);

}  // namespace ebit::inline cell
