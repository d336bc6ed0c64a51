#include "ebit/corpus/embeddings.h"

#include <cmath>
#include <string>
#include <string_view>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/utf8.h"
#include "ebit/corpus/files.h"
#include "ebit/corpus/text.h"
#include "ebit/data/number.h"

namespace ebit::inline corpus {
namespace {

constexpr std::uint64_t kVectorStream = 0x766563746F720000;  // "vector", and the token's number

// "token x1 ... xE" cut at single spaces; GloVe's own tokens hold no spaces.
std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> found;
  while (!line.empty()) {
    const std::size_t space = line.find(' ');
    if (space != 0) found.push_back(line.substr(0, space));
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  return found;
}

// A heading of word2vec: two numbers and no more.
bool is_heading(const std::vector<std::string_view>& row) {
  return row.size() == 2 && parse_number(row[0]) && parse_number(row[1]);
}

void fill_missing(Embeddings& out, const std::vector<bool>& there, std::uint64_t seed) {
  double sum = 0, squares = 0;  // missing rows are still zeros here, so only found ones count
  for (const float value : out.vectors) sum += value, squares += double{value} * value;
  const auto count = static_cast<double>(out.found * out.dimension);
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
  for (std::size_t id = 0; id < there.size(); ++id) {
    if (there[id] || id == static_cast<std::size_t>(Vocabulary::kPad)) continue;
    Random random(seed, kVectorStream + id);
    for (std::size_t e = 0; e < out.dimension; ++e)
      out.vectors[id * out.dimension + e] = static_cast<float>(deviation * random.normal());
  }
}

}  // namespace

Embeddings read_embeddings(const std::filesystem::path& path, const Vocabulary& vocabulary,
                           std::uint64_t seed) {
  const std::string text = read_unpacked(path);
  require(text.find('\0') == std::string::npos, "'{}' holds zero bytes: it is no text of word vectors",
          path.string());
  Embeddings out;
  std::vector<bool> there(vocabulary.size(), false);
  std::size_t number = 0;
  std::string_view body = text;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  for (const std::string_view line : lines_of(body)) {
    ++number;
    const std::vector<std::string_view> row = cells(line);
    if (row.empty() || (number == 1 && is_heading(row))) continue;
    if (!is_utf8(row[0])) {
      ++out.skipped;
      continue;
    }
    if (out.dimension == 0) {
      out.dimension = row.size() - 1;
      require(out.dimension > 0, "'{}', line {}: no numbers behind the token '{}'", path.string(), number,
              shown(row[0]));
      out.vectors.assign(vocabulary.size() * out.dimension, 0.0F);
    }
    require(row.size() == out.dimension + 1, "'{}', line {}: {} numbers where the first vector has {}",
            path.string(), number, row.size() - 1, out.dimension);
    const auto id = static_cast<std::size_t>(vocabulary.id(std::string(row[0])));
    if (id == static_cast<std::size_t>(Vocabulary::kUnk) || there[id]) continue;
    for (std::size_t e = 0; e < out.dimension; ++e) {
      const auto value = parse_number(row[e + 1]);
      require(value && std::isfinite(*value), "'{}', line {}: '{}' is no number", path.string(), number,
              shown(row[e + 1]));
      out.vectors[id * out.dimension + e] = static_cast<float>(*value);
    }
    there[id] = true;
    ++out.found;
  }
  require(
      out.found > 0,
      "'{}' has a vector for none of the vocabulary's {} tokens{}; is it of another language or letter case?",
      path.string(), vocabulary.size(),
      out.skipped > 0 ? fmt::format(", and {} lines whose token is not UTF-8", out.skipped) : std::string());
  fill_missing(out, there, seed);
  return out;
}

}  // namespace ebit::inline corpus
