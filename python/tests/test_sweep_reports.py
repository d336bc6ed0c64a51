"""Sweeps: reports, files that are not what they should be, launchers, the command line."""
import json
import os
import subprocess
import sys

import pytest

from sweep_cases import SPACE, a_plus_seed, file, folder, lines, numbers, states  # noqa: F401

import ebit
import numpy as np
import optuna
from ebit import sweep
from ebit.sweep import _store


# Reports.


def test_summary(file):
    sweep.create({"a": [0, 10], "b": [1, 2]}, 3, file)
    sweep.work(file, lambda row, seed: {"loss": row["a"] + seed, "b": row["b"]}, max_rows=11, progress=False)
    s = sweep.summary(file)
    s = s if isinstance(s, list) else s.to_dict("records")
    assert [(v["a"], v["b"], v["n"], v["left"]) for v in s] == [(0, 1, 3, 0), (0, 2, 3, 0), (10, 1, 3, 0),
                                                                (10, 2, 2, 1)]
    assert (s[2]["mean"], s[2]["std"], s[2]["median"], s[2]["min"], s[2]["max"]) == (11, 1, 11, 10, 12)
    by = sweep.summary(file, by=["b"], metric="metric_b")
    by = by if isinstance(by, list) else by.to_dict("records")
    assert [(v["b"], v["n"], v["median"], v["std"]) for v in by] == [(1, 6, 1, 0), (2, 5, 2, 0)]
    with pytest.raises(ebit.Error, match="unknown metric 'los'; did you mean 'loss'"):
        sweep.summary(file, metric="los")
    with pytest.raises(ebit.Error, match="unknown parameter 'c'; there are: a, b"):
        sweep.summary(file, by=["c"])


def test_without_pandas(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    sweep.create({"a": [1, 2]}, 2, "x.journal")
    sweep.work("x.journal", a_plus_seed, max_rows=3, progress=False)
    t, s = sweep.table("x.journal"), sweep.summary("x.journal")
    assert [type(v) for v in (t, s)] == [list, list] and len(t) == 4 and [v["n"] for v in s] == [2, 1]


def test_page(file):
    sweep.create([{"how": "<a&b>"}, {"how": "c", "size": 2}], 3, file)
    empty = sweep.page(file, "page.html")
    assert "No row is done yet" in open(empty).read()

    def objective(row, seed):
        if row.get("size") and seed == 2:
            raise ValueError("<script>")
        return 0.5 + seed if row.get("size") else 1.0

    sweep.work(file, objective, progress=False)
    text = open(sweep.page(file, "page.html"), encoding="utf-8").read()
    table = text[text.index("<h2>Rows"):]
    assert table.count("<tr><td>") == 6 and "how=&lt;a&amp;b&gt;" in text and "<script>" not in text
    assert "5 done, 1 failed" in text and text.count("<circle") == 5 and text.count('class="median"') == 2
    assert "first start" in text and "http" not in text.replace("http://www.w3.org", "")
    assert [n for n in os.listdir(".") if n.startswith(".ebit-")] == []
    import xml.dom.minidom
    xml.dom.minidom.parseString(text[text.index("<svg"):text.index("</svg>") + 6])
    with pytest.raises(ebit.Error, match="no folder"):
        sweep.page(file, "none/page.html")


def test_optuna_sees_the_parameters(file):
    sweep.create({"a": [1, 2], "lr": [0.5, 1], "how": ["x", "y"], "sizes": [[1, 2]]}, 2, file)
    sweep.work(file, a_plus_seed, progress=False)
    store = _store.Store(file, "sweep")
    best = store.study.best_trial
    assert best.params["a"] == 1 and best.params["seed"] == 0 and best.value == 1.0 and "sizes" not in best.params


# Files and mistakes.


def test_missing_files_and_sweeps(folder):
    pytest.importorskip("sqlalchemy")
    for path in ("x.journal", "sqlite:///x.db"):
        for call in (sweep.table, sweep.resume, lambda f: sweep.work(f, a_plus_seed)):
            with pytest.raises(ebit.Error, match="there is no x"):
                call(path)
        assert not os.path.exists(path.rpartition("/")[2])
        sweep.create({"a": [1]}, 1, path, name="depth")
        with pytest.raises(ebit.Error, match="holds no sweep 'dept'; did you mean 'depth'"):
            sweep.table(path, name="dept")
    for path, message in (("x.txt", "ends in .journal"), ("none/x.journal", "no folder none"),
                          ("sqlite://", "memory"), ("sqlite:///none/x.db", "no folder none")):
        with pytest.raises(ebit.Error, match=message):
            sweep.create({"a": [1]}, 1, path)
    with pytest.raises(ebit.Error) as e:
        sweep.create({"a": [1]}, 1, "postgresql+none://me:secret@localhost/x")
    assert "secret" not in str(e.value) and "\n" not in str(e.value)


@pytest.mark.parametrize("text, message", [
    ("{\"op_code\"", "line 9"), ("{\"op_code\"\n", "line 9"), ("nothing\n{}\n", "line 9"), ("[1]\n", "line 9"),
    (None, "is not the journal of a sweep"), ("later", "line 9")])
def test_damaged_journals(folder, text, message):
    sweep.create({"a": list(range(6))}, 1, "x.journal")  # 8 entries
    good = (folder / "x.journal").read_text()
    assert good.count("\n") == 8
    (folder / "x.journal").write_text("hello\n" if text is None else good + text)
    if text == "later":  # an entry that was cut off, and whole ones behind it
        (folder / "x.journal").write_text(good + '{"op_\n' + good)
    for call in (sweep.table, sweep.resume, lambda f: sweep.work(f, a_plus_seed)):
        with pytest.raises(ebit.Error, match=message) as e:
            call("x.journal")
        assert "\n" not in str(e.value)
    (folder / "x.journal").write_text(good)
    assert sweep.work("x.journal", a_plus_seed, progress=False) == 6


def test_a_study_of_somebody_else(folder):
    backend = optuna.storages.journal.JournalFileBackend("x.journal")
    study = optuna.create_study(storage=optuna.storages.JournalStorage(backend), study_name="sweep")
    study.optimize(lambda trial: trial.suggest_float("a", 0, 1), n_trials=1)
    with pytest.raises(ebit.Error, match="not ebit's"):
        sweep.create({"a": [1]}, 1, "x.journal")


def test_without_optuna(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r"ebit.sweep needs optuna: pip install ebit\[sweep\]"):
        sweep.create({"a": [1]}, 1, "x.journal")


def test_bad_objectives(folder):
    sweep.create({"a": [1]}, 1, "x.journal")
    for objective, message in (("objectives", "module:function"), ("objektives:wait", "no module 'objektives'"),
                               ("objectives:wate", "did you mean 'wait'"), (3, "must be a function")):
        with pytest.raises(ebit.Error, match=message):
            sweep.work("x.journal", objective)
    with pytest.raises(ebit.Error, match="did you mean 'wait'"):
        sweep.launch("x.journal", "objectives:wate")
    with pytest.raises(ebit.Error, match="workers"):
        sweep.launch("x.journal", "objectives:wait", workers=0)
    assert states("x.journal") == ["waiting"]


def test_optuna_keeps_its_voice(folder):
    level = optuna.logging.get_verbosity()
    sweep.create({"a": [1]}, 1, "x.journal")
    sweep.work("x.journal", a_plus_seed, progress=False)
    assert optuna.logging.get_verbosity() == level


# Launchers and the command line.


def test_launch(file):
    sweep.create(SPACE, 2, file)
    counts = sweep.launch(file, "objectives:ridge", workers=2, progress=False)
    assert counts == {"done": 8, "failed": 0, "lost": 0, "waiting": 0, "running": 0}


def test_launch_tells_of_dead_workers(folder):
    (folder / "killer.py").write_text("import os\ndef f(row, seed):\n    os.kill(os.getpid(), 9)\n")
    sweep.create({"a": [1, 2, 3]}, 1, "x.journal")
    with pytest.warns(UserWarning, match=r"2 of 2 workers ended early \(status -9, -9\)"):
        counts = sweep.launch("x.journal", "killer:f", workers=2, progress=False)
    assert (counts["running"], counts["waiting"]) == (2, 1) and sweep.resume("x.journal") == 2


def test_launch_by_an_executor(folder):
    """Anything that submits will do; here threads stand for the jobs of a cluster."""
    from concurrent.futures import ThreadPoolExecutor
    sweep.create(SPACE, 2, "x.journal")
    with ThreadPoolExecutor(2) as executor:
        assert sweep.launch("x.journal", "objectives:ridge", workers=2, executor=executor)["done"] == 8


def test_submitit(folder):
    submitit = pytest.importorskip("submitit")
    sweep.create(SPACE, 2, "x.journal")
    executor = submitit.AutoExecutor(folder=str(folder / "jobs"), cluster="local")
    executor.update_parameters(timeout_min=2)
    assert sweep.launch("x.journal", "objectives:ridge", workers=2, executor=executor)["done"] == 8


def command(*arguments):
    done = subprocess.run([sys.executable, "-m", "ebit.sweep", *arguments], capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


def test_command_line(file):
    sweep.create(SPACE, 2, file)
    assert command("work", file, "objectives:ridge", "--max-rows", "3") == (0, "worked on 3 rows\n", "")
    status, out, err = command("table", file)
    assert status == 0 and len(out.splitlines()) == 9 and out.count("waiting") == 5 and err == ""
    assert command("resume", file) == (0, "0 rows wait again\n", "")
    assert command("launch", file, "objectives:ridge", "--workers", "1") == (0, "8 done\n", "")
    status, out, err = command("table", file, "--summary", "--csv", "--metric", "largest")
    rows = [line.split(",") for line in out.splitlines()]
    assert ",".join(rows[0]) == "lags,penalty,n,mean,std,median,min,max,left,failed" and len(rows) == 5
    assert float(rows[1][3]) == pytest.approx(np.mean([v for v, in numbers(file, "largest")[:2]]), abs=1e-15)
    assert command("page", file, "page.html") == (0, "page.html\n", "") and os.path.exists("page.html")
    status, out, err = command("table", "none.journal")
    assert (status, out) == (2, "") and err == "ebit.sweep: there is no none.journal: make it with ebit.sweep.create\n"
    assert command("work", file)[0] == 2


def test_a_model_of_the_core(folder):
    model = getattr(ebit, "Model", None)
    if model is None:
        pytest.skip("the compiled core is missing")
    (folder / "quantum.py").write_text('''
import numpy as np
import ebit

def loss(row, seed):
    s = 0.4 * np.sin(np.arange(60) / 3)
    x = np.lib.stride_tricks.sliding_window_view(s[:-1], 4)[..., None].copy()
    model = ebit.Model("daskin-collapse", head="linear", seed=seed)
    result = model.fit(x, s[4:], epochs=row["epochs"], lr=row["lr"])
    return {"train": result.history[-1]["train"], "parameters": model.parameters}
''')
    sweep.create({"epochs": [1, 3], "lr": [0.05]}, 2, "x.journal")
    assert sweep.launch("x.journal", "quantum:loss", workers=2, progress=False)["done"] == 4
    from quantum import loss
    for line in lines("x.journal"):
        assert line["value"] == loss({"epochs": line["epochs"], "lr": line["lr"]}, line["seed"])["train"]
    json.dumps(numbers("x.journal", "value", "parameters"))
