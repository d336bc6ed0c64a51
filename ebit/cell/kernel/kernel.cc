#include "ebit/cell/kernel/kernel.h"

#include <iterator>

#include "ebit/base/choice.h"
#include "ebit/cell/kernel/kernel_options.h"

namespace ebit::inline cell {
namespace {

constexpr KernelRow kKernels[] = {
    {"quantum", "|<phi(r)|phi(y)>|^2 of the states that a feature map makes",
     "Hsu, Li, Chen 2024 (arXiv:2411.13225)", true, false},
    {"cosine", "the product of cos^2((y_i - r_i) / 2): the quantum one of the feature map ry, in closed form",
     "Schuld, Killoran 2019 (arXiv:1803.07128)", false, false},
    {"rbf", "exp(-|y - r|^2 / (2 width^2))", "Broomhead, Lowe 1988", false, true},
};

template <class T>
using Make = std::unique_ptr<Kernel<T>> (*)(const KernelOptions&, std::size_t, std::size_t);

// In the order of kKernels.
template <class T>
constexpr Make<T> kMakers[] = {make_state_kernel<T>, make_cosine_kernel<T>, make_rbf_kernel<T>};
static_assert(std::size(kMakers<double>) == std::size(kKernels));

}  // namespace

std::span<const KernelRow> kernels_of_cells() { return kKernels; }

const KernelRow& find_kernel(std::string_view name) { return find_row(kKernels, "unknown kernel", name); }

template <class T>
std::unique_ptr<Kernel<T>> make_kernel(const KernelOptions& options, std::size_t references,
                                       std::size_t numbers) {
  if (options.noisy.active()) return make_overlap_kernel<T>(options, references, numbers);
  return kMakers<T>[&find_kernel(options.kernel) - kKernels](options, references, numbers);
}

template std::unique_ptr<Kernel<float>> make_kernel(const KernelOptions&, std::size_t, std::size_t);
template std::unique_ptr<Kernel<double>> make_kernel(const KernelOptions&, std::size_t, std::size_t);

}  // namespace ebit::inline cell
