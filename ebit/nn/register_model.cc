#include "ebit/nn/register_model.h"

#include <cmath>

#include <fmt/ranges.h>

#include "ebit/base/error.h"

namespace ebit::nn {
namespace {

// What a forward pass leaves for the backward one; travels in the autograd context as a capsule.
template <class T>
struct Record : torch::CustomClassHolder {
  std::shared_ptr<RegisterCell<T>> cell;
  Tape<T> tape;
  std::uint64_t draw_seed = 0, draw_number = 0;

  SequenceInput<T> input(const torch::Tensor& x, const torch::Tensor& hidden) const {
    return {static_cast<std::size_t>(x.size(0)),
            static_cast<std::size_t>(x.size(1)),
            x.template data_ptr<T>(),
            hidden.numel() > 0 ? hidden.template data_ptr<T>() : nullptr,
            draw_seed,
            draw_number};
  }
};

template <class T>
std::span<const T> span_of(const torch::Tensor& flat) {
  return {flat.data_ptr<T>(), static_cast<std::size_t>(flat.numel())};
}

// One autograd node for a whole batch of sequences: (parameters [P], x, hidden) -> (y, last hidden), and the
// entropies [B, T] of a cell that gives them. A hidden state of no elements stands for |0...0>.
template <class T>
struct SequenceFunction : torch::autograd::Function<SequenceFunction<T>> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                torch::Tensor parameters, torch::Tensor x,
                                                torch::Tensor hidden,
                                                c10::intrusive_ptr<torch::CustomClassHolder> holder) {
    auto& record = static_cast<Record<T>&>(*holder);
    RegisterCell<T>& cell = *record.cell;
    const auto batch = x.size(0), outputs = static_cast<std::int64_t>(cell.outputs());
    torch::Tensor y =
        torch::empty(cell.options().every_step ? std::vector<std::int64_t>{batch, x.size(1), outputs}
                                               : std::vector<std::int64_t>{batch, outputs},
                     x.options());
    torch::Tensor last = torch::empty({batch, static_cast<std::int64_t>(cell.hidden_numbers())}, x.options());
    torch::autograd::variable_list outputs_of_node = {y, last};
    T* entropy = nullptr;
    if (!cell.options().entropy.empty()) {
      outputs_of_node.push_back(torch::empty({batch, x.size(1)}, x.options()));
      entropy = outputs_of_node.back().template data_ptr<T>();
    }
    cell.forward(span_of<T>(parameters), record.input(x, hidden), y.data_ptr<T>(), last.data_ptr<T>(),
                 &record.tape, nullptr, entropy);
    context->save_for_backward({parameters, x, hidden});
    context->saved_data["record"] = c10::IValue::make_capsule(std::move(holder));
    return outputs_of_node;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    require(!torch::GradMode::is_enabled(),
            "second derivatives of a register cell are not available: do not ask for create_graph");
    const auto saved = context->get_saved_variables();
    const torch::Tensor &parameters = saved[0], &x = saved[1], &hidden = saved[2];
    const auto holder = context->saved_data["record"].toCapsule();
    auto& record = static_cast<Record<T>&>(*holder);
    const auto d_y = gradients[0].contiguous();
    const auto d_last = gradients[1].defined() ? gradients[1].contiguous() : torch::Tensor();
    const auto d_entropy =
        gradients.size() > 2 && gradients[2].defined() ? gradients[2].contiguous() : torch::Tensor();
    std::vector<double> d_parameters(static_cast<std::size_t>(parameters.numel()), 0.0);
    torch::Tensor d_x, d_hidden;
    if (context->needs_input_grad(1)) d_x = torch::empty_like(x);
    if (hidden.numel() > 0 && context->needs_input_grad(2)) d_hidden = torch::empty_like(hidden);
    record.cell->backward(span_of<T>(parameters), record.input(x, hidden), record.tape,
                          d_y.template data_ptr<T>(),
                          d_last.defined() ? d_last.template data_ptr<T>() : nullptr,
                          {d_parameters.data(), d_x.defined() ? d_x.data_ptr<T>() : nullptr,
                           d_hidden.defined() ? d_hidden.data_ptr<T>() : nullptr},
                          d_entropy.defined() ? d_entropy.template data_ptr<T>() : nullptr);
    const torch::Tensor d_flat = torch::from_blob(d_parameters.data(), {parameters.numel()}, torch::kFloat64)
                                     .to(parameters.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
    return {d_flat, d_x, d_hidden, torch::Tensor()};
  }
};

// Starting values: angles uniform; encoder weights and biases as torch::nn::Linear, U(-1/sqrt F, 1/sqrt F).
void initialise(torch::Tensor parameter, const std::string& name, const RegisterRNNOptions& options) {
  torch::NoGradGuard no_grad;
  if (name.rfind("theta", 0) == 0) {
    parameter.uniform_(options.init_low(), options.init_high());
  } else {
    const double bound = 1 / std::sqrt(static_cast<double>(options.cell().features));
    parameter.uniform_(-bound, bound);
  }
}

}  // namespace

RegisterRNNImpl::RegisterRNNImpl(RegisterRNNOptions options)
    : options_(std::move(options)), wide_(std::make_shared<RegisterCell<double>>(options_.cell())) {
  options_.cell(wide_->options());  // with the default readout filled in
  for (const Segment& segment : wide_->segments())
    register_parameter(segment.name, torch::empty(segment.shape, torch::kFloat64));
  reset_parameters();
}

void RegisterRNNImpl::reset_parameters() {
  for (auto& item : named_parameters(/*recurse=*/false)) initialise(item.value(), item.key(), options_);
}

void RegisterRNNImpl::pretty_print(std::ostream& stream) const {
  const RegisterOptions& o = options_.cell();
  stream << fmt::format(
      "ebit::nn::RegisterRNN(features={}, wires={}+{}, encoder={}, ansatz={}, layers={}+{}, dis={}, "
      "hidden={}, outputs={})",
      o.features, o.system, o.ancilla, o.encoder, o.custom_ansatz ? o.custom_ansatz->name : o.ansatz,
      o.layers_en, o.layers_dis, o.dis, o.hidden, outputs());
}

template <class T>
std::tuple<torch::Tensor, torch::Tensor> RegisterRNNImpl::run(const std::shared_ptr<RegisterCell<T>>& cell,
                                                              torch::Tensor x, torch::Tensor hidden) {
  std::vector<torch::Tensor> flat;
  for (const auto& parameter : parameters(/*recurse=*/false)) flat.push_back(parameter.reshape({-1}));
  auto record = c10::make_intrusive<Record<T>>();
  record->cell = cell;
  record->draw_seed = draw_seed_, record->draw_number = draw_number_++;
  const torch::Tensor all = flat.empty() ? torch::empty({0}, x.options()) : torch::cat(flat);
  auto out = SequenceFunction<T>::apply(
      all, x.contiguous(), hidden.defined() ? hidden.contiguous() : torch::empty({0}, x.options()),
      c10::intrusive_ptr<torch::CustomClassHolder>(std::move(record)));
  if (out.size() > 2) entropy_ = out[2];
  return {out[0], out[1]};
}

std::tuple<torch::Tensor, torch::Tensor> RegisterRNNImpl::forward(torch::Tensor x, torch::Tensor hidden) {
  const auto features = options_.cell().features;
  require(x.defined() && x.dim() == 3 && x.size(2) == features && x.size(0) > 0 && x.size(1) > 0,
          "RegisterRNN takes x of shape [B, T, {}], not {}", features,
          x.defined() ? fmt::format("[{}]", fmt::join(x.sizes(), ", ")) : "an undefined tensor");
  const auto own = parameters(/*recurse=*/false);
  const auto dtype = own.empty() ? x.scalar_type() : own[0].scalar_type();
  require(x.device().is_cpu(), "RegisterRNN runs on the CPU: move x there");
  require(x.scalar_type() == dtype, "RegisterRNN has {} parameters, but x is {}: convert one of them",
          torch::toString(dtype), torch::toString(x.scalar_type()));
  if (hidden.defined())
    require(hidden.dim() == 2 && hidden.size(0) == x.size(0) && hidden.size(1) == hidden_numbers() &&
                hidden.scalar_type() == dtype,
            "RegisterRNN takes a hidden state of shape [{}, {}] and type {}, not [{}] and {}", x.size(0),
            hidden_numbers(), torch::toString(dtype), fmt::join(hidden.sizes(), ", "),
            torch::toString(hidden.scalar_type()));
  if (dtype == torch::kFloat64) return run<double>(wide_, x, hidden);
  require(dtype == torch::kFloat32, "RegisterRNN computes in float64 or float32, not {}",
          torch::toString(dtype));
  if (!narrow_) narrow_ = std::make_shared<RegisterCell<float>>(options_.cell());
  return run<float>(narrow_, x, hidden);
}

RegisterModelImpl::RegisterModelImpl(RegisterModelOptions options) : options_(std::move(options)) {
  require(options_.outputs() >= 1, "a model needs at least 1 output, not {}", options_.outputs());
  RegisterOptions cell = options_.rnn().cell();
  cell.every_step = false;
  const int outputs = static_cast<int>(options_.outputs());
  if (cell.readout.empty() && !options_.linear_head()) {
    require(cell.system < 1 || outputs <= cell.system,
            "{} targets are read from as many system wires, and there are {}: take --n-system {} or --head "
            "linear",
            outputs, cell.system, outputs);
    for (int k = 0; k < outputs && cell.system >= outputs; ++k)
      cell.readout.push_back(fmt::format("Z{}", cell.system - outputs + k));
  }
  check_entropy_loss(options_.entropy_loss(), cell);
  rnn = register_module("rnn", RegisterRNN(options_.rnn().cell(cell)));
  if (options_.linear_head())
    head = register_module("head",
                           torch::nn::Linear(torch::nn::LinearOptions(rnn->outputs(), options_.outputs())));
  else
    require(rnn->outputs() == options_.outputs(),
            "{} readouts cannot be {} targets: give one --readout a target, or --head linear", rnn->outputs(),
            options_.outputs());
  to(torch::kFloat64);
}

torch::Tensor RegisterModelImpl::forward(torch::Tensor x) {
  torch::Tensor before;
  if (options_.stateful() && hidden_.defined()) {
    require(hidden_.size(0) >= x.size(0),
            "a stateful model went from batches of {} to {}: call reset_state() first", hidden_.size(0),
            x.size(0));
    before = hidden_.narrow(0, 0, x.size(0)).to(x.scalar_type());
  }
  auto [y, last] = rnn->forward(x, before);
  if (options_.stateful()) hidden_ = last.detach();
  return head ? head->forward(y) : y;
}

torch::Tensor RegisterModelImpl::penalty() const {
  const auto& [weight, target] = options_.entropy_loss();
  const torch::Tensor s = rnn->entropy();
  if (weight == 0 || !s.defined()) return {};
  return target ? weight * (s - *target).square().mean() : -weight * s.mean();
}

std::string RegisterModelImpl::summary() const {
  const RegisterOptions& o = rnn->options();
  std::int64_t count = 0;
  for (const auto& parameter : parameters()) count += parameter.numel();
  return fmt::format("register {}+{} qubits, {}, {} {}+{} layers, {}{}, {} parameters", o.system, o.ancilla,
                     o.encoder, o.custom_ansatz ? o.custom_ansatz->name : o.ansatz, o.layers_en, o.layers_dis,
                     o.hidden, head ? ", linear head" : "", count);
}

}  // namespace ebit::nn
