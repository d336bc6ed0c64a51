#include "ebit/fit/data_start.h"

#include "ebit/base/error.h"

namespace ebit::fit {
namespace {

// Numbers as a tensor of that precision.
Tensor tensor_of(Dtype dtype, const std::vector<std::int64_t>& shape, std::span<const double> numbers) {
  if (dtype == Dtype::kF64) return make_tensor(shape, numbers.data());
  const std::vector<float> narrow(numbers.begin(), numbers.end());
  return make_tensor(shape, narrow.data());
}

}  // namespace

bool starts_from_data(const ModelSpec& spec) {
  const auto* const options = std::get_if<CellOptions>(&spec.core);
  return options != nullptr && make_cell<double>(*options)->starts_from_data();
}

void start_from_data(Model& model, const Examples& examples, std::uint64_t seed) {
  const ModelSpec& spec = model.spec();
  if (!starts_from_data(spec)) return;
  require(spec.head.answer != Answer::kTranslation,
          "reference vectors are taken from the data for models of one cell, and a translator has two: leave "
          "--references-from data out");
  const auto cell = make_cell<double>(std::get<CellOptions>(spec.core));
  Tensors weights = model.weights();
  std::vector<double> parameters = cell_parameters(spec, weights);
  const std::vector<double> x = model.core_inputs(examples);
  const SequenceInput<double> input{.samples = examples.samples,
                                    .steps = examples.steps,
                                    .x = x.data(),
                                    .lengths = examples.lengths.empty() ? nullptr : examples.lengths.data()};
  MersenneDraws draws(seed);
  cell->start_from_data(input, draws, parameters);
  for (const Segment& segment : cell->segments()) {
    Tensor& own = weights.at("core." + segment.name);
    own = tensor_of(own.dtype, segment.shape,
                    std::span<const double>(parameters).subspan(segment.offset, segment.size));
  }
  model.load(weights, "the start from training data");
}

}  // namespace ebit::fit
