#!/usr/bin/env python3
"""Checks metrics.json of real runs against docs/metrics.schema.json: tests/metrics_schema.py PROGRAM

Trains a few small models, and also checks that documents which are damaged in one place each are refused. Ends with 2
where the Debian package python3-jsonschema is not installed.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

SCHEMA = pathlib.Path(__file__).resolve().parent.parent / "docs" / "metrics.schema.json"

QUICK = ["--epochs", "2", "--no-plots", "-q", "--json"]
RUNS = {
    "several steps and quantiles": ["train", "--boundary", "across", "--window", "5", "--generator", "noisy-sine", "--model", "daskin-collapse",
                                    "--scaler", "minmax-half", "--horizon", "1..3", "--loss", "quantile", "--baselines", "persistence,linear"],
    "a series with two seeds": ["train", "--train", "0.6", "--validation", "0.2", "--window", "5", "--generator", "noisy-sine", "--model", "daskin-collapse", "--seeds", "2",
                                "--baselines", "persistence"],
    "two targets": ["train", "seattle-weather", "--target", "temp_max,temp_min", "--head", "linear", "--first-rows", "120",
                    "--baselines", "persistence"],
    "a panel": ["train", str(SCHEMA.parent.parent / "tests/data/panel-long.csv"), "--id", "unique_id", "--model", "poly-ridge", "--window", "3",
                "--baselines", "persistence,ets"],
    "no validation part": ["train", "--generator", "noisy-sine", "--validation", "0", "--baselines", "none"],
    "a task": ["task", "digits", "--model", "qrnn", "--qubits", "2", "--limit", "40", "--test-limit", "20"],
}


def first(document, role):
    return next(model for model in document["models"] if model["role"] == role)


def damage(document, change):
    broken = copy.deepcopy(document)
    change(broken)
    return broken


# Each makes a document wrong in one place.
DAMAGES = {
    "another format": lambda d: d.update(format="metrics"),
    "an old version": lambda d: d.update(version=1),
    "no models": lambda d: d.update(models=[]),
    "a missing key": lambda d: d.pop("judged"),
    "an unknown key": lambda d: d.update(model="lstm"),
    "an unknown direction": lambda d: d["metrics"][0].update(better="more"),
    "an unknown part": lambda d: d["judged"].update(part="testing"),
    "a part of another name": lambda d: d["models"][0]["mean"].update(all={"RMSE": 1}),
    "a number as text": lambda d: d["models"][0]["mean"]["test"].update(RMSE="0.5"),
    "a model without role": lambda d: d["models"][0].pop("role"),
    "two models of the run": lambda d: d["models"].append(d["models"][0]),
    "scores without values": lambda d: d["models"][0]["seeds"][0]["parts"]["test"].pop("values"),
    "a training without seed": lambda d: d["models"][0]["seeds"][0].pop("seed"),
    "an unknown end": lambda d: d["models"][0]["seeds"][0].update(end="done"),
    "a trained reference": lambda d: first(d, "reference")["seeds"][0].update(seed=1),
    "an interval without width": lambda d: d["models"][0]["seeds"][0]["parts"]["test"]["interval"].pop("width"),
    "validation without loss": lambda d: d["models"][0]["seeds"][0]["validation"].pop("loss"),
}


def main():
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        print("the Debian package python3-jsonschema is not installed")
        return 2
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    problems, documents = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in RUNS.items():
            # A model that is solved at once has no epochs to cut.
            quick = QUICK[2:] if "poly-ridge" in arguments else QUICK
            command = [sys.argv[1], *arguments, *quick, "-o", "run", "--overwrite"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode != 0:
                problems.append(f"{name}: {done.stderr.strip()}")
                continue
            documents[name] = json.loads((pathlib.Path(folder) / "run" / "metrics.json").read_text())
            # --json also says where the run lies and whether it was interrupted.
            printed = {key: value for key, value in json.loads(done.stdout).items() if key in documents[name]}
            if documents[name] != printed:
                problems.append(f"{name}: --json prints other results than metrics.json")
    for name, document in documents.items():
        problems += [f"{name}: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
    whole = documents.get("a series with two seeds")
    if whole:
        problems += [f"the schema takes {name}" for name, change in DAMAGES.items()
                     if validator.is_valid(damage(whole, change))]
    print("\n".join(problems) or f"{len(documents)} documents are as {SCHEMA.name} says; {len(DAMAGES)} damaged ones are not")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
