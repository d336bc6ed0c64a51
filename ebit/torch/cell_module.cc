#include "ebit/torch/cell_module.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include "ebit/base/aligned.h"
#include "ebit/base/error.h"

namespace ebit::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// torch's own random numbers.
class TorchDraws : public Draws {
 public:
  TorchDraws() : lock_(generator_.mutex()), own_(at::check_generator<at::CPUGeneratorImpl>(generator_)) {}
  std::uint32_t bits32() override { return own_->random(); }
  std::uint64_t bits64() override { return own_->random64(); }

 private:
  at::Generator generator_ = at::detail::getDefaultCPUGenerator();
  std::lock_guard<std::mutex> lock_;
  at::CPUGeneratorImpl* own_;
};

template <class T>
T* numbers(const Tensor& tensor) {
  return tensor.defined() && tensor.numel() > 0 ? tensor.data_ptr<T>() : nullptr;
}

template <class T>
std::span<const T> span_of(const Tensor& flat) {
  return {flat.data_ptr<T>(), static_cast<std::size_t>(flat.numel())};
}

template <class Byte>
std::span<Byte> bytes_of(const Tensor& tape) {
  if (!tape.defined()) return {};
  return {static_cast<Byte*>(tape.data_ptr()), static_cast<std::size_t>(tape.numel())};
}

// One pass of a cell. It travels in the autograd context as a capsule, for the way back.
struct Pass : torch::CustomClassHolder {
  std::shared_ptr<Cell<double>> wide;
  std::shared_ptr<Cell<float>> narrow;  // null: float64
  std::vector<std::int64_t> lengths;    // [B]; empty: all steps are there
  bool training = false;
  std::uint64_t draw_seed = 0, draw_number = 0;

  // Calls work(cell) with the cell of the pass's dtype.
  template <class Work>
  auto with_cell(Work&& work) {
    return narrow ? work(*narrow) : work(*wide);
  }

  template <class T>
  SequenceInput<T> input(const Tensor& x, const Tensor& state) const {
    return {.samples = static_cast<std::size_t>(x.size(0)),
            .steps = static_cast<std::size_t>(x.size(1)),
            .x = x.data_ptr<T>(),
            .lengths = lengths.empty() ? nullptr : lengths.data(),
            .state = numbers<T>(state),
            .training = training,
            .draw_seed = draw_seed,
            .draw_number = draw_number};
  }
};

using PassPointer = c10::intrusive_ptr<torch::CustomClassHolder>;

// y, the last state, and the entropies of a cell that gives them. @param tape undefined: no way back.
template <class T>
variable_list run_forward(Cell<T>& cell, const Pass& pass, const Tensor& parameters, const Tensor& x,
                          const Tensor& state, const Tensor& tape) {
  const std::int64_t batch = x.size(0), steps = x.size(1);
  const auto size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  variable_list outputs = {
      torch::empty({batch, cell.every_step() ? steps : 1, size(cell.outputs())}, x.options()),
      torch::empty({batch, size(cell.state_numbers())}, x.options())};
  if (cell.capabilities().entropy) outputs.push_back(torch::empty({batch, steps}, x.options()));
  cell.forward(span_of<T>(parameters), pass.input<T>(x, state),
               {.y = numbers<T>(outputs[0]),
                .state = numbers<T>(outputs[1]),
                .entropy = outputs.size() > 2 ? numbers<T>(outputs[2]) : nullptr},
               bytes_of<std::byte>(tape));
  return outputs;
}

// Gradients of the parameters, x and the state where `wanted` names them.
template <class T>
variable_list run_backward(Cell<T>& cell, const Pass& pass, const variable_list& saved,
                           const variable_list& gradients, std::array<bool, 3> wanted) {
  const Tensor &parameters = saved[0], &x = saved[1], &state = saved[2], &tape = saved[3];
  const Tensor d_parameters = wanted[0] ? torch::zeros(parameters.sizes(), torch::kFloat64) : Tensor();
  const Tensor d_x = wanted[1] ? torch::empty_like(x) : Tensor();
  const Tensor d_state = wanted[2] && state.numel() > 0 ? torch::empty_like(state) : Tensor();
  cell.backward(
      span_of<T>(parameters), pass.input<T>(x, state), bytes_of<const std::byte>(tape),
      {.y = numbers<T>(gradients[0]),
       .state = numbers<T>(gradients[1]),
       .entropy = gradients.size() > 2 ? numbers<T>(gradients[2]) : nullptr},
      {.parameters = numbers<double>(d_parameters), .x = numbers<T>(d_x), .state = numbers<T>(d_state)});
  return {d_parameters.defined() ? d_parameters.to(parameters.scalar_type()) : Tensor(), d_x, d_state};
}

// One autograd node for a whole batch of sequences: (parameters [P], x, state) to what run_forward() gives. A
// state of no elements stands for the cell's own initial one.
struct CellFunction : torch::autograd::Function<CellFunction> {
  static variable_list forward(AutogradContext* context, const Tensor& parameters, const Tensor& x,
                               const Tensor& state, PassPointer holder) {
    auto& pass = static_cast<Pass&>(*holder);
    return pass.with_cell([&](auto& cell) {
      const std::size_t bytes =
          cell.tape_bytes(static_cast<std::size_t>(x.size(0)), static_cast<std::size_t>(x.size(1)));
      const Tensor tape = torch::empty({static_cast<std::int64_t>(bytes)}, torch::kUInt8);
      context->set_materialize_grads(false);
      context->save_for_backward({parameters, x, state, tape});
      context->saved_data["pass"] = c10::IValue::make_capsule(std::move(holder));
      return run_forward(cell, pass, parameters, x, state, tape);
    });
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require(!torch::GradMode::is_enabled(),
            "second derivatives of a cell are not available: do not ask for create_graph");
    const variable_list saved = context->get_saved_variables();
    const PassPointer holder = context->saved_data["pass"].toCapsule();
    auto& pass = static_cast<Pass&>(*holder);
    for (Tensor& gradient : gradients)
      if (gradient.defined()) gradient = gradient.contiguous();
    const std::array<bool, 3> wanted = {context->needs_input_grad(0), context->needs_input_grad(1),
                                        context->needs_input_grad(2)};
    variable_list result =
        pass.with_cell([&](auto& cell) { return run_backward(cell, pass, saved, gradients, wanted); });
    result.emplace_back();
    return result;
  }
};

// The module that a dotted name belongs to, made where it is not there yet; `name` becomes its last part.
torch::nn::Module& home_of(torch::nn::Module& root, std::string& name) {
  torch::nn::Module* home = &root;
  for (std::size_t dot; (dot = name.find('.')) != std::string::npos; name.erase(0, dot + 1)) {
    const std::string part = name.substr(0, dot);
    std::shared_ptr<torch::nn::Module> child;
    for (const auto& item : home->named_children())
      if (item.key() == part) child = item.value();
    if (!child) child = home->register_module(part, std::make_shared<torch::nn::Module>(part));
    home = child.get();
  }
  return *home;
}

}  // namespace

CellModuleImpl::CellModuleImpl(CellOptions options)
    : options_(std::move(options)), wide_(make_cell<double>(options_)) {
  for (const Segment& segment : wide_->segments()) {
    std::string name = segment.name;
    torch::nn::Module& home = home_of(*this, name);
    parameters_.push_back(
        home.register_parameter(name, torch::empty(segment.shape, torch::kFloat64), !segment.frozen));
  }
  reset_parameters();
}

void CellModuleImpl::reset_parameters() {
  std::vector<double> start(wide_->parameters());
  TorchDraws draws;
  wide_->initialise(draws, start.data());
  const torch::NoGradGuard no_grad;
  for (std::size_t s = 0; s < parameters_.size(); ++s)
    parameters_[s].copy_(torch::from_blob(start.data() + wide_->segments()[s].offset, parameters_[s].sizes(),
                                          torch::kFloat64));
}

void CellModuleImpl::pretty_print(std::ostream& stream) const {
  stream << "ebit::nn::CellModule(" << wide_->summary() << ")";
}

CoreOutput CellModuleImpl::run(const Tensor& x, const Tensor& lengths, const CoreState& state) {
  const auto dtype = parameters_.empty() ? x.scalar_type() : parameters_.front().scalar_type();
  require(x.device().is_cpu(), "a cell runs on the CPU: move x there");
  require(dtype == torch::kFloat64 || dtype == torch::kFloat32,
          "a cell computes in float64 or float32, not {}", torch::toString(dtype));
  require(x.scalar_type() == dtype, "this cell has {} parameters, but x is {}: convert one of them",
          torch::toString(dtype), torch::toString(x.scalar_type()));
  Tensor before = torch::empty({0}, x.options());
  if (!state.empty()) {
    require(state.size() == 1 && state[0].dim() == 2 && state[0].size(0) == x.size(0) &&
                state[0].size(1) == state_numbers() && state[0].scalar_type() == dtype,
            "this cell takes a state of shape [{}, {}] and type {}, not {} and {}", x.size(0),
            state_numbers(), torch::toString(dtype), shape_text(state[0]),
            torch::toString(state[0].scalar_type()));
    before = state[0].contiguous();
  }

  auto pass = c10::make_intrusive<Pass>();
  if (dtype == torch::kFloat32) {
    if (!narrow_) narrow_ = make_cell<float>(options_);
    pass->narrow = narrow_;
  } else {
    pass->wide = wide_;
  }
  if (lengths.defined()) {
    const Tensor own = lengths.contiguous();
    pass->lengths.assign(own.data_ptr<std::int64_t>(), own.data_ptr<std::int64_t>() + own.numel());
  }
  pass->training = is_training();
  pass->draw_seed = draw_seed_, pass->draw_number = draw_number_++;

  std::vector<Tensor> flat;
  for (const Tensor& parameter : parameters_) flat.push_back(parameter.reshape({-1}));
  const Tensor all = flat.empty() ? torch::empty({0}, x.options()) : torch::cat(flat);
  const Tensor steps = x.contiguous();
  const bool wanted = torch::GradMode::is_enabled() &&
                      (all.requires_grad() || steps.requires_grad() || before.requires_grad());
  const variable_list out =
      wanted ? CellFunction::apply(all, steps, before, PassPointer(pass))
             : pass->with_cell([&](auto& cell) { return run_forward(cell, *pass, all, steps, before, {}); });
  entropy_ = out.size() > 2 ? out[2] : Tensor();
  return {out[0], {out[1]}};
}

}  // namespace ebit::nn
