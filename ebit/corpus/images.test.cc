#include "ebit/corpus/images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "ebit/corpus/idx.h"
#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

// Two images of 2 x 3 pixels.
const std::string kImages =
    bytes({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 51, 102, 153, 204, 255, 5, 4, 3, 2, 1, 0});
const std::string kLabels = bytes({0, 0, 8, 1, 0, 0, 0, 2, 9, 4});

TEST(Idx, ReadsTheBytesOfTheFormat) {
  const TestFolder folder;
  const ImageSet set = read_idx_images(folder.file("i", kImages), folder.file("l", kLabels));
  EXPECT_EQ(set.count(), 2u);
  EXPECT_EQ(set.height, 2u);
  EXPECT_EQ(set.width, 3u);
  EXPECT_EQ(set.classes, 10);
  EXPECT_THAT(set.labels, ElementsAre(9, 4));
  EXPECT_THAT(set.pixels, ElementsAre(0, 51, 102, 153, 204, 255, 5, 4, 3, 2, 1, 0));
  folder.shell("gzip i");
  EXPECT_EQ(read_idx_images(folder.path() / "i.gz", folder.path() / "l").pixels, set.pixels);
}

TEST(Idx, RefusesWhatIsCutForeignOrDoesNotBelongTogether) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& content) {
    const auto path = folder.file("i", content);
    return error_of([&] { read_idx(path, 3); });
  };
  EXPECT_THAT(refusal("PNG and so on"), HasSubstr("is no IDX file"));
  EXPECT_THAT(refusal(""), HasSubstr("is no IDX file"));
  EXPECT_THAT(refusal(kLabels), HasSubstr("has 1 dimensions where 3 are expected"));
  EXPECT_THAT(refusal(bytes({0, 0, 0x0D, 3})), HasSubstr("0x0D 32-bit floats"));
  EXPECT_THAT(refusal(kImages.substr(0, 10)), HasSubstr("ends inside its heading, after 10 of 16"));
  EXPECT_THAT(refusal(kImages.substr(0, 20)),
              AllOf(HasSubstr("has 4 values where its sizes 2 x 2 x 3 ask for 12"), HasSubstr("cut off")));
  EXPECT_THAT(refusal(kImages + "x"), HasSubstr("damaged"));
  EXPECT_THAT(refusal(bytes({0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})),
              HasSubstr("no file of images"));
  const auto images = folder.file("i", kImages);
  const auto labels = folder.file("l", bytes({0, 0, 8, 1, 0, 0, 0, 1, 9}));
  EXPECT_THAT(error_of([&] { read_idx_images(images, labels); }),
              AllOf(HasSubstr("2 images"), HasSubstr("1 labels")));
}

TEST(Images, CsvIsRefusedWithItsPlace) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& content) {
    const auto path = folder.file("d.csv", content);
    return error_of([&] { read_csv_images(path, 2, 16); });
  };
  EXPECT_THAT(refusal("1,2,3,4,5\n1,2,17,4,5\n"),
              HasSubstr("line 2, column 3: '17' is no whole number from 0 to 16"));
  EXPECT_THAT(refusal("1,2,3,4,x\n"), HasSubstr("column 5: 'x'"));
  EXPECT_THAT(refusal("1,2,3\n"), HasSubstr("has 3 columns where 4 pixels and a label"));
}

TEST(Images, OrdersShowEveryPixelOnce) {
  ImageSet set;
  set.height = 2, set.width = 3, set.classes = 2, set.white = 10;
  set.pixels = {0, 1, 2, 3, 4, 5, 10, 9, 8, 7, 6, 5};
  set.labels = {0, 1};
  const std::vector<std::size_t> second{1};
  const ImageSequences rows = image_sequences(set, second, "rows", 1),
                       pixels = image_sequences(set, second, "pixels", 1);
  EXPECT_EQ(rows.steps, 2u);
  EXPECT_EQ(rows.features, 3u);
  EXPECT_EQ(pixels.steps, 6u);
  EXPECT_EQ(pixels.features, 1u);
  EXPECT_EQ(rows.x, pixels.x);
  EXPECT_THAT(pixels.x, ElementsAre(1.0F, 0.9F, 0.8F, 0.7F, 0.6F, 0.5F));
  EXPECT_THAT(pixels.labels, ElementsAre(1));

  const std::vector<std::size_t> both{0, 1};
  const ImageSequences mixed = image_sequences(set, both, "permuted-pixels", 92);
  EXPECT_EQ(mixed.x, image_sequences(set, both, "permuted-pixels", 92).x);
  EXPECT_NE(mixed.x, image_sequences(set, both, "permuted-pixels", 93).x);
  EXPECT_NE(mixed.x, image_sequences(set, both, "pixels", 92).x);
  for (std::size_t p = 0; p < 6; ++p)
    EXPECT_FLOAT_EQ(mixed.x[p] + mixed.x[6 + p], 1.0F) << "the same order for every image";
  EXPECT_THAT(error_of([&] { image_sequences(set, both, "row", 1); }), HasSubstr("did you mean 'rows'?"));
}

TEST(Images, TheDigitsComeWithEbit) {
  const ImageData data =
      load_images({.corpus = "digits", .split = {.validation = 0.1, .test = 0.2, .seed = 1}});
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.train.count() + data.validation.count() + data.test.count(), 1797u);
  EXPECT_NEAR(static_cast<double>(data.test.count()), 359.4, 5);
  EXPECT_EQ(data.train.steps, 8u);
  EXPECT_EQ(data.train.features, 8u);
  EXPECT_EQ(std::ranges::max(data.train.x), 1.0F);
  for (std::int64_t digit = 0; digit < 10; ++digit)
    EXPECT_NEAR(static_cast<double>(std::ranges::count(data.test.labels, digit)), 36, 2) << digit;
  const auto& x = data.train.x;
  EXPECT_NEAR(std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()), 4.884 / 16, 0.005)
      << "the mean of the pixels, 4.884 of 16 over all images";
}

TEST(Images, FoldersOfIdxFilesHaveTheirOwnTestPart) {
  const TestFolder folder;
  std::string images = bytes({0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 2}) + std::string(40, '\x7F');
  std::string labels = bytes({0, 0, 8, 1, 0, 0, 0, 20});
  for (int i = 0; i < 20; ++i) labels += static_cast<char>(i % 2);
  folder.file("train-images-idx3-ubyte", images);
  folder.file("train-labels-idx1-ubyte", labels);
  EXPECT_THAT(error_of([&] { load_images({.corpus = folder.path().string()}); }), HasSubstr("t10k-images"));
  folder.file("t10k-images-idx3-ubyte", images);
  folder.file("t10k-labels-idx1-ubyte", labels);
  const ImageData data = load_images({.corpus = folder.path().string(),
                                      .order = "pixels",
                                      .split = {.validation = 0.2, .limit = 5},
                                      .test_limit = 6});
  EXPECT_EQ(data.train.count(), 5u);
  EXPECT_EQ(data.validation.count(), 4u);
  EXPECT_EQ(data.test.count(), 6u);
  EXPECT_EQ(data.train.steps, 2u);
}

TEST(Images, MnistItself) {
  EBIT_NEEDS_SHARED("train-images-idx3-ubyte.gz");
  const ImageData data = load_images({.corpus = "mnist",
                                      .folder = shared_data(),
                                      .split = {.validation = 0.1, .limit = 1000},
                                      .test_limit = 500});
  EXPECT_EQ(data.train.count(), 1000u);
  EXPECT_EQ(data.validation.count(), 6000u);
  EXPECT_EQ(data.test.count(), 500u);
  EXPECT_EQ(data.train.steps, 28u);
  EXPECT_THAT(std::vector(data.test.labels.begin(), data.test.labels.begin() + 5),
              ElementsAre(7, 2, 1, 0, 4));
  EXPECT_THAT(error_of([] { load_images({.corpus = "fashion-mnist", .folder = shared_data()}); }),
              HasSubstr("'ebit data get fashion-mnist' gets it"))
      << "its files bear the same names";
}

}  // namespace
}  // namespace ebit::inline corpus
