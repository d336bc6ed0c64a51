// Entropies, correlations and powers on arrays.
#include "bind.h"
#include "ebit/base/error.h"
#include "ebit/info/entropy.h"
#include "ebit/info/mixed.h"
#include "ebit/info/named_unitary.h"
#include "ebit/info/power.h"
#include "ebit/info/unitary.h"
#include "ebit/info/weyl.h"

namespace ebit::python {
namespace {

using States = In<Complex>;

Cut cut_of(const std::vector<int>& dims, const std::vector<int>& part) { return Cut(dims, part); }

std::size_t batch_of(const States& states, std::size_t size, const char* what) {
  require(states.ndim() == 2 && states.shape(0) >= 1 && states.shape(1) == size,
          "{} must be [batch, {}] numbers for these dims", what, size);
  return states.shape(0);
}

Array<double> pure(const std::string& kind, const std::vector<int>& dims, const std::vector<int>& part,
                   const States& psi) {
  const Cut cut = cut_of(dims, part);
  std::vector<double> out(batch_of(psi, cut.dimension(), "psi"));
  pure_entropy(entropy(kind), cut, numbers(psi), out);
  return to_numpy(std::move(out), {psi.shape(0)});
}

Array<Complex> pure_backward(const std::string& kind, const std::vector<int>& dims,
                             const std::vector<int>& part, const States& psi, const In<double>& d_out) {
  const Cut cut = cut_of(dims, part);
  const std::size_t batch = batch_of(psi, cut.dimension(), "psi");
  require(d_out.size() == batch, "there must be one cotangent a state");
  std::vector<Complex> d(psi.size());
  pure_entropy_backward(entropy(kind), cut, numbers(psi), numbers(d_out), d);
  return to_numpy(std::move(d), {batch, cut.dimension()});
}

Array<double> density(const std::string& kind, int d, const States& rho) {
  const auto n = static_cast<std::size_t>(d);
  std::vector<double> out(batch_of(rho, n * n, "rho"));
  density_entropy(entropy(kind), n, numbers(rho), out);
  return to_numpy(std::move(out), {rho.shape(0)});
}

Array<Complex> density_backward(const std::string& kind, int d, const States& rho, const In<double>& d_out) {
  const auto n = static_cast<std::size_t>(d);
  const std::size_t batch = batch_of(rho, n * n, "rho");
  std::vector<Complex> out(rho.size());
  density_entropy_backward(entropy(kind), n, numbers(rho), numbers(d_out), out);
  return to_numpy(std::move(out), {batch, n * n});
}

template <void (*kForward)(const Cut&, std::span<const Complex>, std::span<double>)>
Array<double> mixed(const std::vector<int>& dims, const std::vector<int>& part, const States& rho) {
  const Cut cut = cut_of(dims, part);
  std::vector<double> out(batch_of(rho, cut.dimension() * cut.dimension(), "rho"));
  kForward(cut, numbers(rho), out);
  return to_numpy(std::move(out), {rho.shape(0)});
}

template <void (*kBackward)(const Cut&, std::span<const Complex>, std::span<const double>,
                            std::span<Complex>)>
Array<Complex> mixed_backward(const std::vector<int>& dims, const std::vector<int>& part, const States& rho,
                              const In<double>& d_out) {
  const Cut cut = cut_of(dims, part);
  const std::size_t batch = batch_of(rho, cut.dimension() * cut.dimension(), "rho");
  std::vector<Complex> out(rho.size());
  kBackward(cut, numbers(rho), numbers(d_out), out);
  return to_numpy(std::move(out), {batch, cut.dimension() * cut.dimension()});
}

BipartiteUnitary unitary_of(const States& matrix, int d_a, int d_b) {
  require(matrix.ndim() == 2 && matrix.shape(0) == matrix.shape(1), "a unitary must be a square matrix");
  const auto d = static_cast<Eigen::Index>(matrix.shape(0));
  using RowMajor = Eigen::Matrix<Complex, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return make_unitary(d_a, d_b, Eigen::Map<const RowMajor>(matrix.data(), d, d), "the unitary");
}

Array<Complex> matrix_array(const Eigen::MatrixXcd& m) {
  std::vector<Complex> rows;
  for (Eigen::Index i = 0; i < m.rows(); ++i)
    for (Eigen::Index j = 0; j < m.cols(); ++j) rows.push_back(m(i, j));
  return to_numpy(std::move(rows), {static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())});
}

nb::dict power_dict(const PowerResult& r) {
  nb::dict d;
  d["value"] = r.value, d["upper_bound"] = r.upper_bound, d["entropy_before"] = r.entropy_before;
  d["entropy_after"] = r.entropy_after, d["starts"] = r.starts, d["agreed"] = r.agreed;
  d["product_value"] = r.product_value;
  d["state"] = to_numpy(std::vector<Complex>(r.state), {r.state.size()});
  return d;
}

}  // namespace

void bind_info(nb::module_& m) {
  m.def("pure_entropy", pure, nb::arg("kind"), nb::arg("dims"), nb::arg("part"), nb::arg("psi").noconvert());
  m.def("pure_entropy_backward", pure_backward);
  m.def("density_entropy", density, nb::arg("kind"), nb::arg("d"), nb::arg("rho").noconvert());
  m.def("density_entropy_backward", density_backward);
  m.def("negativity", mixed<negativity>), m.def("negativity_backward", mixed_backward<negativity_backward>);
  m.def("mutual_information", mixed<mutual_information>);
  m.def("mutual_information_backward", mixed_backward<mutual_information_backward>);
  m.def("schmidt_values", [](const std::vector<int>& dims, const std::vector<int>& part, const States& psi) {
    const Cut cut = cut_of(dims, part);
    require(psi.size() == cut.dimension(), "psi must hold {} numbers for these dims", cut.dimension());
    std::vector<double> values = schmidt_values(cut, numbers(psi));
    const std::size_t n = values.size();
    return to_numpy(std::move(values), {n});
  });
  m.def("power", [](const States& matrix, int d_a, int d_b, bool down, int ancilla_a, int ancilla_b,
                    int starts, int most_starts, std::uint64_t seed) {
    const BipartiteUnitary u = unitary_of(matrix, d_a, d_b);
    const PowerOptions options{.ancilla_a = ancilla_a,
                               .ancilla_b = ancilla_b,
                               .starts = starts,
                               .most_starts = most_starts,
                               .seed = seed};
    PowerResult result;
    {
      const nb::gil_scoped_release unlocked;
      result = down ? disentangling_power(u, options) : entangling_power(u, options);
    }
    return power_dict(result);
  });
  m.def("average_power", [](const States& u, int a, int b) { return average_power(unitary_of(u, a, b)); });
  m.def("operator_schmidt_values",
        [](const States& u, int a, int b) { return operator_schmidt_values(unitary_of(u, a, b)); });
  m.def("operator_schmidt_entropy",
        [](const States& u, int a, int b) { return operator_schmidt_entropy(unitary_of(u, a, b)); });
  m.def("weyl_coordinates", [](const States& u) {
    const auto c = weyl_coordinates(unitary_of(u, 2, 2));
    return nb::make_tuple(c[0], c[1], c[2]);
  });
  m.def("is_perfect_entangler",
        [](const States& u) { return is_perfect_entangler(weyl_coordinates(unitary_of(u, 2, 2))); });
  m.def("canonical_gate",
        [](double a, double b, double c) { return matrix_array(canonical_gate(a, b, c).matrix); });
  m.def("named_unitary", [](const std::string& text) {
    const UnitaryText u = parse_unitary(text);
    require(!u.sweeps(), "'{}' names a range of unitaries; give one", text);
    return nb::make_tuple(matrix_array(u.matrix()), u.d_a, u.d_b);
  });
}

}  // namespace ebit::python
