"""Circuits with noise: density matrices, trajectories, noise models, against numpy and the reference files."""
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import ebit
import ebit.interop

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "noise"


def slow_density(circuit, shared):
    """rho by whole matrices: each gate's unitary, each channel as the sum of what its Kraus operators make."""
    n = circuit.wires
    rho = np.zeros((2**n, 2**n), complex)
    rho[0, 0] = 1
    for item in circuit.items:
        if "channel" in item:
            kraus = [np.sqrt(1 - 0.75 * item["parameters"]["lambda"]) * np.eye(2)] + [
                np.sqrt(0.25 * item["parameters"]["lambda"]) * np.array(p) for p in
                ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])]
            wire = item["wires"][0]
            whole = [np.kron(np.kron(np.eye(2**wire), k), np.eye(2**(n - 1 - wire))) for k in kraus]
            rho = sum(k @ rho @ k.conj().T for k in whole)
            continue
        alone = ebit.Circuit(n)
        alone.add(item["gate"], item["wires"], [value if kind == 0 else scale * shared[index] + value
                                                for kind, index, scale, value in item["angles"]])
        u = alone.unitary()
        rho = u @ rho @ u.conj().T
    return rho


def noisy_circuit():
    c = ebit.Circuit(2).add("RY", [0], ["a"]).add_channel("depolarizing", [0], {"lambda": 0.2})
    return c.add("CNOT", [0, 1]).add_channel("depolarizing", [1], error_probability=0.075).add("RX", [1], ["b"])


def test_density_matrices_are_sums_over_kraus_operators():
    c, angles = noisy_circuit(), [0.7, -1.2]
    rho = ebit.density_matrix(c, angles)
    assert rho.shape == (1, 4, 4)
    assert np.abs(rho[0] - slow_density(c, angles)).max() < 1e-14
    assert abs(np.trace(rho[0]) - 1) < 1e-14
    z = np.diag([1, 1, -1, -1])
    assert abs(ebit.expectation(c, "Z0", angles)[0, 0] - np.trace(z @ rho[0]).real) < 1e-14


def test_gradients_are_finite_differences_and_batches_are_apart():
    c = noisy_circuit().add("RZZ", [0, 1], [ebit.Angle("x", per_sample=True)])
    shared, own = np.array([0.7, -1.2]), np.array([[0.3], [0.9], [-2.0]])
    y, (d_shared, d_own) = ebit.expectation(c, ["Z0", "X0*Y1"], shared, own, gradient=True, noise="depolarizing")
    assert y.shape == (3, 2)
    f = lambda s, q: ebit.expectation(c, ["Z0", "X0*Y1"], s, q, noise="depolarizing").sum()
    for k in range(2):
        step = np.eye(2)[k] * 1e-5
        assert abs(d_shared[k] - (f(shared + step, own) - f(shared - step, own)) / 2e-5) < 1e-8
    assert abs(d_own[1, 0] - (f(shared, own + [[0], [1e-5], [0]]) - f(shared, own - [[0], [1e-5], [0]])) / 2e-5) < 1e-8
    one = ebit.expectation(c, ["Z0", "X0*Y1"], shared, own[1:2], noise="depolarizing")
    assert np.abs(one - y[1:2]).max() < 1e-15


def test_trajectories_and_shots_lie_around_the_exact_values():
    c, angles = noisy_circuit(), [0.7, -1.2]
    exact = ebit.expectation(c, ["Z0", "Z1"], angles)
    value, error = ebit.expectation(c, ["Z0", "Z1"], angles, trajectories=20000, seed=3)
    assert (error > 0).all() and (np.abs(value - exact) < 4.5 * error).all()
    again, _ = ebit.expectation(c, ["Z0", "Z1"], angles, trajectories=20000, seed=3)
    assert (again == value).all()
    shots = ebit.expectation(c, ["Z0", "Z1"], angles, shots=20000)
    assert (shots != exact).all() and (np.abs(shots - exact) < 4.5 * np.sqrt((1 - exact**2) / 20000)).all()


def test_readout_errors_of_a_model_are_applied():
    model = {"after_1q": [], "after_2q": [], "readout": {"p1_given_0": 0.1, "p0_given_1": 0.3}}
    c = ebit.Circuit(1).add("RY", [0], ["a"])
    z = ebit.expectation(c, "Z0", [0.4])[0, 0]
    assert abs(ebit.expectation(c, "Z0", [0.4], noise=model)[0, 0] - (0.6 * z + 0.2)) < 1e-14
    value, error = ebit.expectation(c, "Z0", [0.4], noise=model, trajectories=10)
    assert abs(value[0, 0] - (0.6 * z + 0.2)) < 1e-12 and error[0, 0] < 1e-12


def test_a_reference_file_from_its_rule():
    file = json.loads((GOLDEN / "ring3_depol_1q2q.json").read_text())
    c = ebit.Circuit(file["wires"])
    for step in file["circuit"]:
        c.add(step["gate"], step["wires"], step.get("angles", []))
    rule = {k: v for k, v in file["noise"].items() if k in ("after_1q", "after_2q")}
    rule = {k: [{n: x for n, x in row.items() if n != "error_probability"} for row in rows] for k, rows in rule.items()}
    rho = ebit.density_matrix(c, noise=rule)[0]
    wanted = np.array(file["density_matrix"]["re"]) + 1j * np.array(file["density_matrix"]["im"])
    assert np.abs(rho - wanted).max() < 1e-11
    placed = c.with_noise(rule)
    assert np.abs(ebit.density_matrix(placed)[0] - wanted).max() < 1e-11
    assert "channels" in repr(placed)
    for text, value in file["expectations"].items():
        assert abs(ebit.expectation(placed, text)[0, 0] - value) < 1e-11


def test_circuits_with_channels_are_kept_whole():
    c = noisy_circuit()
    for copy in (pickle.loads(pickle.dumps(c)), ebit.Circuit(2).append(c)):
        assert copy.items == c.items and copy.shared == c.shared
    assert ebit.channels().names()[0] == "depolarizing" and "none" in ebit.noise_models().names()
    assert pickle.loads(pickle.dumps(ebit.NoiseModel("depolarizing"))).name == "depolarizing"


@pytest.mark.filterwarnings("error")
def test_what_has_no_noise_is_told():
    c = ebit.Circuit(2).add("H", [0]).add("CNOT", [0, 1])
    with pytest.raises(UserWarning, match="gates of 2"):
        ebit.expectation(c, "Z0", noise={"after_1q": [{"channel": "bit_flip", "probability": 0.1}]})


@pytest.mark.parametrize("work, part", [
    (lambda c: c.add_channel("depolarising", [0], {"lambda": 0.1}), "depolarizing"),
    (lambda c: c.add_channel("depolarizing", [0], {"lambda": 1.5}), "lambda"),
    (lambda c: c.add_channel("depolarizing", [0]), "lambda"),
    (lambda c: c.add_channel("bit_flip", [0, 1], probability=0.1), "bit_flip"),
    (lambda c: c.add_channel("thermal_relaxation", [0], t1=1e-5, t2=3e-5, time=1e-6), "t2"),
    (lambda c: ebit.expectation(c, "Z0", noise="depolarising"), "depolarizing"),
    (lambda c: ebit.expectation(c, "Z0", noise={"after_1": []}), "after_1q"),
    (lambda c: ebit.expectation(c, "Z0", trajectories=10, gradient=True), "gradient"),
    (lambda c: ebit.run(c.add_channel("reset", [0])), "state vector"),
    (lambda c: ebit.interop.to_qasm3(c.add_channel("reset", [0])), "list of gates"),
    (lambda c: ebit.density_matrix(ebit.Circuit(9)), "8 wires"),
])
def test_refusals_are_one_line(work, part):
    with pytest.raises(ebit.Error, match=part) as error:
        work(ebit.Circuit(2).add("H", [0]))
    assert "\n" not in str(error.value)
