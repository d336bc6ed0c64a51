// Graph-free models: answers, training, weights in files.
#include <algorithm>
#include <functional>
#include <numeric>

#include <nanobind/stl/function.h>

#include "bind.h"
#include "ebit/base/error.h"
#include "ebit/fit/batches.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/fit/model.h"
#include "ebit/fit/trainer.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"
#include "ebit/settings/spec_text.h"

namespace ebit::python {
namespace {

using fit::Batch;
using fit::Examples;

// Sequences with what is to be said of them, of which batches are gathered.
class Sequences {
 public:
  Sequences(const fit::ModelSpec& spec, const In<double>& x, const std::optional<In<double>>& y,
            const std::optional<In<std::int64_t>>& labels, const std::optional<In<std::int64_t>>& lengths)
      : answer_(spec.head.answer) {
    require(x.ndim() == 3, "x must be [samples, steps, features], not of {} dimensions", x.ndim());
    samples_ = x.shape(0), steps_ = x.shape(1), features_ = x.shape(2);
    require(samples_ >= 1 && steps_ >= 1, "x must hold at least one sequence of one step, not [{}, {}, {}]",
            samples_, steps_, features_);
    require(features_ == static_cast<std::size_t>(spec.input.width),
            "the model takes {} numbers a step, and x has {}", spec.input.width, features_);
    x_.assign(x.data(), x.data() + x.size());
    for (std::size_t i = 0; i < x_.size(); ++i)
      require(std::isfinite(x_[i]), "x is not finite at sample {}, step {}, feature {}",
              i / (steps_ * features_), i / features_ % steps_, i % features_);
    if (lengths) {
      require(lengths->ndim() == 1 && lengths->shape(0) == samples_,
              "lengths must be one number a sequence, [{}]", samples_);
      lengths_.assign(lengths->data(), lengths->data() + lengths->size());
      for (std::size_t i = 0; i < samples_; ++i)
        require(lengths_[i] >= 1 && lengths_[i] <= static_cast<std::int64_t>(steps_),
                "length {} of sequence {} is not from 1 to {}", lengths_[i], i, steps_);
    }
    if (y) take_numbers(*y, spec.head.targets());
    if (labels) take_labels(*labels, spec.head.outputs);
  }

  std::size_t samples() const { return samples_; }
  const std::vector<double>& y() const { return y_; }

  const Examples& gather(const Batch& batch) {
    Examples& e = examples_;
    const std::size_t size = steps_ * features_;
    e.samples = batch.size(), e.steps = steps_, e.features = features_;
    take(batch, size, x_, e.x), take(batch, batch_size(y_), y_, e.y);
    take(batch, batch_size(labels_), labels_, e.labels),
        take(batch, lengths_.empty() ? 0 : 1, lengths_, e.lengths);
    return e;
  }

 private:
  template <class T>
  std::size_t batch_size(const std::vector<T>& all) const {
    return all.size() / samples_;
  }
  template <class T>
  static void take(const Batch& batch, std::size_t size, const std::vector<T>& from, std::vector<T>& to) {
    to.resize(batch.size() * size);
    for (std::size_t b = 0; b < batch.size() && size > 0; ++b)
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(batch[b]) * size), size,
                  to.begin() + static_cast<std::ptrdiff_t>(b * size));
  }
  void take_numbers(const In<double>& y, std::size_t outputs) {
    require(answer_ == fit::Answer::kNumbers,
            "this model answers with classes: give labels (integers), not numbers");
    require(y.ndim() == 2 && y.shape(0) == samples_ && y.shape(1) == outputs, "y must be [{}, {}]", samples_,
            outputs);
    y_.assign(y.data(), y.data() + y.size());
    for (std::size_t i = 0; i < y_.size(); ++i)
      require(std::isfinite(y_[i]), "y is not finite at sample {}, output {}", i / outputs, i % outputs);
  }
  void take_labels(const In<std::int64_t>& labels, int classes) {
    require(answer_ != fit::Answer::kNumbers,
            "this model answers with numbers: give y as floats, not as labels");
    const std::size_t wanted = answer_ == fit::Answer::kClasses ? samples_ * steps_ : samples_;
    require(labels.size() == wanted, "there must be {} labels, not {}", wanted, labels.size());
    labels_.assign(labels.data(), labels.data() + labels.size());
    for (std::size_t i = 0; i < labels_.size(); ++i)
      require(labels_[i] < classes, "label {} of number {} is none of {} classes", labels_[i], i, classes);
  }

  fit::Answer answer_;
  std::size_t samples_ = 0, steps_ = 0, features_ = 0;
  std::vector<double> x_, y_;
  std::vector<std::int64_t> labels_, lengths_;
  Examples examples_;
};

Array<double> to_array(const fit::Tensor& tensor) {
  std::vector<std::size_t> shape(tensor.shape.begin(), tensor.shape.end());
  return to_numpy(fit::as_doubles(tensor, "weight"), shape);
}

nb::dict to_dict(const fit::Tensors& tensors) {
  nb::dict d;
  for (const auto& [name, tensor] : tensors) d[nb::str(name.c_str())] = to_array(tensor);
  return d;
}

fit::Tensors to_tensors(const nb::dict& given, bool narrow) {
  fit::Tensors tensors;
  for (const auto& [key, value] : given) {
    const In<double> array = nb::cast<In<double>>(value);
    std::vector<std::int64_t> shape;
    for (std::size_t i = 0; i < array.ndim(); ++i) shape.push_back(static_cast<std::int64_t>(array.shape(i)));
    const std::string name = nb::cast<std::string>(key);
    if (narrow) {
      const std::vector<float> numbers(array.data(), array.data() + array.size());
      tensors[name] = fit::make_tensor(shape, numbers.data());
    } else {
      tensors[name] = fit::make_tensor(shape, array.data());
    }
  }
  return tensors;
}

nb::dict record_of(const fit::EpochRecord& r) {
  nb::dict d;
  d["epoch"] = r.epoch, d["train"] = r.train_loss, d["validation"] = r.validation_loss, d["lr"] = r.lr;
  d["gradient_norm"] = r.gradient_norm, d["seconds"] = r.seconds, d["improved"] = r.improved,
  d["entropy"] = r.entropy;
  return d;
}

class BoundModel {
 public:
  BoundModel(const Config& config, const std::string& spec_text_or_empty, int width, int steps, int outputs,
             const std::string& answer)
      : config_(config) {
    fit::ModelSpec spec;
    if (!spec_text_or_empty.empty()) {
      spec = spec_of_text(config, spec_text_or_empty, "the model's text");
    } else {
      fit::HeadSpec head{.outputs = outputs};
      if (answer == "class") head.answer = fit::Answer::kClass;
      if (answer == "classes") head.answer = fit::Answer::kClasses;
      spec = spec_of(config, {.width = width, .steps = steps}, head, "these arrays");
    }
    model_ = fit::make_model(spec, "native");
  }

  fit::Model& model() const { return *model_; }
  std::string spec() const { return spec_text(model_->spec()); }
  const Config& config() const { return config_; }

  nb::dict weights() const { return to_dict(model_->weights()); }
  void load(const nb::dict& weights, const std::string& where) {
    model_->load(to_tensors(weights, model_->spec().dtype == "float32"), where);
  }

  Array<double> answer(const In<double>& x, const std::optional<In<std::int64_t>>& lengths,
                       std::uint64_t seed) const {
    Sequences sequences(model_->spec(), x, std::nullopt, std::nullopt, lengths);
    std::vector<double> numbers;
    {
      const nb::gil_scoped_release unlocked;
      each_batch(sequences, seed, fit::kTestPart, [&](const fit::Answers& said) {
        numbers.insert(numbers.end(), said.numbers.begin(), said.numbers.end());
      });
    }
    const auto outputs = static_cast<std::size_t>(model_->spec().head.outputs);
    std::vector<std::size_t> shape = {x.shape(0), outputs};
    if (model_->spec().head.answer == fit::Answer::kClasses) shape = {x.shape(0), x.shape(1), outputs};
    return to_numpy(std::move(numbers), shape);
  }

  // Trains; returns the records of the epochs, the way it ended, and a message where it diverged.
  nb::tuple fit(const Config& train, const In<double>& x, const std::optional<In<double>>& y,
                const std::optional<In<std::int64_t>>& labels, const std::optional<In<std::int64_t>>& lengths,
                const std::optional<In<double>>& x_val, const std::optional<In<double>>& y_val,
                const std::optional<In<std::int64_t>>& labels_val,
                const std::optional<In<std::int64_t>>& lengths_val,
                const std::function<bool(nb::dict)>& on_epoch) {
    const fit::ModelSpec& spec = model_->spec();
    Sequences sequences(spec, x, y, labels, lengths);
    std::optional<Sequences> held;
    if (x_val) held.emplace(spec, *x_val, y_val, labels_val, lengths_val);
    const fit::TrainOptions& options = train.train;
    fit::Training training{.model = model_, .step = model_->make_step(options)};
    training.batches = [&](int epoch) {
      return fit::epoch_batches(sequences.samples(), options.batch, options.shuffle, options.seed, epoch);
    };
    training.examples = [&](const Batch& batch) -> const Examples& { return sequences.gather(batch); };
    if (held) training.validate = [&](fit::Model&) { return validation(*held, options); };
    training.share_flag = "validation";
    fit::Trainer trainer(std::move(training), options);
    bool go_on = true;
    fit::TrainCallbacks callbacks;
    callbacks.interrupted = [&] {
      const nb::gil_scoped_acquire locked;
      return !go_on || PyErr_CheckSignals() != 0;  // Ctrl-C
    };
    if (on_epoch)
      callbacks.on_epoch = [&](const fit::EpochRecord& record) {
        const nb::gil_scoped_acquire locked;
        go_on = on_epoch(record_of(record));
      };
    fit::TrainOutcome outcome;
    {
      const nb::gil_scoped_release unlocked;
      outcome = trainer.run(callbacks);
    }
    if (PyErr_Occurred()) throw nb::python_error();
    nb::list history;
    for (const fit::EpochRecord& record : trainer.progress().history) history.append(record_of(record));
    return nb::make_tuple(history, std::string(fit::name_of(outcome.end)), outcome.message,
                          trainer.progress().best_epoch);
  }

 private:
  template <class Use>
  void each_batch(Sequences& sequences, std::uint64_t seed, std::uint64_t part, Use use) const {
    model_->reset_state();
    const auto batches = fit::prediction_batches(sequences.samples());
    for (std::size_t b = 0; b < batches.size(); ++b) {
      model_->seed_draws(seed, fit::prediction_draw(part, b));
      use(model_->answer(sequences.gather(batches[b])));
    }
  }

  fit::Validation validation(Sequences& held, const fit::TrainOptions& options) const {
    std::vector<double> numbers;
    double loss = 0, terms = 0;
    each_batch(held, options.seed, fit::kValidationPart, [&](const fit::Answers& said) {
      numbers.insert(numbers.end(), said.numbers.begin(), said.numbers.end());
      loss += said.loss, terms += said.terms;
    });
    if (model_->spec().head.answer == fit::Answer::kNumbers)
      return {model_->mean_loss(options.loss, numbers, held.y()), {}};
    return {loss / terms, {}};
  }

  Config config_;
  std::shared_ptr<fit::Model> model_;
};

}  // namespace

void bind_models(nb::module_& m) {
  nb::class_<BoundModel>(m, "Model")
      .def(nb::init<const Config&, const std::string&, int, int, int, const std::string&>(),
           nb::arg("config"), nb::arg("spec"), nb::arg("width"), nb::arg("steps"), nb::arg("outputs"),
           nb::arg("answer"))
      .def_prop_ro("parameters", [](const BoundModel& b) { return b.model().parameters(); })
      .def_prop_ro("counts", [](const BoundModel& b) { return dict_of(b.model().counts()); })
      .def_prop_ro("summary", [](const BoundModel& b) { return b.model().summary(); })
      .def_prop_ro("spec", &BoundModel::spec)
      .def_prop_ro("config", &BoundModel::config)
      .def_prop_ro("solved", [](const BoundModel& b) { return solved_at_once(b.config()); })
      .def("weights", &BoundModel::weights)
      .def("load", &BoundModel::load, nb::arg("weights"), nb::arg("where"))
      .def("answer", &BoundModel::answer, nb::arg("x").noconvert(), nb::arg("lengths").none().noconvert(),
           nb::arg("seed"))
      .def("fit", &BoundModel::fit, nb::arg("train"), nb::arg("x").noconvert(),
           nb::arg("y").none().noconvert(), nb::arg("labels").none().noconvert(),
           nb::arg("lengths").none().noconvert(), nb::arg("x_val").none().noconvert(),
           nb::arg("y_val").none().noconvert(), nb::arg("labels_val").none().noconvert(),
           nb::arg("lengths_val").none().noconvert(), nb::arg("on_epoch").none());
  m.def(
      "native_obstacle",
      [](const Config& config, const std::string& spec) {
        for (const fit::Backend& backend : fit::backends())
          if (backend.name == "native")
            return backend.obstacle(spec_of_text(config, spec, "the model's text"));
        return std::string("this build has no native step");
      },
      nb::arg("config"), nb::arg("spec"), "Why a model cannot be computed without torch; empty: it can.");
  m.def(
      "load_weights",
      [](const std::string& path) {
        const fit::SavedWeights saved = fit::load_weights(path);
        nb::dict metadata;
        for (const auto& [key, value] : saved.metadata) metadata[nb::str(key.c_str())] = value;
        bool narrow = false;
        for (const auto& [name, tensor] : saved.weights) narrow |= tensor.dtype == fit::Dtype::kF32;
        return nb::make_tuple(to_dict(saved.weights), metadata, narrow ? "float32" : "float64");
      },
      nb::arg("path"), "Weights of a file of ebit, its metadata, and their dtype.");
  m.def(
      "save_weights",
      [](const std::string& path, const nb::dict& weights, const std::map<std::string, std::string>& metadata,
         const std::string& dtype) {
        fit::save_weights(path, to_tensors(weights, dtype == "float32"), metadata);
      },
      nb::arg("path"), nb::arg("weights"), nb::arg("metadata"), nb::arg("dtype"),
      "Writes such a file atomically.");
}

}  // namespace ebit::python
