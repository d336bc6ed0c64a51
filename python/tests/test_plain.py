"""The core against plain(module): cells written in operations of torch from the definitions alone."""
import copy
import json
import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import ebit
import ebit.torch
from ebit.torch import _gates
from ebit.torch._plain import PlainRNN

DOUBLE = torch.float64


def cases():
    """(model, inputs, options, entropy, stage) of all that plain() knows."""
    for m in ebit.models():
        if m.cell:
            yield m.name, 1, {"qubits": 2} if m.name == "qrnn" else {}, None
    hidden = [h.name for h in ebit.hidden_updates() if h.name != "sample"]
    for encoder in (e.name for e in ebit.encoders()):
        for h in hidden:
            inputs = 2 if encoder == "basis" else 3 if encoder in ("linear-amplitude", "arccos-angle") else 1
            for epsilon in (0, 0.01):
                yield "register", inputs, {"encoder": encoder, "hidden": h, "epsilon": epsilon, "ansatz": "zz-ring",
                                           "readout": ["Z1", "X0*Y2", "P(3)"]}, None
    for ansatz in (a.name for a in ebit.ansaetze()):
        for h in ("collapse", "density"):
            yield "register", 2, {"encoder": "arctan-angle", "hidden": h, "ansatz": ansatz, "n_ancilla": 1, "layers_en": 3,
                                  "dis": "adjoint", "readout": ["Y0", "X1*Z2"]}, None
        yield "qrnn", 1, {"qubits": 3, "ansatz": ansatz, "circuit_layers": 2, "angle_scale": 1.0}, None
    for kind in (e.name for e in ebit.entropies()):
        for stage in ("disentangled", "entangled"):
            for sizes in ((1, 2), (2, 1), (2, 2)):
                yield "register", 1, {"n_system": sizes[0], "n_ancilla": sizes[1], "ansatz": "strongly-entangling",
                                      "encoder": "arctan-angle", "hidden": "coherent"}, (kind, stage)
    yield "register", 1, {"n_system": 3, "n_ancilla": 3, "hidden": "marginals", "ansatz": "hardware-efficient"}, None
    for activation in ("linear", "relu", "gelu", "glu"):
        for residual in (False, True):
            yield "qrnn", 2, {"qubits": 2, "ffn_hidden": [5, 5, 3], "activation": activation, "residual": residual,
                              "initial": "trainable", "readout": ["XZ", "Y0*Z1", "P(1)"], "angle_scale": 1.0}, None
    for n, encoder in enumerate(("arctan-angle", "arctan-angle-no-h", "h-rx-rz-arctan", "arcsin-arccos", "h-ry", "rx")):
        yield "gated", 2, {"qubits": 3, "encoder": encoder, "architecture": "gru" if n % 2 else "lstm-4", "hidden_size": 1 if n == 3 else 2,
                           "linear_in": ("none", "shared", "per-gate")[n % 3] if n else "shared", "ansatz": "brick-ry",
                           "linear_out": ("shared", "none", "per-gate")[n % 3], "gate_order": "h-first" if n > 2 else "x-first",
                           **({"update": "z-replaces"} if n == 3 else {"coupled": True, "peepholes": True} if n == 2 else
                              {"peepholes": True} if n == 4 else {})}, None
    for n, encoder in enumerate(("ry", "zz", "zz-chain", "rz-ry-chain", "rz-ry-chain-raw", "rz-ry-chain-inverse-raw")):
        yield "gated", 2, {"qubits": 3, "encoder": encoder, "circuit_layers": n % 2, "linear_out": "shared"}, None
        yield "qk-lstm", 2, {"encoder": encoder, "repetitions": 1 + n % 2, "references": 3, "bias": n > 2,
                             "references_of": "per-gate" if n % 2 else "shared", "linear_in": "shared" if n > 3 else "none"}, None
        yield "qfwp-gated" if n % 2 else "qfwp", 2, {"qubits": 3, "measured_wires": 2, "encoder": encoder, "latent": n}, None
    for kernel in ("cosine", "rbf"):
        yield "qk-lstm", 1, {"kernel": kernel, "gate_order": "x-first"}, None
    yield "rbf-lstm", 1, {"trained_width": False, "kernel_width": 0.7, "trained_references": False}, None
    for blocks in ("EXY_X_CZ_EYX_Y_CX", "EYX_Z_EXY_CY_Y_X"):
        for span in (2, 5):
            yield "ru-qnn", 2, {"qubits": 3, "span": span, "blocks": blocks}, None
            yield "d-qnn", 2, {"qubits": 3, "span": span, "circuit_layers": 2}, None
    yield "qrnn", 2, {"qubits": 2, "first_ry": False, "readout": ["I", "Z0"], "ffn_hidden": [3], "dropout": 0.5}, None


def made(model, inputs, options, entropy=None, every_step=True):
    try:
        kind, stage = entropy or (None, "disentangled")
        rnn = ebit.torch.QuantumRNN(model, inputs, batch_first=True, dtype=DOUBLE, entropy=kind, entropy_stage=stage,
                                    every_step=every_step, **options)
    except ebit.Error:
        return None
    with torch.no_grad():  # away from the small angles that cells start with; larger weights of networks are chaotic
        for name, p in rnn.named_parameters():
            angles = "theta" in name or name == "initial"
            p.copy_(torch.rand_like(p) * 6 if angles else torch.randn_like(p) * (1 if "encoder" in name else 0.4))
    return rnn.eval()


CASES = [c for c in cases() if made(*c) is not None]


def name_of(case):
    model, inputs, options, entropy = case
    return "-".join(map(str, (model, inputs, *options.values(), *(entropy or ())))).replace(" ", "")


def numbers(rnn, batch, steps):
    if rnn.options.get("encoder") == "basis":
        return torch.randint(0, 2, (batch, steps, rnn.input_size)).to(DOUBLE)
    return torch.rand(batch, steps, rnn.input_size, dtype=DOUBLE) * 1.6 - 0.8


def given_state(rnn, batch):
    """A state as the cell itself leaves one."""
    with torch.no_grad():
        return rnn(numbers(rnn, batch, 2))[1]


def derivatives(rnn, x, hx, lengths, weights):
    """(outputs, gradients of x, hx and every parameter) of a weighted sum of all outputs."""
    x = x.clone().requires_grad_()
    hx = None if hx is None else hx.clone().requires_grad_()
    y, state = rnn(x, hx, lengths=lengths)
    out = [y, state] + ([rnn.last_entropy] if rnn.entropy else [])
    loss = sum((o * w[:o.numel()].reshape(o.shape)).sum() for o, w in zip(out, weights))
    inputs = [x, *(p for p in rnn.parameters() if p.requires_grad)] + ([] if hx is None else [hx])
    grads = torch.autograd.grad(loss, inputs, allow_unused=True)
    return out, [torch.zeros_like(i) if g is None else g for i, g in zip(inputs, grads)]


def close(got, wanted, tolerance=1e-10):
    for a, b in zip(got, wanted):
        assert a.shape == b.shape
        assert (a - b).abs().max() <= tolerance * max(1.0, b.abs().max().item())


@pytest.mark.parametrize("every_step", [True, False])
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_outputs_and_gradients_are_those_of_the_core(case, every_step):
    torch.manual_seed(5)
    rnn = made(*case, every_step)
    oracle = ebit.torch.plain(rnn)
    assert list(oracle.state_dict()) == list(rnn.state_dict())
    batch, steps = 5, 3
    x = numbers(rnn, batch, steps)
    weights = [torch.randn(10000, dtype=DOUBLE) for _ in range(3)]
    for hx in (None, given_state(rnn, batch)):
        for lengths in (None, torch.tensor([3, 0, 1, 2, 3])):
            given = x if lengths is None else x.masked_fill((torch.arange(steps) >= lengths[:, None])[..., None], float("nan"))
            core, plain = (derivatives(m, given, hx, lengths, weights) for m in (rnn, oracle))
            close(plain[0], core[0])
            close(plain[1], core[1])


def test_what_the_cases_cover():
    options = [c[2] for c in CASES]
    assert {o.get("ansatz") for o in options} >= {a.name for a in ebit.ansaetze()}
    assert {o.get("encoder") for o in options} >= {e.name for e in ebit.encoders()}
    assert {o.get("hidden") for o in options} >= {h.name for h in ebit.hidden_updates()} - {"sample"}
    assert {c[0] for c in CASES} == {m.name for m in ebit.models() if m.cell and m.family not in ("rvqe", "measured")}  # no plain form
    assert len(CASES) > 80


@pytest.mark.parametrize("gate", [g.name for g in ebit.gates() if not g.name.startswith("Matrix")])
def test_matrices_of_all_gates(gate):
    row = next(g for g in ebit.gates() if g.name == gate)
    angles = [0.3 + k for k in range(row.angles)]
    wanted = ebit.Circuit(row.wires).add(gate, list(range(row.wires)), angles).unitary()
    got = _gates.matrix(gate, [torch.tensor(a, dtype=DOUBLE) for a in angles], torch.zeros(1, dtype=DOUBLE))
    np.testing.assert_allclose((got.re + 1j * got.im).numpy(), wanted, atol=1e-14)


def test_an_ansatz_of_a_file(tmp_path):
    """Matrices, fixed angles and controlled gates, on wires in any order."""
    gates = [{"gate": "H", "wires": [1]}, {"gate": "U3", "wires": [2], "angles": ["a", 0.4, "-0.5*a"]},
             {"gate": "CRX", "wires": [2, 0], "angles": ["b"]}, {"gate": "Toffoli", "wires": [1, 0, 2]},
             {"gate": "RXX", "wires": [2, 1], "angles": ["c"]}, {"gate": "iSWAP", "wires": [2, 0]},
             {"gate": "SX", "wires": [0]}, {"gate": "P", "wires": [1], "angles": ["b"]}]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"gates": gates}))
    torch.manual_seed(1)
    rnn = made("register", 1, {"n_system": 1, "n_ancilla": 2, "ansatz_file": str(path), "encoder": "arctan-angle"})
    assert rnn is not None
    x, weights = numbers(rnn, 3, 3), [torch.randn(1000, dtype=DOUBLE) for _ in range(2)]
    core, plain = (derivatives(m, x, None, None, weights) for m in (rnn, ebit.torch.plain(rnn)))
    close(plain[0], core[0]), close(plain[1], core[1])


SMALL = [("register", 1, {"n_system": 1, "n_ancilla": 1, "encoder": "arctan-angle", "hidden": h, "ansatz": "strongly-entangling"},
          None) for h in ("collapse", "sqrt-probabilities", "density", "coherent")]
SMALL += [("daskin-probabilities", 1, {}, None),
          ("daskin-extended", 1, {"n_system": 1, "n_ancilla": 1, "layers_en": 1, "layers_dis": 1}, None),
          ("qrnn", 1, {"qubits": 2, "ffn_hidden": [3], "initial": "trainable"}, None)]


def function_of(rnn):
    """The oracle as a function of (x, *parameters)."""
    names = [n for n, _ in rnn.named_parameters()]

    def call(x, *parameters):
        holders = copy.deepcopy(ebit.torch.plain(rnn))
        for name, p in zip(names, parameters):
            holder, last = holders, name
            while "." in last:
                first, last = last.split(".", 1)
                holder = holder._modules[first]
            del holder._parameters[last]
            setattr(holder, last, p)
        y, state = holders(x)
        return y, state
    return call, [p.detach().clone().requires_grad_() for p in rnn.parameters()]


@pytest.mark.parametrize("case", SMALL, ids=name_of)
def test_second_derivatives(case):
    torch.manual_seed(3)
    rnn = made(*case)
    call, parameters = function_of(rnn)
    x = numbers(rnn, 2, 2).requires_grad_()
    assert torch.autograd.gradcheck(call, (x, *parameters))
    assert torch.autograd.gradgradcheck(call, (x, *parameters))


def test_hessian_products_are_those_of_differences():
    torch.manual_seed(3)
    rnn = made("daskin-collapse", 1, {})
    x, oracle = numbers(rnn, 3, 4), ebit.torch.plain(rnn)
    direction = [torch.randn_like(p) for p in rnn.parameters()]
    differences = ebit.torch.hvp(lambda: rnn(x)[0].square().sum(), list(rnn.parameters()), direction)
    parameters = list(oracle.parameters())
    grads = torch.autograd.grad(oracle(x)[0].square().sum(), parameters, create_graph=True)
    exact = torch.autograd.grad(sum((g * d).sum() for g, d in zip(grads, direction)), parameters)
    close(differences, exact, 1e-7)


def test_second_derivatives_of_an_entropy():
    torch.manual_seed(3)
    rnn = made("register", 1, {"ansatz": "strongly-entangling"}, ("von-neumann", "disentangled"))
    x, oracle = numbers(rnn, 3, 2), ebit.torch.plain(rnn)

    def loss(m):
        m(x)
        return m.last_entropy.sum()
    direction = [torch.randn_like(p) for p in rnn.parameters()]
    differences = ebit.torch.hvp(lambda: loss(rnn), list(rnn.parameters()), direction)
    parameters = list(oracle.parameters())
    grads = torch.autograd.grad(loss(oracle), parameters, create_graph=True)
    exact = torch.autograd.grad(sum((g * d).sum() for g, d in zip(grads, direction)), parameters)
    close(differences, exact, 1e-6)


@pytest.mark.skipif(not hasattr(torch, "func"), reason="torch.func came with torch 2.0")
@pytest.mark.parametrize("case", SMALL, ids=name_of)
def test_forward_mode_and_vmap(case):
    torch.manual_seed(3)
    rnn = made(*case)
    oracle = ebit.torch.plain(rnn)
    parameters = {n: p.detach() for n, p in rnn.named_parameters()}
    x, dx = numbers(rnn, 2, 3), torch.randn(2, 3, 1, dtype=DOUBLE)

    def f(p, x):
        return torch.func.functional_call(oracle, p, (x,))[0]
    tangents = {n: torch.randn_like(p) for n, p in parameters.items()}
    y, dy = torch.func.jvp(f, (parameters, x), (tangents, dx))
    close([y], [rnn(x)[0]])
    _, pull = torch.func.vjp(f, parameters, x)
    weights = torch.randn_like(y)
    dp, back = pull(weights)
    assert abs((dy * weights).sum() - sum((dp[n] * tangents[n]).sum() for n in dp) - (back * dx).sum()) < 1e-10
    each = torch.func.vmap(f, (None, 0))(parameters, torch.stack([x, dx * 0.2]))
    close([each[0]], [y])


def test_recurrent_and_whole_models():
    torch.manual_seed(2)
    rnn = ebit.torch.Recurrent("daskin-extended", 3, 4, num_layers=2, bidirectional=True, dtype=DOUBLE)
    oracle = ebit.torch.plain(rnn)
    x = torch.randn(4, 2, 3, dtype=DOUBLE)
    close([oracle(x)[0], *oracle(x)[1]], [rnn(x)[0], *rnn(x)[1]])
    assert list(oracle.state_dict()) == list(rnn.state_dict())
    assert all(a is b for a, b in zip(oracle.parameters(), rnn.parameters()))
    assert isinstance(oracle.cells[0].cell, PlainRNN) and not isinstance(rnn.cells[0].cell, PlainRNN)
    model = torch.nn.Sequential(torch.nn.Linear(3, 1, dtype=DOUBLE), ebit.torch.RegisterRNN(1, dtype=DOUBLE))
    close([ebit.torch.plain(model)(x)[0]], [model(x)[0]])
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, [2, 4], enforce_sorted=False)
    close([oracle(packed)[0].data], [rnn(packed)[0].data])


@pytest.mark.parametrize("model", [m.name for m in ebit.models() if m.cell and m.family not in ("rvqe", "measured")])
def test_exports_to_onnx(model, tmp_path):
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    pytest.importorskip("onnxscript", reason="torch exports with onnxscript")
    rnn = ebit.torch.QuantumRNN(model, 1, batch_first=True, **({"qubits": 2, "ffn_hidden": [3]} if model == "qrnn" else {}))
    path, batch = str(tmp_path / "m.onnx"), torch.export.Dim("batch", min=1, max=64)
    torch.onnx.export(ebit.torch.plain(rnn).eval(), (torch.rand(2, 1, 1),), path, dynamo=True,
                      dynamic_shapes={"input": {0: batch}})
    session, x = runtime.InferenceSession(path), torch.rand(5, 1, 1)
    got = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    close([torch.tensor(g) for g in got], rnn(x), 1e-5)


def test_parameters_are_shared_and_train():
    rnn = ebit.torch.ControlledRNN(1, qubits=2, dtype=DOUBLE)
    oracle = ebit.torch.plain(rnn)
    assert dict(oracle.named_parameters()).keys() == dict(rnn.named_parameters()).keys()
    assert all(a is b for a, b in zip(oracle.parameters(), rnn.parameters()))
    oracle(torch.rand(3, 2, 1, dtype=DOUBLE))[0].sum().backward()
    torch.optim.SGD(oracle.parameters(), 0.1).step()
    x = torch.rand(2, 1, 1, dtype=DOUBLE)
    close([oracle(x)[0]], [rnn(x)[0]])
    assert ebit.torch.plain(oracle) is oracle
    close([oracle.initial_state(2)], [rnn.initial_state(2)])
    again = pickle.loads(pickle.dumps(oracle))
    close([again(x)[0], copy.deepcopy(oracle)(x)[0]], [oracle(x)[0]] * 2)


def test_autocast_does_not_reach_inside():
    oracle, x = ebit.torch.plain(ebit.torch.QuantumRNN("li-pqrnn", 1, dtype=torch.float32)), torch.rand(3, 2, 1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = oracle(x)[0]
        low = oracle(x.bfloat16())[0]
    assert y.dtype == low.dtype == torch.float32
    close([y, low], [oracle(x)[0], oracle(x.bfloat16().float())[0]], 1e-6)


def test_float32():
    rnn = ebit.torch.QuantumRNN("li-pqrnn", 1, dtype=torch.float32)
    x = torch.rand(3, 2, 1)
    y, state = ebit.torch.plain(rnn)(x)
    assert y.dtype == state.dtype == torch.float32
    close([y, state], [*rnn(x)], 1e-5)


@pytest.mark.parametrize("case", SMALL + [("register", 1, {}, ("von-neumann", "entangled"))], ids=name_of)
def test_everything_is_on_the_device_of_the_module(case):
    """On the device that computes nothing, since no other is at hand everywhere."""
    rnn = made(*case)
    oracle = copy.deepcopy(ebit.torch.plain(rnn)).to("meta")
    x = torch.zeros(3, 2, 1, dtype=DOUBLE, device="meta")
    for hx in (None, torch.zeros(1, 3, rnn.state_size, dtype=DOUBLE, device="meta")):
        y, state = oracle(x, hx, lengths=torch.tensor([2, 1, 0]))
        assert y.shape == (3, 2, rnn.output_size) and state.shape == (1, 3, rnn.state_size)
        assert y.device.type == state.device.type == "meta"


def test_dropout_acts_in_training_alone():
    rnn = ebit.torch.ControlledRNN(1, qubits=2, ffn_hidden=[50], dropout=0.5, angle_scale=1.0, dtype=DOUBLE)
    oracle, x = ebit.torch.plain(rnn), torch.rand(2, 2, 1, dtype=DOUBLE)
    assert not torch.equal(oracle(x)[0], oracle(x)[0])
    close([oracle.eval()(x)[0]], [rnn.eval()(x)[0]])


def test_what_is_refused():
    for model, options in (("register", {"hidden": "sample"}), ("qrnn", {"measurement": "shots"}),
                           ("qrnn", {"measurement": "sampled"})):
        with pytest.raises(ebit.Error, match="drawn"):
            ebit.torch.plain(ebit.torch.QuantumRNN(model, 1, **options))
    with pytest.raises(ebit.Error, match="no cell"):
        ebit.torch.plain(torch.nn.Linear(1, 1))
    oracle = ebit.torch.plain(ebit.torch.RegisterRNN(2, dtype=DOUBLE))
    with pytest.raises(ebit.Error, match="3 features"):
        oracle(torch.zeros(1, 1, 3, dtype=DOUBLE))
    with pytest.raises(ebit.Error, match="float32"):
        oracle(torch.zeros(1, 1, 2))
    with pytest.raises(ebit.Error, match="hx must be"):
        oracle(torch.zeros(1, 1, 2, dtype=DOUBLE), torch.zeros(1, 1, 3, dtype=DOUBLE))


def test_slopes_at_the_ends_of_arccos():
    rnn = made("fellner-qrnn", 1, {})
    weights = [torch.ones(1000, dtype=DOUBLE)] * 2
    x = torch.tensor([[[1.0], [-1.0], [0.5]]], dtype=DOUBLE)
    core, plain = (derivatives(m, x, None, None, weights) for m in (rnn, ebit.torch.plain(rnn)))
    close(plain[1], core[1], 1e-7)
