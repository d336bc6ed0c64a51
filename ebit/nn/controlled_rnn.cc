#include "ebit/nn/controlled_rnn.h"

#include <fmt/ranges.h>

#include "ebit/base/error.h"

namespace ebit::nn {
namespace {

// What a forward pass leaves for the backward one; travels in the autograd context as a capsule.
template <class T>
struct Record : torch::CustomClassHolder {
  std::shared_ptr<ControlledCell<T>> cell;
  ControlledTape<T> tape;
  std::vector<std::int64_t> lengths;  // [B]
  bool training = false, wanted = false;
  std::uint64_t draw_seed = 0, draw_number = 0;

  ControlledInput<T> input(const torch::Tensor& x, const torch::Tensor& psi, const torch::Tensor& z) const {
    const bool given = psi.numel() > 0;
    return {.samples = static_cast<std::size_t>(x.size(0)),
            .steps = static_cast<std::size_t>(x.size(1)),
            .x = x.template data_ptr<T>(),
            .lengths = lengths.empty() ? nullptr : lengths.data(),
            .psi = given ? psi.template data_ptr<T>() : nullptr,
            .z = given ? z.template data_ptr<T>() : nullptr,
            .training = training,
            .draw_seed = draw_seed,
            .draw_number = draw_number};
  }
};

template <class T>
std::span<const T> span_of(const torch::Tensor& flat) {
  return {flat.data_ptr<T>(), static_cast<std::size_t>(flat.numel())};
}

template <class T>
T* pointer(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<T>() : nullptr;
}

// One autograd node for a whole batch of sequences: (parameters [P], x, psi_0, z_0) -> (z, psi_T, z_T). A
// state of no elements stands for the initial one.
template <class T>
struct SequenceFunction : torch::autograd::Function<SequenceFunction<T>> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                torch::Tensor parameters, torch::Tensor x, torch::Tensor psi,
                                                torch::Tensor z,
                                                c10::intrusive_ptr<torch::CustomClassHolder> holder) {
    auto& record = static_cast<Record<T>&>(*holder);
    ControlledCell<T>& cell = *record.cell;
    const auto batch = x.size(0), outputs = static_cast<std::int64_t>(cell.outputs());
    const torch::Tensor all = torch::empty({batch, x.size(1), outputs}, x.options());
    const torch::Tensor psi_last =
        torch::empty({batch, 2, static_cast<std::int64_t>(cell.dimension())}, x.options());
    const torch::Tensor z_last = torch::empty({batch, outputs}, x.options());
    cell.forward(span_of<T>(parameters), record.input(x, psi, z),
                 {all.data_ptr<T>(), psi_last.data_ptr<T>(), z_last.data_ptr<T>()},
                 record.wanted ? &record.tape : nullptr);
    context->save_for_backward({parameters, x, psi, z});
    context->saved_data["record"] = c10::IValue::make_capsule(std::move(holder));
    return {all, psi_last, z_last};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    require(!torch::GradMode::is_enabled(),
            "second derivatives of a controlled cell are not available: do not ask for create_graph");
    const auto saved = context->get_saved_variables();
    const torch::Tensor &parameters = saved[0], &x = saved[1], &psi = saved[2], &z = saved[3];
    const auto holder = context->saved_data["record"].toCapsule();
    auto& record = static_cast<Record<T>&>(*holder);
    for (torch::Tensor& gradient : gradients)
      if (gradient.defined()) gradient = gradient.contiguous();
    const bool given = psi.numel() > 0;
    std::vector<double> d_parameters(static_cast<std::size_t>(parameters.numel()), 0.0);
    torch::Tensor d_x, d_psi, d_z;
    if (context->needs_input_grad(1)) d_x = torch::empty_like(x);
    if (given && context->needs_input_grad(2)) d_psi = torch::empty_like(psi);
    if (given && context->needs_input_grad(3)) d_z = torch::empty_like(z);
    record.cell->backward(span_of<T>(parameters), record.input(x, psi, z), record.tape,
                          {pointer<T>(gradients[0]), pointer<T>(gradients[1]), pointer<T>(gradients[2])},
                          {context->needs_input_grad(0) ? d_parameters.data() : nullptr, pointer<T>(d_x),
                           pointer<T>(d_psi), pointer<T>(d_z)});
    const torch::Tensor d_flat = torch::from_blob(d_parameters.data(), {parameters.numel()}, torch::kFloat64)
                                     .to(parameters.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
    return {d_flat, d_x, d_psi, d_z, torch::Tensor()};
  }
};

std::string shape_of(const torch::Tensor& tensor) {
  return tensor.defined() ? fmt::format("[{}]", fmt::join(tensor.sizes(), ", ")) : "an undefined tensor";
}

// A module with one torch Linear for each matrix of a list of segments ("ffn.0.weight", ...): they get its
// names and starting values. Null where there is none.
std::shared_ptr<torch::nn::Module> linear_maps(std::span<const Segment> segments, const std::string& list) {
  auto maps = std::make_shared<torch::nn::Module>(list);
  for (const Segment& segment : segments)
    if (segment.name.rfind(list + ".", 0) == 0 && segment.shape.size() == 2) {
      const auto number = segment.name.substr(list.size() + 1, segment.name.rfind('.') - list.size() - 1);
      const auto map = torch::nn::LinearOptions(segment.shape[1], segment.shape[0]).bias(list == "ffn");
      maps->register_module(number, torch::nn::Linear(map));
    }
  return maps->children().empty() ? nullptr : maps;
}

}  // namespace

ControlledRNNImpl::ControlledRNNImpl(ControlledRNNOptions options)
    : options_(std::move(options)), wide_(std::make_shared<ControlledCell<double>>(options_.cell())) {
  for (const std::string list : {"ffn", "shortcut"}) {
    if (auto maps = linear_maps(wide_->segments(), list)) register_module(list, maps);
  }
  if (const Segment& last = wide_->segments().back(); last.name == "initial")
    register_parameter("initial", torch::empty(last.shape));
  to(torch::kFloat64);
  reset_parameters();
}

void ControlledRNNImpl::reset_parameters() {
  for (const auto& child : modules(/*include_self=*/false))
    if (auto* linear = child->as<torch::nn::Linear>()) linear->reset_parameters();
  torch::NoGradGuard no_grad;
  for (auto& own : parameters(/*recurse=*/false)) own.uniform_(-options_.init(), options_.init());
}

void ControlledRNNImpl::pretty_print(std::ostream& stream) const {
  const ControlledOptions& o = options_.cell();
  stream << fmt::format(
      "ebit::nn::ControlledRNN(inputs={}, qubits={}, ansatz={}, layers={}, ffn=[{}], activation={}, "
      "measurement={}, initial={}, outputs={})",
      o.inputs, o.qubits, o.custom_ansatz ? o.custom_ansatz->name : o.ansatz, o.layers,
      fmt::join(o.ffn.hidden, ", "), o.ffn.activation, o.measurement, o.initial, outputs());
}

template <class T>
std::tuple<torch::Tensor, ControlledState> ControlledRNNImpl::run(
    const std::shared_ptr<ControlledCell<T>>& cell, torch::Tensor x, torch::Tensor lengths,
    ControlledState state) {
  const auto named = named_parameters();
  std::vector<torch::Tensor> flat;
  for (const Segment& segment : cell->segments()) flat.push_back(named[segment.name].reshape({-1}));
  auto record = c10::make_intrusive<Record<T>>();
  record->cell = cell;
  record->training = is_training();
  record->wanted = torch::GradMode::is_enabled();
  record->draw_seed = draw_seed_, record->draw_number = draw_number_++;
  if (lengths.defined()) {
    const torch::Tensor own = lengths.contiguous();
    record->lengths.assign(own.data_ptr<std::int64_t>(), own.data_ptr<std::int64_t>() + own.numel());
  }
  const torch::Tensor none = torch::empty({0}, x.options());
  auto out = SequenceFunction<T>::apply(torch::cat(flat), x.contiguous(),
                                        state.defined() ? state.psi.contiguous() : none,
                                        state.defined() ? state.z.contiguous() : none,
                                        c10::intrusive_ptr<torch::CustomClassHolder>(std::move(record)));
  return {out[0], ControlledState{out[1], out[2]}};
}

std::tuple<torch::Tensor, ControlledState> ControlledRNNImpl::forward(torch::Tensor x, torch::Tensor lengths,
                                                                      ControlledState state) {
  const auto inputs = options_.cell().inputs;
  require(x.defined() && x.dim() == 3 && x.size(2) == inputs && x.size(0) > 0 && x.size(1) > 0,
          "ControlledRNN takes x of shape [B, T, {}], not {}", inputs, shape_of(x));
  const auto dtype = parameters().front().scalar_type();
  require(x.device().is_cpu(), "ControlledRNN runs on the CPU: move x there");
  require(x.scalar_type() == dtype, "ControlledRNN has {} parameters, but x is {}: convert one of them",
          torch::toString(dtype), torch::toString(x.scalar_type()));
  require(!lengths.defined() || (lengths.dim() == 1 && lengths.size(0) == x.size(0) &&
                                 lengths.scalar_type() == torch::kInt64 && lengths.device().is_cpu()),
          "ControlledRNN takes lengths as int64 of shape [{}], not {}", x.size(0), shape_of(lengths));
  require(state.psi.defined() == state.z.defined(),
          "a state of ControlledRNN has psi and z: give both or none");
  if (state.defined())
    require(state.psi.dim() == 3 && state.psi.size(0) == x.size(0) && state.psi.size(1) == 2 &&
                state.psi.size(2) == dimension() && state.z.dim() == 2 && state.z.size(0) == x.size(0) &&
                state.z.size(1) == outputs() && state.psi.scalar_type() == dtype &&
                state.z.scalar_type() == dtype,
            "ControlledRNN takes a state of psi [{0}, 2, {1}] and z [{0}, {2}] of type {3}, not {4} and {5}",
            x.size(0), dimension(), outputs(), torch::toString(dtype), shape_of(state.psi),
            shape_of(state.z));
  if (dtype == torch::kFloat64) return run<double>(wide_, x, lengths, state);
  require(dtype == torch::kFloat32, "ControlledRNN computes in float64 or float32, not {}",
          torch::toString(dtype));
  if (!narrow_) narrow_ = std::make_shared<ControlledCell<float>>(options_.cell());
  return run<float>(narrow_, x, lengths, state);
}

}  // namespace ebit::nn
