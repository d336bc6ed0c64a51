#include "ebit/cell/noisy/noisy_step.h"

#include "ebit/base/error.h"
#include "ebit/noise/density_program.h"

namespace ebit::inline cell {

const NoiseModel& noise_of(const RegisterOptions& options) {
  static const NoiseModel none = find_noise_model("none");
  return options.noise ? *options.noise : none;
}

void check_noisy(const RegisterOptions& o) {
  require(o.system >= 1 && o.ancilla >= 1, "each register needs at least 1 wire, not {} and {}", o.system,
          o.ancilla);
  require(o.layers_en >= 0 && o.layers_dis >= 0, "the numbers of layers must be 0 or more, not {} and {}",
          o.layers_en, o.layers_dis);
  require(o.shots >= 0, "the number of shots must be 0 or more, not {}", o.shots);
  require(o.trajectories >= 0, "the number of trajectories must be 0 or more, not {}", o.trajectories);
  require(o.entropy.empty(),
          "with noise the memory is mixed, and its entropy counts ignorance and not entanglement: leave the "
          "entropy "
          "out of the loss");
  require(!o.feedback, "readouts are fed back around a cell without noise alone: leave --feedback out");
  require(o.gradient == "adjoint", "a cell with noise has gradients by the adjoint method only, not by '{}'",
          o.gradient);
  require(
      !noise_of(o).feedforward,
      "noise model {} resets by feed-forward, which leaves misread qubits in |1>: that is for ebit probe and "
      "ebit export; leave feedforward out, and resets are exact",
      noise_of(o).name);
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
  for (int q = 0; q < options.system; ++q) resets.add_channel(ChannelId::kReset, {q});
  const Circuit around = with_noise(resets, model);
  for (const PlacedChannel& placed : around.channels())
    if (placed.wires[0] >= options.system)
      out.rest.add_channel(channel(placed.channel), placed.on(), placed.values());
  return out;
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
                     circuits.step.channels().size() + circuits.rest.channels().size());
}

template std::vector<Segment> noisy_segments(const RegisterOptions&, const Encoding<float>&, std::size_t&);
template std::vector<Segment> noisy_segments(const RegisterOptions&, const Encoding<double>&, std::size_t&);

}  // namespace ebit::inline cell
