#include "ebit/fit/cell_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ebit/fit/optimizers.h"
#include "ebit/fit/test_support.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/info/entropy.h"

namespace ebit::fit {
namespace {

using ::testing::HasSubstr;

// What a step minimises, worked out sequence by sequence, one number after the other.
struct Slow {
  ModelSpec spec;
  std::string loss = "mse";
  std::unique_ptr<Cell<double>> cell = make_cell<double>(std::get<CellOptions>(spec.core));
  std::vector<double> states = {};  // [B, S] in front of the batch; empty: the cell's own
  double entropy = 0;               // mean over the steps that are there

  double number_loss(double error) const {
    const double size = std::abs(error);
    if (loss == "mae") return size;
    if (loss == "quantile") return size / 2;  // of the median
    if (loss == "mse" || size < 1) return loss == "mse" ? error * error : error * error / 2;
    return size - 0.5;
  }

  std::vector<double> head(const std::vector<double>& parameters, const double* features) const {
    const std::size_t K = cell->outputs(), O = static_cast<std::size_t>(spec.head.outputs);
    if (!spec.head.linear) return {features, features + K};
    const double* const weight = parameters.data() + cell->parameters();
    std::vector<double> y(weight + O * K, weight + O * K + O);
    for (std::size_t o = 0; o < O; ++o)
      for (std::size_t k = 0; k < K; ++k) y[o] += weight[o * K + k] * features[k];
    return y;
  }

  static double nats(const std::vector<double>& logits, std::int64_t label) {
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit);
    return std::log(sum) - logits[static_cast<std::size_t>(label)];
  }

  // The loss without what the entropy adds; `total` with it.
  double operator()(const std::vector<double>& parameters, const Examples& all, double* total = nullptr) {
    const std::size_t K = cell->outputs(), O = static_cast<std::size_t>(spec.head.outputs);
    double sum = 0, count = 0, steps = 0, entropies = 0, extra = 0;
    for (std::size_t b = 0; b < all.samples; ++b) {
      const std::size_t T = all.lengths.empty() ? all.steps : static_cast<std::size_t>(all.lengths[b]);
      std::vector<double> y((cell->every_step() ? T : 1) * K), s(T);
      cell->forward(std::span(parameters).first(cell->parameters()),
                    {.samples = 1,
                     .steps = T,
                     .x = all.x.data() + b * all.steps * all.features,
                     .state = states.empty() ? nullptr : states.data() + b * cell->state_numbers()},
                    {.y = y.data(), .entropy = spec.entropy.weight != 0 ? s.data() : nullptr});
      for (const double value : s) {
        const auto& [weight, target] = spec.entropy;
        entropies += value, ++steps;
        extra += target ? weight * (value - *target) * (value - *target) : -weight * value;
      }
      if (spec.head.answer == Answer::kClasses) {
        for (std::size_t t = 0; t < T; ++t, ++count)
          sum += nats(head(parameters, y.data() + t * K), all.labels[b * all.steps + t]);
        continue;
      }
      std::vector<double> mean(K);
      for (std::size_t i = 0; i < y.size(); ++i) mean[i % K] += y[i] / static_cast<double>(y.size() / K);
      const std::vector<double> said = head(parameters, mean.data());
      if (spec.head.answer == Answer::kClass) sum += nats(said, all.labels[b]), ++count;
      if (spec.head.answer == Answer::kNumbers)
        for (std::size_t o = 0; o < O; ++o, ++count) {
          const std::vector<double>& levels = spec.head.quantiles;
          if (levels.empty()) {
            sum += number_loss(said[o] - all.y[b * O + o]);
            continue;
          }
          const double e = all.y[(b * O + o) / levels.size()] - said[o], q = levels[o % levels.size()];
          sum += std::max(q * e, (q - 1) * e);
        }
    }
    entropy = entropies / steps;
    if (total) *total = sum / count + extra / steps;
    return sum / count;
  }
};

struct Case {
  std::string name;
  ModelSpec spec;
  std::string loss = "mse";
  bool lengths = false;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const TriedCore& tried : tried_cores())
    for (const Answer answer : {Answer::kNumbers, Answer::kClass, Answer::kClasses})
      for (const bool lengths : {false, true}) {
        Case c{.name = tried.name, .spec = {}, .lengths = lengths};
        c.spec.core = tried.core;
        c.spec.input.width = tried.width;
        c.spec.head = {.answer = answer, .outputs = 3, .pool = lengths ? "mean" : "last"};
        all.push_back(c);
      }
  for (const LossRow& row : losses()) {
    all.push_back(
        {.name = "loss " + std::string(row.name), .spec = register_spec(), .loss = std::string(row.name)});
    all.push_back({.name = "no head", .spec = register_spec(3, false), .loss = std::string(row.name)});
  }
  all.push_back({.name = "quantiles", .spec = register_spec(), .loss = "quantile"});
  all.back().spec.head.outputs = 6, all.back().spec.head.quantiles = {0.1, 0.5, 0.9};
  for (const std::string hidden : {"collapse", "probabilities", "coherent"})
    for (const EntropyLoss& loss : {EntropyLoss{0.3, std::nullopt}, EntropyLoss{0.5, 0.4}})
      for (const bool lengths : {false, true}) {
        Case c{.name = "entropy " + hidden, .spec = register_spec(), .lengths = lengths};
        auto& cell = std::get<RegisterOptions>(std::get<CellOptions>(c.spec.core));
        cell.hidden = hidden;
        if (hidden == "coherent") cell.encoder = "arctan-angle";
        c.spec.entropy = loss, c.spec.entropy_kind = "renyi-2", c.spec.entropy_stage = "entangled";
        all.push_back(c);
      }
  return all;
}

// The gradient that a step follows: how far plain descent with learning rate 1 moves each parameter.
std::vector<double> gradient_of(Model& model, const Case& c, const Examples& examples, StepResult& result) {
  const auto flat = [&] {
    std::vector<double> numbers;
    if (auto* wide = dynamic_cast<CellModel<double>*>(&model))
      numbers.assign(wide->numbers().begin(), wide->numbers().end());
    if (auto* narrow = dynamic_cast<CellModel<float>*>(&model))
      numbers.assign(narrow->numbers().begin(), narrow->numbers().end());
    return numbers;
  };
  const std::vector<double> before = flat();
  const auto step = model.make_step({.optimizer = "sgd", .loss = c.loss});
  step->start_epoch(1.0);
  result = step->run(examples, 0);
  const std::vector<double> after = flat();
  std::vector<double> gradient;
  for (std::size_t i = 0; i < before.size(); ++i) gradient.push_back(before[i] - after[i]);
  return gradient;
}

TEST(CellStep, FollowsTheFiniteDifferenceOfWhatIsMinimised) {
  for (Case& c : cases()) {
    SCOPED_TRACE(testing::Message() << c.name << ", answer " << static_cast<int>(c.spec.head.answer)
                                    << ", lengths " << c.lengths << ", loss " << c.loss);
    CellModel<double> model(c.spec);
    const Examples examples = random_examples(model.spec(), 4, 3, 11, c.lengths);
    std::vector<double> parameters(model.numbers().begin(), model.numbers().end());
    StepResult result;
    const std::vector<double> exact = gradient_of(model, c, examples, result);

    Slow slow{.spec = model.spec(), .loss = c.loss};
    EXPECT_NEAR(result.loss, slow(parameters, examples), 1e-12);
    if (c.spec.entropy.weight != 0) {
      EXPECT_NEAR(result.entropy, slow.entropy, 1e-12);
    } else {
      EXPECT_TRUE(std::isnan(result.entropy));
    }
    const auto total = [&] {
      double value = 0;
      slow(parameters, examples, &value);
      return value;
    };
    const std::vector<double> expected = finite_difference<double>(total, parameters, 1e-6);
    double squares = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      EXPECT_NEAR(exact[i], expected[i], 2e-8) << i;
      squares += exact[i] * exact[i];
    }
    EXPECT_NEAR(result.gradient_norm, std::sqrt(squares), 1e-12);

    c.spec.dtype = "float32";
    CellModel<float> narrow(c.spec);
    StepResult near;
    const std::vector<double> rough = gradient_of(narrow, c, examples, near);
    EXPECT_NEAR(near.loss, result.loss, 1e-5 * (1 + result.loss));
    for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(rough[i], exact[i], 2e-4) << "float32 " << i;
  }
}

TEST(CellStep, TheCarriedStateIsAConstant) {
  for (const TriedCore& tried : tried_cores()) {
    SCOPED_TRACE(tried.name);
    Case c;
    c.spec.core = tried.core, c.spec.input.width = tried.width, c.spec.stateful = true;
    CellModel<double> model(c.spec);
    const Examples first = random_examples(model.spec(), 3, 2, 1);
    Examples second = random_examples(model.spec(), 3, 2, 2);
    second.goes_on = true;
    const auto step = model.make_step({});
    step->start_epoch(0.0);  // so that the weights stay
    step->run(first, 0);
    const StepResult result = step->run(second, 1);

    std::vector<double> parameters(model.numbers().begin(), model.numbers().end());
    Slow slow{.spec = model.spec()};
    std::vector<double> y(3 * slow.cell->outputs()), states(3 * slow.cell->state_numbers());
    slow.cell->forward(std::span(parameters).first(slow.cell->parameters()),
                       {.samples = 3, .steps = 2, .x = first.x.data()},
                       {.y = y.data(), .state = states.data()});
    slow.states = states;
    EXPECT_NEAR(result.loss, slow(parameters, second), 1e-12);
    const auto loss = [&] { return slow(parameters, second); };
    double squares = 0;
    for (const double d : finite_difference<double>(loss, parameters, 1e-6)) squares += d * d;
    EXPECT_NEAR(result.gradient_norm, std::sqrt(squares), 1e-7);
    // A new epoch forgets it.
    step->start_epoch(0.0);
    slow.states.clear();
    EXPECT_NEAR(step->run(second, 2).loss, slow(parameters, second), 1e-12);
  }
}

TEST(CellStep, EverySegmentMovesWithEveryOptimizer) {
  for (const TriedCore& tried : tried_cores())
    for (const OptimizerRow& row : optimizers()) {
      ModelSpec spec;
      spec.core = tried.core;
      spec.input.width = tried.width;
      spec.head = {.answer = Answer::kClasses, .outputs = 3};
      CellModel<double> model(spec);
      const std::vector<double> before(model.numbers().begin(), model.numbers().end());
      const auto step = model.make_step({.optimizer = std::string(row.name)});
      step->start_epoch(0.01);
      for (std::uint64_t i = 0; i < 4; ++i) step->run(random_examples(spec, 4, 5, i), i);
      for (const Segment& segment : model.segments()) {
        std::size_t moved = 0;
        for (std::size_t i = segment.offset; i < segment.offset + segment.size; ++i)
          moved += before[i] != model.numbers()[i];
        EXPECT_GT(moved, 0u) << tried.name << " " << row.name << " " << segment.name;
      }
    }
}

// Not by decay, not by momentum, not by one bit; and the optimizer remembers nothing of them.
TEST(CellStep, FrozenNumbersStayWithEveryOptimizer) {
  for (const OptimizerRow& row : optimizers())
    for (const char* freeze : {"circuit", "cell"})
      for (const TriedCore& tried : tried_cores()) {
        SCOPED_TRACE(testing::Message() << row.name << ", frozen: " << freeze << ", " << tried.name);
        // Where no circuit has angles of its own there is none to freeze.
        const bool angles =
            counts_of(make_cell<double>(with_sizes(tried.core, tried.width, true))->segments()).quantum > 0;
        if (std::string_view(freeze) == "circuit" &&
            (!angles || std::holds_alternative<ControlledOptions>(tried.core)))
          continue;
        ModelSpec spec{.core = with_freeze(tried.core, freeze), .input = {.width = tried.width}, .head = {}};
        const std::shared_ptr<Model> model = make_model(spec);
        std::set<std::string> frozen;
        std::int64_t count = 0;
        const auto cell = make_cell<double>(std::get<CellOptions>(model->spec().core));
        for (const Segment& s : cell->segments())
          if (s.frozen) frozen.insert("core." + s.name), count += static_cast<std::int64_t>(s.size);
        EXPECT_FALSE(frozen.empty());
        EXPECT_EQ(model->counts().frozen, count);
        TrainOptions options;
        options.optimizer = row.name, options.clip = 0.5;
        options.optimizer_options.weight_decay = 0.1, options.optimizer_options.momentum = 0.5;
        const auto step = model->make_step(options);
        const Tensors before = model->weights();
        step->start_epoch(0.1);
        for (std::uint64_t k = 0; k < 3; ++k) step->run(random_examples(model->spec(), 5, 4, k), k);
        step->keep_last();
        for (const auto& [name, tensor] : model->weights())
          EXPECT_EQ(tensor.bytes == before.at(name).bytes, frozen.contains(name)) << name;
        for (const auto& [name, tensor] : step->optimizer())
          EXPECT_FALSE(frozen.contains(name.substr(0, name.rfind('.')))) << name;
      }
}

TEST(CellStep, AModelWithNothingToTrainIsRefused) {
  RegisterOptions cell;
  cell.encoder = "arctan-angle", cell.freeze = "circuit";
  ModelSpec spec;
  spec.core = cell, spec.head.linear = false;
  const std::shared_ptr<Model> model = make_model(spec);
  EXPECT_THAT(error_of([&] { model->make_step({}); }), HasSubstr("nothing of this model is left to train"));
}

TEST(CellStep, LabelsBelowZeroDoNotCount) {
  ModelSpec spec = register_spec();
  spec.head = {.answer = Answer::kClasses, .outputs = 3};
  const auto model = make_cell_model(spec);
  Examples examples = random_examples(spec, 2, 4, 3), shorter = examples;
  for (const std::size_t place : {2u, 3u, 7u}) examples.labels[place] = -1;
  shorter.lengths = {2, 3};
  const auto step = model->make_step({.optimizer = "sgd"});
  step->start_epoch(0.0);
  const StepResult ignored = step->run(examples, 0), cut = step->run(shorter, 0);
  EXPECT_NEAR(ignored.loss, cut.loss, 1e-14);
  EXPECT_NEAR(ignored.gradient_norm, cut.gradient_norm, 1e-12);
  examples.labels.assign(8, -1);
  EXPECT_EQ(step->run(examples, 0).loss, 0.0);
}

TEST(CellStep, DropoutActsInTrainingAlone) {
  ControlledOptions cell;
  cell.qubits = 2;
  cell.ffn = {.hidden = {8}, .dropout = 0.5};
  ModelSpec spec;
  spec.core = cell;
  const auto model = make_cell_model(spec);
  const Examples examples = random_examples(spec, 4, 5, 3);
  const auto step = model->make_step({.seed = 5});
  step->start_epoch(0.0);
  const double first = step->run(examples, 1).loss;
  EXPECT_EQ(step->run(examples, 1).loss, first);
  EXPECT_NE(step->run(examples, 2).loss, first);
  EXPECT_EQ(model->answer(examples).numbers, model->answer(examples).numbers);
}

TEST(CellStep, TheEntropyGoesWhereTheLossDrawsIt) {
  const Dataset data = wave_data();
  const auto last_entropy = [&](EntropyLoss loss) {
    ModelSpec spec = register_spec(3, false);
    spec.entropy = loss, spec.entropy_kind = "von-neumann", spec.entropy_stage = "entangled";
    const TrainOptions options{.epochs = 60, .optimizer_options = {.lr = 0.02}};
    const std::shared_ptr<Model> model = make_model(spec);
    Trainer trainer(windows_training(model, data, options), options);
    trainer.run();
    return trainer.progress().history.back().entropy;
  };
  // 2+2 qubits: from 0 to 2 bits.
  EXPECT_NEAR(last_entropy({10, 0.8}), 0.8, 0.05);
  EXPECT_LT(last_entropy({10, 0.0}), 0.4);
  EXPECT_GT(last_entropy({10, std::nullopt}), last_entropy({-10, std::nullopt}) + 0.5);
}

TEST(CellStep, ForeignOptimizerMemoryIsRefused) {
  const ModelSpec spec = register_spec();
  const auto model = make_cell_model(spec);
  const auto step = model->make_step({});
  step->start_epoch(0.01);
  step->run(random_examples(spec, 3, 4, 1), 0);
  EXPECT_TRUE(step->optimizer().empty()) << "not kept yet";
  step->keep_last();
  const Tensors memory = step->optimizer();
  EXPECT_TRUE(memory.contains("core.theta_en.exp_avg_sq") && memory.contains("head.bias.step"));
  const auto refusal = [&](const std::string& name, Tensor tensor) {
    Tensors other = memory;
    other[name] = std::move(tensor);
    const auto fresh = model->make_step({});
    return error_of([&] { fresh->load_optimizer(other, "x.safetensors"); });
  };
  const std::vector<double> numbers(9);
  const std::int64_t one = 1, two = 2;
  EXPECT_EQ(refusal("head.bias.step", make_tensor({}, &one)), "no error");
  EXPECT_THAT(refusal("core.theta_en.exp_avg", make_tensor({3, 3}, numbers.data())),
              HasSubstr("'x.safetensors' is of another"));
  EXPECT_THAT(refusal("head.bias.step", make_tensor({1}, numbers.data())),
              HasSubstr("does not fit the parameter"));
  EXPECT_THAT(refusal("head.bias.step", make_tensor({}, &two)), HasSubstr("--step torch"));
  EXPECT_THAT(error_of([&] { model->make_step({.optimizer = "adm"}); }), HasSubstr("did you mean 'adam'"));
  EXPECT_THAT(error_of([&] { model->make_step({.loss = "mes"}); }), HasSubstr("did you mean 'mse'"));
}

}  // namespace
}  // namespace ebit::fit
