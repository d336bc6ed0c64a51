#!/usr/bin/env python3
"""Tests of check_docs.py: each kind of claim is caught where it is false, and passes where it is true."""

import argparse
import pathlib
import tempfile
import unittest

import check_docs

ROOT = check_docs.ROOT


class CheckDocs(unittest.TestCase):
    def check(self, text, write=False):
        """The complaints about a page with this text, and its text with fresh outputs. `ebit` is a script that echoes."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            program = folder / "ebit"
            program.write_text('#!/bin/sh\n[ "$1" = fail ] && exit 3\necho "said $*"\n')
            program.chmod(0o755)
            (folder / "other.md").write_text("# Other page\n\n## Two words: `code`\n\n## Again\n\n## Again\n")
            page = folder / "page.md"
            page.write_text(text)
            complaints = []
            options = argparse.Namespace(write=write, no_run=False)
            _, fresh = check_docs.check_page(page, {"quick": folder, "plain": folder}, options,
                                             lambda line, what: complaints.append((line, what)))
            return complaints, fresh

    def assert_fine(self, text):
        self.assertEqual(self.check(text)[0], [])

    def assert_caught(self, text, line, words):
        complaints = self.check(text)[0]
        self.assertEqual([place for place, _ in complaints], [line], complaints)
        self.assertIn(words, complaints[0][1])

    def test_links(self):
        self.assert_fine("[a](other.md) ![b](other.md) [c](https://example.org/nothing) [d](#here)\n# Here\n")
        self.assert_fine("[a](other.md#two-words-code) [b](other.md#again) [c](other.md#again-1)\n")
        self.assert_caught("text\n[a](missing.md)\n", 2, "leads nowhere")
        self.assert_caught("![a](images/missing.png)\n", 1, "leads nowhere")
        self.assert_caught("[a](other.md#again-2)\n", 1, "no heading '#again-2'")
        self.assert_fine("```text\n[a](missing.md)\n```\nand `[a](missing.md)`\n")

    def test_commands_run_in_one_folder(self):
        self.assert_fine("<!-- run -->\n```sh\nebit a >x\n```\n\n<!-- run -->\n```sh\ngrep 'said a' x\n```\n")
        self.assert_fine("<!-- run: status 3 -->\n```sh\nebit fail\n```\n")
        self.assert_caught("<!-- run -->\n```sh\nebit fail\ntrue\n```\n", 2, "status 3, not 0")
        self.assert_caught("<!-- run: status 2 -->\n```sh\nebit a\n```\n", 2, "status 0, not 2")
        self.assert_fine("```sh\nebit fail\n```\n")

    def test_outputs(self):
        stale = "<!-- output of ebit a -->\n```text\nold\nolder\n```\n<!-- output of ebit b -->\n```text\n```\n[a](other.md)\n"
        complaints, _ = self.check(stale)
        self.assertEqual([line for line, _ in complaints], [2, 7])
        complaints, fresh = self.check(stale, write=True)
        self.assertEqual(complaints, [])
        self.assertEqual(fresh, "<!-- output of ebit a -->\n```text\nsaid a\n```\n"
                                "<!-- output of ebit b -->\n```text\nsaid b\n```\n[a](other.md)\n")
        self.assert_fine(fresh)
        self.assert_caught("<!-- output of ebit fail -->\n```text\n```\n", 2, "fails")

    def test_passages(self):
        lines = (ROOT / "examples/bell.cc").read_text().splitlines()
        passage = "\n".join(lines[-4:])
        self.assert_fine(f"<!-- from examples/bell.cc -->\n```cpp\n{passage}\n```\n")
        self.assert_fine(f"<!-- from examples/bell.cc -->\n```cpp\n{lines[-3].strip()}\n```\n")
        self.assert_caught("<!-- from examples/bell.cc -->\n```cpp\nint mian()\n```\n", 2, "no passage")
        self.assert_caught("<!-- from examples/none.cc -->\n```cpp\nint\n```\n", 2, "there is no file")

    def test_patches(self):
        first, second = (ROOT / "LICENSE").read_text().splitlines()[:2]
        patch = "<!-- patch -->\n```diff\n--- a/LICENSE\n+++ b/LICENSE\n@@ -1,2 +1,3 @@\n {}\n+new\n {}\n```\n"
        self.assert_fine(patch.format(first, second))
        self.assert_caught(patch.format("not the first line", second), 2, "does not apply")

    def test_configs(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "ebit"
            program.write_text('#!/bin/sh\n[ "$1 $2" = "train --config" ] || exit 1\ncase $3 in *bad*) echo no >&2; exit 2;; esac\n')
            program.chmod(0o755)
            complaints = []
            for name in ("good.toml", "bad.toml"):
                check_docs.check_config(name, str(program), lambda line, what: complaints.append((name, what)))
            self.assertEqual(complaints, [("bad.toml", "it does not train: no")])

    def test_open_block(self):
        with self.assertRaisesRegex(ValueError, "line 2 is never closed"):
            check_docs.parse("text\n```sh\nebit\n")

    def test_quick_trainings(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "real").write_text('#!/bin/sh\necho "$@"\n')
            (folder / "ebit").write_text(check_docs.QUICK.format(python=check_docs.sys.executable, program=str(folder / "real")))
            for path in folder.iterdir():
                path.chmod(0o755)
            said = lambda command: check_docs.shell(command, folder, folder).stdout.strip()
            self.assertEqual(said("ebit train x --epochs 90 -q"), "train x --epochs 2 -q")
            self.assertEqual(said("ebit reproduce fig"), "reproduce fig --epochs 2")
            self.assertEqual(said("ebit gates --epochs 90"), "gates --epochs 90")


if __name__ == "__main__":
    unittest.main()
