#include "ebit/cell/register/mixture_memory.h"

#include <algorithm>
#include <vector>

namespace ebit::inline cell {
namespace {

// acc += a * b, lane by lane; a, b, acc are re/im pairs of lane arrays; kConjugateA takes conj(a) instead.
template <bool kConjugateA, class T>
inline void multiply_add(const T* ar, const T* ai, const T* br, const T* bi, T* cr, T* ci) {
#pragma omp simd
  for (int l = 0; l < kLanes<T>; ++l) {
    const T im = kConjugateA ? -ai[l] : ai[l];
    cr[l] += ar[l] * br[l] - im * bi[l];
    ci[l] += ar[l] * bi[l] + im * br[l];
  }
}

}  // namespace

template <class T>
int MixtureMemory<T>::enter(const StepContext<T>& c, const T* x, const T*, StepWorkspace<T>& w) const {
  const std::size_t n = shape_.ancillas();
  const int bad = c.encoding.prepare(x, c.encoder_parameters, c.encoder_epsilon, w.system, w.encoding);
  for (std::size_t j = 0; j < n; ++j) {
    const Tile<T>& column = w.in[j];
    std::fill_n(column.re, column.numbers(), T(0));
    std::fill_n(column.im, column.numbers(), T(0));
    for (std::size_t i = 0; i < shape_.systems(); ++i) {
      std::copy_n(w.system.re + i * kLanes<T>, kLanes<T>, column.re + (i * n + j) * kLanes<T>);
      std::copy_n(w.system.im + i * kLanes<T>, kLanes<T>, column.im + (i * n + j) * kLanes<T>);
    }
  }
  return bad;
}

template <class T>
void MixtureMemory<T>::enter_backward(const StepContext<T>& c, const T* x, const T*, StepWorkspace<T>& w,
                                      T* d_x, T*, double* d_parameters) const {
  const std::size_t n = shape_.ancillas();
  for (std::size_t i = 0; i < shape_.systems(); ++i)
    for (int l = 0; l < kLanes<T>; ++l) {
      T re = 0, im = 0;
      for (std::size_t j = 0; j < n; ++j) {
        const std::size_t from = (i * n + j) * kLanes<T> + static_cast<std::size_t>(l);
        re += w.g_in[j].re[from], im += w.g_in[j].im[from];
      }
      w.g_system.re[i * kLanes<T> + static_cast<std::size_t>(l)] = re;
      w.g_system.im[i * kLanes<T> + static_cast<std::size_t>(l)] = im;
    }
  c.encoding.prepare_backward(x, c.encoder_parameters, c.encoder_epsilon, w.system, w.g_system, c.method,
                              w.encoding, d_x, d_parameters);
}

template <class T>
void MixtureMemory<T>::read(std::span<const Observable> readout, const T* h, const StepWorkspace<T>& w,
                            T* y) const {
  const std::size_t n = shape_.ancillas();
  T re[kLanes<T>], im[kLanes<T>];
  for (std::size_t k = 0; k < readout.size(); ++k) {
    T* yk = y + k * kLanes<T>;
    std::fill_n(yk, kLanes<T>, T(0));
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t jj = 0; jj < n; ++jj) {
        matrix_element(w.psi[jj], readout[k], w.psi[j], re, im);
        const T *rr = h + at(j, jj), *ri = rr + half();
        for (int l = 0; l < kLanes<T>; ++l) yk[l] += rr[l] * re[l] - ri[l] * im[l];
      }
  }
}

template <class T>
void MixtureMemory<T>::read_backward(std::span<const Observable> readout, const T* h, const T* d_y,
                                     StepWorkspace<T>& w, T* d_h) const {
  const std::size_t n = shape_.ancillas();
  T re[kLanes<T>], im[kLanes<T>];
  for (std::size_t k = 0; k < readout.size(); ++k) {
    const T* d = d_y + k * kLanes<T>;
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t jj = 0; jj < n; ++jj) {
        // g_j += d (conj(rho_jj') + rho_j'j) O M_j'; d_rho_jj' += d conj(<M_j'|O|M_j>).
        const T *ar = h + at(j, jj), *ai = ar + half(), *br = h + at(jj, j), *bi = br + half();
        for (int l = 0; l < kLanes<T>; ++l) re[l] = d[l] * (ar[l] + br[l]), im[l] = d[l] * (bi[l] - ai[l]);
        add_observable_times(w.psi[jj], readout[k], re, im, w.g[j]);
        matrix_element(w.psi[jj], readout[k], w.psi[j], re, im);
        T *dr = d_h + at(j, jj), *di = dr + half();
        for (int l = 0; l < kLanes<T>; ++l) dr[l] += d[l] * re[l], di[l] -= d[l] * im[l];
      }
  }
}

template <class T>
void MixtureMemory<T>::leave(const StepContext<T>&, const T* h, StepWorkspace<T>& w, T* h_next) const {
  const std::size_t n = shape_.ancillas();
  std::fill_n(h_next, 2 * half(), T(0));
  alignas(kAlignment) T weighted_re[kLanes<T>], weighted_im[kLanes<T>];
  for (std::size_t i = 0; i < shape_.systems(); ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t jj = 0; jj < n; ++jj) {
        // sum_j M_j(i, k) rho_jj', then times conj(M_j'(i, k')).
        std::fill_n(weighted_re, kLanes<T>, T(0));
        std::fill_n(weighted_im, kLanes<T>, T(0));
        const std::size_t from = (i * n + k) * kLanes<T>;
        for (std::size_t j = 0; j < n; ++j)
          multiply_add<false>(w.psi[j].re + from, w.psi[j].im + from, h + at(j, jj), h + half() + at(j, jj),
                              weighted_re, weighted_im);
        for (std::size_t kk = 0; kk < n; ++kk) {
          const std::size_t other = (i * n + kk) * kLanes<T>;
          multiply_add<true>(w.psi[jj].re + other, w.psi[jj].im + other, weighted_re, weighted_im,
                             h_next + at(k, kk), h_next + half() + at(k, kk));
        }
      }
}

template <class T>
void MixtureMemory<T>::leave_backward(const StepContext<T>&, const T* h, const T*, const T* d_h_next,
                                      StepWorkspace<T>& w, T* d_h) const {
  const std::size_t n = shape_.ancillas();
  alignas(kAlignment) T ket_re[kLanes<T>], ket_im[kLanes<T>], bra_re[kLanes<T>], bra_im[kLanes<T>];
  for (std::size_t i = 0; i < shape_.systems(); ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t jj = 0; jj < n; ++jj) {
        const std::size_t at_k = (i * n + k) * kLanes<T>;
        // ket = sum_k' D_kk' M_j'(i, k'), from the ket; bra = sum_k' conj(D_k'k) M_j'(i, k').
        std::fill_n(ket_re, kLanes<T>, T(0));
        std::fill_n(ket_im, kLanes<T>, T(0));
        for (std::size_t kk = 0; kk < n; ++kk) {
          const std::size_t other = (i * n + kk) * kLanes<T>;
          multiply_add<false>(d_h_next + at(k, kk), d_h_next + half() + at(k, kk), w.psi[jj].re + other,
                              w.psi[jj].im + other, ket_re, ket_im);
        }
        for (std::size_t j = 0; j < n; ++j) {
          // g_j(i, k) += conj(rho_jj') ket + rho_j'j bra; d_rho_jj' += conj(M_j(i, k)) ket.
          multiply_add<true>(h + at(j, jj), h + half() + at(j, jj), ket_re, ket_im, w.g[j].re + at_k,
                             w.g[j].im + at_k);
          multiply_add<true>(w.psi[j].re + at_k, w.psi[j].im + at_k, ket_re, ket_im, d_h + at(j, jj),
                             d_h + half() + at(j, jj));
        }
        std::fill_n(bra_re, kLanes<T>, T(0));
        std::fill_n(bra_im, kLanes<T>, T(0));
        for (std::size_t kk = 0; kk < n; ++kk) {
          const std::size_t other = (i * n + kk) * kLanes<T>;
          multiply_add<true>(d_h_next + at(kk, k), d_h_next + half() + at(kk, k), w.psi[jj].re + other,
                             w.psi[jj].im + other, bra_re, bra_im);
        }
        for (std::size_t j = 0; j < n; ++j)
          multiply_add<false>(h + at(jj, j), h + half() + at(jj, j), bra_re, bra_im, w.g[j].re + at_k,
                              w.g[j].im + at_k);
      }
}

template class MixtureMemory<float>;
template class MixtureMemory<double>;

}  // namespace ebit::inline cell
