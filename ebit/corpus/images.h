// Labelled grey images and what a recurrent model sees of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/corpus/split.h"

namespace ebit::inline corpus {

/// N grey images with their classes.
struct ImageSet {
  std::size_t height = 0;            ///< pixels from top to bottom
  std::size_t width = 0;             ///< pixels from left to right
  std::int64_t classes = 0;          ///< labels lie in [0, classes)
  double white = 255;                ///< the largest value that a pixel can have
  std::vector<std::uint8_t> pixels;  ///< [N, height, width]
  std::vector<std::int64_t> labels;  ///< [N]

  std::size_t count() const { return labels.size(); }  ///< N
};

/// Images with labels in two IDX files (ebit/corpus/idx.h). Throws Error where they hold different numbers of
/// them, both numbers named, and where there are none.
ImageSet read_idx_images(const std::filesystem::path& images, const std::filesystem::path& labels);

/// Images as lines of comma-separated pixels in [0, white] with the label last, plain or gzip: the 8x8
/// digits. `side` is height and width. Throws Error with file and line for anything else.
ImageSet read_csv_images(const std::filesystem::path& path, std::size_t side, double white);

/// A row of the table of orders in which pixels are shown.
struct PixelOrder {
  std::string_view name;  ///< as written in options
  std::string_view help;  ///< one line: what a step is
  bool rows;              ///< a step is a row of the image (F = width), not one pixel (F = 1)
  bool permuted;          ///< pixels in a fixed random order
};

/// "rows", "pixels", "permuted-pixels".
std::span<const PixelOrder> pixel_orders();

/// Images as sequences.
struct ImageSequences {
  std::size_t steps = 0;             ///< T, time steps
  std::size_t features = 0;          ///< F, numbers a step
  std::vector<float> x;              ///< [N, T, F], 0 (black) to 1 (white)
  std::vector<std::int64_t> labels;  ///< [N]

  std::size_t count() const { return labels.size(); }  ///< N
};

/// The images `rows` of a set in an order of pixel_orders(); the permutation is a function of
/// `permutation_seed` and the number of pixels alone. Throws Error for an unknown order.
ImageSequences image_sequences(const ImageSet& set, std::span<const std::size_t> rows, std::string_view order,
                               std::uint64_t permutation_seed);

/// What to make of an image corpus.
struct ImageOptions {
  std::string corpus = "digits";  ///< a name of the catalogue for task "images", or a folder with IDX files
  std::string folder{};           ///< where downloads are; "": corpora_folder()
  std::string order = "rows";     ///< a row of pixel_orders()
  std::uint64_t permutation_seed = 92;  ///< of the order "permuted-pixels"
  SplitOptions split{};  ///< stratified; a corpus with its own test images uses those, and `test` is not read
  std::size_t test_limit = 0;  ///< keep at most that many test images; 0: all
};

/// An image corpus, ready for batches.
struct ImageData {
  std::int64_t classes = 0;        ///< labels lie in [0, classes)
  ImageSequences train;            ///< to learn from
  ImageSequences validation;       ///< to choose by
  ImageSequences test;             ///< to report
  std::vector<std::string> notes;  ///< what the user should know: source, sizes
};

/// Reads a corpus and divides it. Throws Error for what the readers refuse and for a corpus that is not
/// there, saying how to get it.
ImageData load_images(const ImageOptions& options);

}  // namespace ebit::inline corpus
