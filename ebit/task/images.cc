// digits, mnist, permuted-mnist: images as sequences of rows or pixels.
#include "ebit/corpus/images.h"

#include "ebit/base/error.h"
#include "ebit/task/classification.h"

namespace ebit::task {
namespace {

ClassifiedPart part_of(const ImageSequences& images, torch::Dtype dtype) {
  const auto count = static_cast<std::int64_t>(images.count());
  // from_blob only looks; clone() makes the copy that outlives `images`.
  torch::Tensor x = torch::from_blob(const_cast<float*>(images.x.data()),
                                     {count, static_cast<std::int64_t>(images.steps),
                                      static_cast<std::int64_t>(images.features)},
                                     torch::kFloat32)
                        .to(dtype)
                        .clone();
  return {std::move(x), {}, images.labels};
}

class Images : public Classification {
 public:
  explicit Images(const train::Config& config) : Classification(config) {
    const train::TaskOptions& o = config.task;
    const ImageData data = load_images({.corpus = o.corpus,
                                        .folder = o.folder,
                                        .order = o.order,
                                        .permutation_seed = o.permutation_seed,
                                        .split = {.validation = o.validation,
                                                  .test = o.test,
                                                  .seed = o.split_seed,
                                                  .limit = static_cast<std::size_t>(o.limit)},
                                        .test_limit = static_cast<std::size_t>(o.test_limit)});
    require(data.test.count() > 0, "there are no test images: give a share with --test-share");
    train_ = part_of(data.train, dtype_of(o));
    validation_ = part_of(data.validation, dtype_of(o));
    test_ = part_of(data.test, dtype_of(o));
    for (std::int64_t label = 0; label < data.classes; ++label) label_names_.push_back(std::to_string(label));
    input_ = {.vocabulary = 0, .width = static_cast<int>(data.train.features), .dropout = o.dropout};
    notes_ = data.notes;
    description_ = fmt::format("{} by {}: {} steps of {}, {} training, {} validation, {} test images",
                               o.corpus, o.order, data.train.steps, data.train.features, train_.count(),
                               validation_.count(), test_.count());
  }
};

}  // namespace

std::unique_ptr<Task> make_images(train::Config& config) { return std::make_unique<Images>(config); }

}  // namespace ebit::task
