#include "ebit/cell/echo/echo_cell.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/lanes.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"

namespace ebit::inline cell {
namespace {

using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

const EchoOptions& checked(const EchoOptions& options) {
  check(options);
  const double n = options.hidden;
  // The recurrent matrix with its gradient, and what its eigenvalues take.
  require_memory(fmt::format("an echo state network of {} neurons", options.hidden), n * (4 * n + 64),
                 sizeof(double));
  return options;
}

double spectral_radius(const Eigen::Map<Square>& w) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(w, /*computeEigenvectors=*/false);
  return solver.eigenvalues().cwiseAbs().maxCoeff();
}

}  // namespace

// Memory of a group of tiles. Arrays are [.., kLanes].
template <class T>
struct EchoCell<T>::Workspace {
  AlignedVector<T> x;                ///< [F] of the step, then its cotangent
  AlignedVector<T> out;              ///< [K] outputs, or their cotangents
  AlignedVector<T> h, h_next, s;     ///< [N] where there is no tape
  AlignedVector<T> d_h, d_step;      ///< [N] of the state between steps; of lanes that have the step
  AlignedVector<T> d_z;              ///< [N] of what enters the tanh
  std::vector<double> d_parameters;  ///< [P] summed over the group's tiles
  std::size_t tile = 0;              ///< which is run
  LaneMap lanes{1, 0};
  LaneSteps<T> steps{{1, 0}, nullptr, 0};

  explicit Workspace(const EchoCell<T>& cell)
      : x(cell.inputs() * kLanes<T>), out(cell.outputs() * kLanes<T>) {
    for (AlignedVector<T>* array : {&h, &h_next, &s, &d_h, &d_step, &d_z}) array->resize(cell.row());
    d_parameters.resize(cell.parameters());
  }
};

template <class T>
EchoCell<T>::EchoCell(const EchoOptions& options) : options_(checked(options)), kernels_(dense_kernels<T>()) {
  const auto n = static_cast<std::int64_t>(neurons());
  const double in = options.input_scale, bias = options.bias_scale;
  add_segment(segments_, "input.weight", {n, static_cast<std::int64_t>(inputs())}, {-in, in},
              SegmentKind::kClassical);
  add_segment(segments_, "input.bias", {n}, {-bias, bias}, SegmentKind::kClassical);
  add_segment(segments_, "recurrent.weight", {n, n}, {-1, 1}, SegmentKind::kClassical);
  freeze(segments_, options.freeze);
}

template <class T>
EchoCell<T>::~EchoCell() = default;

template <class T>
std::size_t EchoCell<T>::row() const {
  return neurons() * kLanes<T>;
}

template <class T>
std::string EchoCell<T>::summary() const {
  return fmt::format("echo state network, hidden size {}, spectral radius {}, leak {}, density {}",
                     options_.hidden, options_.spectral_radius, options_.leak, options_.density);
}

template <class T>
void EchoCell<T>::initialise(Draws& draws, double* parameters) const {
  for (const Segment& segment : segments_)
    draw(draws, segment.initial, std::span(parameters + segment.offset, segment.size));
  // A draw for each entry, so that a denser matrix keeps those that a sparser one has.
  const Segment& recurrent = segments_.back();
  double* const w = parameters + recurrent.offset;
  for (std::size_t k = 0; k < recurrent.size; ++k)
    if (draws.uniform(0, 1) >= options_.density) w[k] = 0;
  const auto n = static_cast<Eigen::Index>(neurons());
  const double radius = spectral_radius(Eigen::Map<Square>(w, n, n));
  // Without a cycle among its neurons the matrix has no eigenvalue but 0, and no memory beyond N steps.
  require(radius > 0 || options_.spectral_radius == 0,
          "the {} neurons drawn have no cycle, so that no spectral radius can be given: take a larger "
          "--density, --hidden-size or another --seed",
          neurons());
  for (std::size_t k = 0; k < recurrent.size; ++k)
    w[k] = options_.spectral_radius == 0 ? 0 : w[k] * (options_.spectral_radius / radius);
}

template <class T>
std::size_t EchoCell<T>::tape_tanh(std::size_t samples, std::size_t steps) const {
  TapeLayout tape;
  tape.add<T>(tiles_of<T>(samples) * (steps + 1) * row());
  return tape.bytes();
}

template <class T>
std::size_t EchoCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  TapeLayout tape;
  tape.add<T>(tiles_of<T>(samples) * (steps + 1) * row());
  tape.add<T>(tiles_of<T>(samples) * steps * row());
  return tape.bytes();
}

template <class T>
typename EchoCell<T>::Call EchoCell<T>::call_of(std::span<const T> parameters, const SequenceInput<T>& input,
                                                std::byte* tape) const {
  const std::size_t n = neurons(), width = inputs();
  std::byte* const tanhs = tape ? tape + tape_tanh(input.samples, input.steps) : nullptr;
  return {.input_weight = {parameters.data() + segments_[0].offset, n, width, width, 1},
          .recurrent = {parameters.data() + segments_[2].offset, n, n, n, 1},
          .bias = parameters.data() + segments_[1].offset,
          .input = input,
          .h = reinterpret_cast<T*>(tape),
          .s = reinterpret_cast<T*>(tanhs)};
}

template <class T>
void EchoCell<T>::make_workspaces(std::size_t groups) {
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
}

template <class T>
void EchoCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                              const SequenceOutput<T>& output, std::span<std::byte> tape) {
  require_finite(*this, input);
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  const Call call = call_of(parameters, input, tape.empty() ? nullptr : tape.data());
  const auto body = [&](std::size_t group) {
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      forward_tile(call, output, tile, *workspaces_[group]);
  };
  parallel_for(groups.count(), std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void EchoCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                               std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                               const SequenceGradient<T>& gradient) {
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  // The tape is only read.
  const Call call = call_of(parameters, input, const_cast<std::byte*>(tape.data()));
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    std::ranges::fill(w.d_parameters, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(call, cotangent, gradient, tile, w);
  };
  parallel_for(groups.count(), std::ref(body));
  if (!gradient.parameters) return;
  for (std::size_t group = 0; group < groups.count(); ++group)
    for (std::size_t p = 0; p < this->parameters(); ++p)
      gradient.parameters[p] += workspaces_[group]->d_parameters[p];
}

// Which samples the tile holds, how long they are, and their states before the first step in w.h.
template <class T>
void EchoCell<T>::load_start(const Call& call, std::size_t tile, Workspace& w) const {
  w.tile = tile;
  w.lanes = {call.input.samples, tile * kLanes<T>};
  w.steps = LaneSteps<T>(w.lanes, call.input.lengths, call.input.steps);
  std::ranges::fill(w.h, T(0));
  for (std::size_t l = 0; call.input.state && l < kLanes<T>; ++l)
    for (std::size_t i = 0; i < neurons(); ++i)
      w.h[i * kLanes<T> + l] = call.input.state[w.lanes.sample(l) * neurons() + i];
}

template <class T>
void EchoCell<T>::forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile,
                               Workspace& w) const {
  load_start(call, tile, w);
  const std::size_t steps = call.input.steps, rows = options_.every_step ? steps : 1;
  const T leak = static_cast<T>(options_.leak);
  if (call.input.lengths && output.y) clear_past_end(w.lanes, w.steps, rows, outputs(), output.y);
  T* const first = call.h ? call.h + tile * (steps + 1) * row() : nullptr;
  if (first) std::ranges::copy(w.h, first);
  for (std::size_t t = 0; t < w.steps.longest; ++t) {
    load_step(w.lanes, w.steps, call.input, inputs(), t, w.x.data());
    const T* const before = first ? first + t * row() : w.h.data();
    T* const h = first ? first + (t + 1) * row() : w.h_next.data();
    T* const s = first ? call.s + (tile * steps + t) * row() : w.s.data();
    for (std::size_t i = 0; i < neurons(); ++i) std::fill_n(s + i * kLanes<T>, kLanes<T>, call.bias[i]);
    kernels_.product(call.input_weight, w.x.data(), s);
    kernels_.product(call.recurrent, before, s);
    for (std::size_t k = 0; k < row(); ++k) {
      s[k] = std::tanh(s[k]);
      h[k] = (1 - leak) * before[k] + leak * s[k];
    }
    for (std::size_t l = 0; !w.steps.equal && l < kLanes<T>; ++l)
      if (!w.steps.runs(l, t)) copy_lane(before, l, neurons(), h);  // of sequences that have ended
    if (output.y && (options_.every_step || w.steps.any_ends(t + 1))) {
      std::copy_n(h, row(), w.out.data());
      if (options_.read_input) std::ranges::copy(w.x, w.out.data() + row());
      store_rows(w.lanes, w.out.data(), outputs(), rows, options_.every_step ? t : 0, output.y,
                 [&](std::size_t l) { return w.steps.reads(l, t, options_.every_step); });
    }
    std::copy_n(h, row(), w.h.data());
  }
  if (output.state) store_lanes(w.lanes, w.h.data(), neurons(), output.state);
}

template <class T>
void EchoCell<T>::backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                                const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const {
  load_start(call, tile, w);
  const std::size_t steps = call.input.steps;
  const T leak = static_cast<T>(options_.leak);
  double* const d_parameters = w.d_parameters.data();
  if (call.input.lengths && gradient.x) clear_past_end(w.lanes, w.steps, steps, inputs(), gradient.x);
  std::ranges::fill(w.d_h, T(0));
  if (cotangent.state)
    load_gradient_rows(w.lanes, cotangent.state, neurons(), 1, 0, w.d_h.data(),
                       [](std::size_t) { return true; });
  for (std::size_t t = w.steps.longest; t-- > 0;) {
    // Of a sequence that has ended, the state stays: its cotangent waits in d_h.
    for (std::size_t k = 0; k < row(); ++k) {
      w.d_step[k] = w.steps.runs(k % kLanes<T>, t) ? w.d_h[k] : T(0);
      w.d_h[k] -= w.d_step[k];
    }
    const bool read = cotangent.y && (options_.every_step || w.steps.any_ends(t + 1));
    if (read) {
      load_gradient_rows(w.lanes, cotangent.y, outputs(), options_.every_step ? steps : 1,
                         options_.every_step ? t : 0, w.out.data(),
                         [&](std::size_t l) { return w.steps.reads(l, t, options_.every_step); });
      for (std::size_t k = 0; k < row(); ++k) w.d_step[k] += w.out[k];
    }
    const T* const before = call.h + (tile * (steps + 1) + t) * row();
    const T* const s = call.s + (tile * steps + t) * row();
    for (std::size_t k = 0; k < row(); ++k) w.d_z[k] = leak * w.d_step[k] * (1 - s[k] * s[k]);
    load_step(w.lanes, w.steps, call.input, inputs(), t, w.x.data());
    if (gradient.parameters) {
      kernels_.outer(w.d_z.data(), neurons(), w.x.data(), inputs(), 1, d_parameters + segments_[0].offset);
      kernels_.outer(w.d_z.data(), neurons(), before, neurons(), 1, d_parameters + segments_[2].offset);
      for (std::size_t k = 0; k < row(); ++k)
        d_parameters[segments_[1].offset + k / kLanes<T>] += static_cast<double>(w.d_z[k]);
    }
    std::ranges::fill(w.x, T(0));
    kernels_.product(call.input_weight.transposed(), w.d_z.data(), w.x.data());
    if (read && options_.read_input)
      for (std::size_t k = 0; k < w.x.size(); ++k) w.x[k] += w.out[row() + k];
    if (gradient.x)
      store_rows(w.lanes, w.x.data(), inputs(), steps, t, gradient.x,
                 [&](std::size_t l) { return w.steps.runs(l, t); });
    for (std::size_t k = 0; k < row(); ++k) w.d_h[k] += (1 - leak) * w.d_step[k];
    kernels_.product(call.recurrent.transposed(), w.d_z.data(), w.d_h.data());
  }
  if (gradient.state) store_lanes(w.lanes, w.d_h.data(), neurons(), gradient.state);
}

template class EchoCell<float>;
template class EchoCell<double>;

}  // namespace ebit::inline cell
