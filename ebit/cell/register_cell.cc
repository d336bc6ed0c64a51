#include "ebit/cell/register_cell.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/parallel.h"
#include "ebit/base/random.h"
#include "ebit/cell/lanes.h"
#include "ebit/grad/finite_difference.h"

namespace ebit {
namespace {

constexpr DisStructure kDisStructures[] = {
    {"flipped",
     "the same circuit with its layers' angles in reverse order, as in Daskin's code; not an inverse",
     [](const Ansatz& ansatz, int wires, int layers) {
       return build_ansatz(ansatz, wires, layers, LayerOrder::kFlipped);
     }},
    {"adjoint", "the inverse circuit with angles of its own: U_dis = U_en^-1 where the angles are equal",
     [](const Ansatz& ansatz, int wires, int layers) {
       return inverse(build_ansatz(ansatz, wires, layers));
     }},
};

const DisStructure& find_dis_structure(std::string_view name) {
  for (const auto& row : kDisStructures)
    if (row.name == name) return row;
  fail("unknown structure of U_dis '{}'{}", name, suggestion(name, names_of(kDisStructures)));
}

RegisterShape checked_shape(const RegisterOptions& options) {
  require(options.system >= 1, "the system register needs at least 1 wire, not {}", options.system);
  require(options.ancilla >= 1, "the ancilla register needs at least 1 wire, not {}", options.ancilla);
  require(options.layers_en >= 0 && options.layers_dis >= 0,
          "the numbers of layers must be 0 or more, not {} and {}", options.layers_en, options.layers_dis);
  return {options.system, options.ancilla};
}

const Ansatz& ansatz_of(const RegisterOptions& options) {
  return options.custom_ansatz ? *options.custom_ansatz : find_ansatz(options.ansatz);
}

// Refuses a register that the machine cannot hold before anything of its size is made.
template <class T>
RegisterShape shape_that_fits(const RegisterOptions& options) {
  const RegisterShape shape = checked_shape(options);
  const double columns =
      find_hidden_update<T>(options.hidden).memory == Memory::kMixture ? std::ldexp(1.0, shape.ancilla) : 1.0;
  require_memory(fmt::format("a register of {}+{} wires with hidden update '{}'", shape.system, shape.ancilla,
                             options.hidden),
                 4 * columns * std::ldexp(1.0, shape.system + shape.ancilla) * kLanes<T>, sizeof(T));
  return shape;
}

}  // namespace

std::span<const DisStructure> dis_structures() { return kDisStructures; }

template <class T>
RegisterCell<T>::RegisterCell(const RegisterOptions& options)
    : options_(options),
      shape_(shape_that_fits<T>(options)),
      update_(find_hidden_update<T>(options.hidden)),
      method_(find_gradient_method(options.gradient)),
      encoding_(find_encoder(options.encoder), options.system, options.features,
                update_.memory == Memory::kWholeState ? options.system + options.ancilla : options.system),
      engine_(make_memory_engine(update_, shape_, encoding_.encoder())),
      en_(build_ansatz(ansatz_of(options), shape_.system + shape_.ancilla, options.layers_en)),
      dis_(find_dis_structure(options.dis)
               .build(ansatz_of(options), shape_.system + shape_.ancilla, options.layers_dis)) {
  const int wires = shape_.system + shape_.ancilla;
  if (options_.readout.empty()) options_.readout = {fmt::format("Z{}", shape_.system - 1)};
  for (const auto& text : options_.readout) readout_.push_back(parse_observable(text, wires));

  const auto add = [this](std::string name, std::vector<std::int64_t> shape) {
    std::size_t size = 1;
    for (std::int64_t extent : shape) size *= static_cast<std::size_t>(extent);
    segments_.push_back({std::move(name), std::move(shape), parameter_count_, size});
    parameter_count_ += size;
  };
  const std::int64_t angles = ansatz_of(options).angles_per_layer(wires);
  if (options.layers_en > 0) add("theta_en", {options.layers_en, angles});
  if (options.layers_dis > 0) add("theta_dis", {options.layers_dis, angles});
  encoder_offset_ = parameter_count_;
  for (const Segment& segment : encoding_.segments()) add(segment.name, segment.shape);
}

template <class T>
std::vector<T> RegisterCell<T>::initial_hidden() const {
  // |0...0> in every representation: its first number is 1, and for marginals that of each qubit.
  std::vector<T> h(hidden_numbers(), T(0));
  const std::size_t every = update_.name == "marginals" ? 2 : h.size();
  for (std::size_t i = 0; i < h.size(); i += every) h[i] = 1;
  return h;
}

template <class T>
void RegisterCell<T>::bind(std::span<const T> parameters) {
  require(parameters.size() == parameter_count_, "the cell has {} parameters, but {} were given",
          parameter_count_, parameters.size());
  const std::size_t en = static_cast<std::size_t>(en_.circuit().shared_parameters());
  const std::size_t dis = static_cast<std::size_t>(dis_.circuit().shared_parameters());
  en_.bind(parameters.subspan(0, en));
  dis_.bind(parameters.subspan(encoder_offset_ - dis, dis));
}

template <class T>
void RegisterCell<T>::check_input(const SequenceInput<T>& input) const {
  require(input.samples >= 1 && input.steps >= 1, "a batch needs at least 1 sample of 1 step, not {} of {}",
          input.samples, input.steps);
  const Encoder& encoder = encoding_.encoder();
  const std::size_t features = static_cast<std::size_t>(options_.features);
  for (std::size_t i = 0; i < input.samples * input.steps * features; ++i) {
    if (std::isfinite(input.x[i]) && encoder.accepts(input.x[i])) continue;
    fail("input {} of sample {}, step {}, feature {} is not allowed: encoder {} takes {}", input.x[i],
         i / (input.steps * features), i / features % input.steps, i % features, encoder.name,
         std::isfinite(input.x[i]) ? encoder.domain : "finite numbers");
  }
  const std::size_t numbers = hidden_numbers();
  for (std::size_t b = 0; input.hidden && b < input.samples; ++b) {
    const T* h = input.hidden + b * numbers;
    require(std::all_of(h, h + numbers, [](T v) { return std::isfinite(v); }),
            "the initial hidden state of sample {} is not finite", b);
    require(std::any_of(h, h + numbers, [](T v) { return v != 0; }),
            "the initial hidden state of sample {} is the zero vector", b);
  }
}

template <class T>
StepContext<T> RegisterCell<T>::context(const T* encoder_parameters, std::size_t step) const {
  // Where the hidden vector is normalised jointly with the encoded input, the encoder's own epsilon cancels;
  // the first step takes h_0, a state, as it is.
  const double encoder_epsilon = update_.normalises && step > 0 ? 0.0 : options_.epsilon;
  return {shape_,
          encoding_,
          encoder_parameters,
          method_,
          static_cast<T>(options_.epsilon),
          static_cast<T>(encoder_epsilon)};
}

template <class T>
void RegisterCell<T>::run_circuits(StepWorkspace<T>& w) const {
  for (const Tile<T>& column : w.psi) en_.run(column), dis_.run(column);
}

template <class T>
void RegisterCell<T>::draw(const SequenceInput<T>& input, std::size_t tile, std::size_t step,
                           StepWorkspace<T>& w) const {
  if (!update_.draws) return;
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const std::uint64_t stream = (input.draw_number << 24) + tile * kLanes<T> + l;
    w.uniform[l] = static_cast<T>(random_uniform(input.draw_seed, stream, step));
  }
}

template <class T>
void RegisterCell<T>::forward(std::span<const T> parameters, const SequenceInput<T>& input, T* y,
                              T* hidden_last, Tape<T>* tape, const StepObserver<T>& observer) {
  bind(parameters);
  check_input(input);
  const std::size_t tiles = tiles_of<T>(input.samples), numbers = hidden_numbers();
  if (tape) {
    const std::size_t kept = engine_->reversible() ? 1 : input.steps + 1;
    require_memory("the hidden states of a batch", static_cast<double>(tiles * kept * numbers * kLanes<T>),
                   sizeof(T));
    tape->hidden.resize(tiles * kept * numbers * kLanes<T>);
    tape->outcome.assign(tiles * input.steps * kLanes<T>, 0);
  }
  parallel_for(tiles, [&](std::size_t tile) {
    forward_tile(input, parameters.data() + encoder_offset_, tile, y, hidden_last, tape, observer);
  });
}

template <class T>
void RegisterCell<T>::forward_tile(const SequenceInput<T>& input, const T* encoder_parameters,
                                   std::size_t tile, T* y, T* hidden_last, Tape<T>* tape,
                                   const StepObserver<T>& observer) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t numbers = hidden_numbers(), size = numbers * kW, outputs = readout_.size();
  const LaneMap lanes{input.samples, tile * kW};
  StepWorkspace<T> w(shape_, engine_->columns());
  AlignedVector<T> x(static_cast<std::size_t>(options_.features) * kW), h(size), next(size),
      values(outputs * kW);
  load_hidden(lanes, input.hidden, initial_hidden(), h.data());
  const bool keep_all = tape && !engine_->reversible();
  T* kept = tape ? tape->hidden.data() + tile * (keep_all ? input.steps + 1 : 1) * size : nullptr;
  if (keep_all) std::copy_n(h.data(), size, kept);

  for (std::size_t t = 0; t < input.steps; ++t) {
    const StepContext<T> c = context(encoder_parameters, t);
    load_step(lanes, input, options_.features, t, x.data());
    const int zero = engine_->enter(c, x.data(), h.data(), w);
    require(zero < 0,
            "sample {}, step {}: the encoder's vector W x + b is zero and has no direction to encode",
            lanes.sample(static_cast<std::size_t>(zero)), t);
    if (observer) {
      observer(Stage::kEntered, tile, t, w, h.data());
      for (const Tile<T>& column : w.psi) en_.run(column);
      observer(Stage::kEntangled, tile, t, w, h.data());
      for (const Tile<T>& column : w.psi) dis_.run(column);
      observer(Stage::kDisentangled, tile, t, w, h.data());
    } else {
      run_circuits(w);
    }
    if (options_.every_step || t + 1 == input.steps) {
      engine_->read(readout_, h.data(), w, values.data());
      const std::size_t rows = options_.every_step ? input.steps : 1, row = options_.every_step ? t : 0;
      store_rows(lanes, values.data(), outputs, rows, row, y);
    }
    draw(input, tile, t, w);
    engine_->leave(c, h.data(), w, next.data());
    h.swap(next);
    if (observer) observer(Stage::kUpdated, tile, t, w, h.data());
    if (keep_all) std::copy_n(h.data(), size, kept + (t + 1) * size);
    if (tape) std::copy_n(w.outcome, kW, tape->outcome.data() + (tile * input.steps + t) * kW);
  }
  if (tape && !keep_all) std::copy_n(h.data(), size, kept);
  if (hidden_last) store_rows(lanes, h.data(), numbers, 1, 0, hidden_last);
}

template <class T>
void RegisterCell<T>::backward(std::span<const T> parameters, const SequenceInput<T>& input,
                               const Tape<T>& tape, const T* d_y, const T* d_hidden_last,
                               const SequenceGradient<T>& gradient) {
  if (method_ == GradientMethod::kFiniteDifference)
    return finite_difference_backward(parameters, input, d_y, d_hidden_last, gradient);
  bind(parameters);
  const std::size_t tiles = tiles_of<T>(input.samples);
  // A sum a tile, added up in the order of tiles: the same numbers at any thread count.
  std::vector<double> sums(tiles * parameter_count_, 0.0);
  parallel_for(tiles, [&](std::size_t tile) {
    backward_tile(input, parameters.data() + encoder_offset_, tape, tile, d_y, d_hidden_last,
                  sums.data() + tile * parameter_count_, gradient.x, gradient.hidden);
  });
  if (!gradient.parameters) return;
  for (std::size_t tile = 0; tile < tiles; ++tile)
    for (std::size_t p = 0; p < parameter_count_; ++p)
      gradient.parameters[p] += sums[tile * parameter_count_ + p];
}

template <class T>
void RegisterCell<T>::backward_tile(const SequenceInput<T>& input, const T* encoder_parameters,
                                    const Tape<T>& tape, std::size_t tile, const T* d_y,
                                    const T* d_hidden_last, double* d_parameters, T* d_x, T* d_hidden) const {
  constexpr std::size_t kW = kLanes<T>;
  const bool reversible = engine_->reversible();
  const std::size_t numbers = hidden_numbers(), size = numbers * kW, outputs = readout_.size();
  const LaneMap lanes{input.samples, tile * kW};
  const std::size_t features = static_cast<std::size_t>(options_.features);
  StepWorkspace<T> w(shape_, engine_->columns());
  AlignedVector<T> x(features * kW), d_x_lanes(features * kW), d_values(outputs * kW);
  AlignedVector<T> d_h(size, T(0)), d_next(size, T(0));
  if (d_hidden_last) load_gradient_rows(lanes, d_hidden_last, numbers, 1, 0, d_next.data());
  double* const d_dis =
      d_parameters + encoder_offset_ - static_cast<std::size_t>(dis_.circuit().shared_parameters());
  double* const d_encoder = d_parameters + encoder_offset_;
  const T* const kept = tape.hidden.data() + tile * (reversible ? 1 : input.steps + 1) * size;
  if (reversible) {
    std::copy_n(kept, w.psi[0].numbers(), w.psi[0].re);
    std::copy_n(kept + w.psi[0].numbers(), w.psi[0].numbers(), w.psi[0].im);
  }

  for (std::size_t t = input.steps; t-- > 0;) {
    const StepContext<T> c = context(encoder_parameters, t);
    const T* const h = reversible ? nullptr : kept + t * size;
    const T* const h_next = reversible ? nullptr : h + size;
    load_step(lanes, input, options_.features, t, x.data());
    if (!reversible) {  // psi_out again; a reversible step starts from the one it left behind
      engine_->enter(c, x.data(), h, w);
      run_circuits(w);
    }
    std::copy_n(tape.outcome.data() + (tile * input.steps + t) * kW, kW, w.outcome);
    for (const Tile<T>& g : w.g) std::fill_n(g.re, g.numbers(), T(0)), std::fill_n(g.im, g.numbers(), T(0));
    std::fill(d_h.begin(), d_h.end(), T(0));
    engine_->leave_backward(c, h, h_next, d_next.data(), w, d_h.data());
    if (options_.every_step || t + 1 == input.steps) {
      const std::size_t rows = options_.every_step ? input.steps : 1, row = options_.every_step ? t : 0;
      load_gradient_rows(lanes, d_y, outputs, rows, row, d_values.data());
      engine_->read_backward(readout_, h, d_values.data(), w, d_h.data());
    }
    for (std::size_t column = 0; column < w.psi.size(); ++column) {
      circuit_backward<T>(method_, dis_, nullptr, nullptr, w.psi[column], w.g[column], {d_dis, nullptr});
      circuit_backward<T>(method_, en_, nullptr, nullptr, w.psi[column], w.g[column],
                          {d_parameters, nullptr});
    }
    std::fill(d_x_lanes.begin(), d_x_lanes.end(), T(0));
    engine_->enter_backward(c, x.data(), h, w, d_x ? d_x_lanes.data() : nullptr, d_h.data(), d_encoder);
    if (reversible) {
      std::copy_n(w.g[0].re, w.g[0].numbers(), d_h.data());
      std::copy_n(w.g[0].im, w.g[0].numbers(), d_h.data() + w.g[0].numbers());
    }
    if (d_x) store_rows(lanes, d_x_lanes.data(), features, input.steps, t, d_x);
    d_h.swap(d_next);
  }
  if (d_hidden) store_rows(lanes, d_next.data(), numbers, 1, 0, d_hidden);
}

template <class T>
void RegisterCell<T>::finite_difference_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                                 const T* d_y, const T* d_hidden_last,
                                                 const SequenceGradient<T>& gradient) {
  std::vector<T> moved(parameters.begin(), parameters.end());
  const std::size_t features = static_cast<std::size_t>(options_.features), numbers = hidden_numbers();
  std::vector<T> x(input.x, input.x + input.samples * input.steps * features);
  std::vector<T> hidden;
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::vector<T> own =
        input.hidden ? std::vector<T>(input.hidden + b * numbers, input.hidden + (b + 1) * numbers)
                     : initial_hidden();
    hidden.insert(hidden.end(), own.begin(), own.end());
  }
  SequenceInput<T> at = input;
  at.x = x.data(), at.hidden = hidden.data();
  std::vector<T> y(input.samples * readout_.size() * (options_.every_step ? input.steps : 1)),
      last(hidden.size());
  const auto value = [&] {
    forward(moved, at, y.data(), last.data());
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(d_y[i]) * y[i];
    for (std::size_t i = 0; d_hidden_last && i < last.size(); ++i)
      sum += static_cast<double>(d_hidden_last[i]) * last[i];
    return sum;
  };
  const double step = finite_difference_step<T>();
  const auto differentiate = [&](std::vector<T>& v, auto add) {
    const std::vector<double> d = finite_difference<T>(value, v, step);
    for (std::size_t i = 0; i < d.size(); ++i) add(i, d[i]);
  };
  if (gradient.parameters)
    differentiate(moved, [&](std::size_t i, double d) { gradient.parameters[i] += d; });
  if (gradient.x) differentiate(x, [&](std::size_t i, double d) { gradient.x[i] = static_cast<T>(d); });
  if (gradient.hidden)
    differentiate(hidden, [&](std::size_t i, double d) { gradient.hidden[i] = static_cast<T>(d); });
}

template class RegisterCell<float>;
template class RegisterCell<double>;

}  // namespace ebit
