"""A cell as two torch operators and one autograd function: a node a batch of sequences.

From torch 2.4 on both passes are operators (`ebit::cell_forward`, `ebit::cell_backward`), which torch.compile and
torch.export see as one opaque node each. The gradient is a Function outside of them, which is the cheapest way and the same
code for every torch. A tape is an opaque uint8 tensor.
"""
import functools

import torch

from .._core import Error
from .._settings import cell_of

_NAMES = {torch.float64: "float64", torch.float32: "float32"}
_SECOND = ("ebit has no second derivatives: call backward() or grad() with create_graph=False. For Hessian-vector products "
           "take differences of gradients, ebit.torch.hvp(); for small circuits ebit.torch.plain(module) has them.")


def _dtype_name(dtype):
    try:
        return _NAMES[dtype]
    except KeyError:
        raise Error(f"a cell computes in float32 or float64, not {str(dtype).replace('torch.', '')}") from None


def _cell(spec, dtype):
    return cell_of(spec, _dtype_name(dtype))


@functools.lru_cache(maxsize=256)
def tape_shape(spec, name):
    """(lanes, a, b): a + b T bytes hold the tape of so many samples over T steps."""
    cell, lanes = cell_of(spec, name), 8 if name == "float64" else 16
    sizes = {t: cell.tape_bytes(lanes, t) for t in (*range(1, 33), 48, 64, 96, 128, 192, 256, 384, 512, 784, 1024, 2048, 4096, 8192)}
    steps = sorted(sizes)
    b = max((sizes[v] - sizes[u] + v - u - 1) // (v - u) for u, v in zip(steps, steps[1:]))
    a = max(0, max(sizes[t] - b * t for t in steps)) + 64
    return lanes, a, b


def _p(tensor):
    return tensor.data_ptr() if tensor is not None and tensor.numel() else 0


def _check(cell, x, h, theta, lengths):
    if x.dim() != 3 or x.shape[2] != cell.inputs:
        raise Error(f"input must be [batch, steps, {cell.inputs}], not {tuple(x.shape)}")
    if not x.numel():
        raise Error(f"input is empty: its shape is {tuple(x.shape)}")
    if theta.dim() != 1 or theta.shape[0] != cell.parameters:
        raise Error(f"the cell has {cell.parameters} parameters, not {tuple(theta.shape)}")
    if h.numel() and tuple(h.shape) != (x.shape[0], cell.state_numbers):
        raise Error(f"the state must be [{x.shape[0]}, {cell.state_numbers}], not {tuple(h.shape)}: is it of another cell?")
    if lengths.numel() and (lengths.dtype != torch.int64 or tuple(lengths.shape) != (x.shape[0],)):
        raise Error(f"lengths must be int64 [{x.shape[0]}], not {lengths.dtype} {tuple(lengths.shape)}")
    for what, t in (("input", x), ("state", h), ("parameters", theta)):
        if t.dtype != x.dtype:
            raise Error(f"{what} is {t.dtype} and the input {x.dtype}: both must be of one dtype")
        if t.device.type != "cpu":
            raise Error(f"{what} is on {t.device}: the core computes on the CPU")


# ---- two functions of plain tensors, without autograd

def _outputs(cell, x):
    shape = (x.shape[0], x.shape[1], cell.outputs) if cell.every_step else (x.shape[0], cell.outputs)
    return x.new_empty(shape), x.new_empty((x.shape[0], cell.state_numbers))


def _forward(x, h, theta, lengths, draw, spec, training, entropy, keep):
    cell = _cell(spec, x.dtype)
    _check(cell, x, h, theta, lengths)
    x, h, theta, lengths = x.contiguous(), h.contiguous(), theta.contiguous(), lengths.contiguous()
    batch, steps = x.shape[0], x.shape[1]
    y, last = _outputs(cell, x)
    s = x.new_empty((batch, steps) if entropy else (0,))
    tape = torch.empty((0,), dtype=torch.uint8)
    if keep:
        lanes, a, b = tape_shape(spec, _NAMES[x.dtype])
        shape, needed = ((batch + lanes - 1) // lanes, a + b * steps), cell.tape_bytes(batch, steps)
        if shape[0] * shape[1] < needed:
            raise RuntimeError(f"the tape of {batch} x {steps} takes {needed} bytes, more than {shape}: please report this")
        tape = torch.zeros(shape, dtype=torch.uint8)  # zeros: an operator's outputs are compared, unused bytes too
    seed, number = draw.tolist() if draw.numel() else (0, 0)
    cell.forward(batch, steps, theta.data_ptr(), x.data_ptr(), _p(lengths), _p(h), y.data_ptr(), last.data_ptr(), _p(s), _p(tape),
                 training, seed, number)
    return y, last, s, tape


def _backward(x, h, theta, lengths, draw, tape, d_y, d_last, d_s, spec, training, want_x, want_h):
    cell = _cell(spec, x.dtype)
    x, h, theta, lengths, tape = x.contiguous(), h.contiguous(), theta.contiguous(), lengths.contiguous(), tape.contiguous()
    d_y, d_last, d_s = d_y.contiguous(), d_last.contiguous(), d_s.contiguous()
    d_theta = torch.empty_like(theta)
    d_x = torch.empty_like(x) if want_x else x.new_empty((0,))
    d_h = x.new_empty((x.shape[0], cell.state_numbers)) if want_h else x.new_empty((0,))
    seed, number = draw.tolist() if draw.numel() else (0, 0)
    cell.backward(x.shape[0], x.shape[1], theta.data_ptr(), x.data_ptr(), _p(lengths), _p(h), tape.data_ptr(), _p(d_y), _p(d_last),
                  _p(d_s), d_theta.data_ptr(), _p(d_x), _p(d_h), training, seed, number)
    return d_x, d_h, d_theta


# ---- as operators: define/impl, not @custom_op, whose wrapper costs tens of microseconds

HAS_OPERATORS = hasattr(torch.library, "register_fake")

if HAS_OPERATORS:
    _TAG = (torch.Tag.pt2_compliant_tag,)
    torch.library.define("ebit::cell_forward", "(Tensor x, Tensor h, Tensor theta, Tensor lengths, Tensor draw, str spec, bool training, "
                         "bool entropy, bool keep) -> (Tensor, Tensor, Tensor, Tensor)", tags=_TAG)
    torch.library.define("ebit::cell_backward", "(Tensor x, Tensor h, Tensor theta, Tensor lengths, Tensor draw, Tensor tape, Tensor d_y, "
                         "Tensor d_last, Tensor d_entropy, str spec, bool training, bool want_x, bool want_h) -> (Tensor, Tensor, Tensor)",
                         tags=_TAG)
    torch.library.impl("ebit::cell_forward", "CPU", _forward)
    torch.library.impl("ebit::cell_backward", "CPU", _backward)

    @torch.library.register_fake("ebit::cell_forward")
    def _(x, h, theta, lengths, draw, spec, training, entropy, keep):
        cell = _cell(spec, x.dtype)
        y, last = _outputs(cell, x)
        s = x.new_empty((x.shape[0], x.shape[1]) if entropy else (0,))
        lanes, a, b = tape_shape(spec, _NAMES[x.dtype])
        tape = ((x.shape[0] + lanes - 1) // lanes, a + b * x.shape[1]) if keep else (0,)
        return y, last, s, x.new_empty(tape, dtype=torch.uint8)

    @torch.library.register_fake("ebit::cell_backward")
    def _(x, h, theta, lengths, draw, tape, d_y, d_last, d_entropy, spec, training, want_x, want_h):
        cell = _cell(spec, x.dtype)
        d_x = torch.empty_like(x, memory_format=torch.contiguous_format) if want_x else x.new_empty((0,))
        d_h = x.new_empty((x.shape[0], cell.state_numbers)) if want_h else x.new_empty((0,))
        return d_x, d_h, torch.empty_like(theta, memory_format=torch.contiguous_format)

    if hasattr(torch.library, "register_vmap"):  # torch 2.5
        def _each(op, info, in_dims, tensors, rest):
            """One call a model: parameters, data or both may be batched."""
            def item(t, d, i):
                return t if d is None else t.select(d, i)
            out = [op(*(item(t, d, i) for t, d in zip(tensors, in_dims)), *rest) for i in range(info.batch_size)]
            return tuple(torch.stack(o) for o in zip(*out)), (0,) * len(out[0])

        @torch.library.register_vmap("ebit::cell_forward")
        def _(info, in_dims, x, h, theta, lengths, draw, spec, training, entropy, keep):
            return _each(torch.ops.ebit.cell_forward, info, in_dims, (x, h, theta, lengths, draw), (spec, training, entropy, keep))

        @torch.library.register_vmap("ebit::cell_backward")
        def _(info, in_dims, x, h, theta, lengths, draw, tape, d_y, d_last, d_entropy, spec, training, want_x, want_h):
            return _each(torch.ops.ebit.cell_backward, info, in_dims, (x, h, theta, lengths, draw, tape, d_y, d_last, d_entropy),
                         (spec, training, want_x, want_h))

    _forward_op, _backward_op = torch.ops.ebit.cell_forward.default, torch.ops.ebit.cell_backward.default
else:
    _forward_op, _backward_op = _forward, _backward


# ---- the gradient

class _Backward(torch.autograd.Function):
    """The backward pass as a function with inputs, so that differentiating it again is refused with a sentence. once_differentiable
    would not do: where the cotangent needs no gradient it silently cuts the graph."""

    @staticmethod
    def forward(ctx, *args):
        return _backward_op(*args)

    @staticmethod
    def backward(ctx, *d):
        raise NotImplementedError(_SECOND)


def _flat(parameters):
    return parameters[0].reshape(-1) if len(parameters) == 1 else torch.cat([p.reshape(-1) for p in parameters])


class _Run(torch.autograd.Function):
    """What runs in torch.compile and on subclasses of tensors: (x, h, lengths, draw, spec, training, entropy, *parameters)."""

    @staticmethod
    def forward(ctx, x, h, lengths, draw, spec, training, entropy, *parameters):
        theta = _flat(parameters)
        y, last, s, tape = _forward_op(x, h, theta, lengths, draw, spec, training, entropy, True)
        ctx.save_for_backward(x, h, theta, lengths, draw, tape)
        ctx.call, ctx.shapes = (spec, training), [p.shape for p in parameters]
        return y, last, s

    @staticmethod
    def backward(ctx, d_y, d_last, d_s):
        x, h, theta, lengths, draw, tape = ctx.saved_tensors
        need = ctx.needs_input_grad
        f = _Backward.apply if torch.is_grad_enabled() else _backward_op  # enabled: create_graph=True
        d_x, d_h, d_theta = f(x, h, theta, lengths, draw, tape, d_y, d_last, d_s, *ctx.call, need[0], need[1] and h.numel() > 0)
        d_h = None if not need[1] else d_h if h.numel() else torch.zeros_like(h)
        return (d_x if need[0] else None, d_h, None, None, None, None, None, *_cut(d_theta, ctx.shapes))


def _cut(flat, shapes):
    """The flat gradient as one of each parameter."""
    if len(shapes) == 1:
        return (flat.view(shapes[0]),)
    return [part if len(shape) == 1 else part.view(shape)
            for part, shape in zip(flat.split_with_sizes([s.numel() for s in shapes]), shapes)]


class _Eager(torch.autograd.Function):
    """The same on plain tensors, without operators in between, which cost as much as a small cell: ((cell, (seed, number), training,
    entropy), x, h or None, lengths or None, *parameters), all contiguous. Parameters and their gradients stay apart: the core puts
    them together."""

    @staticmethod
    def forward(ctx, call, x, h, lengths, *parameters):
        tape = torch.empty((call[0].tape_bytes(x.shape[0], x.shape[1]),), dtype=torch.uint8)
        out = _eager(call, x, h, lengths, parameters, tape.data_ptr())
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, h, lengths, tape, *parameters)
        ctx.call = call
        return out

    @staticmethod
    def backward(ctx, d_y, d_last, d_s):
        need = ctx.needs_input_grad
        f = _EagerAgain.apply if torch.is_grad_enabled() else _eager_backward  # enabled: create_graph=True
        d_x, d_h, *d = f(ctx.call, d_y, d_last, d_s, need[1], need[2], *ctx.saved_tensors)
        return (None, d_x if need[1] else None, d_h if need[2] else None, None, *d)


class _EagerAgain(torch.autograd.Function):
    """_eager_backward where it may be differentiated again, which is refused."""

    @staticmethod
    def forward(ctx, *args):
        x = args[6]
        return tuple(x.new_empty((0,)) if v is None else v for v in _eager_backward(*args))

    backward = _Backward.backward


def _eager(call, x, h, lengths, parameters, tape):
    cell, draw, training, entropy = call
    batch, steps, _ = x.shape
    y = x.new_empty((batch, steps, cell.outputs) if cell.every_step else (batch, cell.outputs))
    last = x.new_empty((1, batch, cell.state_numbers))
    s = x.new_empty((batch, steps)) if entropy else None
    cell.forward_blocks(batch, steps, [p.data_ptr() for p in parameters], x.data_ptr(), 0 if lengths is None else lengths.data_ptr(),
                        0 if h is None else h.data_ptr(), y.data_ptr(), last.data_ptr(), s.data_ptr() if entropy else 0, tape, training,
                        *draw)
    return y, last, s


def _eager_backward(call, d_y, d_last, d_s, want_x, want_h, x, h, lengths, tape, *parameters):
    """The gradients of x, h and every parameter; None where they are not wanted."""
    cell, draw, training, _ = call
    d_y = None if d_y is None else d_y.contiguous()  # named, so that copies live until the call
    d_last = None if d_last is None else d_last.contiguous()
    d_s = None if d_s is None else d_s.contiguous()
    d = [torch.empty_like(p) for p in parameters]
    d_x = torch.empty_like(x) if want_x else None
    d_h = torch.empty_like(h) if want_h else None
    cell.backward_blocks(x.shape[0], x.shape[1], [p.data_ptr() for p in parameters], x.data_ptr(),
                         0 if lengths is None else lengths.data_ptr(), 0 if h is None else h.data_ptr(), tape.data_ptr(),
                         0 if d_y is None else d_y.data_ptr(), 0 if d_last is None else d_last.data_ptr(),
                         0 if d_s is None else d_s.data_ptr(), [p.data_ptr() for p in d], d_x.data_ptr() if want_x else 0,
                         d_h.data_ptr() if want_h else 0, training, *draw)
    return d_x, d_h, *d


if hasattr(torch, "func"):
    class _BackwardFunc(torch.autograd.Function):  # torch.func wants setup_context
        generate_vmap_rule = True
        forward = staticmethod(lambda *args: _backward_op(*args))
        setup_context = staticmethod(lambda ctx, inputs, output: None)
        backward = _Backward.backward

    class _RunFunc(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x, h, theta, lengths, draw, spec, training, entropy):
            return _forward_op(x, h, theta, lengths, draw, spec, training, entropy, True)

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, h, theta, lengths, draw, spec, training, _ = inputs
            ctx.save_for_backward(x, h, theta, lengths, draw, output[3])
            ctx.call = spec, training
            ctx.mark_non_differentiable(output[3])

        @staticmethod
        def backward(ctx, d_y, d_last, d_s, _):
            h = ctx.saved_tensors[1]
            d_x, d_h, d_theta = _BackwardFunc.apply(*ctx.saved_tensors, d_y, d_last, d_s, *ctx.call, True, h.numel() > 0)
            return d_x, d_h if h.numel() else torch.zeros_like(h), d_theta, None, None, None, None, None


# Whether torch.compile or torch.export traces what runs: from torch 2.1 on.
_compiling = getattr(getattr(torch, "compiler", None), "is_compiling", lambda: False)


def _in_transform():
    """Inside of torch.func's vmap, grad, jacrev, ...?"""
    if not hasattr(torch, "func"):
        return False
    if not hasattr(torch.library, "register_vmap") and _compiling():  # before 2.5 dynamo cannot trace the question
        return False
    return getattr(torch._C, "_are_functorch_transforms_active", lambda: False)()


def run_cell(spec, parameters, x, h=None, *, lengths=None, draw=None, training=False, entropy=False):
    """(y, state, entropy) of a cell: readouts [B, T, K] or [B, K], the state [1, B, S] behind the last steps, entropies [B, T] where
    they are asked for (else None, or an empty tensor in compiled code).

    spec: the text that names a cell, `QuantumRNN.spec`. parameters: tensors that are, one behind the other, the cell's [P].
    x: [B, T, F]. h: [B, S]; None: the cell's own start. lengths: int64 [B]. draw: int64 [seed, number] of cells that draw.
    """
    if type(x) is torch.Tensor and x.is_cpu and not _compiling() and not _in_transform():
        return _run_eager(spec, parameters, x, h, lengths, draw, training, entropy)
    h = x.new_empty((0,)) if h is None else h  # no cached tensors: they would be foreign to a traced graph
    lengths = x.new_empty((0,), dtype=torch.int64) if lengths is None else lengths
    draw = x.new_empty((0,), dtype=torch.int64) if draw is None else draw
    if _in_transform():
        y, last, s, _ = _RunFunc.apply(x, h, _flat(parameters), lengths, draw, spec, training, entropy)
    elif torch.is_grad_enabled() and (x.requires_grad or h.requires_grad or any(p.requires_grad for p in parameters)):
        y, last, s = _Run.apply(x, h, lengths, draw, spec, training, entropy, *parameters)
    else:
        y, last, s, _ = _forward_op(x, h, _flat(parameters), lengths, draw, spec, training, entropy, False)
    return y, last[None], s


def _run_eager(spec, parameters, x, h, lengths, draw, training, entropy):
    dtype, shape = x.dtype, x.shape
    cell = _cell(spec, dtype)
    grad = x.requires_grad or (h is not None and h.requires_grad)
    contiguous = True
    for p in parameters:
        grad = grad or p.requires_grad
        contiguous = contiguous and p.is_contiguous()
        if p.dtype is not dtype or not p.is_cpu:
            raise Error(f"a parameter is {p.dtype} on {p.device} and the input {dtype} on {x.device}: both must be of one kind")
    if h is not None or lengths is not None or len(shape) != 3 or shape[2] != cell.inputs or 0 in shape:
        nothing = x.new_empty((0,))
        _check(cell, x, nothing if h is None else h, x.new_empty((cell.parameters,)), nothing if lengths is None else lengths)
        h = None if h is None else h.contiguous()
        lengths = None if lengths is None else lengths.contiguous()
    x = x.contiguous()
    if not contiguous:
        parameters = [p.contiguous() for p in parameters]
    call = cell, (0, 0) if draw is None else tuple(draw.tolist()), training, entropy
    if grad and torch.is_grad_enabled():
        return _Eager.apply(call, x, h, lengths, *parameters)
    return _eager(call, x, h, lengths, parameters, 0)


def hvp(loss, parameters, direction, step=None):
    """The product of a loss' Hessian with `direction`, by central differences of gradients.

    loss: a function without arguments. parameters, direction: lists of tensors. step: None: the cube root of the dtype's eps.
    """
    parameters = list(parameters)
    norm = torch.sqrt(sum((d.double()**2).sum() for d in direction)).item() or 1.0
    step = step or torch.finfo(parameters[0].dtype).eps ** (1 / 3) / norm
    sums = None
    for sign in (1, -1):
        with torch.no_grad():
            for p, d in zip(parameters, direction):
                p.add_(d, alpha=sign * step)
        try:
            grads = torch.autograd.grad(loss(), parameters)
        finally:
            with torch.no_grad():
                for p, d in zip(parameters, direction):
                    p.sub_(d, alpha=sign * step)
        sums = grads if sums is None else [(a - b) / (2 * step) for a, b in zip(sums, grads)]
    return list(sums)
