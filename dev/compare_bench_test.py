#!/usr/bin/env python3
"""Tests of compare_bench.py on runs made up with known noise."""

import contextlib
import io
import json
import pathlib
import random
import tempfile
import unittest

import compare_bench


def run(seed, ours=1.0, both=1.0, noise=0.05, repeats=7, against="torch-lstm", peak=None, recorded=False):
    """A file's content: ours takes `ours` seconds, theirs 2, both times `both`, each with `noise`; the machine's rate
    falls with `both`."""
    source = random.Random(seed)
    common = [both * source.uniform(1, 1 + 4 * noise) for _ in range(repeats)]  # what troubles both by turns
    row = {"workload": "B", "size": "s", "variant": "", "dtype": "float64", "threads": 1, "against": against,
           "recorded": recorded,
           "repeats": [c * ours * source.uniform(1 - noise, 1 + noise) for c in common],
           "against_repeats": [c * 2 * source.uniform(1 - noise, 1 + noise) for c in common]}
    if peak is not None:
        row["peak_bytes"] = peak
    return {"machine": {"fma_float32": 2e9 / both, "fma_float64": 1e9 / both}, "results": [row]}


class CompareBench(unittest.TestCase):
    def status(self, *contents, tolerance="0.1"):
        """Exit status and output for OLD, NEW, ... of these contents."""
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, content in enumerate(contents):
                path = pathlib.Path(folder) / f"{number}.json"
                path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
                paths.append(str(path))
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                return compare_bench.main([*paths, "--tolerance", tolerance]), out.getvalue()

    def test_noise_alone_is_no_change(self):
        for seed in range(20):
            status, out = self.status(run(seed), run(seed + 100))
            self.assertEqual(status, 0, out)
            self.assertIn("same", out)

    def test_a_slow_machine_is_no_slow_build(self):
        for against in ("torch-lstm", "fma-peak", "one-thread"):
            status, out = self.status(run(1, against=against), run(2, both=1.6, against=against))
            self.assertEqual(status, 0, out)

    def test_a_real_slow_down_is_found(self):
        for seed in range(20):
            status, out = self.status(run(seed), run(seed + 100, ours=1.4))
            self.assertEqual(status, 1, out)
            self.assertIn("slower", out)

    def test_a_slow_down_of_work_against_itself_is_found(self):
        status, out = self.status(run(1, against="one-thread", noise=0.01), run(2, ours=1.4, against="one-thread", noise=0.01))
        self.assertEqual(status, 1, out)

    def test_a_slow_down_within_the_tolerance_passes(self):
        status, out = self.status(run(1, noise=0.005), run(2, ours=1.05, noise=0.005))
        self.assertEqual(status, 0, out)
        status, out = self.status(run(1, noise=0.005), run(2, ours=1.05, noise=0.005), tolerance="0.02")
        self.assertEqual(status, 1, out)

    def test_a_speed_up_is_told_and_passes(self):
        status, out = self.status(run(1), run(2, ours=0.5))
        self.assertEqual(status, 0, out)
        self.assertIn("faster", out)

    def test_several_runs_outvote_one_that_was_disturbed(self):
        status, out = self.status(run(1), run(2), run(3, ours=1.5), run(4), run(5), run(6))
        self.assertEqual(status, 0, out)
        status, out = self.status(run(1), run(2, ours=1.5), run(3, ours=1.5), run(4, ours=1.5))
        self.assertEqual(status, 1, out)

    def test_few_repetitions_give_no_verdict(self):
        status, out = self.status(run(1, repeats=3), run(2, ours=3, repeats=3))
        self.assertEqual(status, 0, out)
        self.assertIn("too few repetitions", out)

    def test_memory_is_compared_without_repetitions(self):
        status, out = self.status(run(1, peak=100), run(2, peak=150))
        self.assertEqual(status, 1, out)
        self.assertIn("larger", out)
        self.assertEqual(self.status(run(1, peak=100), run(2, peak=105))[0], 0)

    def test_files_that_cannot_be_compared(self):
        for files in (("no JSON", run(1)), (run(1), "[]"), (run(1, recorded=True), run(2, recorded=True)),
                      (run(1), run(2, against="fma-peak"))):
            status, out = self.status(*files)
            self.assertEqual(status, 2, out)
            self.assertEqual(len(out.strip().splitlines()), 1, out)

    def test_a_row_that_is_gone_is_told(self):
        old, new = run(1), run(2)
        old["results"].append(dict(old["results"][0], size="other"))
        status, out = self.status(old, new)
        self.assertEqual(status, 0, out)
        self.assertIn("no longer measured: B other", out)


if __name__ == "__main__":
    unittest.main()
