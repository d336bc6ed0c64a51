#include "ebit/corpus/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"

namespace ebit::inline corpus {
namespace {

constexpr std::uint64_t kWordStream = 0x776F7264 << 2;  // "word", and two bits for the part

// One base in the first half is marked, and is to be said from there on.
void fill_dna(std::size_t length, std::size_t, Random& random, std::int64_t* words, std::int64_t* targets) {
  for (std::size_t t = 0; t < length; ++t) words[t] = static_cast<std::int64_t>(random.below(4));
  const std::size_t marked = 1 + random.below(length / 2 - 1);
  std::fill_n(targets, marked, 0);
  std::fill_n(targets + marked, length - marked, words[marked]);
  words[marked] += 4, targets[marked] += 4;
}

void fill_simple(std::size_t length, std::size_t row, Random&, std::int64_t* words, std::int64_t* targets) {
  for (std::size_t t = 0; t < length; ++t)
    words[t] = targets[t] = row % 2 == 0 ? static_cast<std::int64_t>(t % 4) : 4;
}

// a, b, a xor b, ...: a word is the digit, and a bit that is 1 where it is random. 2 is to be said of the
// random ones.
void fill_xor(std::size_t length, std::size_t, Random& random, std::int64_t* words, std::int64_t* targets) {
  std::int64_t digits[3] = {};
  for (std::size_t t = 0; t < length; ++t) {
    if (t % 3 == 0) {
      for (std::size_t k = 0; k < 2; ++k) digits[k] = static_cast<std::int64_t>(random.below(2));
      digits[2] = digits[0] ^ digits[1];
    }
    words[t] = 2 * digits[t % 3] + (t % 3 < 2 ? 1 : 0);
    targets[t] = t % 3 < 2 ? 2 : digits[2];
  }
}

// Consonants with their vowels, ba, dii, guuu, in random order; 0 is to be said of consonants.
void fill_letters(std::size_t length, std::size_t, Random& random, std::int64_t* words,
                  std::int64_t* targets) {
  constexpr std::int64_t kConsonants[] = {0b101001, 0b101101, 0b101011};
  constexpr std::int64_t kVowels[] = {0b010011, 0b010101, 0b010111};
  for (std::size_t t = 0; t < length;) {
    const std::size_t letter = random.below(3);
    words[t] = kConsonants[letter], targets[t++] = 0;
    for (std::size_t k = 0; k <= letter && t < length; ++k, ++t) words[t] = targets[t] = kVowels[letter];
  }
}

constexpr WordTask kTasks[] = {
    {"dna", "the base that was marked in the first half of a sequence", 3, true, 4, 2, fill_dna},
    {"simple-seq", "two sequences by heart: 0 1 2 3 0 ..., and 4 4 4 ...", 3, false, 2, 0, fill_simple},
    {"elman-xor", "every third digit, the exclusive or of the two before it", 2, false, 4, 2, fill_xor},
    {"elman-letters", "the vowels that follow a consonant: ba, dii, guuu", 6, false, 3, 1, fill_letters},
};

// The share of [low, high) that lies in pixel i.
double overlap(double low, double high, std::size_t i) {
  return std::max(0.0, std::min(high, static_cast<double>(i) + 1) - std::max(low, static_cast<double>(i)));
}

// The mean over field (r, c) of kSide x kSide of a square image.
double field_mean(const float* pixels, std::size_t side, std::size_t r, std::size_t c) {
  const double size = static_cast<double>(side) / static_cast<double>(ImageWords::kSide);
  const double top = static_cast<double>(r) * size, left = static_cast<double>(c) * size;
  double sum = 0;
  for (std::size_t y = 0; y < side; ++y)
    for (std::size_t x = 0; x < side; ++x)
      sum += static_cast<double>(pixels[y * side + x]) * overlap(top, top + size, y) *
             overlap(left, left + size, x);
  return sum / (size * size);
}

}  // namespace

std::span<const WordTask> word_tasks() { return kTasks; }

const WordTask& find_word_task(std::string_view name) {
  return find_row(kTasks, "no problem on words is called", name);
}

WordBatch word_batch(const WordTask& task, std::size_t length, std::uint64_t seed, std::uint64_t part,
                     std::span<const std::int64_t> rows) {
  require(length >= task.shortest, "sequences of {} have at least {} words, not {}", task.name, task.shortest,
          length);
  const std::size_t steps = length - 1;
  WordBatch batch{rows.size(), steps, {}, {}};
  batch.words.resize(rows.size() * steps), batch.targets.resize(batch.words.size());
  std::vector<std::int64_t> words(length), targets(length);
  for (std::size_t b = 0; b < rows.size(); ++b) {
    const auto row = static_cast<std::size_t>(rows[b]);
    Random random(seed, kWordStream | part, row * length * std::max<std::size_t>(task.draws, 1));
    task.fill(length, row, random, words.data(), targets.data());
    std::copy_n(words.begin(), steps, batch.words.begin() + static_cast<std::ptrdiff_t>(b * steps));
    std::copy_n(targets.begin() + 1, steps, batch.targets.begin() + static_cast<std::ptrdiff_t>(b * steps));
  }
  return batch;
}

ImageWords image_words(const ImageSequences& images, std::int64_t first, std::int64_t second) {
  constexpr std::size_t kSide = ImageWords::kSide;
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(images.steps))));
  require(images.features == 1 && side * side == images.steps,
          "images of {} pixels are not square: they do not become sequences of words", images.steps);
  ImageWords all;
  std::vector<std::int64_t> bits(ImageWords::kLength);
  for (std::size_t n = 0; n < images.count(); ++n) {
    if (images.labels[n] != first && images.labels[n] != second) continue;
    for (std::size_t p = 0; p < bits.size(); ++p)
      bits[p] = field_mean(images.x.data() + n * images.steps, side, p / kSide, p % kSide) < 0.5;
    for (std::size_t p = 0; p < bits.size(); ++p)
      all.words.push_back(2 * bits[p] + bits[p % kSide * kSide + p / kSide]);
    all.labels.push_back(images.labels[n] == second);
  }
  return all;
}

}  // namespace ebit::inline corpus
