#include "ebit/cell/reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/reference_models.h"
#include "ebit/cell/tape.h"

namespace ebit::inline cell {
namespace {

using Numbers = std::vector<double>;
using Shape = std::vector<std::int64_t>;

std::int64_t size_of(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

Numbers read_tensor(const DocumentPlace& place, const Shape& shape) {
  Shape given;
  const DocumentPlace own = place.at("shape");
  for (std::size_t i = 0; i < own.size(); ++i) given.push_back(own.at(i).integer());
  if (given != shape)
    place.fail_here(
        fmt::format("must have the shape [{}], not [{}]", fmt::join(shape, ", "), fmt::join(given, ", ")));
  return place.at("data").array({static_cast<int>(size_of(shape))}, "as many as the shape says");
}

template <class T>
std::vector<T> cast(const Numbers& numbers) {
  return {numbers.begin(), numbers.end()};
}

// A file with its cell, in one precision.
template <class T>
struct Reference {
  ReferenceModel model;
  std::unique_ptr<Cell<T>> cell;
  std::size_t samples, steps, outputs;
  bool head;
  std::vector<T> parameters, x, state;
  Numbers target, weight, bias;

  Reference(const DocumentPlace& spec, std::string_view engine) : model(reference_model(spec)) {
    std::visit(
        [&](auto& options) {
          if constexpr (requires { options.engine; }) options.engine = engine;
        },
        model.cell);
    cell = make_cell<T>(model.cell);
    const DocumentPlace options = spec.at("options"), inputs = spec.at("inputs");
    const auto size = [&](const char* name) {
      const int number = options.at(name).integer();
      if (number < 1) options.at(name).fail_here("must be 1 or more");
      return static_cast<std::size_t>(number);
    };
    samples = size("batch"), steps = size("steps"), outputs = size("outputs");
    x = cast<T>(read_tensor(inputs.at("x"), shaped({steps, cell->inputs()})));
    target = read_tensor(inputs.at("target"), shaped({outputs}));
    read_parameters(spec.at("params"));
    read_head(spec);
    read_state(inputs);
  }

  // Whether the file says the state in front of the first step.
  bool starts() const { return !model.state.empty() && !model.ends_alone; }
  // Steps that the file has outputs of.
  std::size_t answered() const { return model.last_alone ? 1 : steps; }

  // [B, rest].
  Shape shaped(std::initializer_list<std::size_t> rest) const {
    Shape shape = {static_cast<std::int64_t>(samples)};
    for (std::size_t extent : rest) shape.push_back(static_cast<std::int64_t>(extent));
    return shape;
  }
  Shape shaped(const Shape& rest) const {
    Shape shape = {static_cast<std::int64_t>(samples)};
    shape.insert(shape.end(), rest.begin(), rest.end());
    return shape;
  }

  void read_parameters(const DocumentPlace& params) {
    std::vector<std::string> known = {"head.weight", "head.bias"};
    for (const Segment& segment : cell->segments()) {
      const std::string name = model.parameter_name(segment.name);
      for (double v : read_tensor(params.at(name), model.parameter_shape(segment)))
        parameters.push_back(static_cast<T>(v));
      known.push_back(name);
    }
    params.check_keys(known);
  }

  // Without a head the first readouts are the outputs.
  void read_head(const DocumentPlace& spec) {
    const std::string kind = spec.at("options").at("head").text();
    head = kind == "linear";
    if (!head && kind != "none") spec.at("options").at("head").fail_here("must be linear or none");
    const std::size_t width = cell->outputs();
    if (head) {
      const DocumentPlace params = spec.at("params");
      const auto o = static_cast<std::int64_t>(outputs);
      weight = read_tensor(params.at("head.weight"), {o, static_cast<std::int64_t>(width)});
      bias = read_tensor(params.at("head.bias"), {o});
      return;
    }
    if (outputs > width)
      spec.at("options").at("outputs").fail_here(fmt::format("without a head must be at most {}", width));
    weight.assign(outputs * width, 0.0), bias.assign(outputs, 0.0);
    for (std::size_t o = 0; o < outputs; ++o) weight[o * width + o] = 1;
  }

  // The parts of a state, which lie one behind the other.
  void read_state(const DocumentPlace& inputs) {
    state.assign(samples * cell->state_numbers(), T(0));
    std::vector<std::string> known = {"x", "target"};
    std::size_t first = 0;
    for (const StatePart& part : model.state) {
      if (!starts()) break;
      known.push_back(part.name + "0");
      const auto numbers = static_cast<std::size_t>(size_of(part.shape));
      const DocumentPlace given = inputs.find(part.name + "0");
      if (given.present()) {
        const Numbers own = read_tensor(given, shaped(part.shape));
        for (std::size_t b = 0; b < samples; ++b)
          for (std::size_t i = 0; i < numbers; ++i)
            state[b * cell->state_numbers() + first + i] = static_cast<T>(own[b * numbers + i]);
      }
      first += numbers;
    }
    inputs.check_keys(known);
  }

  SequenceInput<T> input(const std::int64_t* lengths = nullptr) const {
    return {.samples = samples,
            .steps = steps,
            .x = x.data(),
            .lengths = lengths,
            .state = starts() ? state.data() : nullptr};
  }
};

// Columns `first` to first + width of rows of `all` numbers.
template <class T>
Numbers columns(const std::vector<T>& rows, std::size_t all, std::size_t first, std::size_t width) {
  Numbers own;
  for (std::size_t row = 0; row < rows.size() / all; ++row)
    for (std::size_t i = 0; i < width; ++i) own.push_back(static_cast<double>(rows[row * all + first + i]));
  return own;
}

// Outputs [B, T, O] of readouts [B, T, K].
template <class T>
Numbers answers(const Reference<T>& r, const std::vector<T>& features) {
  const std::size_t width = r.cell->outputs();
  Numbers y;
  for (std::size_t row = 0; row < r.samples * r.steps; ++row)
    for (std::size_t o = 0; o < r.outputs; ++o) {
      double sum = r.bias[o];
      for (std::size_t k = 0; k < width; ++k)
        sum += r.weight[o * width + k] * static_cast<double>(features[row * width + k]);
      y.push_back(sum);
    }
  return y;
}

// Of [B, T, width] the steps that the file has: all, or the last alone.
template <class T, class Values>
Numbers steps_of(const Reference<T>& r, const Values& all, std::size_t width, std::size_t first,
                 std::size_t count) {
  Numbers own;
  for (std::size_t b = 0; b < r.samples; ++b)
    for (std::size_t t = r.steps - r.answered(); t < r.steps; ++t)
      for (std::size_t i = first; i < first + count; ++i)
        own.push_back(static_cast<double>(all[(b * r.steps + t) * width + i]));
  return own;
}

// Outputs, and where the file has them readouts.
template <class T>
void add_answers(const Reference<T>& r, const std::vector<T>& features, const Numbers& y,
                 ReferenceValues& values) {
  values.results.push_back(
      {"y", r.shaped({r.answered(), r.outputs}), steps_of(r, y, r.outputs, 0, r.outputs)});
  const std::size_t width = r.cell->outputs();
  if (r.model.reads_z)
    values.trace.push_back({"z", r.shaped({r.answered(), width}), steps_of(r, features, width, 0, width)});
}

// States after every step and the last: [B, T, ..] and [B, ..] of each part.
template <class T>
void add_states(const Reference<T>& r, ReferenceValues& values) {
  const std::size_t numbers = r.cell->state_numbers();
  std::vector<T> all(r.samples * r.steps * numbers), last(r.samples * numbers);
  for (std::size_t t = 0; t < r.steps; ++t) {
    const std::vector<std::int64_t> lengths(r.samples, static_cast<std::int64_t>(t + 1));
    r.cell->forward(r.parameters, r.input(lengths.data()), {nullptr, last.data(), nullptr});
    for (std::size_t b = 0; b < r.samples; ++b)
      std::copy_n(last.data() + b * numbers, numbers, all.data() + (b * r.steps + t) * numbers);
  }
  if (r.model.ends_alone) {
    const StatePart& part = r.model.state.front();
    values.results.push_back({part.name, r.shaped(part.shape), columns(last, numbers, 0, numbers)});
    return;
  }
  std::size_t first = 0;
  for (const StatePart& part : r.model.state) {
    const auto width = static_cast<std::size_t>(size_of(part.shape));
    Shape every = r.shaped({r.steps});
    every.insert(every.end(), part.shape.begin(), part.shape.end());
    values.results.push_back({part.name, every, columns(all, numbers, first, width)});
    values.results.push_back(
        {part.name + "_final", r.shaped(part.shape), columns(last, numbers, first, width)});
    first += width;
  }
}

template <class T>
void add_watched(const Reference<T>& r, const std::vector<T>& seen, ReferenceValues& values) {
  const std::size_t all = numbers_of(r.cell->watched());
  for (const Segment& segment : r.cell->watched()) {
    const std::string name = r.model.trace_name(segment.name);
    if (name.empty()) continue;
    Shape shape = r.shaped({r.answered()});
    shape.insert(shape.end(), segment.shape.begin(), segment.shape.end());
    (name == "kernels" ? values.results : values.trace)
        .push_back({name, shape, steps_of(r, seen, all, segment.offset, segment.size)});
  }
}

// The loss, and its gradients.
template <class T>
void add_gradients(const Reference<T>& r, std::span<const std::byte> tape, const std::vector<T>& features,
                   const Numbers& y, ReferenceValues& values) {
  const std::size_t width = r.cell->outputs(), last = r.steps - 1;
  std::vector<T> d_features(features.size(), T(0));
  Numbers d_weight(r.weight.size(), 0.0), d_bias(r.bias.size(), 0.0);
  double loss = 0;
  for (std::size_t b = 0; b < r.samples; ++b)
    for (std::size_t o = 0; o < r.outputs; ++o) {
      const std::size_t row = b * r.steps + last;
      const double error = y[row * r.outputs + o] - r.target[b * r.outputs + o];
      const double d = 2 * error / static_cast<double>(r.samples);
      loss += error * error / static_cast<double>(r.samples), d_bias[o] += d;
      for (std::size_t k = 0; k < width; ++k) {
        d_features[row * width + k] += static_cast<T>(d * r.weight[o * width + k]);
        d_weight[o * width + k] += d * static_cast<double>(features[row * width + k]);
      }
    }
  values.results.push_back({"loss", {}, {loss}});
  Numbers d_parameters(r.cell->parameters(), 0.0);
  std::vector<T> d_x(r.x.size()), d_state(r.state.size());
  r.cell->backward(r.parameters, r.input(), tape, {d_features.data(), nullptr, nullptr},
                   {d_parameters.data(), d_x.data(), d_state.data()});
  for (const Segment& s : r.cell->segments())
    values.grad.push_back({r.model.parameter_name(s.name), r.model.parameter_shape(s),
                           columns(d_parameters, d_parameters.size(), s.offset, s.size)});
  if (r.head) {
    const auto o = static_cast<std::int64_t>(r.outputs);
    values.grad.push_back({"head.weight", {o, static_cast<std::int64_t>(width)}, d_weight});
    values.grad.push_back({"head.bias", {o}, d_bias});
  }
  values.grad.push_back(
      {"x", r.shaped({r.steps, r.cell->inputs()}), columns(d_x, d_x.size(), 0, d_x.size())});
  std::size_t first = 0;
  for (const StatePart& part : r.model.state) {
    if (!r.starts()) break;
    const auto own = static_cast<std::size_t>(size_of(part.shape));
    values.grad.push_back(
        {part.name + "0", r.shaped(part.shape), columns(d_state, r.cell->state_numbers(), first, own)});
    first += own;
  }
}

}  // namespace

bool is_reference(const DocumentPlace& spec) { return spec.find("format").present(); }

template <class T>
ReferenceValues reference_values(const DocumentPlace& spec, std::string_view engine) {
  const Reference<T> r(spec, engine);
  ReferenceValues values;
  values.parameter_count = static_cast<std::int64_t>(r.cell->parameters());
  if (r.head) values.parameter_count += static_cast<std::int64_t>(r.weight.size() + r.bias.size());
  std::vector<T> features(r.samples * r.steps * r.cell->outputs());
  std::vector<T> seen(r.samples * r.steps * numbers_of(r.cell->watched()));
  TapeMemory memory;
  const auto tape = memory.take(r.cell->tape_bytes(r.samples, r.steps));
  SequenceOutput<T> output{features.data(), nullptr, nullptr};
  if (!seen.empty()) output.watched = seen.data();
  r.cell->forward(r.parameters, r.input(), output, tape);
  const Numbers y = answers(r, features);
  add_answers(r, features, y, values);
  add_states(r, values);
  add_watched(r, seen, values);
  add_gradients(r, tape, features, y, values);
  return values;
}

template ReferenceValues reference_values<float>(const DocumentPlace&, std::string_view);
template ReferenceValues reference_values<double>(const DocumentPlace&, std::string_view);

}  // namespace ebit::inline cell
