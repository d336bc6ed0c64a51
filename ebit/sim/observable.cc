#include "ebit/sim/observable.h"

#include <bit>
#include <cctype>
#include <charconv>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::inline sim {
namespace {

// Reads the wire number at the front of `rest` and removes it.
int take_wire(std::string_view& rest, std::string_view text, int wires) {
  int wire = -1;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), wire);
  require(error == std::errc(), "observable '{}': a wire number must follow each letter, as in Z1 or X0*Y2",
          shown(text));
  require(wire >= 0 && wire < wires, "observable '{}': wire {} is not there, the wires are 0 to {}",
          shown(text), wire, wires - 1);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return wire;
}

bool take(std::string_view& rest, char c) {
  if (rest.empty() || std::toupper(static_cast<unsigned char>(rest.front())) != c) return false;
  rest.remove_prefix(1);
  return true;
}

// The sign and phase of row i of P: (P psi)_i = i^y_count (-1)^|z & (i ^ x)| psi_{i ^ x}.
bool negative(const Observable& o, std::size_t i) { return std::popcount(o.z_mask & (i ^ o.x_mask)) & 1; }

// Calls body(i, j, factor_re, factor_im) with (P psi)_i = factor psi_j for every i.
template <class T, class Body>
void for_each_row(const Observable& o, std::size_t dimension, Body body) {
  constexpr T kRe[4] = {1, 0, -1, 0}, kIm[4] = {0, 1, 0, -1};
  const T re = kRe[o.y_count & 3], im = kIm[o.y_count & 3];
  for (std::size_t i = 0; i < dimension; ++i) {
    const T sign = negative(o, i) ? T(-1) : T(1);
    body(i * kLanes<T>, (i ^ o.x_mask) * kLanes<T>, sign * re, sign * im);
  }
}

}  // namespace

std::vector<Observable> z_of_first_wires(int count, int wires) {
  std::vector<Observable> observables;
  for (int q = 0; q < count; ++q) observables.push_back(parse_observable(fmt::format("Z{}", q), wires));
  return observables;
}

Observable parse_observable(std::string_view text, int wires) {
  require(wires >= 1 && wires <= kMaxWires, "observables are read from 1 to {} wires, not {}", kMaxWires,
          wires);
  std::string compact;
  for (char c : text)
    if (!std::isspace(static_cast<unsigned char>(c))) compact += c;
  std::string_view rest = compact;
  Observable o{.text = compact};
  const auto bit = [&](int wire) { return std::size_t{1} << (wires - 1 - wire); };
  require(!rest.empty(), "an observable is empty: write Pauli letters with wires, as in Z1 or X0*Y2");
  if (take(rest, 'P')) {
    require(take(rest, '('), "observable '{}': write P(wire) for the probability of 1", shown(text));
    o.z_mask = bit(take_wire(rest, text, wires));
    require(take(rest, ')') && rest.empty(), "observable '{}': write P(wire) for the probability of 1",
            shown(text));
    o.offset = 0.5, o.scale = -0.5;
    return o;
  }
  if (compact == "I" || compact == "i") return o;
  do {
    const bool x = take(rest, 'X'), y = !x && take(rest, 'Y'), z = !x && !y && take(rest, 'Z');
    require(x || y || z,
            "observable '{}': expected X, Y or Z with a wire number, as in Z1 or X0*Y2, or P(wire)",
            shown(text));
    const std::size_t wire = bit(take_wire(rest, text, wires));
    require(((o.x_mask | o.z_mask) & wire) == 0, "observable '{}' names a wire twice", shown(text));
    if (x || y) o.x_mask |= wire;
    if (y || z) o.z_mask |= wire;
    o.y_count += y;
  } while (take(rest, '*'));
  require(rest.empty(), "observable '{}': '*' must stand between the letters, as in X0*Y2", shown(text));
  return o;
}

// |i> moves to |M i>: X^x becomes X^(M x), and Z^z, a sign by the parity of z.i, the sign by that of (M^-T
// z).(M i).
Observable relabelled(const Observable& observable, const Layout& layout) {
  Observable moved = observable;
  moved.x_mask = moved.z_mask = 0;
  for (int q = 0; q < layout.wires(); ++q) {
    const std::size_t bit = std::size_t{1} << (layout.wires() - 1 - q);
    if (observable.x_mask & bit) moved.x_mask ^= layout.x_mask(q);
    if (observable.z_mask & bit) moved.z_mask ^= layout.z_mask(q);
  }
  return moved;
}

template <class T>
void matrix_element(const Tile<T>& a, const Observable& o, const Tile<T>& b, T* re, T* im) {
  constexpr int kW = kLanes<T>;
  T sum_re[kW] = {}, sum_im[kW] = {}, dot_re[kW] = {}, dot_im[kW] = {};
  for_each_row<T>(o, a.dimension(), [&](std::size_t i, std::size_t j, T fr, T fi) {
#pragma omp simd
    for (int l = 0; l < kW; ++l) {
      const T br = fr * b.re[j + l] - fi * b.im[j + l], bi = fr * b.im[j + l] + fi * b.re[j + l];
      sum_re[l] += a.re[i + l] * br + a.im[i + l] * bi;
      sum_im[l] += a.re[i + l] * bi - a.im[i + l] * br;
    }
  });
  if (o.offset != 0)
    for (std::size_t i = 0; i < a.numbers(); i += kW)
#pragma omp simd
      for (int l = 0; l < kW; ++l) {
        dot_re[l] += a.re[i + l] * b.re[i + l] + a.im[i + l] * b.im[i + l];
        dot_im[l] += a.re[i + l] * b.im[i + l] - a.im[i + l] * b.re[i + l];
      }
  for (int l = 0; l < kW; ++l) {
    re[l] = static_cast<T>(o.offset) * dot_re[l] + static_cast<T>(o.scale) * sum_re[l];
    im[l] = static_cast<T>(o.offset) * dot_im[l] + static_cast<T>(o.scale) * sum_im[l];
  }
}

template <class T>
void add_observable_times(const Tile<T>& psi, const Observable& o, const T* re, const T* im,
                          const Tile<T>& out) {
  constexpr int kW = kLanes<T>;
  const T scale = static_cast<T>(o.scale), offset = static_cast<T>(o.offset);
  for_each_row<T>(o, psi.dimension(), [&](std::size_t i, std::size_t j, T fr, T fi) {
#pragma omp simd
    for (int l = 0; l < kW; ++l) {
      const T pr = scale * (fr * psi.re[j + l] - fi * psi.im[j + l]) + offset * psi.re[i + l];
      const T pi = scale * (fr * psi.im[j + l] + fi * psi.re[j + l]) + offset * psi.im[i + l];
      out.re[i + l] += re[l] * pr - im[l] * pi;
      out.im[i + l] += re[l] * pi + im[l] * pr;
    }
  });
}

template <class T>
void expectation(const Tile<T>& psi, const Observable& o, T* value) {
  T imaginary[kLanes<T>];  // zero up to rounding
  matrix_element(psi, o, psi, value, imaginary);
}

template <class T>
void expectation_backward(const Tile<T>& psi, const Observable& o, const T* d_value, const Tile<T>& g) {
  T re[kLanes<T>], im[kLanes<T>] = {};
  for (int l = 0; l < kLanes<T>; ++l) re[l] = 2 * d_value[l];
  add_observable_times(psi, o, re, im, g);
}

template <class T>
std::vector<double> expectations(StateBatch<T>& state, std::span<const Observable> observables) {
  std::vector<double> values(observables.size() * state.batch());
  T lanes[kLanes<T>];
  for (std::size_t k = 0; k < observables.size(); ++k)
    for (std::size_t t = 0; t < state.tiles(); ++t) {
      expectation(state.tile(t), observables[k], lanes);
      for (std::size_t b = t * kLanes<T>; b < std::min(state.batch(), (t + 1) * kLanes<T>); ++b)
        values[k * state.batch() + b] = lanes[b % kLanes<T>];
    }
  return values;
}

#define EBIT_INSTANTIATE(T)                                                                           \
  template void expectation<T>(const Tile<T>&, const Observable&, T*);                                \
  template void expectation_backward<T>(const Tile<T>&, const Observable&, const T*, const Tile<T>&); \
  template void add_observable_times<T>(const Tile<T>&, const Observable&, const T*, const T*,        \
                                        const Tile<T>&);                                              \
  template void matrix_element<T>(const Tile<T>&, const Observable&, const Tile<T>&, T*, T*);         \
  template std::vector<double> expectations<T>(StateBatch<T>&, std::span<const Observable>);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline sim
