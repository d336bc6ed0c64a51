#include "ebit/fit/optimizers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::fit {
namespace {

// One parameter under an optimizer, as the papers write it.
struct Parameter {
  double value, first = 0, second = 0;
};

using Rule = void (*)(const OptimizerOptions& o, double lr, int step, double g, Parameter& p);

void adam_rule(const OptimizerOptions& o, double lr, int step, double g, Parameter& p) {
  p.first = o.beta1 * p.first + (1 - o.beta1) * g;
  p.second = o.beta2 * p.second + (1 - o.beta2) * g * g;
  const double mean = p.first / (1 - std::pow(o.beta1, step)),
               square = p.second / (1 - std::pow(o.beta2, step));
  p.value -= lr * mean / (std::sqrt(square) + o.epsilon);
}

const std::map<std::string_view, Rule> kRules = {
    {"adam", [](const OptimizerOptions& o, double lr, int step, double g,
                Parameter& p) { adam_rule(o, lr, step, g + o.weight_decay * p.value, p); }},
    {"adamw",
     [](const OptimizerOptions& o, double lr, int step, double g, Parameter& p) {
       p.value *= 1 - lr * o.weight_decay;
       adam_rule(o, lr, step, g, p);
     }},
    {"sgd",
     [](const OptimizerOptions& o, double lr, int, double g, Parameter& p) {
       p.first = o.momentum * p.first + g + o.weight_decay * p.value;
       p.value -= lr * p.first;
     }},
    {"rmsprop",
     [](const OptimizerOptions& o, double lr, int, double g, Parameter& p) {
       g += o.weight_decay * p.value;
       p.second = o.alpha * p.second + (1 - o.alpha) * g * g;
       p.first = o.momentum * p.first + g / (std::sqrt(p.second) + o.epsilon);
       p.value -= lr * p.first;
     }},
};

// Thirty steps on random gradients, with a learning rate that changes.
template <class T>
void expect_rule(const OptimizerRow& row, const OptimizerOptions& options) {
  constexpr std::size_t kCount = 7;
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(testing::Message() << row.name << ", seed " << kSeed);
  Random random(kSeed, 0);
  std::vector<T> parameters(kCount), gradient(kCount);
  std::vector<Parameter> expected;
  for (T& number : parameters) {
    number = static_cast<T>(random.normal());
    expected.push_back({number});
  }
  FlatOptimizer<T> optimizer(row.flat, options, kCount);
  for (int step = 1; step <= 30; ++step) {
    for (T& number : gradient) number = static_cast<T>(random.normal());
    gradient[0] = 0;
    const double lr = options.lr / (1 + step / 10);
    optimizer.set_learning_rate(lr);
    optimizer.step(gradient.data(), parameters.data());
    for (std::size_t i = 0; i < kCount; ++i) kRules.at(row.name)(options, lr, step, gradient[i], expected[i]);
  }
  const double allowed = 200 * std::numeric_limits<T>::epsilon();
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_NEAR(parameters[i], expected[i].value, allowed) << i;
  EXPECT_EQ(optimizer.memory().steps, 30);
  EXPECT_EQ(optimizer.memory().numbers.size(), optimizer.fields().size() * kCount);
}

TEST(Optimizers, AreTheirRules) {
  std::set<std::string_view> names;
  for (const OptimizerRow& row : optimizers()) {
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_EQ(&find_optimizer(row.name), &row);
    EXPECT_FALSE(row.help.empty());
    for (const double momentum : {0.0, 0.7})
      for (const double decay : {0.0, 0.05})
        for (const double epsilon : {1e-8, 1e-2}) {
          const OptimizerOptions options{.lr = 0.03,
                                         .momentum = momentum,
                                         .weight_decay = decay,
                                         .beta1 = 0.8,
                                         .beta2 = 0.95,
                                         .alpha = 0.9,
                                         .epsilon = epsilon};
          expect_rule<double>(row, options);
          expect_rule<float>(row, options);
        }
  }
  EXPECT_EQ(names.size(), kRules.size());
  EXPECT_THROW(find_optimizer("adm"), Error);
}

TEST(Optimizers, GoOnFromASavedMemory) {
  for (const OptimizerRow& row : optimizers()) {
    const OptimizerOptions options{.momentum = 0.5};
    std::vector<double> straight = {1, -2}, resumed = straight;
    const std::vector<double> gradient = {0.3, -0.1};
    FlatOptimizer<double> first(row.flat, options, 2), second(row.flat, options, 2);
    for (int i = 0; i < 3; ++i) first.step(gradient.data(), straight.data());
    second.set_memory(first.memory());
    resumed = straight;
    for (int i = 0; i < 3; ++i) {
      first.step(gradient.data(), straight.data());
      second.step(gradient.data(), resumed.data());
    }
    EXPECT_EQ(straight, resumed) << row.name;
  }
}

}  // namespace
}  // namespace ebit::fit
