#!/usr/bin/env python3
"""Where the time of one optimizer step goes, with each --step: dev/step_profile.py BUILD/ebit-torch [TRACE]

Repeats a recorded training (2+2 qubits, batch 5, window 10, 70 windows) under `perf record` and sorts the
samples by what was on the stack. Needs perf (Debian: linux-perf) and a machine that lets it count.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

REPEATS = 5
TIMINGS = 15  # a busy machine needs several to show one that nothing disturbed
# The first rule that fits any frame of a sample names its row.
RULES = [
    ("cell, forward", r"RegisterCell<.*>::forward"),
    ("cell, backward", r"RegisterCell<.*>::backward"),
    ("optimizer", r"torch::optim|Optimizer.*::step"),
    ("graph, backward", r"autograd::Engine|autograd::backward|Tensor::_?backward|CellModel<.*>::backward"),
    ("module and graph, forward", r"CellModuleImpl::forward|CellModel<.*>::forward"),
    ("loss", r"mse_loss|kLosses|mean<"),
    ("gather the batch", r"gather|index_select"),
    ("norm, zeroing, the rest", r""),
]
STEP = r"(Cell|Torch)Step.*::run"


def seconds_per_step(program, step, trace):
    """The fastest of several repetitions, in microseconds."""
    best = float("inf")
    for _ in range(TIMINGS):
        text = subprocess.run([program, "replay", "--json", "--step", step, trace], check=True,
                              capture_output=True, text=True).stdout
        result = json.loads(text)
        best = min(best, result["seconds"] / sum(len(epoch) for epoch in result["batch_losses"]))
    return 1e6 * best


def shares(program, step, trace):
    """Samples by row, as shares of those inside the step."""
    counts = dict.fromkeys((name for name, _ in RULES), 0)
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(REPEATS):
            # Autograd's stacks are deep: with less of them kept, the step itself would not be found on them.
            data = str(pathlib.Path(folder) / f"perf{repeat}.data")
            subprocess.run(["perf", "record", "-q", "-F", "1999", "--call-graph", "dwarf,32768", "-o", data,
                            program, "replay", "--step", step, trace], check=True, capture_output=True)
            text = subprocess.run(["perf", "script", "--no-inline", "-F", "ip,sym", "-i", data], check=True,
                                  capture_output=True, text=True).stdout
            for stack in text.split("\n\n"):
                if not re.search(STEP, stack):
                    continue
                # Only what was called by the step: its callers come after it.
                inner = stack[:re.search(STEP, stack).start()]
                counts[next(name for name, rule in RULES if re.search(rule, inner))] += 1
    total = sum(counts.values())
    if total == 0:
        sys.exit("dev/step_profile.py: perf saw no step; is the program stripped, or counting not allowed?")
    return {name: count / total for name, count in counts.items()}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[0])
    program = sys.argv[1]
    trace = sys.argv[2] if len(sys.argv) == 3 else str(
        pathlib.Path(__file__).resolve().parent.parent / "tests/golden/trace_collapsed.json")
    times = {step: seconds_per_step(program, step, trace) for step in ("native", "torch")}
    split = {step: shares(program, step, trace) for step in times}
    print("| microseconds a step | native | torch |\n|---|---|---|")
    for name, _ in RULES:
        cells = " | ".join(f"{times[step] * split[step][name]:.2f}" for step in times)
        print(f"| {name} | {cells} |")
    print("| **all** | " + " | ".join(f"**{times[step]:.1f}**" for step in times) + " |")


if __name__ == "__main__":
    main()
