"""Cells as torch modules: everything that torch's own layers can do."""
import copy
import io
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: tests of ebit.torch are skipped")
import ebit  # noqa: E402
import ebit.torch as et  # noqa: E402
from cases import CERTAIN, name_of  # noqa: E402

NEW = hasattr(torch.library, "register_fake")
new = pytest.mark.skipif(not NEW, reason=f"torch {torch.__version__} is before 2.4")
vmap = pytest.mark.skipif(not hasattr(torch.library, "register_vmap"), reason=f"torch {torch.__version__} is before 2.5")
F64 = torch.float64


def register(**options):
    return et.RegisterRNN(1, batch_first=True, dtype=F64, preset="daskin-collapse", **options)


def data(batch=3, steps=4, width=1, dtype=F64, seed=0):
    return torch.rand(batch, steps, width, dtype=dtype, generator=torch.Generator().manual_seed(seed)) * 1.6 - 0.8


def call(module, x, h, *parameters):
    return module(x, h)


@pytest.mark.parametrize("case", CERTAIN, ids=name_of)
def test_gradcheck(case):
    model, width, options = case
    module = et.QuantumRNN(model, width, batch_first=True, dtype=F64, **options)
    x = data(2, 3, width).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, *p: module(x)[0], (x, *module.parameters()), atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("model,options", [("daskin-probabilities", {}), ("qrnn", {"qubits": 2}), ("fellner-qrnn", {})])
def test_gradcheck_of_the_state(model, options):
    module = et.QuantumRNN(model, 1, batch_first=True, dtype=F64, **options)
    x, h = data(2, 3), module(data(2, 2))[1].detach().requires_grad_()
    assert torch.autograd.gradcheck(lambda h: module(x, h), (h,), atol=1e-6, rtol=1e-4)


def test_values_are_those_of_numpy():
    module, x = register(), data()
    cell = ebit.Cell("daskin-collapse")
    p = np.concatenate([q.detach().numpy().ravel() for q in module.parameters()])
    out = cell.forward(p, x.numpy())
    y, state = module(x)
    np.testing.assert_array_equal(y.detach().numpy(), out.y)
    np.testing.assert_array_equal(state[0].detach().numpy(), out.state)


def test_layouts_of_the_input():
    module, x = register(), data()
    y, state = module(x)
    other = copy.deepcopy(module)
    other.batch_first = False
    assert torch.equal(other(x.transpose(0, 1))[0].transpose(0, 1), y)
    one, s = module(x[0])
    assert torch.equal(one, y[0]) and torch.equal(s, state[:, 0])
    again, _ = module(x[0], s)
    assert torch.equal(again, module(x[:1], state[:, :1])[0][0])
    assert torch.equal(module(x.transpose(1, 2).contiguous().transpose(1, 2))[0], y), "not contiguous"


@pytest.mark.parametrize("sort", [True, False])
def test_packed_sequences(sort):
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
    lengths = [4, 3, 1] if sort else [1, 4, 2]
    x = data()
    for module in (register(), et.Recurrent("daskin-collapse", 1, 3, 2, batch_first=True, bidirectional=True, dtype=F64)):
        out, state = module(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=sort))
        y, n = pad_packed_sequence(out, batch_first=True)
        assert n.tolist() == lengths
        for i, length in enumerate(lengths):
            single, s = module(x[i:i + 1, :length])
            assert torch.allclose(y[i, :length], single[0], atol=1e-12)
            for a, b in zip(state if isinstance(state, tuple) else (state,), s if isinstance(s, tuple) else (s,)):
                assert torch.allclose(a[:, i], b[:, 0], atol=1e-12)


def test_a_sequence_may_be_carried_on():
    module, x = register(), data(steps=6)
    whole, end = module(x)
    first, h = module(x[:, :2])
    second, last = module(x[:, 2:], h)
    assert torch.allclose(torch.cat([first, second], 1), whole) and torch.allclose(last, end)
    assert torch.allclose(module(x, module.initial_state(3))[0], whole)


def test_module_is_a_module(tmp_path):
    module = et.ControlledRNN(2, qubits=2, batch_first=True)
    x = torch.rand(2, 3, 2)
    y = module(x)[0]
    for again in (copy.deepcopy(module), copy.copy(module), pickle.loads(pickle.dumps(module))):
        assert torch.equal(again(x)[0], y)
    f = io.BytesIO()
    torch.save(module.state_dict(), f), f.seek(0)
    other = et.ControlledRNN(2, qubits=2, batch_first=True)
    assert other.load_state_dict(torch.load(f)) and torch.equal(other(x)[0], y)
    assert sorted(module.state_dict()) == ["ffn.0.bias", "ffn.0.weight"]
    assert "qubits=2" in repr(module) and "output_size=6" in repr(module)
    assert module.double()(x.double())[0].dtype == F64
    assert sum(p.numel() for p in module.parameters()) == ebit.ControlledCell(inputs=2, qubits=2).parameters
    assert et.RegisterRNN(1, device="cpu", dtype=torch.float32).theta_en.dtype == torch.float32
    old = torch.get_default_dtype()
    torch.set_default_dtype(F64)
    try:
        assert et.RegisterRNN(1).theta_en.dtype == F64
    finally:
        torch.set_default_dtype(old)


def test_the_same_seed_draws_the_same_parameters():
    torch.manual_seed(3)
    a = register()
    torch.manual_seed(3)
    b = register()
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters()))


def train(make, steps=40):
    torch.manual_seed(0)
    layer, head = make(), torch.nn.Linear(6, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], 0.02)
    s = 0.8 * torch.sin(torch.arange(60.0) / 3)
    x, y = s.unfold(0, 8, 1)[:-1, :, None], s[8:, None]
    before = [p.detach().clone() for p in layer.parameters()]
    losses = []
    for _ in range(steps):
        out, (h_n, c_n) = layer(x, (torch.zeros(2, len(x), 6), torch.zeros(2, len(x), 6)))
        assert out.shape == (len(x), 8, 6) and h_n.shape == (2, len(x), 6) and torch.equal(h_n[-1], out[:, -1])
        loss = (head(out[:, -1]) - y).square().mean()
        optimizer.zero_grad(), loss.backward(), optimizer.step()
        losses.append(loss.item())
    return losses, before, list(layer.parameters())


def test_one_line_of_a_script_changes():
    train(lambda: torch.nn.LSTM(1, 6, 2, batch_first=True))
    for name, options in (("daskin-collapse", {}), ("qrnn", {"qubits": 2, "angle_scale": 1.0}), ("li-pqrnn", {})):
        losses, before, after = train(lambda: et.Recurrent(name, 1, 6, 2, batch_first=True, **options))
        assert losses[-1] < 0.7 * losses[0], name
        for a, b in zip(before, after):
            assert not torch.equal(a, b), f"a parameter of {name} did not move"


def test_recurrent_takes_all_that_lstm_takes():
    x = torch.rand(7, 2, 3)
    for options in ({}, {"num_layers": 2, "dropout": 0.5}, {"bidirectional": True}, {"proj_size": 2}, {"bias": False}, {"batch_first": True}):
        lstm, own = torch.nn.LSTM(3, 5, **options), et.Recurrent("daskin-collapse", 3, 5, **options)
        (a, (h, _)), (b, (g, c)) = lstm(x), own(x)
        assert a.shape == b.shape and h.shape == g.shape, options
        again, _ = own.eval()(x, (g, c))
        assert again.shape == b.shape
        one = own(x[:, 0])
        assert one[0].shape == lstm(x[:, 0])[0].shape and one[1][0].shape == lstm(x[:, 0])[1][0].shape
    for bad, message in (({"num_layers": 0}, "at least 1"), ({"dropout": 2}, "from 0 to 1"), ({"proj_size": 5}, "below hidden_size")):
        with pytest.raises(ebit.Error, match=message):
            et.Recurrent("daskin-collapse", 3, 5, **bad)
    with pytest.raises(ebit.Error, match="of another cell"):
        et.Recurrent("daskin-collapse", 3, 5)(x, (torch.ones(1, 2, 5), torch.ones(1, 2, 5)))


BAD = [
    (lambda m, x: m(x.float()), "float32"), (lambda m, x: m(x[:, :0]), "empty"), (lambda m, x: m(x[:0]), "empty"),
    (lambda m, x: m(x.repeat(1, 1, 2)), "2 features, and the module takes 1"), (lambda m, x: m(x[0, 0]), "must be"),
    (lambda m, x: m(x.numpy()), "a tensor or a PackedSequence"), (lambda m, x: m(x, torch.zeros(1, 2, 4, dtype=F64)), "of another cell"),
    (lambda m, x: m(torch.where(torch.arange(4)[:, None] == 2, torch.tensor(float("nan"), dtype=F64), x)), "step 2"),
    (lambda m, x: m(x, lengths=torch.tensor([1, 2])), "lengths"), (lambda m, x: m(x, lengths=torch.tensor([1, 2, 9])), "9"),
    (lambda m, x: m.half()(x.half()), "float32 or float64"), (lambda m, x: et.RegisterRNN(1, n_systm=2), "did you mean"),
    (lambda m, x: et.RegisterRNN(1, preset="qrnn"), "family qrnn"), (lambda m, x: et.RegisterRNN(0), "at least 1"),
    (lambda m, x: et.EntropyPenalty(1.0)(m), "gave no entropy"), (lambda m, x: et.EntropyPenalty(-1.0, target=0.5), "above 0"),
]


@pytest.mark.parametrize("bad,message", BAD, ids=range(len(BAD)))
def test_bad_input_is_one_clear_line(bad, message):
    with pytest.raises(ebit.Error, match=message) as error:
        bad(register(), data())
    assert "\n" not in str(error.value)


def test_second_derivatives_are_refused():
    module, x = register(), data()
    g, = torch.autograd.grad(module(x)[0].square().sum(), module.theta_en, create_graph=True)  # this much is allowed
    with pytest.raises((NotImplementedError, RuntimeError), match="no second derivatives"):
        g.sum().backward()
    linear, = torch.autograd.grad(module(x)[0].sum(), module.theta_en, create_graph=True)
    with pytest.raises((NotImplementedError, RuntimeError), match="no second derivatives|does not require grad"):
        linear.sum().backward()


def test_products_with_the_hessian():
    module, x = register(), data()
    plain = et.plain(module)
    direction = [torch.randn_like(p) for p in module.parameters()]
    got = et.hvp(lambda: module(x)[0].square().mean(), module.parameters(), direction)
    grads = torch.autograd.grad(plain(x)[0].square().mean(), list(plain.parameters()), create_graph=True)
    want = torch.autograd.grad(sum((g * d).sum() for g, d in zip(grads, direction)), list(plain.parameters()))
    for a, b in zip(got, want):
        assert torch.allclose(a, b, atol=1e-6)


def test_entropy_has_a_gradient():
    module = et.RegisterRNN(1, batch_first=True, dtype=F64, entropy="von-neumann", encoder="arctan-angle")
    x = data()

    def penalty(*p):
        module(x)
        return et.EntropyPenalty(0.3, target=0.5)(module)

    assert torch.autograd.gradcheck(penalty, tuple(module.parameters()), atol=1e-6, rtol=1e-4)
    psi = torch.randn(3, 4, dtype=torch.complex128, requires_grad=True)
    assert torch.autograd.gradcheck(lambda p: et.entropy(p / p.norm(dim=1, keepdim=True)), (psi,))


def test_circuit_layers():
    circuit = ebit.Circuit(2).add("RX", [0], [ebit.Angle("x", per_sample=True)]).add("CRY", [0, 1], ["a"]).add("RZZ", [0, 1], ["b"])
    layer = et.CircuitLayer(circuit.add("RX", [1], ["b"]), ["Z0", "X0*Y1"], dtype=F64)
    x = torch.randn(2, 3, 1, dtype=F64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, a: layer(x), (x, layer.angles))
    assert torch.equal(pickle.loads(pickle.dumps(layer))(x), layer(x))
    with pytest.raises(NotImplementedError, match="no second derivatives"):
        g, = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
        g.sum().backward()


def test_drawn_outcomes_follow_the_seed():
    make = lambda: et.ControlledRNN(1, qubits=2, measurement="shots", batch_first=True, dtype=F64, seed=5)
    torch.manual_seed(1)
    a = make()
    torch.manual_seed(1)
    b = make()
    x = data()
    first = a(x)[0]
    assert torch.equal(first, b(x)[0]) and not torch.equal(first, a(x)[0])


def test_autocast_computes_in_the_modules_precision():
    module = et.RegisterRNN(1, batch_first=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y, _ = module(torch.rand(2, 3, 1).bfloat16())
    assert y.dtype == torch.float32


def test_two_threads_give_the_numbers_of_one():
    x, modules = data(32, 10), [register() for _ in range(2)]

    def grads(m):
        return torch.autograd.grad(m(x)[0].square().sum(), list(m.parameters()))

    want, wrong = [grads(m) for m in modules], [0, 0]

    def go(i):
        for _ in range(100):
            wrong[i] += not all(torch.equal(a, b) for a, b in zip(grads(modules[i]), want[i]))

    threads = [threading.Thread(target=go, args=(i,)) for i in range(2)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert wrong == [0, 0]


class Loaded(torch.utils.data.Dataset):
    def __init__(self, module):
        self.module = module

    def __len__(self):
        return 4

    def __getitem__(self, i):
        with torch.no_grad():
            return self.module(data(1, 5, seed=i))[0][0]


def test_forked_workers_give_the_same_numbers():
    module = register()
    ebit.set_num_threads(2)
    try:
        own = [module(data(1, 5, seed=i))[0][0].detach() for i in range(4)]
        loader = torch.utils.data.DataLoader(Loaded(module), batch_size=None, num_workers=2, multiprocessing_context="fork")
        assert all(torch.equal(a, b) for a, b in zip(loader, own))
    finally:
        ebit.set_num_threads(1)


def test_checkpointing():
    from torch.utils.checkpoint import checkpoint
    module, x = register(), data().requires_grad_()
    checkpoint(lambda x: module(x)[0], x, use_reentrant=False).square().sum().backward()
    got = [p.grad.clone() for p in module.parameters()]
    module.zero_grad()
    module(x)[0].square().sum().backward()
    assert all(torch.equal(a, p.grad) for a, p in zip(got, module.parameters()))


@new
@pytest.mark.parametrize("case", [("daskin-collapse", 1, {}), ("li-pqrnn", 1, {}), ("qrnn", 2, {"qubits": 3})], ids=name_of)
def test_opcheck(case):
    model, width, options = case
    module = et.QuantumRNN(model, width, batch_first=True, dtype=F64, **options)
    x = data(3, 4, width)
    theta = torch.cat([p.detach().ravel() for p in module.parameters()])
    none, counts = x.new_empty(0), torch.empty(0, dtype=torch.int64)
    args = (x, none, theta, counts, counts, module.spec, False, False, True)
    torch.library.opcheck(torch.ops.ebit.cell_forward, args)
    y, last, _, tape = torch.ops.ebit.cell_forward(*args)
    torch.library.opcheck(torch.ops.ebit.cell_backward,
                          (x, none, theta, counts, counts, tape, y, last, none, module.spec, False, True, False))


@new
@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("model", ["daskin-collapse", "qrnn"])
def test_compile_without_a_break(model, dynamic):
    torch._dynamo.reset()
    module = et.QuantumRNN(model, 1, batch_first=True, dtype=F64, **({"qubits": 3} if model == "qrnn" else {}))
    step = torch.compile(lambda x: torch.tanh(module(0.5 * x)[0]).square().mean(), fullgraph=True, dynamic=dynamic, backend="aot_eager")
    for batch in (3, 4, 9):
        x = data(batch, 6)
        module.zero_grad()
        step(x).backward()
        got = [p.grad.clone() for p in module.parameters()]
        module.zero_grad()
        torch.tanh(module(0.5 * x)[0]).square().mean().backward()
        assert all(torch.allclose(a, p.grad, atol=1e-12) for a, p in zip(got, module.parameters()))


@new
def test_compile_of_cells_that_draw():
    torch._dynamo.reset()
    module = et.ControlledRNN(1, qubits=2, measurement="shots", batch_first=True, dtype=F64)
    other, x = copy.deepcopy(module), data()
    run = torch.compile(lambda x: module(x)[0], fullgraph=True, backend="aot_eager")
    assert all(torch.equal(run(x), other(x)[0]) for _ in range(3)) and not torch.equal(run(x), run(x))


@new
def test_compile_of_recurrent():
    torch._dynamo.reset()
    module = et.Recurrent("daskin-collapse", 2, 4, 2, batch_first=True, bidirectional=True)
    x = torch.rand(3, 5, 2)
    assert torch.allclose(torch.compile(lambda x: module(x)[0], fullgraph=True, backend="aot_eager")(x), module(x)[0], atol=1e-6)


@new
def test_export(tmp_path):
    module = et.RegisterRNN(1, batch_first=True, preset="daskin-collapse")
    x = torch.rand(3, 6, 1) - 0.5
    with torch.no_grad():
        program = torch.export.export(module, (x,), dynamic_shapes=({0: torch.export.Dim("B", min=2), 1: torch.export.Dim("T", min=2)},))
    torch.export.save(program, tmp_path / "m.pt2")
    again = torch.export.load(tmp_path / "m.pt2").module()
    x = torch.rand(5, 9, 1) - 0.5
    assert torch.equal(again(x)[0], module(x)[0]) and "ebit.cell_forward" in str(program.graph)


@vmap
def test_vmap_over_models_and_samples():
    models = [register() for _ in range(3)]
    params, _ = torch.func.stack_module_state(models)
    x = data()

    def loss(p, x):
        return torch.func.functional_call(models[0], p, (x,))[0].square().mean()

    grads = torch.func.vmap(torch.func.grad(loss), (0, None))(params, x)
    for i, m in enumerate(models):
        want = torch.autograd.grad(m(x)[0].square().mean(), list(m.parameters()))
        for (name, _), w in zip(m.named_parameters(), want):
            assert torch.allclose(grads[name][i], w)
    own = dict(models[0].named_parameters())
    per = torch.func.vmap(torch.func.grad(lambda p, x: loss(p, x[None])), (None, 0))(own, x)
    for i in range(3):
        want, = torch.autograd.grad(models[0](x[i:i + 1])[0].square().mean(), models[0].theta_en)
        assert torch.allclose(per["theta_en"][i], want)
    jacobian = torch.func.jacrev(lambda p: torch.func.functional_call(models[0], p, (x,))[0].sum(0).ravel())(own)
    assert jacobian["theta_en"].shape == (4, *models[0].theta_en.shape)


TWO = """
import os, sys, torch, torch.distributed as dist, ebit.torch as et
dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(0)
x = torch.rand(8, 6, 1, dtype=torch.float64) - 0.5
module = torch.nn.parallel.DistributedDataParallel(et.RegisterRNN(1, batch_first=True, dtype=torch.float64, preset="daskin-collapse"))
optimizer = torch.optim.Adam(module.parameters(), 0.02)
for _ in range(10):
    optimizer.zero_grad()
    module(x[rank::2])[0].square().mean().backward()
    optimizer.step()
if rank == 0: torch.save((x, module.module.state_dict()), sys.argv[1])
dist.barrier()  # the store of rank 0 is not gone before the other has done with it
dist.destroy_process_group()
"""


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")
def test_two_processes_are_one(tmp_path):
    (tmp_path / "two.py").write_text(TWO)
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    env = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo", "WORLD_SIZE": "2"}
    children = [subprocess.Popen([sys.executable, str(tmp_path / "two.py"), str(tmp_path / "out")], env={**env, "RANK": str(r)}) for r in (0, 1)]
    assert [c.wait(timeout=120) for c in children] == [0, 0]
    x, got = torch.load(tmp_path / "out")
    torch.manual_seed(0)
    torch.rand(8, 6, 1, dtype=F64)
    module = register()
    optimizer = torch.optim.Adam(module.parameters(), 0.02)
    for _ in range(10):
        optimizer.zero_grad()
        module(x)[0].square().mean().backward()
        optimizer.step()
    for name, value in module.state_dict().items():
        assert torch.allclose(got[name], value, atol=1e-12, rtol=0), name


@pytest.mark.parametrize("options", [{"freeze": "circuit"}, {"freeze": "cell"}], ids=str)
def test_frozen_numbers_keep_their_names_and_stay(options):
    module, whole = (ebit.torch.QuantumRNN("qlstm-disipio", 1, batch_first=True, dtype=torch.float64, **o) for o in (options, {}))
    assert sorted(module.state_dict()) == sorted(whole.state_dict())
    module.load_state_dict(whole.state_dict())
    head = torch.nn.Linear(module.output_size, 1, dtype=torch.float64)
    before = {n: p.clone() for n, p in module.named_parameters()}
    optimizer = torch.optim.AdamW([*module.parameters(), *head.parameters()], weight_decay=0.1)
    x = torch.rand(4, 5, 1, dtype=torch.float64)
    head(module(x)[0]).square().mean().backward()
    optimizer.step()
    for segment in ebit.Cell("qlstm-disipio", **options).segments:
        now = dict(module.named_parameters())[segment["name"]]
        assert now.requires_grad != segment["frozen"]
        assert torch.equal(now, before[segment["name"]]) == segment["frozen"], segment["name"]
    assert module.counts["frozen"] == sum(p.numel() for p in module.parameters() if not p.requires_grad)
    assert module.counts["quantum"] + module.counts["classical"] == sum(p.numel() for p in module.parameters() if p.requires_grad)


@pytest.mark.parametrize("cell", ebit.torch._modules.rnn_classes.values(), ids=lambda c: c.__name__)
def test_every_class_of_a_family_works_without_a_preset(cell):
    module = cell(ebit._cells.least_inputs(cell.model), batch_first=True)
    assert module(torch.zeros(2, 3, module.input_size))[0].shape == (2, 3, module.output_size)
