"""Cells in JAX against cells on numpy arrays."""
import subprocess
import sys

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="jax is not installed")
pytest.importorskip("ebit._jax", reason="ebit was built without jax: EBIT_JAX=1 pip install .")
jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
from jax.test_util import check_grads

import ebit
import ebit.jax
from cases import CELLS, name_of

DRAWN = [c for c in CELLS if ebit.Cell(c[0], inputs=c[1], **c[2]).capabilities["draws"]]
EXACT = [c for c in CELLS if c not in DRAWN]


def inputs(rng, case, batch=3, steps=4, dtype="float64", **options):
    """(ebit.Cell, its parameters [P], the same as a dict, x)."""
    cell = ebit.Cell(case[0], inputs=case[1], dtype=dtype, **case[2], **options)
    params = ebit.jax.init(3, case[0], case[1], dtype=dtype, **case[2])
    return cell, cell.initialise(3), params, rng.uniform(-0.9, 0.9, (batch, steps, case[1])).astype(dtype)


def flat(cell, params):
    return np.concatenate([np.asarray(params[s["name"]]).reshape(-1) for s in cell.segments])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", EXACT, ids=name_of)
def test_outputs_and_gradients_are_those_of_the_cell(case, dtype, rng):
    cell, theta, params, x = inputs(rng, case, dtype=dtype)
    np.testing.assert_array_equal(flat(cell, params), theta)
    state = cell.forward(theta, x[:, :2]).state
    lengths = np.array([4, 0, 2])
    for h, n in ((None, None), (state, None), (None, lengths), (state, lengths)):
        out = cell.forward(theta, x, state=h, lengths=n)
        weights = [rng.normal(size=o.shape).astype(dtype) for o in (out.y, out.state)]
        wanted = cell.backward(out.tape, d_y=weights[0], d_state=weights[1])

        def run(p, x, h):
            return ebit.jax.rnn(case[0], p, x, h, lengths=n, **case[2])
        y, back = jax.vjp(run, params, x, h)
        np.testing.assert_array_equal(y[0], out.y)
        np.testing.assert_array_equal(y[1], out.state)
        got = back(tuple(weights))
        np.testing.assert_array_equal(flat(cell, got[0]), wanted.parameters)
        np.testing.assert_array_equal(got[1], wanted.x)
        if h is not None:
            np.testing.assert_array_equal(got[2], wanted.state)
        assert y[0].dtype == got[1].dtype == dtype


@pytest.mark.parametrize("case", DRAWN, ids=name_of)
def test_cells_that_draw(case, rng):
    cell, theta, params, x = inputs(rng, case)
    keys = [jax.random.key(5), jax.random.key(6), jax.random.PRNGKey(5)]
    y = [jax.jit(lambda k: ebit.jax.rnn(case[0], params, x, key=k, **case[2])[0])(k) for k in keys]
    words = np.asarray(jax.random.key_data(keys[0])).astype("uint64")
    np.testing.assert_array_equal(y[0], cell.forward(theta, x, seed=int(words[0] << np.uint64(32) | words[1])).y)
    assert not np.array_equal(y[0], y[1]) and np.array_equal(y[0], y[2])
    with pytest.raises(ebit.Error, match="key"):
        ebit.jax.rnn(case[0], params, x, **case[2])


@pytest.mark.parametrize("model", ["daskin-extended", "li-pqrnn", "qrnn"])
def test_gradients_are_those_of_differences(model, rng):
    options = {"qubits": 2, "initial": "trainable"} if model == "qrnn" else {}
    _, _, params, x = inputs(rng, (model, 1, options))
    check_grads(lambda p, x: ebit.jax.rnn(model, p, x, **options), (params, x), order=1, modes=["rev"])


def test_entropies(rng):
    case = ("daskin-collapse", 1, {})
    cell, theta, params, x = inputs(rng, case, entropy="von-neumann")
    out = cell.forward(theta, x)
    _, _, s = ebit.jax.register_rnn(params, x, preset="daskin-collapse", entropy="von-neumann")
    np.testing.assert_array_equal(s, out.entropy)
    grad = jax.grad(lambda p: ebit.jax.rnn("daskin-collapse", p, x, entropy="von-neumann")[2].sum())(params)
    np.testing.assert_array_equal(flat(cell, grad), cell.backward(out.tape, d_entropy=np.ones_like(out.entropy)).parameters)


def test_one_sequence_and_the_last_step(rng):
    _, _, params, x = inputs(rng, ("daskin-collapse", 1, {}))
    run = lambda x, **rest: ebit.jax.rnn("daskin-collapse", params, x, **rest)
    y, state = run(x)
    np.testing.assert_array_equal(run(x[1])[0], y[1])
    np.testing.assert_array_equal(run(x[1], h=state[1])[1], run(x, h=state)[1][1])
    np.testing.assert_array_equal(run(x[1], lengths=2)[0][:2], y[1, :2])
    np.testing.assert_array_equal(run(x, every_step=False)[0], y[:, -1])


def test_jit_vmap_scan_and_checkpoint(rng):
    _, _, params, x = inputs(rng, ("daskin-extended", 1, {}))

    def loss(p, x):
        return jnp.mean(ebit.jax.rnn("daskin-extended", p, x)[0] ** 2)
    grad = jax.jit(jax.grad(loss))(params, x)
    for name, g in jax.grad(loss)(params, x).items():
        np.testing.assert_allclose(grad[name], g, atol=1e-15)
    again = jax.grad(jax.checkpoint(loss))(params, x)
    models = jax.tree.map(lambda p: jnp.stack([p, 2 * p]), params)
    many = jax.jit(jax.vmap(jax.grad(loss), (0, None)))(models, x)
    each = jax.vmap(jax.grad(loss), (None, 0))(params, x[:, None])
    for name in params:
        np.testing.assert_allclose(again[name], grad[name], atol=1e-15)
        np.testing.assert_allclose(many[name][0], grad[name], atol=1e-15)
        np.testing.assert_allclose(each[name].mean(0), grad[name], atol=1e-14)

    def train(p, _):
        value, g = jax.value_and_grad(loss)(p, x)
        return jax.tree.map(lambda a, b: a - 0.1 * b, p, g), value
    _, losses = jax.jit(lambda p: jax.lax.scan(train, p, None, 20))(params)
    assert losses[-1] < losses[0]

    def step(h, x):
        y, h = ebit.jax.rnn("daskin-extended", params, x[:, None], h)
        return h, y[:, 0]
    y, first = ebit.jax.rnn("daskin-extended", params, x)[0], ebit.jax.rnn("daskin-extended", params, x[:, :1])[1]
    _, rest = jax.lax.scan(step, first, x[:, 1:].swapaxes(0, 1))
    np.testing.assert_allclose(rest.swapaxes(0, 1), y[:, 1:], atol=1e-14)


def test_starting_values():
    a, b = (ebit.jax.init(jax.random.key(k), "qrnn", 2, qubits=3) for k in (1, 2))
    assert list(a) == ["ffn.0.weight", "ffn.0.bias"] and a["ffn.0.weight"].dtype == "float64"
    assert not jnp.array_equal(a["ffn.0.weight"], b["ffn.0.weight"])
    for s in ebit.Cell("qrnn", inputs=2, qubits=3).segments:
        assert (a[s["name"]] >= s["low"]).all() and (a[s["name"]] < s["high"]).all()
    many = jax.vmap(lambda k: ebit.jax.init(k, "qrnn", 2, qubits=3))(jax.random.split(jax.random.key(0), 4))
    assert many["ffn.0.bias"].shape == (4, *a["ffn.0.bias"].shape)
    assert jnp.array_equal(ebit.jax.init(jnp.int32(4), "register", 1)["theta_en"], ebit.jax.init(4, "register", 1)["theta_en"])


def test_what_the_core_refuses_comes_out(rng):
    _, _, params, x = inputs(rng, ("li-pqrnn", 1, {}))
    x[1, 2] = 3
    with pytest.raises(Exception, match="input 3 of sample 1, step 2, feature 0 is not allowed: encoder arccos-angle"):
        jax.block_until_ready(jax.jit(lambda p: ebit.jax.rnn("li-pqrnn", p, x))(params))
    with pytest.raises(Exception, match="length of sample 0 is 9"):
        jax.block_until_ready(ebit.jax.rnn("li-pqrnn", params, x, lengths=[9, 0, 0]))
    ebit.jax.rnn("li-pqrnn", params, x, lengths=[4, 2, 4])  # past the end


def test_a_name_of_no_cell_comes_out(rng):
    _, _, params, x = inputs(rng, ("li-pqrnn", 1, {}))
    nothing = [jnp.zeros((0,), t) for t in ("float64", "float64", "int32", "uint32")]
    call = jax.ffi.ffi_call("ebit_cell_forward", [jax.ShapeDtypeStruct((3, 4, 1), "float64")] * 4)
    with pytest.raises(Exception, match="JSON"):
        jax.block_until_ready(call(x, *nothing, spec="no JSON", training=False))


def test_errors(rng):
    _, _, params, x = inputs(rng, ("daskin-extended", 1, {}))
    run = lambda *a, **k: ebit.jax.rnn("daskin-extended", *a, **k)
    for message, call in {
            "did you mean": lambda: ebit.jax.init(1, "daskin-colapse", 1),
            "nonsense": lambda: run(params, x, nonsense=1),
            "float32 or float64": lambda: run(params, x.astype(int)),
            "theta_en is float64 and x float32": lambda: run(params, x.astype("float32")),
            r"theta_en must be \(4, 4\), not \(2, 4\)": lambda: run({**params, "theta_en": params["theta_en"][:2]}, x),
            "parameters of this cell are theta_en, theta_dis": lambda: run({"theta_en": params["theta_en"]}, x),
            r"h must be \(3, 8\)": lambda: run(params, x, jnp.zeros((3, 2))),
            "lengths must be whole": lambda: run(params, x, lengths=[1.0, 2.0, 3.0]),
            "x must be .batch": lambda: run(params, x[0, 0]),
            "is empty": lambda: run(params, x[:0]),
            "is of the family|qubits": lambda: ebit.jax.controlled_rnn(params, x, preset="daskin-extended", qubits=2)}.items():
        with pytest.raises(ebit.Error, match=message):
            call()


def test_forward_mode_and_second_derivatives_are_refused(rng):
    _, _, params, x = inputs(rng, ("daskin-extended", 1, {}))
    loss = lambda x: ebit.jax.rnn("daskin-extended", params, x)[0].sum()
    with pytest.raises(TypeError, match="custom_vjp"):
        jax.jvp(loss, (x,), (x,))
    for second in (lambda x: jax.grad(lambda x: jax.grad(loss)(x).sum())(x), jax.hessian(loss)):
        with pytest.raises(NotImplementedError, match="no second derivatives"):
            second(x)


def test_a_compiled_function_goes_to_another_process(rng, tmp_path):
    pytest.importorskip("flatbuffers", reason="jax writes functions with flatbuffers")
    from jax import export
    _, _, params, x = inputs(rng, ("daskin-extended", 1, {}))
    f = jax.jit(lambda p, x: ebit.jax.rnn("daskin-extended", p, x)[0])
    targets = [export.DisabledSafetyCheck.custom_call("ebit_cell_forward")]
    (tmp_path / "f").write_bytes(export.export(f, disabled_checks=targets)(params, x).serialize())
    np.savez(tmp_path / "in.npz", x=x, **params)
    code = ("import sys, jax, numpy as np; jax.config.update('jax_enable_x64', True); import ebit.jax; from jax import export\n"
            "d = dict(np.load('in.npz')); x = d.pop('x'); f = export.deserialize(bytearray(open('f', 'rb').read()))\n"
            "np.save('out.npy', f.call(d, x))")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), f(params, x))
