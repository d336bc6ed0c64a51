// Tests by ranks, and what an interval of a median is: which models differ, over data sets or over seeds.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ebit::analysis {

/// The two-sided p value of "these paired differences lie about 0" by Wilcoxon's signed ranks (Wilcoxon
/// 1945), exact at any number of values and with ties: the share of all 2^N choices of signs whose sum of
/// ranks is at least as far from its mean. Differences of 0 are left out; their number does not count. 1
/// without others. The least value is 2^(1-N). Infinite differences have the greatest ranks. Throws Error for
/// NaN.
double wilcoxon_test(std::span<const double> differences);

/// Holm's correction of N p values for N tests (Holm 1979): each times the number of those that are not less,
/// never below that of a smaller one, at most 1. In the order given.
std::vector<double> holm_corrected(std::span<const double> p);

/// Ranks from 1, the least value first; equal values share the mean of theirs. Infinite ones are last.
std::vector<double> mean_ranks_of(std::span<const double> values);

/// Friedman's test of "all models are alike" (Friedman 1937), with the correction for ties.
struct FriedmanTest {
  std::vector<double> mean_ranks;  ///< [models]
  double statistic = 0;            ///< chi squared; NaN where all are tied everywhere
  double p = 1;                    ///< by the chi-squared distribution of models - 1 degrees of freedom
};

/// Of values [data][models], less is better. Throws Error for fewer than 2 models, no data, or ragged rows.
FriedmanTest friedman_test(const std::vector<std::vector<double>>& values);

/// The p value of Nemenyi's test: two of `models` whose mean ranks over `data` data sets are `difference`
/// apart (Nemenyi 1963; Demsar 2006, JMLR 7). By the studentized range of infinitely many degrees of freedom.
double nemenyi_p(double difference, std::size_t models, std::size_t data);

/// The difference of mean ranks whose nemenyi_p() is `level`, in (0, 1).
double critical_difference(std::size_t models, std::size_t data, double level = 0.05);

/// Two ends.
struct Interval {
  double low = 0;   ///< the lower end
  double high = 0;  ///< the upper end
};

/// The 95 % interval of the median by the percentile bootstrap (Efron 1979), 4000 samples drawn by one fixed
/// seed. Of the finite ones among `values`; NaN where there is none.
Interval median_interval(std::span<const double> values);

}  // namespace ebit::analysis
