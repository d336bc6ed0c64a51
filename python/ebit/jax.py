"""Quantum recurrent cells in JAX: pure functions of parameters, with gradients by custom_vjp and the core as XLA custom calls.

>>> import jax, jax.numpy as jnp, ebit.jax
>>> params = ebit.jax.init(1, "daskin-collapse", 1)
>>> y, state = jax.jit(ebit.jax.register_rnn)(params, jnp.zeros((3, 5, 1)))
>>> y.shape, state.shape
((3, 5, 1), (3, 8))

Works under jit, grad, vmap, scan and checkpoint, on the CPU, in float32 and (with jax_enable_x64) float64. What the core says of
bad numbers comes out when a result is used, as an error of jax with the core's sentence. There are no forward-mode and no
second derivatives.
"""
import functools

from . import _core
from ._cells import class_name, least_inputs, model_of_family
from ._core import Error
from ._needs import missing
from ._settings import cell_of, cell_spec

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    raise missing("ebit.jax", "jax", "jax") from error
try:
    from . import _jax
except ImportError as error:
    raise ImportError("this ebit was built without jax: build it with EBIT_JAX=1 pip install . in its source tree") from error

_SECOND = "ebit has no second derivatives: differentiate once. For small circuits ebit.torch.plain(module) has them."

_kept = {}  # compiled functions name cells by their text: once made for XLA a cell stays


def _handle(spec, dtype):
    key = spec, dtype
    if key not in _kept:
        _kept[key] = cell_of(spec, dtype)
    return _kept[key].handle


for _name, _handler in _jax.handlers(_handle).items():
    jax.ffi.register_ffi_target(_name, _handler, platform="cpu")


# ---- the two passes; `call` is (spec, training, entropy)

def _cell(call, x):
    return cell_of(call[0], str(x.dtype))


def _ffi(name, results, *arguments, call):
    return jax.ffi.ffi_call(name, results, vmap_method="sequential")(*arguments, spec=call[0], training=bool(call[1]))


def _forward(call, keep, x, h, theta, lengths, key):
    cell, (batch, steps, _) = _cell(call, x), x.shape
    shapes = [(batch, steps, cell.outputs) if cell.every_step else (batch, cell.outputs), (batch, cell.state_numbers),
              (batch, steps) if call[2] else (0,)]
    results = [jax.ShapeDtypeStruct(shape, x.dtype) for shape in shapes]
    tape = jax.ShapeDtypeStruct((cell.tape_bytes(batch, steps) if keep else 0,), jnp.uint8)
    return _ffi("ebit_cell_forward", (*results, tape), x, h, theta, lengths, key, call=call)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _run(call, x, h, theta, lengths, key):
    """(y, state, entropy); an empty h, lengths or key stands for none."""
    return tuple(_forward(call, False, x, h, theta, lengths, key)[:3])


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _push(call, x, h, theta, lengths, key):
    """(y, state, entropy, tape)."""
    return tuple(_forward(call, True, x, h, theta, lengths, key))


def _run_forward(call, x, h, theta, lengths, key):
    *out, tape = _push(call, x, h, theta, lengths, key)
    return tuple(out), (x, h, theta, lengths, key, tape)


def _run_backward(call, kept, cotangents):
    return (*_pull(call, *kept, *cotangents), None, None)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _pull(call, x, h, theta, lengths, key, tape, d_y, d_state, d_entropy):
    """The gradients of x, h and theta."""
    results = tuple(jax.ShapeDtypeStruct(a.shape, a.dtype) for a in (x, h, theta))
    return tuple(_ffi("ebit_cell_backward", results, x, h, theta, lengths, key, tape, d_y, d_state, d_entropy, call=call))


def _no_second(*_):
    raise NotImplementedError(_SECOND)


_run.defvjp(_run_forward, _run_backward)
_push.defvjp(_no_second, _no_second)
_pull.defvjp(_no_second, _no_second)


# ---- what users call

def init(seed, model, input_size, *, dtype=None, **options):
    """Starting values of a model's parameters: a dict of arrays by the names of its segments ("theta_en", "ffn.0.weight").

    seed: a whole number, for the values that the command line draws with it; or a key of jax.random, drawn uniform in the ranges
    of the segments. model: a row of `ebit.models()` with `cell` true. input_size: F. dtype: None is jax's default of floats.
    options: see `ebit.options(model)`. Raises Error for an unknown model and for options that it does not take.

    >>> import ebit.jax
    >>> {name: p.shape for name, p in ebit.jax.init(0, "register", 1, encoder="cubic-angle").items()}
    {'theta_en': (2, 4), 'theta_dis': (2, 4)}
    """
    dtype = jnp.zeros((), dtype or float).dtype  # float64 only where jax has it
    cell = cell_of(cell_spec(model, options, input_size, True, None, "disentangled"), str(dtype))
    if isinstance(seed, jax.Array) and not (seed.ndim == 0 and jnp.issubdtype(seed.dtype, jnp.integer)):
        keys = jax.random.split(seed, len(cell.segments))
        return {s["name"]: jax.random.uniform(k, s["shape"], dtype, s["low"], s["high"])
                for k, s in zip(keys, cell.segments)}
    flat = cell.initialise(int(seed))
    return {s["name"]: jnp.asarray(flat[s["offset"]:s["offset"] + s["size"]].reshape(s["shape"])) for s in cell.segments}


def rnn(model, params, x, h=None, *, lengths=None, every_step=True, entropy=None, entropy_stage="disentangled", training=False,
        key=None, **options):
    """Runs sequences through a cell: (y, state), or with `entropy` (y, state, entropies).

    model, options: as for `init`. params: what `init` gave, all of one dtype, which x and h have too.
    x: [B, T, F], or [T, F] of one sequence. h: [B, S], or [S], to go on from; None: the cell's own start.
    lengths: whole numbers [B] from 0 to T, where sequences are padded. every_step: y is [B, T, K], zero past the end of a
    sequence; else [B, K] of each sequence's last step. state: [B, S] behind the last step. entropy: a row of `ebit.entropies()`;
    entropies are [B, T]. training: whether dropout acts. key: of jax.random, for cells that draw.
    Raises Error for shapes, dtypes and options; numbers that the cell refuses are an error when the result is used.

    >>> import jax, jax.numpy as jnp, ebit.jax
    >>> params = ebit.jax.init(1, "li-pqrnn", 1)
    >>> loss = lambda p, x: ebit.jax.rnn("li-pqrnn", p, x, every_step=False)[0].sum()
    >>> jax.grad(loss)(params, jnp.full((2, 4, 1), 0.5))["theta_en"].shape
    (2, 16)
    """
    x = jnp.asarray(x)
    if x.ndim not in (2, 3):
        raise Error(f"x must be [batch, steps, features] or [steps, features], not {x.shape}")
    if x.ndim == 2:
        one = [None if a is None else jnp.asarray(a)[None] for a in (h, lengths)]
        out = rnn(model, params, x[None], one[0], lengths=one[1], every_step=every_step, entropy=entropy,
                  entropy_stage=entropy_stage, training=training, key=key, **options)
        return tuple(a[0] for a in out)
    spec = cell_spec(model, options, x.shape[2], every_step, entropy, entropy_stage)
    if str(x.dtype) not in ("float32", "float64"):
        raise Error(f"x must be float32 or float64, not {x.dtype}")
    cell = cell_of(spec, str(x.dtype))
    if x.size == 0:
        raise Error(f"x is empty: its shape is {x.shape}")
    batch = x.shape[0]
    h = jnp.zeros((0,), x.dtype) if h is None else _array(h, "h", (batch, cell.state_numbers), x.dtype)
    if lengths is not None:
        lengths = jnp.asarray(lengths)
        if lengths.dtype.kind not in "iu" or lengths.shape != (batch,):
            raise Error(f"lengths must be whole numbers ({batch},), not {lengths.dtype} {lengths.shape}")
    lengths = jnp.zeros((0,), jnp.int32) if lengths is None else lengths.astype(jnp.int32)
    if key is None:
        if cell.capabilities["draws"] and (training or not cell.capabilities["training"]):
            raise Error(f"{model} draws random numbers here: give key=jax.random.key(...), another one for each call")
        words = jnp.zeros((0,), jnp.uint32)
    else:
        words = jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else jnp.asarray(key)
        words = words.reshape(-1)[-2:]
    out = _run((spec, bool(training), bool(entropy)), x, h, _flat(cell, params, x.dtype), lengths, words)
    return out if entropy else out[:2]


def _array(value, what, shape, dtype):
    value = jnp.asarray(value)
    if value.shape != shape:
        raise Error(f"{what} must be {shape}, not {value.shape}: is it of another cell?")
    if value.dtype != dtype:
        raise Error(f"{what} is {value.dtype} and x {dtype}: both must be of one dtype")
    return value


def _flat(cell, params, dtype):
    names = [s["name"] for s in cell.segments]
    if sorted(names) != sorted(params):
        raise Error(f"the parameters of this cell are {', '.join(names)}, and {', '.join(sorted(params)) or 'none'} are given: "
                    "are model, input_size and options those of init()?")
    return jnp.concatenate([_array(params[s["name"]], s["name"], tuple(s["shape"]), dtype).reshape(-1)
                            for s in cell.segments])


def _family_rnn(row):
    family = row["name"]
    model, inputs = model_of_family(family), least_inputs(family)
    key = ", key=jax.random.key(0)" if inputs > 1 else ""  # those draw the words that they go on from

    def run(params, x, h=None, *, preset=None, **rest):
        return rnn(preset or model, params, x, h, **rest)

    run.__name__ = run.__qualname__ = class_name(family).lower() + "_rnn"
    run.__doc__ = f"""{row['help'][0].upper()}{row['help'][1:]} ({row['source']}).

    preset: a published model of this family. All else as `rnn`.

    >>> import jax, jax.numpy as jnp, ebit.jax
    >>> params = ebit.jax.init(1, "{model}", {inputs})
    >>> ebit.jax.{run.__name__}(params, jnp.zeros((3, 5, {inputs})){key})[0].shape[:2]
    (3, 5)
    """
    return run


_functions = {f.__name__: f for f in map(_family_rnn, _core.cell_families())}
globals().update(_functions)  # register_rnn, controlled_rnn, ...: one for every family of cells

__all__ = ["init", "rnn", *_functions]
