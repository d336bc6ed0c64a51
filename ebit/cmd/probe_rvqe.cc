#include "ebit/cmd/probe_rvqe.h"

#include <fmt/format.h>

#include <algorithm>

#include "ebit/cell/rvqe/rvqe_cell.h"
#include "ebit/cell/tape.h"
#include "ebit/fit/losses.h"

namespace ebit::cmd {
namespace {

using Json = nlohmann::ordered_json;

// A tensor {"shape": ..., "data": ...} of that shape; its numbers.
std::vector<double> tensor(const DocumentPlace& place, const std::vector<int>& shape) {
  int size = 1;
  for (const int extent : shape) size *= extent;
  const DocumentPlace given = place.at("shape");
  bool same = given.size() == shape.size();
  for (std::size_t i = 0; same && i < shape.size(); ++i) same = given.at(i).integer() == shape[i];
  if (!same) given.fail_here(fmt::format("must hold {} extents of {} numbers", shape.size(), size));
  return place.at("data").array({size}, "the numbers of its shape");
}

Json tensor_json(const std::vector<std::int64_t>& shape, const std::vector<double>& data) {
  return {{"shape", shape}, {"data", data}};
}

RvqeOptions options_of(const DocumentPlace& spec) {
  const DocumentPlace own = spec.at("options");
  RvqeOptions o;
  o.inputs = own.at("word").integer() + 1, o.workspace = own.at("workspace").integer();
  o.stages = own.at("stages").integer(), o.order = own.at("order").integer();
  o.degree = own.at("degree").integer();
  return o;
}

template <class T>
struct RvqeProbe {
  RvqeCell<T> cell;
  std::size_t samples, steps;
  std::vector<T> parameters, x;
  std::vector<std::int64_t> targets;  // [B, T]

  explicit RvqeProbe(const DocumentPlace& spec) : cell(options_of(spec)) {
    const int batch = spec.at("options").at("batch").integer(),
              all = spec.at("options").at("steps").integer();
    if (batch < 1 || all < 1) spec.at("options").fail_here("needs at least 1 sequence of 1 step");
    samples = static_cast<std::size_t>(batch), steps = static_cast<std::size_t>(all);
    const int bits = cell.options().bits();
    const DocumentPlace params = spec.at("params"), inputs = spec.at("inputs");
    for (const Segment& segment : cell.segments())
      for (const double v : tensor(params.at(segment.name), {segment.shape.begin(), segment.shape.end()}))
        parameters.push_back(static_cast<T>(v));
    const std::vector<double> words = tensor(inputs.at("inputs"), {batch, all + 1, bits});
    const std::vector<double> wanted = tensor(inputs.at("targets"), {batch, all + 1, bits});
    const auto width = static_cast<std::size_t>(bits);
    for (std::size_t b = 0; b < samples; ++b)
      for (std::size_t t = 0; t < steps; ++t) {
        std::int64_t target = 0;
        for (std::size_t f = 0; f < width; ++f) {
          x.push_back(static_cast<T>(words[(b * (steps + 1) + t) * width + f]));
          target = 2 * target + (wanted[(b * (steps + 1) + t + 1) * width + f] != 0);
        }
        x.push_back(static_cast<T>(target));
        targets.push_back(target);
      }
  }

  SequenceInput<T> input(const std::int64_t* lengths = nullptr) const {
    return {.samples = samples, .steps = steps, .x = x.data(), .lengths = lengths};
  }

  // [B, T, 2^W] the states behind every step.
  std::vector<double> workspace() {
    const std::size_t numbers = cell.state_numbers();
    std::vector<double> all(samples * steps * numbers);
    std::vector<T> last(samples * numbers);
    for (std::size_t t = 0; t < steps; ++t) {
      const std::vector<std::int64_t> lengths(samples, static_cast<std::int64_t>(t + 1));
      cell.forward(parameters, input(lengths.data()), {.state = last.data()});
      for (std::size_t b = 0; b < samples; ++b)
        std::copy_n(last.begin() + static_cast<std::ptrdiff_t>(b * numbers), numbers,
                    all.begin() + static_cast<std::ptrdiff_t>((b * steps + t) * numbers));
    }
    return all;
  }
};

template <class T>
Json rvqe_results(RvqeProbe<T> probe) {
  const auto words = static_cast<std::int64_t>(probe.cell.outputs());
  const auto batch = static_cast<std::int64_t>(probe.samples), steps = static_cast<std::int64_t>(probe.steps);
  TapeMemory memory;
  const auto tape = memory.take(probe.cell.tape_bytes(probe.samples, probe.steps));
  std::vector<T> p(probe.targets.size() * probe.cell.outputs()), d_p(p.size());
  probe.cell.forward(probe.parameters, probe.input(), {.y = p.data()}, tape);
  Json out;
  out["results"]["probabilities"] = tensor_json({batch, steps, words}, {p.begin(), p.end()});
  out["results"]["workspace"] =
      tensor_json({batch, steps, static_cast<std::int64_t>(probe.cell.state_numbers())}, probe.workspace());
  struct Row {
    const char *name, *grad, *loss;
    bool last;
  };
  std::vector<double> scratch;
  for (const Row& row : {Row{"loss", "grad", "rvqe", false},
                         {"loss_last", "grad_loss_last", "rvqe", true},
                         {"nll", "grad_nll", "cross-entropy", false}}) {
    std::vector<std::int64_t> labels = probe.targets;
    for (std::size_t r = 0; row.last && r < labels.size(); ++r)
      if (r % probe.steps != probe.steps - 1) labels[r] = -1;
    const auto terms = static_cast<double>(row.last ? probe.samples : labels.size());
    out["results"][row.name] =
        fit::class_loss<T>(fit::find_class_loss(row.loss), /*logits=*/false, labels.size(),
                           probe.cell.outputs(), p.data(), labels.data(), terms, d_p.data(), scratch) /
        terms;
    std::vector<double> gradient(probe.parameters.size(), 0.0);
    probe.cell.backward(probe.parameters, probe.input(), tape, {.y = d_p.data()},
                        {.parameters = gradient.data()});
    for (const Segment& segment : probe.cell.segments()) {
      const auto first = gradient.begin() + static_cast<std::ptrdiff_t>(segment.offset);
      out[row.grad][segment.name] =
          tensor_json(segment.shape, {first, first + static_cast<std::ptrdiff_t>(segment.size)});
    }
  }
  return out;
}

}  // namespace

bool is_rvqe_probe(const DocumentPlace& spec) {
  const DocumentPlace model = spec.find("model");
  return model.present() && model.text() == "rvqe";
}

Json probe_rvqe(const DocumentPlace& spec, const std::string& dtype) {
  return dtype == "float32" ? rvqe_results(RvqeProbe<float>(spec)) : rvqe_results(RvqeProbe<double>(spec));
}

}  // namespace ebit::cmd
