#include "ebit/cell/cell_problem.h"

#include "ebit/grad/finite_difference.h"

namespace ebit::inline cell {
namespace {

template <class T>
std::vector<T> random_between(std::size_t count, double low, double high, Random& random) {
  std::vector<T> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<T>(random.uniform(low, high)));
  return numbers;
}

template <class T>
const T* pointer(const std::vector<T>& numbers) {
  return numbers.empty() ? nullptr : numbers.data();
}

// Letters of the qubits, of which but the first may have none, or numbers of settings: never one twice in a
// row, which has its outcome again.
template <class T>
void draw_settings(const MeasuredOptions& o, std::vector<T>& x, Random& random) {
  std::ranges::fill(x, T(0));
  const bool shared = o.form == "shared";
  const auto width = static_cast<std::size_t>(o.inputs), group = shared ? 4 : width - 1;
  std::size_t before = group;
  for (std::size_t step = 0; step < x.size(); step += width)
    for (std::size_t first = 0; first + 1 < width; first += group) {
      std::size_t one = random.below(shared && first > 0 ? group + 1 : group);
      if (!shared && one == before) one = (one + 1) % group;
      if (one < group) x[step + first + one] = 1;
      before = one;
    }
}

}  // namespace

template <class T>
CellProblem<T>::CellProblem(const CellOptions& cell_options, std::size_t sample_count, std::size_t step_count,
                            std::uint64_t seed)
    : options(cell_options), cell(make_cell<T>(options)), samples(sample_count), steps(step_count) {
  Random random(seed);
  // Of a word that is all but impossible the state behind it is steep.
  const auto* const measured = std::get_if<MeasuredOptions>(&options);
  const double size = family_of(options).words && !measured ? 0.4 : 1.5;
  parameters = random_between<T>(cell->parameters(), -size, size, random);
  x = random_between<T>(samples * steps * cell->inputs(), -0.9, 0.9, random);
  if (!smooth_inputs())
    for (T& value : x) value = value > 0 ? T(1) : T(0);
  if (measured) draw_settings(*measured, x, random);
  if (family_of(options).words)  // every third word is drawn
    for (std::size_t i = cell->inputs() - 1; i < x.size(); i += cell->inputs())
      x[i] = i % 3 == 0 ? T(-1) : static_cast<T>(random.below(cell->outputs()));
  y.resize(samples * cell->outputs() * (cell->every_step() ? steps : 1));
  last.resize(samples * cell->state_numbers());
  entropy.resize(cell->capabilities().entropy ? samples * steps : 0);
  d_y = random_between<T>(y.size(), -1, 1, random);
  d_last = random_between<T>(last.size(), -1, 1, random);
  d_entropy = random_between<T>(entropy.size(), -1, 1, random);
}

template <class T>
SequenceInput<T> CellProblem<T>::input() const {
  return {.samples = samples,
          .steps = steps,
          .x = x.data(),
          .lengths = pointer(lengths),
          .state = pointer(state),
          .training = training,
          .draw_seed = 1,
          .draw_number = 1};
}

template <class T>
SequenceCotangent<T> CellProblem<T>::cotangent() const {
  return {d_y.data(), d_last.data(), pointer(d_entropy)};
}

template <class T>
std::vector<T> CellProblem<T>::initial_state() const {
  const std::vector<std::int64_t> none(samples, 0);  // of sequences without steps the state passes through
  std::vector<T> initial(last.size());
  cell->forward(parameters, {.samples = samples, .steps = 1, .x = x.data(), .lengths = none.data()},
                {.state = initial.data()});
  return initial;
}

template <class T>
void CellProblem<T>::give_state(std::uint64_t seed) {
  CellProblem<T> before(options, samples, 2, seed);
  before.forward();
  state = std::move(before.last);
}

template <class T>
bool CellProblem<T>::smooth_inputs() const {
  const auto* const own = std::get_if<RegisterOptions>(&options);
  return !family_of(options).words && (!own || own->encoder != "basis");
}

template <class T>
std::span<std::byte> CellProblem<T>::forward(bool with_tape) {
  const std::span<std::byte> tape =
      with_tape ? tape_.take(cell->tape_bytes(samples, steps)) : std::span<std::byte>();
  cell->forward(parameters, input(), {y.data(), last.data(), entropy.empty() ? nullptr : entropy.data()},
                tape);
  return tape;
}

template <class T>
double CellProblem<T>::loss() {
  forward();
  double sum = 0;
  for (const auto& [cotangents, numbers] : {std::pair{&d_y, &y}, {&d_last, &last}, {&d_entropy, &entropy}})
    for (std::size_t i = 0; i < numbers->size(); ++i)
      sum += static_cast<double>((*cotangents)[i]) * (*numbers)[i];
  return sum;
}

template <class T>
typename CellProblem<T>::Gradient CellProblem<T>::gradient() {
  const std::span<const std::byte> tape = forward(/*with_tape=*/true);
  Gradient g{std::vector<double>(parameters.size()), std::vector<T>(x.size()), std::vector<T>(last.size())};
  cell->backward(parameters, input(), tape, cotangent(), {g.parameters.data(), g.x.data(), g.state.data()});
  return g;
}

template <class T>
typename CellProblem<T>::Gradient CellProblem<T>::shifted_gradient() {
  std::unique_ptr<Cell<T>> shifted = make_cell<T>(with_gradient(options, "parameter-shift"));
  std::swap(cell, shifted);
  Gradient g = gradient();
  std::swap(cell, shifted);
  return g;
}

template <class T>
typename CellProblem<T>::Gradient CellProblem<T>::numerical_gradient(double step) {
  const auto of = [&](auto& numbers) {
    return finite_difference<T>([this] { return loss(); }, numbers, step);
  };
  const auto typed = [](const std::vector<double>& d) { return std::vector<T>(d.begin(), d.end()); };
  Gradient g{of(parameters), smooth_inputs() ? typed(of(x)) : std::vector<T>(x.size()), {}};
  for (const Segment& s : cell->segments())
    if (s.frozen) std::fill_n(g.parameters.begin() + static_cast<std::ptrdiff_t>(s.offset), s.size, 0.0);
  // An initial state of the cell's own is held against the same one when it is given.
  const std::vector<T> given = state;
  if (state.empty()) state = initial_state();
  g.state = typed(of(state));
  state = given;
  return g;
}

template struct CellProblem<float>;
template struct CellProblem<double>;

}  // namespace ebit::inline cell
