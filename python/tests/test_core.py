"""Cells, circuits and entanglement on numpy arrays."""
import json
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import ebit
import ebit.info
from cases import CERTAIN, name_of
from conftest import ROOT


def data(cell, rng, batch=3, steps=4):
    x = rng.uniform(-0.9, 0.9, (batch, steps, cell.inputs)).astype(cell.dtype)
    return cell.initialise(3), x


@pytest.mark.parametrize("case", CERTAIN, ids=name_of)
def test_gradients_are_those_of_finite_differences(case, rng):
    model, inputs, options = case
    cell = ebit.Cell(model, inputs=inputs, **options)
    p, x = data(cell, rng)
    out = cell.forward(p, x)
    weights = rng.normal(size=out.y.shape)
    got = cell.backward(out.tape, d_y=weights)

    def loss(p, x):
        return float((cell.forward(p, x, keep=False).y * weights).sum())

    step, direction = 1e-6, rng.normal(size=p.shape)
    slope = (loss(p + step * direction, x) - loss(p - step * direction, x)) / (2 * step)
    assert got.parameters @ direction == pytest.approx(slope, rel=2e-5, abs=1e-7)
    direction = rng.normal(size=x.shape)
    slope = (loss(p, x + step * direction) - loss(p, x - step * direction)) / (2 * step)
    assert (got.x * direction).sum() == pytest.approx(slope, rel=2e-5, abs=1e-7)


@pytest.mark.parametrize("case", CERTAIN, ids=name_of)
def test_a_sequence_may_be_cut_and_carried_on(case, rng):
    model, inputs, options = case
    cell = ebit.Cell(model, inputs=inputs, **options)
    p, x = data(cell, rng, steps=5)
    whole = cell.forward(p, x)
    first = cell.forward(p, x[:, :2])
    second = cell.forward(p, x[:, 2:], state=first.state)
    np.testing.assert_allclose(np.concatenate([first.y, second.y], 1), whole.y, atol=1e-12)
    short = cell.forward(p, x, lengths=[2, 5, 0])
    np.testing.assert_allclose(short.y[0, :2], whole.y[0, :2], atol=1e-12)
    assert not short.y[0, 2:].any() and not short.y[2].any()


@pytest.mark.parametrize("name", ["collapsed_2p2_L2", "collapsed_2p2_L3", "density_2p2_L2", "density_1p2_L2", "extended_2p2_L4"])
def test_values_and_gradients_of_the_papers_own_code(name):
    golden = json.loads((ROOT / f"tests/golden/{name}.json").read_text())
    given = golden["inputs"]
    preset = {"collapsed": "daskin-collapse", "density": "daskin-probabilities", "extended": "daskin-extended"}[golden["variant"]]
    layers = golden["num_layers"]
    cell = ebit.Cell(preset, n_system=golden["n_system_qubits"], n_ancilla=golden["n_ancilla_qubits"], layers_en=layers,
                     layers_dis=layers, readout=[f"Z{golden['measured_wire']}"])
    source = {"theta_en": "U_params", "theta_dis": "Udagger_params", "encoder_weight": "input_proj.weight",
              "encoder_bias": "input_proj.bias"}
    p = np.concatenate([np.ravel(given["params"][source[s["name"]]]) for s in cell.segments])
    x = np.array(given["x_sequences"])[:1, :, None]
    out = cell.forward(p, x)
    np.testing.assert_allclose(out.y[0, :, 0], golden["z_per_step"], atol=1e-10)
    expected = golden["final_step_mse"]
    d_y = np.zeros_like(out.y)
    d_y[0, -1, 0] = 2 * (out.y[0, -1, 0] - expected["target"])
    got = cell.named(cell.backward(out.tape, d_y=d_y).parameters)
    for segment, array in got.items():
        np.testing.assert_allclose(array.ravel(), np.ravel(expected["grad"][source[segment]]), atol=1e-9, err_msg=segment)


def test_float32_is_float64_to_rounding(rng):
    wide, narrow = ebit.Cell("daskin-extended"), ebit.Cell("daskin-extended", dtype="float32")
    p, x = data(wide, rng)
    a, b = wide.forward(p, x), narrow.forward(p.astype("float32"), x.astype("float32"))
    assert b.y.dtype == np.float32
    np.testing.assert_allclose(a.y, b.y, atol=2e-5)


def test_entropy_comes_with_its_gradient(rng):
    cell = ebit.RegisterCell(entropy="von-neumann", encoder="arctan-angle")
    p, x = data(cell, rng)
    out = cell.forward(p, x)
    assert out.entropy.shape == (3, 4) and (out.entropy[:, 1:] > 0).any()
    g = cell.backward(out.tape, d_entropy=np.ones_like(out.entropy)).parameters
    d, step = rng.normal(size=p.shape), 1e-6
    slope = (cell.forward(p + step * d, x).entropy.sum() - cell.forward(p - step * d, x).entropy.sum()) / (2 * step)
    assert g @ d == pytest.approx(slope, rel=1e-5)


BAD = [
    (lambda c, p, x: c.forward(p, x[0]), "3 dimensions"),
    (lambda c, p, x: c.forward(p, x[:, :0]), "is empty"),
    (lambda c, p, x: c.forward(p[:-1], x), "has 24 parameters, and 23 are given"),
    (lambda c, p, x: c.forward(p, x.astype("float32")), "must be float64, not float32"),
    (lambda c, p, x: c.forward(p, np.repeat(x, 2, 2)), r"must be \[batch, steps, 1\]"),
    (lambda c, p, x: c.forward(p, x, lengths=[1, 2]), "one number a sequence"),
    (lambda c, p, x: c.forward(p, x, lengths=[1, 2, 9]), "9"),
    (lambda c, p, x: c.forward(p, x, lengths=[1.0, 2, 3]), "whole numbers"),
    (lambda c, p, x: c.forward(p, x, state=np.zeros((3, 2))), "is it of another cell"),
    (lambda c, p, x: c.forward(p, np.where(np.arange(4)[:, None] == 2, np.nan, x)), "step 2"),
    (lambda c, p, x: c.backward(c.forward(p, x, keep=False).tape), "keep=True"),
    (lambda c, p, x: c.backward(c.forward(p, x).tape, d_y=np.zeros((1, 1, 1))), "must be of shape"),
    (lambda c, p, x: c.backward(c.forward(p, x).tape, d_entropy=np.zeros((3, 4))), "gives no entropy"),
    (lambda c, p, x: ebit.Cell("daskin-colapse"), "did you mean 'daskin-collapse'"),
    (lambda c, p, x: ebit.Cell(n_systm=2), "did you mean"),
    (lambda c, p, x: ebit.Cell("qrnn", n_ancilla=2), "no effect on the model qrnn"),
    (lambda c, p, x: ebit.Cell(n_system=0), "at least"),
    (lambda c, p, x: ebit.Cell(n_system=40), "qubits|wires|memory"),
    (lambda c, p, x: ebit.Cell(head="linear"), "head has no effect on a cell alone"),
    (lambda c, p, x: ebit.Cell("qrnn", pool="mean"), "pool has no effect on a cell alone"),
    (lambda c, p, x: ebit.Cell("qrnn", dropout=0.1), "dropout has no effect on a cell alone"),
    (lambda c, p, x: ebit.Cell("lstm"), "no quantum cell"),
    (lambda c, p, x: ebit.Cell(dtype="float16"), "float64 or float32"),
    (lambda c, p, x: ebit.Cell("qrnn", entropy="von-neumann"), "no entropy"),
    (lambda c, p, x: ebit.Cell(hidden=object()), "must be a number, a text"),
]


@pytest.mark.parametrize("call,message", BAD, ids=range(len(BAD)))
def test_bad_input_is_one_clear_line(call, message, rng):
    cell = ebit.RegisterCell()
    p, x = data(cell, rng)
    with pytest.raises(ebit.Error, match=message) as error:
        call(cell, p, x)
    assert "\n" not in str(error.value) and isinstance(error.value, ValueError)


def test_not_contiguous_arrays_are_read_right(rng):
    cell = ebit.RegisterCell()
    p, x = data(cell, rng)
    np.testing.assert_array_equal(cell.forward(p, np.asfortranarray(x)).y, cell.forward(p, x).y)


def test_a_cell_may_be_shared_by_threads(rng):
    cell = ebit.RegisterCell("daskin-collapse")
    x = rng.uniform(-0.9, 0.9, (64, 20, 1))
    ps = [cell.initialise(s) for s in (1, 2)]
    want = [cell.forward(p, x).y for p in ps]
    wrong = [0, 0]

    def go(i):
        for _ in range(300):
            wrong[i] += not np.array_equal(cell.forward(ps[i], x).y, want[i])

    threads = [threading.Thread(target=go, args=(i,)) for i in range(2)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert wrong == [0, 0]


def test_a_forked_child_works_with_threads():
    code = """
import os, numpy as np, ebit
ebit.set_num_threads(2)
cell = ebit.RegisterCell(); p = cell.initialise(1); x = np.full((64, 5, 1), 0.3)
want = cell.forward(p, x).y
pid = os.fork()
if pid == 0: os._exit(0 if np.array_equal(cell.forward(p, x).y, want) else 3)
assert os.waitpid(pid, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_import_takes_neither_numpy_nor_torch():
    code = "import sys, ebit; assert not {'numpy', 'torch', 'jax', 'pandas'} & set(sys.modules), sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_everything_pickles(rng):
    cell = ebit.ControlledCell(qubits=2)
    p, x = data(cell, rng)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(cell)).forward(p, x).y, cell.forward(p, x).y)
    circuit = ebit.Circuit(2).add("CRY", [0, 1], ["a"]).add(np.eye(2), [1])
    assert str(pickle.loads(pickle.dumps(circuit))) == str(circuit)


@pytest.mark.parametrize("gate", [g.name for g in ebit.gates()])
def test_gates_are_differentiated(gate, rng):
    row = next(g for g in ebit.gates() if g.name == gate)
    circuit = ebit.Circuit(row.wires)
    for w in range(row.wires):
        circuit.add("RY", [w], [0.3 + w])
    circuit.add(gate, range(row.wires), [f"a{k}" for k in range(row.angles)])
    circuit.add("RX", [0], [ebit.Angle("x", scale=2.0, per_sample=True)])
    observables = ["Z0", f"Y{row.wires - 1}"]
    p, q = rng.normal(size=row.angles), rng.normal(size=(3, 1))
    psi = ebit.run(circuit, p, q)
    np.testing.assert_allclose(np.linalg.norm(psi, axis=1), 1, atol=1e-12)
    y, (d_p, d_q) = ebit.expectation(circuit, observables, p, q, gradient=True)
    for grad, values, call in ((d_p, p, lambda v: (v, q)), (d_q, q, lambda v: (p, v))):
        for i in np.ndindex(values.shape):
            e = np.zeros_like(values)
            e[i] = 1e-6
            slope = (ebit.expectation(circuit, observables, *call(values + e)).sum()
                     - ebit.expectation(circuit, observables, *call(values - e)).sum()) / 2e-6
            assert grad[i] == pytest.approx(slope, abs=1e-8)
    from ebit._circuit import run_backward
    cotangent = rng.normal(size=psi.shape) + 1j * rng.normal(size=psi.shape)
    d_shared, d_each, _ = run_backward(circuit, p, q, psi, cotangent)
    e = np.zeros_like(q)
    e[1] = 1e-6
    slope = (np.conj(cotangent) * (ebit.run(circuit, p, q + e) - ebit.run(circuit, p, q - e))).sum().real / 2e-6
    assert d_each[1, 0] == pytest.approx(slope, abs=1e-8)


def test_circuits_by_name():
    a = ebit.Circuit(2).add("H", [0]).add("RZZ", [0, 1], ["b"])
    b = ebit.Circuit(2).add("RY", [1], ["a"]).append(a)
    assert b.shared == ("a", "b")
    np.testing.assert_allclose(b.append(b.inverse()).unitary({"a": 0.3, "b": 0.7}), np.eye(4), atol=1e-12)
    assert "RY(a)" in str(b) and "<pre" in b._repr_html_()
    with pytest.raises(ebit.Error, match="b is missing"):
        ebit.run(a, {})
    with pytest.raises(ebit.Error, match="did you mean"):
        ebit.Circuit(2).add("CNTO", [0, 1])
    with pytest.raises(ebit.Error, match="give their values"):
        ebit.run(a)
    with pytest.raises(ebit.Error, match="not finite"):
        ebit.run(a, [np.nan])
    with pytest.raises(ebit.Error):
        ebit.Circuit(2).add([[1, 1], [0, 1]], [0])


def test_entanglement_of_known_states_and_gates():
    bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    assert ebit.info.entropy(bell) == pytest.approx(1)
    assert ebit.info.entropy(np.outer(bell, bell)) == pytest.approx(0, abs=1e-9)
    assert ebit.info.negativity(np.outer(bell, bell)) == pytest.approx(0.5)
    assert ebit.info.mutual_information(np.outer(bell, bell)) == pytest.approx(2)
    w = np.array([0, 1, 1, 0, 1, 0, 0, 0]) / np.sqrt(3)
    p = np.array([1, 2]) / 3
    np.testing.assert_allclose(ebit.info.entropy(np.stack([w, w]), part=[1]), -(p * np.log2(p)).sum(), atol=1e-12)
    np.testing.assert_allclose(ebit.info.weyl_coordinates("cnot"), [np.pi / 2, 0, 0], atol=1e-7)
    assert ebit.info.is_perfect_entangler("cnot") and not ebit.info.is_perfect_entangler("swap")
    assert ebit.info.power("swap", ancillas=(2, 2)).value == pytest.approx(2, abs=1e-6)
    assert ebit.info.average_power("cnot") == pytest.approx(2 / 9)
    assert ebit.info.power(ebit.Circuit(2).add("CNOT", [0, 1])).value == pytest.approx(1, abs=1e-6)
    for call in (lambda: ebit.info.entropy(np.zeros(4)), lambda: ebit.info.entropy(bell, dims=[2, 3]),
                 lambda: ebit.info.power(np.ones((4, 4))), lambda: ebit.info.entropy(bell, kind="renyi")):
        with pytest.raises(ebit.Error):
            call()


def test_references_of_a_kernel_cell_start_from_data():
    cell = ebit.Cell("qk-lstm", inputs=2, references_from="data", references=3)
    theta, x = cell.initialise(1), np.random.default_rng(0).uniform(-1, 1, (4, 5, 2))
    moved = cell.start_from_data(theta, x, lengths=[5, 2, 1, 3])
    for name, own in cell.named(moved).items():
        assert np.array_equal(own, cell.named(theta)[name]) == (name != "references")
    assert all((np.abs(x - r[2:]).max(2) == 0).any() for r in cell.named(moved)["references"])  # v = [h, x]
    with pytest.raises(ebit.Error, match="references_from='data'"):
        ebit.Cell("qk-lstm").start_from_data(ebit.Cell("qk-lstm").initialise(1), x[:, :, :1])


@pytest.mark.parametrize("cell", ebit._cells.cell_classes.values(), ids=lambda c: c.__name__)
def test_every_class_of_a_family_works_without_a_model_named(cell):
    made = cell(inputs=ebit._cells.least_inputs(cell.family))
    out = made.forward(made.initialise(1), np.zeros((2, 3, made.inputs)))
    assert out.y.shape == (2, 3, made.outputs) and np.isfinite(out.y).all()
