"""Models that are saved to a folder as the Hugging Face Hub has them, and read back without a network."""
import json
import os

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("huggingface_hub")
pytest.importorskip("safetensors")
os.environ["HF_HUB_OFFLINE"] = "1"

import ebit
import ebit.hub

CASES = [
    (ebit.hub.HubModel, ("daskin-collapse",), {"inputs": 2, "outputs": 3, "dtype": "float64", "n_ancilla": 3}),
    (ebit.hub.HubModel, ("register",), {"hidden": "collapse", "outputs": 0, "pool": None}),
    (ebit.hub.HubModel, ("qrnn",), {"vocabulary": 7, "width": 3, "map_size": 2, "qubits": 3, "ffn_hidden": [4], "pool": "mean"}),
    (ebit.hub.HubModel, ("lstm",), {"inputs": 2, "hidden_size": 5, "num_layers": 2}),
    (ebit.hub.HubRNN, ("qrnn", 2), {"qubits": 3, "batch_first": True}),
]


@pytest.mark.parametrize("kind, arguments, options", CASES, ids=lambda v: str(v)[:40])
def test_a_saved_model_comes_back(kind, arguments, options, tmp_path):
    torch.manual_seed(3)
    model = kind(*arguments, **options).eval()
    model.save_pretrained(tmp_path)
    again = kind.from_pretrained(tmp_path)
    state = again.state_dict()
    for name, value in model.state_dict().items():
        assert value.dtype == state[name].dtype and torch.equal(value, state[name]), name
    width = 2 if "inputs" in options or "qubits" in options else 1
    x = torch.randint(0, 7, (3, 5)) if "vocabulary" in options else 0.5 * torch.rand(3, 5, width)
    x = x.to(torch.float64) if options.get("dtype") == "float64" else x
    y, z = model(x), again(x)
    assert torch.equal(y[0] if isinstance(y, tuple) else y, z[0] if isinstance(z, tuple) else z)
    saved = json.loads((tmp_path / "config.json").read_text())
    assert {k: saved[k] for k in options} == options and not again.training


def test_a_trained_model_comes_back(tmp_path, rng):
    model = ebit.hub.HubModel("daskin-collapse", dtype="float64")
    x = torch.as_tensor(rng.uniform(-0.5, 0.5, (16, 4, 1)))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        (model(x) - x[:, -1]).square().mean().backward()
        optimizer.step()
    model.save_pretrained(tmp_path)
    assert torch.equal(model.eval()(x), ebit.hub.HubModel.from_pretrained(tmp_path)(x))


def test_what_config_json_cannot_hold_is_refused():
    with pytest.raises(ebit.Error, match="'float32' or 'float64'"):
        ebit.hub.HubModel(dtype=torch.float64)
    with pytest.raises(ebit.Error, match="inputs must be a number, a text or a list.*int64"):
        ebit.hub.HubModel(inputs=np.int64(2))
    with pytest.raises(ebit.Error, match="qubits must be a number"):
        ebit.hub.HubRNN("qrnn", 1, qubits=np.int32(3))
    with pytest.raises(ebit.Error, match="hidden_size and num_layers are of lstm, gru, rnn"):
        ebit.hub.HubModel("daskin-collapse", hidden_size=3)
    with pytest.raises(ebit.Error, match="n_system"):
        ebit.hub.HubModel(n_sytem=3)


@pytest.mark.parametrize("model", ["daskin-collapse", "gru"])
def test_a_run_of_the_command_line_goes_to_the_hub(model, program, tmp_path):
    program("train", "--generator", "noisy-sine", "--model", model, "--epochs", "2", "--baselines", "none", "--no-plots", "-q",
            "-o", tmp_path / "run")
    run = ebit.load_run(tmp_path / "run")
    hub = ebit.hub.HubModel.of_run(run)
    hub.save_pretrained(tmp_path / "hub")
    again = ebit.hub.HubModel.from_pretrained(tmp_path / "hub")
    dtype = next(again.parameters()).dtype
    x = 0.3 * torch.rand(4, run.fitted["window"], len(run.features), dtype=dtype)
    assert torch.equal(run.to_torch()(x), again(x)) and sorted(again.state_dict()) == sorted(run.weights)
