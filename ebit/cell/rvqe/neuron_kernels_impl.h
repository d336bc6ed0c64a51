// The source of NeuronKernels, compiled once for each instruction set: neuron_kernels_*.cc define EBIT_ISA
// and include this file. As in sim/kernels_impl.h nothing here may call an inline function that other files
// could call too.
#include "ebit/cell/rvqe/neuron_kernels.h"
#include "ebit/sim/kernels_vectors.h"

namespace ebit::inline cell::neurons::EBIT_ISA {

using namespace vectors::EBIT_ISA;

// Calls body(k, at) for each setting k of the other qubits and the first amplitude of its pair.
template <class Body>
EBIT_INLINE void for_pairs(std::size_t dimension, std::size_t stride, const Body& body) {
  for (std::size_t high = 0; high < dimension; high += 2 * stride)
    for (std::size_t low = 0; low < stride; ++low) body(high / 2 + low, high + low);
}

template <class T>
EBIT_INLINE Vector<T> gather(const T* table, const std::int32_t* row) {
  Vector<T> values;
  for (int l = 0; l < kWidth<T>; ++l) values[l] = table[row[l]];
  return values;
}

template <class T>
EBIT_INLINE void scatter_add(Vector<T> values, const std::int32_t* row, double* table) {
  for (int l = 0; l < kWidth<T>; ++l) table[row[l]] += static_cast<double>(values[l]);
}

template <class T>
EBIT_INLINE double sum_of(Vector<T> values) {
  double sum = 0;
  for (int l = 0; l < kWidth<T>; ++l) sum += static_cast<double>(values[l]);
  return sum;
}

template <class T>
void turn(const Neuron<T>& n, const std::int32_t* row, T* out, T* norm) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    const Vector<T> scale = load(n.scale + l);
    Vector<T> sum = {};
    for_pairs(n.size, n.stride, [&](std::size_t k, std::size_t at) {
      const Vector<T> c = gather(n.cos + k, row + l), s = gather(n.sin + k, row + l);
      const Vector<T> a = load(n.in + at * kW + l) * scale, b = load(n.in + (at + n.stride) * kW + l) * scale;
      const Vector<T> x = c * a - s * b, y = c * b + s * a;
      store(out + at * kW + l, x), store(out + (at + n.stride) * kW + l, y);
      sum += x * x + y * y;
    });
    store(norm + l, sum);
  }
}

template <class T>
void turn_backward(const Neuron<T>& n, const std::int32_t* row, const T* g_scale, T* g) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    const Vector<T> scale = load(n.scale + l), own = load(g_scale + l);
    for_pairs(n.size, n.stride, [&](std::size_t k, std::size_t at) {
      const Vector<T> c = gather(n.cos + k, row + l), s = gather(n.sin + k, row + l);
      const Vector<T> a = load(n.in + at * kW + l) * scale, b = load(n.in + (at + n.stride) * kW + l) * scale;
      T *const first = g + at * kW + l, *const second = g + (at + n.stride) * kW + l;
      const Vector<T> x = load(first) * own, y = load(second) * own;
      scatter_add<T>(x * a + y * b, row + l, n.d_cos + k);
      scatter_add<T>(y * a - x * b, row + l, n.d_sin + k);
      store(first, c * x + s * y), store(second, c * y - s * x);
    });
  }
}

template <class T>
void open(const Neuron<T>& n, T* out, T* norm) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t l = 0; l < kW; l += kWidth<T>) {
    const Vector<T> scale = load(n.scale + l);
    Vector<T> sum = {};
    for (std::size_t first = 0; first < n.size; first += n.stride)
      for (std::size_t b = 0; b < n.stride; ++b) {
        const Vector<T> a = load(n.in + (first + b) * kW + l) * scale;
        const Vector<T> x = n.cos[first + b] * a, y = n.sin[first + b] * a;
        store(out + (2 * first + b) * kW + l, x), store(out + (2 * first + n.stride + b) * kW + l, y);
        sum += x * x + y * y;
      }
    store(norm + l, sum);
  }
}

template <class T>
void open_backward(const Neuron<T>& n, const T* g_scale, const T* g, T* g_in) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t first = 0; first < n.size; first += n.stride)
    for (std::size_t b = 0; b < n.stride; ++b) {
      const std::size_t k = first + b;
      Vector<T> d_cos = {}, d_sin = {};
      for (std::size_t l = 0; l < kW; l += kWidth<T>) {
        const Vector<T> own = load(g_scale + l), a = load(n.in + k * kW + l) * load(n.scale + l);
        const Vector<T> x = load(g + (2 * first + b) * kW + l) * own;
        const Vector<T> y = load(g + (2 * first + n.stride + b) * kW + l) * own;
        d_cos += x * a, d_sin += y * a;
        store(g_in + k * kW + l, n.cos[k] * x + n.sin[k] * y);
      }
      n.d_cos[k] += sum_of<T>(d_cos), n.d_sin[k] += sum_of<T>(d_sin);
    }
}

template <class T>
void rotate(T c, T s, std::size_t dimension, std::size_t stride, T* state) {
  constexpr std::size_t kW = kLanes<T>;
  for_pairs(dimension, stride, [&](std::size_t, std::size_t at) {
    for (std::size_t l = 0; l < kW; l += kWidth<T>) {
      T *const first = state + at * kW + l, *const second = state + (at + stride) * kW + l;
      const Vector<T> a = load(first), b = load(second);
      store(first, c * a - s * b), store(second, c * b + s * a);
    }
  });
}

template <class T>
double rotation_slope(std::size_t dimension, std::size_t stride, const T* psi, const T* g) {
  constexpr std::size_t kW = kLanes<T>;
  Vector<T> sum = {};
  for_pairs(dimension, stride, [&](std::size_t, std::size_t at) {
    for (std::size_t l = 0; l < kW; l += kWidth<T>)
      sum += load(g + (at + stride) * kW + l) * load(psi + at * kW + l) -
             load(g + at * kW + l) * load(psi + (at + stride) * kW + l);
  });
  return sum_of<T>(sum);
}

template <class T>
void scaled(std::size_t numbers, const T* in, const T* scale, T* out) {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t i = 0; i < numbers; ++i)
    for (std::size_t l = 0; l < kW; l += kWidth<T>)
      store(out + i * kW + l, load(in + i * kW + l) * load(scale + l));
}

template <class T>
constexpr NeuronKernels<T> make_kernels(const char* name) {
  return {.name = name,
          .turn = turn<T>,
          .turn_backward = turn_backward<T>,
          .open = open<T>,
          .open_backward = open_backward<T>,
          .rotate = rotate<T>,
          .rotation_slope = rotation_slope<T>,
          .scaled = scaled<T>};
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr NeuronKernels<float> kFloats = make_kernels<float>(EBIT_STRING(EBIT_ISA));
extern constexpr NeuronKernels<double> kDoubles = make_kernels<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::inline cell::neurons::EBIT_ISA
