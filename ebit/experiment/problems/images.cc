// digits, mnist, permuted-mnist: images as sequences of rows or pixels.
#include "ebit/corpus/images.h"

#include "ebit/base/error.h"
#include "ebit/experiment/problems/classification.h"

namespace ebit::experiment {
namespace {

ClassifiedPart part_of(ImageSequences images) {
  ClassifiedPart part{.x = std::move(images.x), .steps = images.steps, .features = images.features};
  part.labels = std::move(images.labels);
  return part;
}

class Images : public Classification {
 public:
  explicit Images(const Config& config) : Classification(config) {
    const CorpusConfig& o = config.corpus;
    ImageData data = load_images({.corpus = o.corpus,
                                  .folder = o.folder,
                                  .order = o.order,
                                  .permutation_seed = o.permutation_seed,
                                  .split = {.validation = o.validation,
                                            .test = o.test,
                                            .seed = o.split_seed,
                                            .limit = static_cast<std::size_t>(o.limit)},
                                  .test_limit = static_cast<std::size_t>(o.test_limit)});
    require(data.test.count() > 0, "there are no test images: give a share with --test-share");
    const std::size_t steps = data.train.steps, features = data.train.features;
    train_ = part_of(std::move(data.train));
    validation_ = part_of(std::move(data.validation));
    test_ = part_of(std::move(data.test));
    for (std::int64_t label = 0; label < data.classes; ++label) label_names_.push_back(std::to_string(label));
    input_ = {.vocabulary = 0, .width = static_cast<int>(features), .steps = static_cast<int>(steps)};
    notes_ = data.notes;
    description_ =
        fmt::format("{} by {}: {} steps of {}, {} training, {} validation, {} test images", o.corpus, o.order,
                    steps, features, train_.count(), validation_.count(), test_.count());
  }
};

}  // namespace

std::unique_ptr<Problem> make_images(Config& config) { return std::make_unique<Images>(config); }

}  // namespace ebit::experiment
