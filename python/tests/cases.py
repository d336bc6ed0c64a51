"""Small cells of every kind, for tests that hold for all of them."""
import ebit

#: (model, inputs, options): every published model, every hidden update, every family
CELLS = [(m.name, 1, {}) for m in ebit.models() if m.cell and m.family != "qrnn"]
CELLS += [("register", 1, {"n_system": 1, "hidden": h.name, "encoder": "arctan-angle"}) for h in ebit.hidden_updates()]
CELLS += [("register", 2, {"encoder": "arctan-angle", "readout": ["Z0", "X1"], "ansatz": a.name}) for a in ebit.ansaetze()]
CELLS += [("qrnn", 2, {"qubits": 3}), ("qrnn", 1, {"qubits": 2, "ffn_hidden": [4], "residual": True}),
          ("qrnn", 1, {"qubits": 2, "initial": "trainable"}), ("qrnn", 1, {"qubits": 2, "measurement": "shots"})]
CELLS += [("register", 1, {"entanglement": False}), ("qrnn", 1, {"qubits": 2, "entanglement": False}),
          ("gated", 2, {"qubits": 3, "entanglement": False}),
          ("diffqas-qlstm", 1, {"qubits": 3, "mixture": "shared", "mixture_norm": "softmax", "mixture_encoders": ["h-ry", "rx"]})]
CELLS += [("qk-lstm", 2, {"encoder": "zz", "repetitions": 2, "references_of": "per-gate"}), ("qk-lstm", 3, {"linear_in": "shared", "bias": False}),
          ("rbf-lstm", 2, {"trained_width": False, "references": 3}), ("qfwp-gated", 3, {"qubits": 4, "latent": 2, "encoder": "zz-chain"})]
CELLS += [("gated", 2, {"peepholes": True}), ("d-qnn", 2, {"span": 3}), ("ru-qnn", 2, {"span": 3, "blocks": "EXY_EYX_X_CX"})]


def name_of(case):
    return f"{case[0]}-{case[1]}-" + "-".join(map(str, case[2].values()))


def works(model, inputs, options):
    try:
        return ebit.Cell(model, inputs=inputs, **options)
    except ebit.Error:
        return None


CELLS = [case for case in CELLS if works(*case) is not None]
#: those whose numbers depend on nothing that is drawn
CERTAIN = [case for case in CELLS if not works(*case).capabilities["draws"]]
