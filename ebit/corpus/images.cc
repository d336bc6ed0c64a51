#include "ebit/corpus/images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/utf8.h"
#include "ebit/corpus/catalogue.h"
#include "ebit/corpus/files.h"
#include "ebit/corpus/idx.h"
#include "ebit/data/csv.h"
#include "ebit/data/number.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPixelStream = 0x706978656C;  // "pixel": the permutation of the pixels

constexpr std::array<PixelOrder, 3> kOrders{{
    {"rows", "a row of pixels a step, from the top", true, false},
    {"pixels", "a pixel a step, row by row", false, false},
    {"permuted-pixels", "a pixel a step, in an order drawn once by the permutation's seed", false, true},
}};

// The names of the four files of MNIST and its relatives, in the order of a catalogue's row.
constexpr std::array<std::string_view, 4> kIdxFiles{"train-images-idx3-ubyte.gz",
                                                    "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
                                                    "t10k-labels-idx1-ubyte.gz"};

constexpr std::string_view kGive = "folder with the four IDX files, or a name of 'ebit data list'";

std::int64_t whole_number(const CsvTable& table, std::size_t row, std::size_t column, double most) {
  const auto value = parse_number(table.cell(row, column));
  require(value && *value >= 0 && *value <= most &&
              *value == static_cast<double>(static_cast<std::int64_t>(*value)),
          "'{}', line {}, column {}: '{}' is no whole number from 0 to {}", table.source, table.line(row),
          column + 1, shown(table.cell(row, column)), most);
  return static_cast<std::int64_t>(*value);
}

// The four IDX files in a folder, packed or not.
std::vector<fs::path> idx_files(const fs::path& folder) {
  require(fs::is_directory(folder), "'{}' is no folder; images are given as a {}", folder.string(), kGive);
  std::vector<fs::path> files;
  for (const std::string_view name : kIdxFiles) {
    const fs::path packed = folder / name;
    const fs::path plain = folder / name.substr(0, name.size() - 3);
    require(fs::exists(packed) || fs::exists(plain), "'{}' holds neither {} nor {}; give a {}",
            folder.string(), packed.filename().string(), plain.filename().string(), kGive);
    files.push_back(fs::exists(packed) ? packed : plain);
  }
  return files;
}

/// A corpus as its files divide it.
struct ImageFiles {
  ImageSet train;
  ImageSet test;  // empty where the corpus has no test part of its own
};

ImageFiles read_corpus(const ImageOptions& options) {
  const CorpusSource source = corpus_source(options.corpus, "images", options.folder);
  const std::vector<fs::path> files = source.name.empty() ? idx_files(source.files.front()) : source.files;
  if (files.size() == 1) return {read_csv_images(files[0], 8, 16), {}};
  return {read_idx_images(files[0], files[1]), read_idx_images(files[2], files[3])};
}

std::vector<std::size_t> all_rows(const ImageSet& set) {
  std::vector<std::size_t> rows(set.count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

}  // namespace

ImageSet read_idx_images(const std::filesystem::path& images, const std::filesystem::path& labels) {
  IdxArray pixels = read_idx(images, 3);
  const IdxArray classes = read_idx(labels, 1);
  require(pixels.sizes[0] == classes.sizes[0],
          "'{}' holds {} images, but '{}' {} labels; they do not belong together", images.string(),
          pixels.sizes[0], labels.string(), classes.sizes[0]);
  require(pixels.sizes[0] > 0 && pixels.sizes[1] > 0 && pixels.sizes[2] > 0, "'{}' holds no images",
          images.string());
  ImageSet set;
  set.height = pixels.sizes[1];
  set.width = pixels.sizes[2];
  set.pixels = std::move(pixels.values);
  set.labels.assign(classes.values.begin(), classes.values.end());
  set.classes = std::ranges::max(set.labels) + 1;
  return set;
}

ImageSet read_csv_images(const std::filesystem::path& path, std::size_t side, double white) {
  const CsvTable table =
      parse_csv(read_unpacked(path),
                {.delimiter = ",", .decimal = ".", .thousands = "none", .header = "no", .skip_lines = 0},
                path.string());
  const std::size_t pixels = side * side;
  require(table.columns() == pixels + 1, "'{}' has {} columns where {} pixels and a label are expected",
          path.string(), table.columns(), pixels);
  ImageSet set;
  set.height = set.width = side;
  set.white = white;
  set.pixels.reserve(table.rows() * pixels);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t p = 0; p < pixels; ++p)
      set.pixels.push_back(static_cast<std::uint8_t>(whole_number(table, row, p, white)));
    set.labels.push_back(whole_number(table, row, pixels, 255));
  }
  set.classes = std::ranges::max(set.labels) + 1;
  return set;
}

std::span<const PixelOrder> pixel_orders() { return kOrders; }

ImageSequences image_sequences(const ImageSet& set, std::span<const std::size_t> rows, std::string_view order,
                               std::uint64_t permutation_seed) {
  const PixelOrder& chosen = find_row(kOrders, "no order of pixels", order);
  const std::size_t pixels = set.height * set.width;
  std::vector<std::size_t> source(pixels);  // source[i]: the pixel shown in place i
  std::iota(source.begin(), source.end(), std::size_t{0});
  if (chosen.permuted) source = Random(permutation_seed, kPixelStream).permutation(pixels);

  ImageSequences out;
  out.steps = chosen.rows ? set.height : pixels;
  out.features = chosen.rows ? set.width : 1;
  out.labels = take_rows(set.labels, rows);
  out.x.reserve(rows.size() * pixels);
  for (const std::size_t row : rows) {
    const std::uint8_t* image = set.pixels.data() + row * pixels;
    for (const std::size_t pixel : source) out.x.push_back(static_cast<float>(image[pixel] / set.white));
  }
  return out;
}

ImageData load_images(const ImageOptions& options) {
  const ImageFiles files = read_corpus(options);
  const bool own_test = files.test.count() > 0;
  SplitOptions split = options.split;
  if (own_test) split.test = 0;
  Parts parts = split_rows(files.train.count(), split, {}, files.train.labels);
  if (own_test) parts.test = all_rows(files.test);
  const ImageSet& test = own_test ? files.test : files.train;
  require(test.height == files.train.height && test.width == files.train.width,
          "the training images of '{}' have {} x {} pixels, the test images {} x {}", options.corpus,
          files.train.height, files.train.width, test.height, test.width);
  if (options.test_limit > 0) parts.test.resize(std::min(parts.test.size(), options.test_limit));

  ImageData data;
  data.classes = std::max(files.train.classes, test.classes);
  const auto part = [&](const ImageSet& set, std::span<const std::size_t> rows) {
    return image_sequences(set, rows, options.order, options.permutation_seed);
  };
  data.train = part(files.train, parts.train);
  data.validation = part(files.train, parts.validation);
  data.test = part(test, parts.test);
  data.notes.push_back(
      fmt::format("{}: {} images to train on, {} to validate, {} to test, {} x {} pixels as {} steps of {}",
                  options.corpus, data.train.count(), data.validation.count(), data.test.count(),
                  files.train.height, files.train.width, data.train.steps, data.train.features));
  return data;
}

}  // namespace ebit::inline corpus
