#include "ebit/fit/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/fit/cell_model.h"
#include "ebit/fit/test_support.h"

namespace ebit::fit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelSpec classical(const std::string& core, int hidden = 4) {
  ModelSpec spec;
  spec.core = ClassicalOptions{.core = core, .hidden = hidden};
  spec.input.steps = 10;
  return spec;
}

template <class Edit>
std::string refusal(ModelSpec spec, Edit edit) {
  edit(spec);
  const std::string message = error_of([&] { check(spec); });
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

RegisterOptions& register_of(ModelSpec& spec) {
  return std::get<RegisterOptions>(std::get<CellOptions>(spec.core));
}

TEST(ModelSpec, RowsAreComplete) {
  std::set<std::string_view> names;
  for (const ClassicalCore& row : classical_cores()) {
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_EQ(&find_classical_core(row.name), &row);
    EXPECT_FALSE(row.help.empty() || row.source.empty());
    EXPECT_EQ(refusal(classical(std::string(row.name)), [](ModelSpec&) {}), "no error") << row.name;
  }
  EXPECT_THAT(error_of([] { find_classical_core("lstn"); }), HasSubstr("did you mean 'lstm'"));
  for (const auto choices : {pools(), attentions()})
    for (const Choice& row : choices) EXPECT_FALSE(row.name.empty() || row.help.empty());
}

TEST(ModelSpec, PairsWithoutMeaningAreRefused) {
  EXPECT_THAT(refusal(classical("mlp"), [](ModelSpec& s) { s.head.answer = Answer::kClasses; }),
              HasSubstr("'mlp' sees all steps at once and gives one answer a sequence"));
  EXPECT_THAT(refusal(classical("linear"),
                      [](ModelSpec& s) {
                        s.head.answer = Answer::kTranslation;
                        s.input.vocabulary = 5;
                      }),
              HasSubstr("take a recurrent core such as lstm"));
  EXPECT_THAT(refusal(classical("mlp"), [](ModelSpec& s) { s.input.vocabulary = 5; }),
              HasSubstr("'mlp' takes steps of numbers, not tokens"));
  EXPECT_THAT(refusal(classical("mlp"), [](ModelSpec& s) { s.input.steps = 0; }),
              HasSubstr("sequences of one fixed length"));
  EXPECT_THAT(refusal(classical("mlp"), [](ModelSpec& s) { s.stateful = true; }),
              HasSubstr("no state to carry"));
  EXPECT_THAT(refusal(classical("mlp"), [](ModelSpec& s) { s.head.pool = "mean"; }),
              HasSubstr("--pool mean"));
  EXPECT_THAT(refusal(classical("lstm"), [](ModelSpec& s) { s.head.linear = false; }),
              HasSubstr("'lstm' has no readouts"));
  EXPECT_THAT(refusal(classical("lstm"), [](ModelSpec& s) { s.entropy.weight = 1; }),
              HasSubstr("'lstm' has no quantum memory"));
  EXPECT_THAT(refusal(classical("lstm"), [](ModelSpec& s) { s.head.answer = Answer::kTranslation; }),
              HasSubstr("a translator reads tokens"));
  EXPECT_THAT(refusal(register_spec(),
                      [](ModelSpec& s) {
                        s.head.answer = Answer::kTranslation;
                        s.input.vocabulary = 5, s.stateful = true;
                      }),
              HasSubstr("starts every sentence anew"));
  EXPECT_THAT(refusal(register_spec(1, false), [](ModelSpec& s) { s.head.answer = Answer::kClass; }),
              HasSubstr("readouts are no logits of classes"));
}

TEST(ModelSpec, SizesAndNamesOutOfRangeAreRefused) {
  EXPECT_THAT(refusal(classical("lstm", 0), [](ModelSpec&) {}),
              HasSubstr("hidden size of lstm must be at least 1"));
  EXPECT_THAT(refusal(classical("lstm", 1000000), [](ModelSpec&) {}), HasSubstr("make it smaller"));
  EXPECT_THAT(refusal(classical("lstn"), [](ModelSpec&) {}), HasSubstr("did you mean 'lstm'"));
  EXPECT_THAT(refusal(register_spec(), [](ModelSpec& s) { s.head.outputs = 0; }),
              HasSubstr("at least 1 output, not 0"));
  EXPECT_THAT(refusal(register_spec(), [](ModelSpec& s) { s.head.pool = "lsat"; }),
              HasSubstr("unknown --pool 'lsat'; did you mean 'last'"));
  EXPECT_THAT(refusal(register_spec(),
                      [](ModelSpec& s) {
                        s.head.answer = Answer::kTranslation;
                        s.input.vocabulary = 5, s.head.attention = "dott";
                      }),
              HasSubstr("unknown --attention 'dott'"));
  EXPECT_THAT(refusal(register_spec(), [](ModelSpec& s) { s.input.dropout = 1; }), HasSubstr("--dropout"));
  EXPECT_THAT(refusal(register_spec(), [](ModelSpec& s) { s.input.width = 0; }),
              HasSubstr("at least 1 wide"));
  EXPECT_THAT(refusal(register_spec(), [](ModelSpec& s) { s.dtype = "float16"; }), HasSubstr("'float16'"));
  EXPECT_THAT(refusal(register_spec(),
                      [](ModelSpec& s) {
                        s.input.vectors = {1, 2};
                      }),
              HasSubstr("do not fit"));
}

TEST(ModelSpec, ReadoutsWithoutAHeadAreOnePerOutput) {
  ModelSpec spec = register_spec(1, false);
  spec.head.outputs = 2;
  ModelSpec full = completed(spec);
  EXPECT_THAT(register_of(full).readout, ElementsAre("Z0", "Z1"));
  spec.head.outputs = 1;
  full = completed(spec);
  EXPECT_THAT(register_of(full).readout, ElementsAre("Z1"));
  spec.head.outputs = 3;
  EXPECT_THAT(error_of([&] { check(spec); }),
              HasSubstr("3 targets are read from as many system wires, and there are 2: take --n-system 3 or "
                        "--head linear"));
  register_of(spec).readout = {"Z0", "X1"};
  EXPECT_THAT(error_of([&] { check(spec); }), HasSubstr("2 readouts cannot be 3 targets"));
  ModelSpec qrnn = spec;
  qrnn.core = ControlledOptions{};
  EXPECT_THAT(error_of([&] { check(qrnn); }), HasSubstr("12 readouts cannot be 3 targets"));
}

TEST(ModelSpec, TheCellGetsTheSizesThatTheModelNeeds) {
  ModelSpec spec = register_spec();
  spec.input.width = 3;
  const auto every_step = [&](Answer answer, const std::string& pool) {
    spec.head = {.answer = answer, .outputs = 2, .pool = pool};
    ModelSpec full = completed(spec);
    EXPECT_EQ(register_of(full).features, 3);
    return register_of(full).every_step;
  };
  EXPECT_FALSE(every_step(Answer::kNumbers, "last"));
  EXPECT_TRUE(every_step(Answer::kNumbers, "mean"));
  EXPECT_FALSE(every_step(Answer::kClass, "last"));
  EXPECT_TRUE(every_step(Answer::kClasses, "last"));

  spec.input.map = 2;  // what enters the cell is what the map gives
  ModelSpec mapped = completed(spec);
  EXPECT_EQ(register_of(mapped).features, 2);
  EXPECT_THAT(native_obstacle(mapped), HasSubstr("a trained map"));
  EXPECT_THAT(refusal(register_spec(), [](ModelSpec& s) { s.input.squash = true; }),
              HasSubstr("there is no map"));

  spec = register_spec();
  spec.entropy_kind = "renyi-2";
  ModelSpec full = completed(spec);
  EXPECT_EQ(register_of(full).entropy, "") << "no weight";
  spec.entropy = {.weight = 0.1, .target = 0.5};
  full = completed(spec);
  EXPECT_EQ(register_of(full).entropy, "renyi-2");
  EXPECT_THAT(refusal(spec, [](ModelSpec& s) { s.entropy.target = 9; }), HasSubstr("must be from 0 to 2"));
  EXPECT_THAT(refusal(spec, [](ModelSpec& s) { s.entropy.weight = -1; }),
              HasSubstr("drive the entropy away"));
  EXPECT_THAT(refusal(spec, [](ModelSpec& s) { s.entropy.weight = 0; }), HasSubstr("has no effect"));
  EXPECT_THAT(refusal(spec, [](ModelSpec& s) { s.entropy_kind = ""; }),
              HasSubstr("needs a cell that gives one"));
  EXPECT_NE(refusal(spec, [](ModelSpec& s) { s.core = ControlledOptions{}; }), "no error");
}

TEST(Model, Summaries) {
  EXPECT_EQ(summary_of(ClassicalOptions{.core = "lstm", .hidden = 23}), "lstm, hidden size 23");
  EXPECT_EQ(summary_of(ClassicalOptions{.core = "gru", .hidden = 3, .layers = 2}),
            "gru, hidden size 3, 2 layers");
  EXPECT_EQ(summary_of(ClassicalOptions{.core = "linear"}), "linear");
  EXPECT_EQ(make_model(register_spec())->summary(),
            "register 2+2 qubits, linear-amplitude, basic-entangler-ry 1+1 layers, collapse, linear head, 18 "
            "parameters (8 quantum + 10 classical)");
  EXPECT_EQ(make_model(register_spec(1, false))->summary(),
            "register 2+2 qubits, linear-amplitude, basic-entangler-ry 1+1 layers, collapse, 16 parameters "
            "(8 quantum + 8 classical)");
  ModelSpec qrnn = register_spec();
  ControlledOptions cell;
  cell.qubits = 8;
  qrnn.core = cell;
  const auto model = make_model(qrnn);
  EXPECT_EQ(model->summary(), fmt::format("qrnn, 8 qubits, 1 layer of zz-ring, 24 readouts, {} parameters",
                                          model->parameters()));
}

// Stands in for the backend that another layer adds.
std::string nothing_in_the_way(const ModelSpec&) { return {}; }

TEST(Backends, NativeIsThereAndOthersAreAddedOnce) {
  EXPECT_EQ(backends().front().name, "native");
  EXPECT_THAT(backend_names(), ElementsAre("auto", "native", "torch"));
  const std::size_t before = backends().size();
  add_backend({.name = "native", .help = "another", .obstacle = nothing_in_the_way, .make = nullptr});
  EXPECT_EQ(backends().size(), before);
}

TEST(Backends, SayWhatIsInTheWay) {
  const auto error = [](const ModelSpec& spec, const char* name) {
    return error_of([&] { make_model(spec, name); });
  };
  ModelSpec tokens = register_spec();
  tokens.input.vocabulary = 7;
  EXPECT_THROW(make_model(classical("lstm")), NeedsTorch);
  EXPECT_THROW(make_model(tokens), NeedsTorch);
  EXPECT_THROW(make_model(register_spec(), "torch"), NeedsTorch);
  EXPECT_THAT(error(classical("lstm"), "auto"),
              HasSubstr("'lstm' needs libtorch, and this program was built without it"));
  EXPECT_THAT(error(tokens, "auto"), HasSubstr("'register' needs libtorch"));
  EXPECT_THAT(error(tokens, "native"),
              HasSubstr("--step native cannot train this model: its steps are tokens"));
  EXPECT_THAT(error(classical("lstm"), "native"), HasSubstr("only quantum cells"));
  EXPECT_THAT(error(register_spec(), "nativ"), HasSubstr("did you mean 'native'"));
  // What is wrong with the model itself comes first.
  EXPECT_THAT(error(classical("lstm", 0), "auto"), HasSubstr("hidden size"));
  EXPECT_EQ(error(register_spec(), "native"), "no error");
}

TEST(MatchedHidden, IsTheNearest) {
  const auto squares = [](int hidden) { return static_cast<std::int64_t>(hidden) * hidden; };
  EXPECT_EQ(matched_hidden(100, 4096, squares), 10);
  EXPECT_EQ(matched_hidden(110, 4096, squares), 10);
  EXPECT_EQ(matched_hidden(111, 4096, squares), 11);
  EXPECT_EQ(matched_hidden(0, 4096, squares), 1);
  EXPECT_EQ(matched_hidden(1 << 30, 50, squares), 50);
}

}  // namespace
}  // namespace ebit::fit
