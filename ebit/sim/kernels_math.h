// Sines and cosines of whole vectors, and the 2x2 matrices of rotations lane by lane.
// Included by kernels_impl.h only, once an instruction set; see there.

namespace ebit::inline sim::kernels::EBIT_ISA {

template <class T>
struct SincosConstants;

// Cody-Waite reduction by pi/2 in three parts, and the minimax polynomials of fdlibm (k_sin.c, k_cos.c) on
// [-pi/4, pi/4]: sin r = r + r^3 (s0 + s1 r^2 + ...), cos r = 1 - r^2/2 + r^4 (c0 + c1 r^2 + ...).
template <>
struct SincosConstants<double> {
  using Integer = long long;
  static constexpr double kLargest = 1e5;               // beyond it the reduction loses digits
  static constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  static constexpr double kTwoOverPi = 0.63661977236758134308;
  static constexpr double kPiOverTwo[3] = {1.57079632673412561417e+00, 6.07710050630396597660e-11,
                                           2.02226624879595063154e-21};
  static constexpr int kTerms = 6;
  static constexpr double kSine[6] = {-1.66666666666666324348e-01, 8.33333333332248946124e-03,
                                      -1.98412698298579493134e-04, 2.75573137070700676789e-06,
                                      -2.50507602534068634195e-08, 1.58969099521155010221e-10};
  static constexpr double kCosine[6] = {4.16666666666666019037e-02, -1.38888888888741095749e-03,
                                        2.48015872894767294178e-05, -2.75573143513906633035e-07,
                                        2.08757232129817482790e-09, -1.13596475577881948265e-11};
};

// Reduction and polynomials of cephes (sinf.c).
template <>
struct SincosConstants<float> {
  using Integer = int;
  static constexpr float kLargest = 8192;
  static constexpr float kRound = 12582912.0f;  // 1.5 * 2^23
  static constexpr float kTwoOverPi = 0.636619772f;
  static constexpr float kPiOverTwo[3] = {1.5703125f, 4.83751296997e-4f, 7.54978995489e-8f};
  static constexpr int kTerms = 3;
  static constexpr float kSine[3] = {-1.6666654611e-1f, 8.3321608736e-3f, -1.9515295891e-4f};
  static constexpr float kCosine[3] = {4.166664568298827e-2f, -1.388731625493765e-3f, 2.443315711809948e-5f};
};

EBIT_INLINE double exact_sine(double x) { return __builtin_sin(x); }
EBIT_INLINE double exact_cosine(double x) { return __builtin_cos(x); }

template <class T>
void sincos(const T* x, T* sine, T* cosine, std::size_t count) {
  using K = SincosConstants<T>;
  typedef typename K::Integer Integers __attribute__((vector_size(kVectorBytes)));
  for (std::size_t i = 0; i < count; i += kWidth<T>) {
    const Vector<T> v = load(x + i);
    const Vector<T> shifted = v * K::kTwoOverPi + K::kRound;
    const Vector<T> n = shifted - K::kRound;
    const Vector<T> r = ((v - n * K::kPiOverTwo[0]) - n * K::kPiOverTwo[1]) - n * K::kPiOverTwo[2], z = r * r;
    const Vector<T> s = r + r * z * polynomial<T>(K::kSine, K::kTerms, z);
    const Vector<T> c = (T(1) - T(0.5) * z) + z * z * polynomial<T>(K::kCosine, K::kTerms, z);
    // The low bits of `shifted` count quarter turns.
    const Integers quarter = (Integers)shifted;
    const Integers odd = (quarter & 1) != 0, sine_minus = (quarter & 2) != 0,
                   cosine_minus = ((quarter + 1) & 2) != 0;
    const Vector<T> sine_part = odd ? c : s, cosine_part = odd ? s : c;
    store(sine + i, sine_minus ? -sine_part : sine_part);
    store(cosine + i, cosine_minus ? -cosine_part : cosine_part);
  }
  for (std::size_t i = 0; i < count; ++i)
    if (!(x[i] < K::kLargest && x[i] > -K::kLargest)) {
      const double whole = static_cast<double>(x[i]);
      sine[i] = static_cast<T>(exact_sine(whole)), cosine[i] = static_cast<T>(exact_cosine(whole));
    }
}

// Entries of a [kLocalNumbers, kLanes] matrix: re of row, column, and im four places on.
template <class T>
EBIT_INLINE T* entry(T* matrix, int row, int column, int chunk) {
  return matrix + (row * 2 + column) * kLanes<T> + chunk * kWidth<T>;
}

// Calls body(top re, top im, bottom re, bottom im, sine, cosine) for each column: references to vectors.
template <class T, class Body>
EBIT_INLINE void for_each_column(T* matrix, const T* sine, const T* cosine, Body body) {
  for (int chunk = 0; chunk < kChunks<T>; ++chunk) {
    const Vector<T> s = load(sine + chunk * kWidth<T>), c = load(cosine + chunk * kWidth<T>);
    for (int column = 0; column < 2; ++column) {
      T *const top = entry(matrix, 0, column, chunk), *const bottom = entry(matrix, 1, column, chunk);
      Vector<T> tr = load(top), ti = load(top + 4 * kLanes<T>);
      Vector<T> br = load(bottom), bi = load(bottom + 4 * kLanes<T>);
      body(tr, ti, br, bi, s, c);
      store(top, tr), store(top + 4 * kLanes<T>, ti);
      store(bottom, br), store(bottom + 4 * kLanes<T>, bi);
    }
  }
}

template <class T>
void rotate_x(T* matrix, const T* sine, const T* cosine) {  // [[c, -i s], [-i s, c]]
  using V = Vector<T>;
  for_each_column(matrix, sine, cosine, [](V& tr, V& ti, V& br, V& bi, V s, V c) {
    const V top_re = c * tr + s * bi, top_im = c * ti - s * br;
    const V bottom_re = c * br + s * ti, bottom_im = c * bi - s * tr;
    tr = top_re, ti = top_im, br = bottom_re, bi = bottom_im;
  });
}

template <class T>
void rotate_y(T* matrix, const T* sine, const T* cosine) {  // [[c, -s], [s, c]]
  using V = Vector<T>;
  for_each_column(matrix, sine, cosine, [](V& tr, V& ti, V& br, V& bi, V s, V c) {
    const V top_re = c * tr - s * br, top_im = c * ti - s * bi;
    const V bottom_re = s * tr + c * br, bottom_im = s * ti + c * bi;
    tr = top_re, ti = top_im, br = bottom_re, bi = bottom_im;
  });
}

template <class T>
void rotate_z(T* matrix, const T* sine, const T* cosine) {  // diag(c - i s, c + i s)
  using V = Vector<T>;
  for_each_column(matrix, sine, cosine, [](V& tr, V& ti, V& br, V& bi, V s, V c) {
    const V top_re = c * tr + s * ti, top_im = c * ti - s * tr;
    const V bottom_re = c * br - s * bi, bottom_im = c * bi + s * br;
    tr = top_re, ti = top_im, br = bottom_re, bi = bottom_im;
  });
}

template <class T>
void shift_phase(T* matrix, const T* sine, const T* cosine) {  // diag(1, (c + i s)^2)
  using V = Vector<T>;
  for_each_column(matrix, sine, cosine, [](V&, V&, V& br, V& bi, V s, V c) {
    const V re = c * c - s * s, im = s * c + c * s;
    const V bottom_re = re * br - im * bi, bottom_im = re * bi + im * br;
    br = bottom_re, bi = bottom_im;
  });
}

}  // namespace ebit::inline sim::kernels::EBIT_ISA
