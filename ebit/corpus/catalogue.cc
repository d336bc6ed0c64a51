#include "ebit/corpus/catalogue.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/included.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;

constexpr CorpusFile kDigits[] = {
    {"digits8x8.csv.gz", "", "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a", 57512}};

#define EBIT_MNIST "https://storage.googleapis.com/cvdf-datasets/mnist/"
constexpr CorpusFile kMnist[] = {
    {"train-images-idx3-ubyte.gz", EBIT_MNIST "train-images-idx3-ubyte.gz",
     "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422},
    {"train-labels-idx1-ubyte.gz", EBIT_MNIST "train-labels-idx1-ubyte.gz",
     "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881},
    {"t10k-images-idx3-ubyte.gz", EBIT_MNIST "t10k-images-idx3-ubyte.gz",
     "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877},
    {"t10k-labels-idx1-ubyte.gz", EBIT_MNIST "t10k-labels-idx1-ubyte.gz",
     "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542}};
#undef EBIT_MNIST

#define EBIT_FASHION "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
constexpr CorpusFile kFashion[] = {
    {"train-images-idx3-ubyte.gz", EBIT_FASHION "train-images-idx3-ubyte.gz",
     "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7", 26421856},
    {"train-labels-idx1-ubyte.gz", EBIT_FASHION "train-labels-idx1-ubyte.gz",
     "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056", 29491},
    {"t10k-images-idx3-ubyte.gz", EBIT_FASHION "t10k-images-idx3-ubyte.gz",
     "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa", 4422079},
    {"t10k-labels-idx1-ubyte.gz", EBIT_FASHION "t10k-labels-idx1-ubyte.gz",
     "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05", 5125}};
#undef EBIT_FASHION

#define EBIT_NLTK "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora/"
constexpr CorpusFile kPolarity[] = {{"sentence_polarity.zip", EBIT_NLTK "sentence_polarity.zip",
                                     "6e1ed4405b65c7eabf1d199a7f7c437091ac21da0ea7467b410a74062574566b",
                                     490256}};
constexpr CorpusFile kReviews[] = {{"movie_reviews.zip", EBIT_NLTK "movie_reviews.zip",
                                    "a41211ae685019137410268134db6a1a14428c89b671eb83056151a878539008",
                                    4004848}};
#undef EBIT_NLTK

constexpr CorpusFile kUci[] = {
    {"sentiment_labelled_sentences.zip",
     "https://archive.ics.uci.edu/static/public/331/sentiment+labelled+sentences.zip", "", 0}};
constexpr CorpusFile kUciInstead[] = {{"uci_sentiment_labelled_sentences.tar.gz", "",
                                       "ea9c8ba711d31a46c2c5e05f7660ed1a6543aa2d8ff103f0aba9265492333c9b",
                                       78804}};

constexpr CorpusFile kShakespeare[] = {
    {"tinyshakespeare.txt",
     "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
     "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed", 1115394}};

#define EBIT_WIKITEXT \
  "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2/"
constexpr CorpusFile kWikitext[] = {{"train.txt", EBIT_WIKITEXT "train.txt", "", 0},
                                    {"valid.txt", EBIT_WIKITEXT "valid.txt", "", 0},
                                    {"test.txt", EBIT_WIKITEXT "test.txt", "", 0}};
#undef EBIT_WIKITEXT
constexpr CorpusFile kWikitextInstead[] = {
    {"wikitext-2.tar.xz", "", "f157b2e69390b96e8578fc3ffbdae30eea7a8d2ca81ac6d8f7b72528e37682a0", 3295700}};

constexpr CorpusFile kTatoeba[] = {{"deu-eng.zip", "https://www.manythings.org/anki/deu-eng.zip", "", 0}};
constexpr CorpusFile kTatoebaInstead[] = {{"tatoeba-deu-eng-20180513.zip", "",
                                           "b7688f84f99fa33c17397c14d8bd9cef1fdeb2ee0bf50074767023aee8926e28",
                                           4012023}};

constexpr std::array<CorpusRow, 9> kCatalogue{{
    {.name = "digits",
     .task = "images",
     .licence = "CC BY 4.0",
     .credit = "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (UCI 80), by way of "
               "scikit-learn",
     .help = "1797 handwritten digits of 8 x 8 pixels, 17 greys",
     .files = kDigits,
     .included = true},
    {.name = "mnist",
     .task = "images",
     .licence = "CC BY-SA 3.0",
     .credit = "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits",
     .help = "60000 and 10000 handwritten digits of 28 x 28 pixels",
     .files = kMnist},
    {.name = "fashion-mnist",
     .task = "images",
     .licence = "MIT",
     .credit = "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST (arXiv:1708.07747), Zalando SE",
     .help = "60000 and 10000 pictures of clothes of 28 x 28 pixels, 10 kinds",
     .files = kFashion,
     .installed = "/usr/share/datasets/fashion-mnist",
     .package = "dataset-fashion-mnist"},
    {.name = "sentence-polarity",
     .task = "sentiment",
     .licence = "CC BY 4.0",
     .credit = "B. Pang and L. Lee, Seeing stars (ACL 2005), by way of NLTK",
     .help = "5331 negative and 5331 positive sentences from film reviews",
     .files = kPolarity},
    {.name = "movie-reviews",
     .task = "sentiment",
     .licence = "CC BY 4.0",
     .credit = "B. Pang and L. Lee, A sentimental education (ACL 2004), by way of NLTK",
     .help = "1000 negative and 1000 positive whole film reviews",
     .files = kReviews},
    {.name = "uci-sentences",
     .task = "sentiment",
     .licence = "CC BY 4.0",
     .credit = "D. Kotzias et al., From group to individual labels using deep features (KDD 2015), UCI 331",
     .help = "3000 sentences from reviews of Amazon, IMDb and Yelp, half of them positive",
     .files = kUci,
     .instead = kUciInstead},
    {.name = "tinyshakespeare",
     .task = "language",
     .licence = "public domain",
     .credit = "A. Karpathy, char-rnn, from the plays of W. Shakespeare",
     .help = "1115394 characters of plays, 65 distinct",
     .files = kShakespeare},
    {.name = "wikitext-2",
     .task = "language",
     .licence = "CC BY-SA 3.0",
     .credit =
         "S. Merity, C. Xiong, J. Bradbury and R. Socher, WikiText-2 (arXiv:1609.07843), from Wikipedia",
     .help = "2 million words of encyclopaedia, tokenised, rare words as <unk>",
     .files = kWikitext,
     .instead = kWikitextInstead},
    {.name = "tatoeba-deu-eng",
     .task = "translation",
     .licence = "CC BY 2.0",
     .credit = "the contributors of tatoeba.org, by way of manythings.org/anki",
     .help = "English and German sentence pairs, about 170000 in 2018 and more since; English first",
     .files = kTatoeba,
     .instead = kTatoebaInstead},
}};

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool is_there(const fs::path& path, const CorpusFile& file) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) &&
         (file.bytes == 0 || fs::file_size(path, ignored) == file.bytes);
}

std::optional<CorpusPlace> find_in(const CorpusRow& row, const fs::path& folder) {
  CorpusPlace place;
  for (const CorpusFile& file : row.files) {
    if (is_there(folder / file.name, file)) place.files.push_back(folder / file.name);
  }
  if (place.files.size() == row.files.size()) return place;
  for (const CorpusFile& file : row.instead) {
    if (is_there(folder / file.name, file)) return CorpusPlace{{folder / file.name}, true};
  }
  return std::nullopt;
}

[[noreturn]] void fail_absent(const CorpusRow& row, const fs::path& folder) {
  std::error_code ignored;
  for (const CorpusFile& file : row.files) {
    for (const fs::path& path : {folder / row.name / file.name, folder / file.name}) {
      require(!fs::is_regular_file(path, ignored) || is_there(path, file),
              "'{}' has {} bytes where the corpus '{}' has {}; it is damaged or was not transferred whole: "
              "'ebit data get {}' gets it again",
              path.string(), fs::file_size(path, ignored), row.name, file.bytes, row.name);
    }
  }
  std::string install;
  if (!row.package.empty()) install = fmt::format(", or install the Debian package {}", row.package);
  fail("the corpus '{}' is not in '{}'; 'ebit data get {}' gets it{}", row.name, folder.string(), row.name,
       install);
}

}  // namespace

std::span<const CorpusRow> catalogue() { return kCatalogue; }

const CorpusRow* find_corpus_row(std::string_view name) {
  const auto* row = std::ranges::find(kCatalogue, name, &CorpusRow::name);
  return row == kCatalogue.end() ? nullptr : row;
}

const CorpusRow& corpus_row(std::string_view name) { return find_row(kCatalogue, "no corpus", name); }

std::filesystem::path corpora_folder() {
  if (const auto given = variable("EBIT_CORPORA"); !given.empty()) return given;
  // The XDG base directory specification says to pass over what is not an absolute path.
  if (const fs::path data = variable("XDG_DATA_HOME"); data.is_absolute()) return data / "ebit" / "corpora";
  fs::path home = variable("HOME");
  if (home.empty())
    if (const passwd* const user = ::getpwuid(::getuid())) home = user->pw_dir;
  require(!home.empty(), "neither EBIT_CORPORA nor HOME is set; say where downloads belong by one of them");
  return home / ".local" / "share" / "ebit" / "corpora";
}

std::optional<CorpusPlace> find_corpus(const CorpusRow& row, const std::filesystem::path& folder) {
  std::vector<fs::path> folders{folder / row.name, folder};
  if (row.included) folders.push_back(data_folder());
  if (!row.installed.empty()) folders.emplace_back(row.installed);
  for (const fs::path& candidate : folders) {
    if (auto place = find_in(row, candidate)) return place;
  }
  return std::nullopt;
}

CorpusSource corpus_source(const std::string& corpus, std::string_view task, const std::string& folder) {
  const CorpusRow* row = find_corpus_row(corpus);
  std::error_code ignored;
  if (row == nullptr && fs::exists(corpus, ignored)) return {"", {corpus}};
  if (row == nullptr) {
    std::vector<std::string> names;
    for (const CorpusRow& other : kCatalogue) {
      if (other.task == task) names.emplace_back(other.name);
    }
    fail("no file '{}', and no corpus of that name{}", shown(corpus, std::string::npos),
         suggestion(corpus, names));
  }
  require(row->task == task, "the corpus '{}' is for the task {}, not {}", corpus, row->task, task);
  const fs::path place = folder.empty() ? corpora_folder() : fs::path(folder);
  const auto found = find_corpus(*row, place);
  if (!found) fail_absent(*row, place);
  return {corpus, found->files};
}

}  // namespace ebit::inline corpus
