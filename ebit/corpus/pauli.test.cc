#include "ebit/corpus/pauli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <complex>
#include <numeric>
#include <set>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::inline corpus {
namespace {

using testing::HasSubstr;
using Amplitudes = std::vector<std::complex<double>>;

// P psi, amplitude by amplitude: slow and obvious. Bit q of an index is of qubit q.
Amplitudes times(const PauliString& p, const Amplitudes& psi) {
  Amplitudes out(psi.size());
  for (std::size_t b = 0; b < psi.size(); ++b) {
    std::complex<double> value = psi[b];
    std::size_t to = b;
    for (int q = 0; q < 31; ++q) {
      const std::size_t bit = std::size_t{1} << q;
      const bool one = (b & bit) != 0;
      switch (p.letter(q)) {
        case 1:
          to ^= bit;
          break;
        case 2:
          to ^= bit, value *= std::complex<double>(0, one ? -1 : 1);
          break;
        case 3:
          value *= one ? -1 : 1;
          break;
        default:
          break;
      }
    }
    out[to] += value;
  }
  return out;
}

double expectation(const PauliString& p, const Amplitudes& psi) {
  const Amplitudes other = times(p, psi);
  double sum = 0;
  for (std::size_t b = 0; b < psi.size(); ++b) sum += (std::conj(psi[b]) * other[b]).real();
  return sum;
}

// (1 + (-1)^o P) psi / 2, normalised.
Amplitudes projected(const PauliString& p, int outcome, const Amplitudes& psi) {
  Amplitudes out = times(p, psi);
  double norm = 0;
  for (std::size_t b = 0; b < psi.size(); ++b) {
    out[b] = 0.5 * (psi[b] + (outcome ? -1.0 : 1.0) * out[b]);
    norm += std::norm(out[b]);
  }
  for (auto& value : out) value /= std::sqrt(norm);
  return out;
}

std::vector<std::int64_t> rows_up_to(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(Tableau, LettersAndNumbersAreStrings) {
  const PauliString string = pauli_string("XYZI");
  for (int q = 0; q < 4; ++q) EXPECT_EQ(string.letter(q), (q + 1) % 4);
  EXPECT_EQ(pauli_string(1 * 64 + 2 * 16 + 3 * 4, 4), string);
  EXPECT_TRUE(pauli_string("II").identity());
  EXPECT_THAT(error_of([] { pauli_string("XQ"); }), HasSubstr("letters I, X, Y and Z, not 'XQ'"));
}

TEST(Tableau, AgreesWithProjectionsOfAmplitudes) {
  for (int n = 1; n <= 5; ++n) {
    Random random(5, static_cast<std::uint64_t>(n));
    Tableau tableau(n);
    int determined = 0, minus = 0;
    for (int round = 0; round < 8; ++round) {
      tableau.reset();
      Amplitudes psi(std::size_t{1} << n);
      psi[0] = 1;
      // From a small pool, so that many outcomes are determined, and products of several rows are needed.
      std::vector<PauliString> pool;
      for (int k = 0; k < n + 2; ++k) pool.push_back(pauli_string(1 + random.below((1u << 2 * n) - 1), n));
      for (int t = 0; t < 40; ++t) {
        const PauliString p = pool[random.below(pool.size())];
        const double mean = expectation(p, psi);
        const int said = tableau.outcome(p);
        ASSERT_NEAR(mean, said < 0 ? 0 : said == 0 ? 1 : -1, 1e-9) << n << " " << round << " " << t;
        const int outcome = said < 0 ? static_cast<int>(random.below(2)) : said;
        determined += said >= 0, minus += said == 1;
        tableau.project(p, outcome);
        psi = projected(p, outcome, psi);
        ASSERT_EQ(tableau.outcome(p), outcome);
      }
    }
    EXPECT_GT(determined, 20) << n;
    EXPECT_GT(minus, 3) << n;
  }
}

TEST(Tableau, KnowsBellsCorrelationsAndRefusesWhatIsImpossible) {
  Tableau tableau(2);
  EXPECT_EQ(tableau.outcome(pauli_string("ZZ")), 0);
  EXPECT_EQ(tableau.outcome(pauli_string("XX")), -1);
  tableau.project(pauli_string("XX"), 0);
  EXPECT_EQ(tableau.outcome(pauli_string("YY")), 1) << "XX ZZ = -YY";
  EXPECT_THAT(error_of([&] { tableau.project(pauli_string("YY"), 0); }), HasSubstr("impossible"));
  EXPECT_THAT(error_of([] { Tableau(0); }), HasSubstr("1 to 31 qubits, not 0"));
}

TEST(PauliSequences, RepeatAndAreOfTheirTask) {
  const PauliTask task{.qubits = 3, .pool = 5, .length = 30, .seed = 7};
  const PauliBatch batch = pauli_batch(task, 0, rows_up_to(40));
  ASSERT_EQ(batch.strings.size(), 40u * 30);
  const PauliBatch some = pauli_batch(task, 0, std::vector<std::int64_t>{7});
  EXPECT_TRUE(std::equal(some.outcomes.begin(), some.outcomes.end(), batch.outcomes.begin() + 7 * 30));
  EXPECT_NE(pauli_batch(task, 1, rows_up_to(40)).settings, batch.settings);
  for (std::size_t b = 0; b < 40; ++b) {
    std::set<std::int64_t> pool;
    Tableau state(3);
    for (std::size_t t = 0; t < 30; ++t) {
      const std::size_t at = b * 30 + t;
      pool.insert(batch.settings[at]);
      EXPECT_EQ(pauli_string(static_cast<std::uint64_t>(batch.settings[at] + 1), 3), batch.strings[at]);
      const int said = state.outcome(batch.strings[at]);
      EXPECT_EQ(batch.determined[at], said >= 0);
      state.project(batch.strings[at], static_cast<int>(batch.outcomes[at]));
    }
    EXPECT_LE(pool.size(), 5u);
    EXPECT_FALSE(pool.contains(-1));
  }
}

// A random stabilizer state leaves 2^n - 1 of 4^n - 1 strings determined.
TEST(PauliSequences, DrawAllStringsAndKnowAsManyOutcomesAsTheyShould) {
  const PauliTask task{.qubits = 2, .length = 40, .seed = 3};
  const PauliBatch batch = pauli_batch(task, 2, rows_up_to(500));
  double determined = 0, ones = 0, random = 0;
  std::set<std::int64_t> seen;
  for (std::size_t at = 0; at < batch.settings.size(); ++at) {
    seen.insert(batch.settings[at]);
    determined += batch.determined[at];
    if (!batch.determined[at]) ones += static_cast<double>(batch.outcomes[at]), ++random;
  }
  EXPECT_EQ(seen.size(), 15u);
  EXPECT_NEAR(determined / static_cast<double>(batch.settings.size()), 3.0 / 15, 0.01);
  EXPECT_NEAR(ones / random, 0.5, 0.02);
  const PauliBatch whole = pauli_batch({.qubits = 1, .pool = 8, .length = 20, .seed = 3}, 0, rows_up_to(20));
  EXPECT_EQ(std::set<std::int64_t>(whole.settings.begin(), whole.settings.end()).size(), 3u)
      << "a pool holds at most all strings";
}

TEST(PauliSequences, BadSizesAreOneClearLine) {
  const std::vector<std::int64_t> rows = {0};
  EXPECT_THAT(error_of([&] { pauli_batch({.qubits = 0}, 0, rows); }), HasSubstr("1 to 31 qubits, not 0"));
  EXPECT_THAT(error_of([&] { pauli_batch({.pool = -1}, 0, rows); }), HasSubstr("--setting-pool must be 0"));
  EXPECT_THAT(error_of([&] { pauli_batch({.length = 0}, 0, rows); }), HasSubstr("--length must be"));
}

}  // namespace
}  // namespace ebit::inline corpus
