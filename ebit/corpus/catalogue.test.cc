#include "ebit/corpus/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/corpus/sha256.h"
#include "ebit/corpus/testing/support.h"
#include "ebit/data/included.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

TEST(Catalogue, EveryRowIsComplete) {
  const std::set<std::string_view> tasks{"images", "sentiment", "language", "translation"};
  std::set<std::string_view> names;
  for (const CorpusRow& row : catalogue()) {
    SCOPED_TRACE(row.name);
    EXPECT_TRUE(names.insert(row.name).second) << "twice in the table";
    EXPECT_TRUE(tasks.contains(row.task));
    EXPECT_FALSE(row.licence.empty() || row.credit.empty() || row.help.empty() || row.files.empty());
    EXPECT_EQ(row.installed.empty(), row.package.empty());
    EXPECT_EQ(&corpus_row(row.name), &row);
    for (const CorpusFile& file : row.files) {
      EXPECT_EQ(file.address.empty(), row.included) << "got from somewhere, or included";
      EXPECT_TRUE(file.address.empty() || file.address.starts_with("https://") || !file.sha256.empty())
          << "without a checksum only by https";
    }
    for (const auto& files : {row.files, row.instead}) {
      for (const CorpusFile& file : files) {
        EXPECT_FALSE(file.name.empty());
        EXPECT_TRUE(file.sha256.empty() ||
                    file.sha256.find_first_not_of("0123456789abcdef") == std::string::npos);
        EXPECT_TRUE(file.sha256.empty() || file.sha256.size() == 64) << file.name;
        EXPECT_EQ(file.sha256.empty(), file.bytes == 0) << file.name;
      }
    }
    for (const CorpusFile& file : row.instead) EXPECT_FALSE(file.sha256.empty()) << file.name;
  }
  EXPECT_THAT(error_of([] { corpus_row("mnits"); }), HasSubstr("did you mean 'mnist'?"));
  EXPECT_EQ(find_corpus_row("nothing"), nullptr);
}

TEST(Catalogue, IncludedFilesAreThereAndCredited) {
  const std::string readme = read_file(data_folder() / "README.md");
  for (const CorpusRow& row : catalogue()) {
    if (!row.included) continue;
    const auto place = find_corpus(row, "/no/such/folder");
    ASSERT_TRUE(place) << row.name;
    EXPECT_EQ(sha256_of_file(place->files.front()), row.files.front().sha256);
    EXPECT_THAT(readme, HasSubstr(std::string(row.files.front().name)));
  }
}

TEST(Catalogue, FilesAreFoundByNameAndSize) {
  const TestFolder folder;
  const CorpusRow& row = corpus_row("tinyshakespeare");
  EXPECT_FALSE(find_corpus(row, folder.path()));
  folder.file("tinyshakespeare.txt", "of another size");
  EXPECT_FALSE(find_corpus(row, folder.path()));
  folder.file("tinyshakespeare.txt", std::string(1115394, 'x'));
  EXPECT_EQ(find_corpus(row, folder.path())->files.front(), folder.path() / "tinyshakespeare.txt");
  folder.file("tinyshakespeare/tinyshakespeare.txt", std::string(1115394, 'x'));
  EXPECT_EQ(find_corpus(row, folder.path())->files.front(),
            folder.path() / "tinyshakespeare/tinyshakespeare.txt")
      << "a folder of its own goes before";
  EXPECT_THAT(
      error_of([&] { corpus_source("mnist", "images", folder.path().string()); }),
      AllOf(HasSubstr("is not in '" + folder.path().string()), HasSubstr("'ebit data get mnist' gets it")));
  EXPECT_THAT(error_of([&] { corpus_source("fashion-mnist", "images", folder.path().string()); }),
              HasSubstr("Debian package dataset-fashion-mnist"));
}

TEST(Catalogue, AFileOfTheWrongSizeIsNamed) {
  const TestFolder folder;
  folder.file("mnist/train-images-idx3-ubyte.gz", "cut off");
  EXPECT_THAT(
      error_of([&] { corpus_source("mnist", "images", folder.path().string()); }),
      AllOf(HasSubstr("mnist/train-images-idx3-ubyte.gz' has 7 bytes where the corpus 'mnist' has 99"),
            HasSubstr("'ebit data get mnist' gets it again")));
}

TEST(Catalogue, TheFolderOfDownloads) {
  const auto with = [](const char* corpora, const char* data, const char* home) {
    std::string before[3];
    const char* names[] = {"EBIT_CORPORA", "XDG_DATA_HOME", "HOME"};
    const char* values[] = {corpora, data, home};
    for (int i = 0; i < 3; ++i) {
      const char* old = std::getenv(names[i]);
      before[i] = old ? old : "";
      values[i] ? setenv(names[i], values[i], 1) : unsetenv(names[i]);
    }
    fs::path folder;
    try {
      folder = corpora_folder();
    } catch (const Error& error) {
      folder = error.what();
    }
    for (int i = 0; i < 3; ++i)
      before[i].empty() ? unsetenv(names[i]) : setenv(names[i], before[i].c_str(), 1);
    return folder.string();
  };
  EXPECT_EQ(with("/x", "/y", "/z"), "/x");
  EXPECT_EQ(with(nullptr, "/y", "/z"), "/y/ebit/corpora");
  EXPECT_EQ(with(nullptr, "not/absolute", "/z"), "/z/.local/share/ebit/corpora");
  EXPECT_EQ(with("", nullptr, "/z"), "/z/.local/share/ebit/corpora");
  // Without HOME the user's home is that of the password file.
  EXPECT_TRUE(with(nullptr, nullptr, nullptr).ends_with("/.local/share/ebit/corpora"));
}

TEST(Catalogue, SumsAreThoseOfTheRealFiles) {
  EBIT_NEEDS_SHARED("tinyshakespeare.txt");
  for (const CorpusRow& row : catalogue()) {
    const auto place = find_corpus(row, shared_data());
    if (!place) continue;
    const auto files = place->instead ? row.instead : row.files;
    for (std::size_t i = 0; i < place->files.size(); ++i)
      EXPECT_EQ(sha256_of_file(place->files[i]), files[i].sha256) << place->files[i];
  }
}

}  // namespace
}  // namespace ebit::inline corpus
