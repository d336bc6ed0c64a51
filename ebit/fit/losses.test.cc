#include "ebit/fit/losses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/grad/finite_difference.h"

namespace ebit::fit {
namespace {

// Errors of every kind: zero, the corners of huber, small, large, both signs.
const std::vector<double> kErrors = {0, 1, -1, 0.3, -0.7, 2.5, -40, 1e-4};

double sign(double e) { return (e > 0) - (e < 0); }

struct Formula {
  double (*value)(double);
  double (*slope)(double);
};

const std::map<std::string_view, Formula> kFormulas = {
    {"mse", {[](double e) { return e * e; }, [](double e) { return 2 * e; }}},
    {"mae", {[](double e) { return std::abs(e); }, sign}},
    {"huber",
     {[](double e) { return std::abs(e) < 1 ? e * e / 2 : std::abs(e) - 0.5; },
      [](double e) { return std::abs(e) < 1 ? e : sign(e); }}},
    {"quantile",
     {[](double e) { return std::abs(e) / 2; }, [](double e) { return sign(e) / 2; }}},  // the median
};

template <class T>
void expect_formula(const LossRow& row, FlatLoss<T> flat) {
  const Formula& formula = kFormulas.at(row.name);
  const std::size_t count = kErrors.size();
  std::vector<T> prediction, truth, d(count, T(99));
  for (std::size_t i = 0; i < count; ++i) {
    truth.push_back(T(i % 2));
    prediction.push_back(static_cast<T>(kErrors[i] + static_cast<double>(truth[i])));
  }
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += formula.value(prediction[i] - truth[i]) / static_cast<double>(count);
  const double allowed = 8 * std::numeric_limits<T>::epsilon();
  const double loss = flat(count, prediction.data(), truth.data(), d.data(), {});
  EXPECT_NEAR(loss, sum, allowed * sum) << row.name;
  for (std::size_t i = 0; i < count; ++i) {
    const double slope = formula.slope(prediction[i] - truth[i]) / static_cast<double>(count);
    EXPECT_NEAR(d[i], slope, allowed * std::abs(slope)) << row.name << i;
  }
  EXPECT_EQ(flat(count, prediction.data(), truth.data(), nullptr, {}), loss) << "without a derivative";
}

TEST(Losses, AreTheirFormulasInValueAndSlope) {
  std::set<std::string_view> names;
  for (const LossRow& row : losses()) {
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_EQ(&find_loss(row.name), &row);
    EXPECT_FALSE(row.help.empty());
    expect_formula<double>(row, row.wide);
    expect_formula<float>(row, row.narrow);
  }
  EXPECT_EQ(names.size(), kFormulas.size());
  EXPECT_THROW(find_loss("mes"), Error);
}

TEST(Losses, OfQuantilesIsItsFormulaAndLeastAtTheQuantile) {
  const std::vector<double> levels = {0.1, 0.5, 0.9}, truth = {1, -2, 0.5};
  std::vector<double> prediction(9), d(9);
  for (std::size_t i = 0; i < 9; ++i) prediction[i] = 2 * std::sin(static_cast<double>(5 * i));
  const auto value = [&] {
    return find_loss(kQuantileLoss).wide(3, prediction.data(), truth.data(), nullptr, levels);
  };
  double expected = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    const double e = truth[i / 3] - prediction[i], q = levels[i % 3];
    expected += std::max(q * e, (q - 1) * e) / 9;
  }
  EXPECT_NEAR(find_loss(kQuantileLoss).wide(3, prediction.data(), truth.data(), d.data(), levels), expected,
              1e-14);
  const std::vector<double> slope = finite_difference<double>(value, prediction, 1e-6);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(d[i], slope[i], 1e-9) << i;
  const std::vector<float> narrow(prediction.begin(), prediction.end()),
      narrow_truth(truth.begin(), truth.end());
  std::vector<float> d_narrow(9);
  EXPECT_NEAR(find_loss(kQuantileLoss).narrow(3, narrow.data(), narrow_truth.data(), d_narrow.data(), levels),
              expected, 1e-6);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(d_narrow[i], d[i], 1e-6) << i;

  // Of one constant for many values the least loss is at their quantile.
  std::vector<double> many;
  for (int i = 0; i < 1001; ++i) many.push_back(std::pow(i / 1000.0, 2));
  for (const double level : {0.05, 0.5, 0.95}) {
    const auto loss_of = [&](double constant) {
      const std::vector<double> same(many.size(), constant);
      return find_loss(kQuantileLoss)
          .wide(many.size(), same.data(), many.data(), nullptr, std::span(&level, 1));
    };
    EXPECT_LT(loss_of(level * level), loss_of(level * level + 0.01)) << level;
    EXPECT_LT(loss_of(level * level), loss_of(level * level - 0.01)) << level;
  }
}

TEST(Losses, LevelsOfQuantilesAreChecked) {
  const auto refused = [](std::vector<double> levels) { return error_of([&] { check_levels(levels); }); };
  EXPECT_THAT(refused({0, 0.5}), testing::HasSubstr("above 0 and below 1, not 0"));
  EXPECT_THAT(refused({0.5, 0.1}), testing::HasSubstr("0.1 stands behind 0.5"));
  EXPECT_THAT(refused({0.1, 0.9}), testing::HasSubstr("must have 0.5"));
}

TEST(Losses, CrossEntropyIsItsFormula) {
  constexpr std::size_t kRows = 4, kClasses = 3;
  Random random(3);
  std::vector<double> logits(kRows * kClasses), d(logits.size(), 99);
  for (double& logit : logits) logit = random.uniform(-4, 4);
  const std::vector<std::int64_t> labels = {2, -1, 0, 1};
  double expected = 0;
  for (const std::size_t r : {0u, 2u, 3u}) {
    double sum = 0;
    for (std::size_t c = 0; c < kClasses; ++c) sum += std::exp(logits[r * kClasses + c]);
    expected -= std::log(std::exp(logits[r * kClasses + static_cast<std::size_t>(labels[r])]) / sum);
  }
  const auto value = [&] {
    return cross_entropy<double>(kRows, kClasses, logits.data(), labels.data(), 3, nullptr);
  };
  EXPECT_NEAR(cross_entropy(kRows, kClasses, logits.data(), labels.data(), 3, d.data()), expected, 1e-13);
  const std::vector<double> slope = finite_difference<double>(value, logits, 1e-6);
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_NEAR(d[i], slope[i] / 3, 1e-9) << i;
  for (std::size_t c = 0; c < kClasses; ++c) EXPECT_EQ(d[kClasses + c], 0) << "a row that does not count";

  const std::vector<float> narrow(logits.begin(), logits.end());
  std::vector<float> d_narrow(d.size());
  EXPECT_NEAR(cross_entropy(kRows, kClasses, narrow.data(), labels.data(), 3, d_narrow.data()), expected,
              1e-5);
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_NEAR(d_narrow[i], d[i], 1e-6) << i;
}

// Of probabilities and of logits: formulas, derivatives against finite differences, rows that do not count.
TEST(Losses, LossesOfClasses) {
  constexpr std::size_t kRows = 3, kClasses = 4;
  const std::vector<std::int64_t> labels = {2, -1, 0};
  Random random(5);
  std::vector<double> p(kRows * kClasses), scratch;
  for (double& number : p) number = random.uniform(0.05, 0.9);
  for (const ClassLossRow& row : class_losses())
    for (const bool logits : {false, true}) {
      SCOPED_TRACE(testing::Message() << row.name << ", logits " << logits);
      double expected = 0;
      for (const std::size_t r : {std::size_t{0}, std::size_t{2}}) {
        std::vector<double> own(p.begin() + static_cast<std::ptrdiff_t>(r * kClasses),
                                p.begin() + static_cast<std::ptrdiff_t>((r + 1) * kClasses));
        if (logits) {
          double sum = 0;
          for (double& v : own) sum += v = std::exp(v);
          for (double& v : own) v /= sum;
        }
        const double target = own[static_cast<std::size_t>(labels[r])];
        double sum = 0;
        for (const double v : own) sum += std::exp(v);
        expected += row.name == "rvqe" ? std::log(sum) - target - (std::log(3 + std::exp(1.0)) - 1)
                                       : -std::log(target);
      }
      const auto loss = [&](double* d) {
        return class_loss(row, logits, kRows, kClasses, p.data(), labels.data(), 2, d, scratch);
      };
      std::vector<double> d(p.size(), 99);
      EXPECT_NEAR(loss(d.data()), expected, 1e-14);
      const auto numeric = finite_difference<double>([&] { return loss(nullptr) / 2; }, p, 1e-6);
      for (std::size_t i = 0; i < d.size(); ++i) EXPECT_NEAR(d[i], numeric[i], 1e-8) << i;
    }
  const std::vector<double> sure = {0, 1, 0};
  const std::int64_t second = 1;
  for (const ClassLossRow& row : class_losses())
    EXPECT_NEAR(class_loss<double>(row, false, 1, 3, sure.data(), &second, 1, nullptr, scratch), 0, 1e-15);
  EXPECT_THROW(find_class_loss("rvqee"), Error);
}

TEST(Losses, CrossEntropyOfLargeLogitsIsFinite) {
  const std::vector<float> logits = {1e30f, 0, -1e30f};
  std::vector<float> d(3);
  const std::int64_t first = 0, last = 2;
  EXPECT_EQ(cross_entropy(1, 3, logits.data(), &first, 1, d.data()), 0.0);
  EXPECT_EQ(d, std::vector<float>(3, 0));
  EXPECT_FLOAT_EQ(static_cast<float>(cross_entropy(1, 3, logits.data(), &last, 1, d.data())), 2e30f);
  EXPECT_EQ(d, (std::vector<float>{1, 0, -1}));
}

}  // namespace
}  // namespace ebit::fit
