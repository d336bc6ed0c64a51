#!/usr/bin/env python3
"""Tests of check_layers.py: each rule catches a file that breaks it, and lets a good one pass."""

import pathlib
import tempfile
import unittest

import check_layers

GOOD = {
    "ebit/base/CMakeLists.txt": "ebit_layer(base DEPENDS fmt::fmt)\n",
    "ebit/sim/CMakeLists.txt": "# sim\nebit_layer(sim\n  DEPENDS ebit::base Eigen3::Eigen)\n",
    "ebit/data/CMakeLists.txt": "ebit_layer(data DEPENDS ebit::base)\n",
    "ebit/nn/CMakeLists.txt": "ebit_layer(nn TORCH DEPENDS ebit::sim)\n",
    "ebit/base/error.h": "#include <string>\n",
    "ebit/sim/gate.h": '#include "ebit/base/error.h"\n',
    "ebit/sim/gate.test.cc": '#include <iostream>\n#include "ebit/sim/gate.h"\n',
    "ebit/nn/model.h": '#include <torch/torch.h>\n#include "ebit/base/error.h"\n',
    "ebit/cmd/main.cc": '#include <iostream>\n#include "ebit/sim/gate.h"\n',
    "ebit/cmd/torch/train.cc": '#include <torch/torch.h>\n#include "ebit/nn/model.h"\n',
}


class CheckLayers(unittest.TestCase):
    def check(self, changes):
        """The complaints about the good tree with `changes` ({path: text}) made to it."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {**GOOD, **changes}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return check_layers.check(root)

    def assert_caught(self, path, text, line, word):
        complaints = self.check({path: text})
        self.assertEqual(len(complaints), 1, complaints)
        self.assertTrue(complaints[0].startswith(f"{path}:{line}: "), complaints[0])
        self.assertIn(word, complaints[0])

    def test_good_tree_passes(self):
        self.assertEqual(self.check({}), [])

    def test_upward_include(self):
        self.assert_caught("ebit/base/error.h", '\n#include "ebit/sim/gate.h"\n', 2, "may only use base")

    def test_sideways_include(self):
        self.assert_caught("ebit/data/csv.cc", '#include "ebit/sim/gate.h"\n', 1, "may only use base, data")

    def test_tests_obey_the_layers_too(self):
        self.assert_caught("ebit/data/csv.test.cc", '#include "ebit/sim/gate.h"\n', 1, "may only use")

    def test_include_with_odd_spacing(self):
        self.assert_caught("ebit/base/error.h", '#  include <ebit/sim/gate.h>\n', 1, "may only use base")

    def test_missing_header(self):
        self.assert_caught("ebit/sim/gate.cc", '#include "ebit/sim/gates.h"\n', 1, "not there")

    def test_torch_in_torch_free_layer(self):
        for header in ("torch/torch.h", "ATen/ATen.h", "c10/util/Exception.h"):
            self.assert_caught("ebit/sim/gate.cc", f"#include <{header}>\n", 1, "torch-free")

    def test_torch_outside_the_torch_folder_of_the_program(self):
        self.assert_caught("ebit/cmd/train.cc", "#include <torch/torch.h>\n", 1, "torch-free")
        self.assert_caught("ebit/cmd/train.cc", '#include "ebit/nn/model.h"\n', 1, "may only use")

    def test_printing_in_a_library_layer(self):
        for text in ("#include <iostream>", 'void f() { std::printf("x"); }', "fmt::print(stderr, x);", "std::cerr << 1;"):
            self.assert_caught("ebit/sim/gate.cc", "int a;\n" + text + "\n", 2, "prints")

    def test_comments_strings_and_snprintf_are_no_printing(self):
        text = '// std::cout << 1\n/* printf("x")\n puts("y") */ int a;\nauto s = "printf(\\"x\\")";\nint b = std::snprintf(c, 1, s);\n'
        self.assertEqual(self.check({"ebit/sim/gate.cc": text}), [])

    def test_layers_in_a_circle(self):
        with self.assertRaisesRegex(ValueError, "circle"):
            self.check({"ebit/base/CMakeLists.txt": "ebit_layer(base DEPENDS ebit::sim)\n"})

    def test_unknown_layer(self):
        with self.assertRaisesRegex(ValueError, "no layer"):
            self.check({"ebit/base/CMakeLists.txt": "ebit_layer(base DEPENDS ebit::nowhere)\n"})

    def test_torch_free_layer_on_top_of_a_torch_layer(self):
        with self.assertRaisesRegex(ValueError, "torch-free but depends"):
            self.check({"ebit/data/CMakeLists.txt": "ebit_layer(data DEPENDS ebit::nn)\n"})


if __name__ == "__main__":
    unittest.main()
