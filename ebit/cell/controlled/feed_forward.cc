#include "ebit/cell/controlled/feed_forward.h"

#include <algorithm>

#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::inline cell {

double TileDraws::uniform(std::size_t lane, std::uint64_t position) const {
  return random_uniform(seed, (number << 24) + lanes.sample(lane), position);
}

template <class T>
FeedForward<T>::FeedForward(const FeedForwardOptions& options, std::size_t inputs, std::size_t outputs,
                            const DenseKernels<T>& kernels)
    : dropout_(options.dropout), activation_(find_activation<T>(options.activation)), kernels_(kernels) {
  const std::size_t maps = options.hidden.size() + 1;
  for (std::size_t l = 0; l < maps; ++l) {
    const bool last = l + 1 == maps;
    Layer layer{};
    layer.inputs = l == 0 ? inputs : layers_.back().width;
    layer.width = last ? outputs : static_cast<std::size_t>(options.hidden[l]);
    layer.rows = last ? outputs : layer.width * static_cast<std::size_t>(activation_.inputs);
    layer.last = last;
    layer.residual = options.residual && !last;
    layer.projected = layer.residual && layer.inputs != layer.width;
    layer.first_unit = units_;
    const auto rows = static_cast<std::int64_t>(layer.rows),
               columns = static_cast<std::int64_t>(layer.inputs);
    const auto add = [&](const char* name, std::vector<std::int64_t> shape, InitialRange range) {
      range.single = false;
      const std::size_t offset = parameter_count_;
      parameter_count_ = add_segment(segments_, fmt::format(fmt::runtime(name), l), std::move(shape), range,
                                     SegmentKind::kClassical);
      return offset;
    };
    layer.weight = add("ffn.{}.weight", {rows, columns}, linear_range(layer.inputs));
    layer.bias = add("ffn.{}.bias", {rows}, linear_bias_range(layer.inputs));
    if (layer.projected)
      layer.shortcut = add("shortcut.{}.weight", {static_cast<std::int64_t>(layer.width), columns},
                           linear_range(layer.inputs));
    if (!last) units_ += layer.width;
    layers_.push_back(layer);
  }
}

template <class T>
FeedForwardWorkspace<T> FeedForward<T>::workspace() const {
  Workspace w;
  for (const Layer& layer : layers_) {
    typename Workspace::Layer own;
    own.input.resize(Workspace::kSlots * layer.inputs * kLanes<T>);
    own.d_pre.resize(Workspace::kSlots * layer.rows * kLanes<T>);
    if (!layer.last) {
      own.d_out.resize(Workspace::kSlots * layer.width * kLanes<T>);
      own.pre.resize(layer.rows * kLanes<T>);
      own.keep.resize(layer.width * kLanes<T>);
      own.d_kept.resize(layer.width * kLanes<T>);
    }
    w.layers.push_back(std::move(own));
  }
  w.d_input.resize(layers_.front().inputs * kLanes<T>);
  return w;
}

template <class T>
MatrixView<T> FeedForward<T>::weight(const T* parameters, const Layer& layer) const {
  return {parameters + layer.weight, layer.rows, layer.inputs, layer.inputs, 1};
}

template <class T>
MatrixView<T> FeedForward<T>::shortcut(const T* parameters, const Layer& layer) const {
  return {parameters + layer.shortcut, layer.width, layer.inputs, layer.inputs, 1};
}

template <class T>
void FeedForward<T>::forward(const T* parameters, const TileDraws* draws, std::uint64_t position,
                             Workspace& w, T* out) const {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const T* const v = slot(w.layers[l].input, w.slot, layer.inputs);
    T* const pre = layer.last ? out : w.layers[l].pre.data();
    for (std::size_t r = 0; r < layer.rows; ++r)
      std::fill_n(pre + r * kLanes<T>, kLanes<T>, parameters[layer.bias + r]);
    kernels_.product(weight(parameters, layer), v, pre);
    if (layer.last) return;
    hidden_forward(layer, parameters, draws, position, w.layers[l], v,
                   slot(w.layers[l + 1].input, w.slot, layer.width));
  }
}

// What stands behind a hidden layer's linear map: out = drop(f(pre)) + S v.
template <class T>
void FeedForward<T>::hidden_forward(const Layer& layer, const T* parameters, const TileDraws* draws,
                                    std::uint64_t position, typename Workspace::Layer& own, const T* v,
                                    T* out) const {
  const std::size_t numbers = layer.width * kLanes<T>;
  activation_.forward(own.pre.data(), numbers, out);
  std::fill(own.keep.begin(), own.keep.end(), T(1));
  if (draws && dropout_ > 0)
    for (std::size_t u = 0; u < layer.width; ++u)
      for (std::size_t l = 0; l < kLanes<T>; ++l) {
        const bool dropped = draws->uniform(l, position + layer.first_unit + u) < dropout_;
        T& keep = own.keep[u * kLanes<T> + l];
        keep = dropped ? T(0) : static_cast<T>(1 / (1 - dropout_));
        out[u * kLanes<T> + l] *= keep;
      }
  if (layer.projected)
    kernels_.product(shortcut(parameters, layer), v, out);
  else if (layer.residual)
    for (std::size_t i = 0; i < numbers; ++i) out[i] += v[i];
}

template <class T>
void FeedForward<T>::backward(const T* parameters, const T* d_out, Workspace& w, double* d_parameters) const {
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    typename Workspace::Layer& own = w.layers[l];
    T* const d_pre = slot(own.d_pre, w.slot, layer.rows);
    T* const d_v = l == 0 ? w.d_input.data() : slot(w.layers[l - 1].d_out, w.slot, layer.inputs);
    std::fill_n(d_v, layer.inputs * kLanes<T>, T(0));
    if (layer.last)
      std::copy_n(d_out, layer.rows * kLanes<T>, d_pre);
    else
      hidden_backward(layer, parameters, own, slot(own.d_out, w.slot, layer.width), w.slot, d_v);
    kernels_.product(weight(parameters, layer).transposed(), d_pre, d_v);
  }
  if (!d_parameters) return;
  // The inputs of this step stay in their slot until they are summed.
  if (++w.slot == Workspace::kSlots) flush(w, d_parameters);
}

// d_pre to its slot `at`, and what goes through the shortcut to d_v.
template <class T>
void FeedForward<T>::hidden_backward(const Layer& layer, const T* parameters, typename Workspace::Layer& own,
                                     const T* d_out, std::size_t at, T* d_v) const {
  const std::size_t numbers = layer.width * kLanes<T>;
  for (std::size_t i = 0; i < numbers; ++i) own.d_kept[i] = d_out[i] * own.keep[i];
  activation_.backward(own.pre.data(), own.d_kept.data(), numbers, slot(own.d_pre, at, layer.rows));
  if (layer.projected)
    kernels_.product(shortcut(parameters, layer).transposed(), d_out, d_v);
  else if (layer.residual)
    std::copy_n(d_out, numbers, d_v);
}

template <class T>
void FeedForward<T>::flush(Workspace& w, double* d_parameters) const {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const typename Workspace::Layer& own = w.layers[l];
    kernels_.outer(own.d_pre.data(), layer.rows, own.input.data(), layer.inputs, w.slot,
                   d_parameters + layer.weight);
    for (std::size_t k = 0; k < w.slot; ++k)
      for (std::size_t r = 0; r < layer.rows; ++r) {
        const T* const d = own.d_pre.data() + (k * layer.rows + r) * kLanes<T>;
        for (int i = 0; i < kLanes<T>; ++i) d_parameters[layer.bias + r] += d[i];
      }
    if (layer.projected)
      kernels_.outer(own.d_out.data(), layer.width, own.input.data(), layer.inputs, w.slot,
                     d_parameters + layer.shortcut);
  }
  w.slot = 0;
}

template class FeedForward<float>;
template class FeedForward<double>;

}  // namespace ebit::inline cell
