#!/usr/bin/env python3
"""Tests of check_symbols.py: it finds planted duplicates, in headers and in libraries, and lets a good house pass."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import check_symbols

SIM = "namespace ebit::inline sim {\nclass Layout {\n  struct Inside {};\n};\nint area(const Layout& layout);\n}\n"
REPORT = "namespace ebit::inline report {\nstruct FigureLayout {\n  struct Inside {};\n};\nstruct Layout;\n}\n"


class Headers(unittest.TestCase):
    def check(self, **headers):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for layer, text in headers.items():
                (root / "ebit" / layer).mkdir(parents=True)
                (root / "ebit" / layer / "CMakeLists.txt").write_text(f"ebit_layer({layer})\n")
                (root / "ebit" / layer / "x.h").write_text(text)
            return check_symbols.check_sources(root)

    def test_good_headers_pass(self):
        self.assertEqual(self.check(sim=SIM, report=REPORT), [])

    def test_a_type_in_two_layers(self):
        complaints = self.check(sim=SIM, report=REPORT.replace("FigureLayout", "Layout"))
        self.assertEqual(complaints, ["ebit/report/x.h:2 and ebit/sim/x.h:2: two layers define ebit::Layout"])

    def test_every_kind_of_type(self):
        for planted in ("enum class Layout { kA };", "using Layout = int;", "template <class T>\nstruct Layout {};",
                        "struct Layout final : Base<int> {\n};", "/* a */ union Layout { int a; };"):
            self.assertEqual(len(self.check(sim=SIM, data="namespace ebit {\n" + planted + "\n}\n")), 1, planted)

    def test_what_is_no_second_definition(self):
        for other in ("namespace ebit::other {\nstruct Layout {};\n}\n", "namespace ebit {\n// struct Layout {};\n}\n",
                      "namespace ebit {\nstruct Layout;\nvoid f(struct Layout) {}\n}\n",
                      "namespace ebit {\nvoid f() {\n  struct Layout {};\n}\n}\n"):
            self.assertEqual(self.check(sim=SIM, data=other), [], other)


class Libraries(unittest.TestCase):
    def check(self, **sources):
        with tempfile.TemporaryDirectory() as folder:
            libraries = {}
            for layer, text in sources.items():
                stem = pathlib.Path(folder) / layer
                stem.with_suffix(".cc").write_text(text)
                subprocess.run([os.environ.get("CXX", "c++"), "-std=c++20", "-O0", "-c", f"{stem}.cc", "-o", f"{stem}.o"],
                               check=True)
                libraries[layer] = pathlib.Path(folder) / f"libebit_{layer}.a"
                subprocess.run(["ar", "rcs", str(libraries[layer]), f"{stem}.o"], check=True)
            return check_symbols.check_libraries(libraries)

    SIM = "namespace ebit::inline sim { struct Layout { int x; int size() { return x; } };\n" \
          "int area(Layout& l) { return l.size(); } int limit = 3; }\n"

    def test_good_libraries_pass(self):
        # The inline member of a lower layer's class is emitted in both.
        user = self.SIM.replace("int area(Layout& l) { return l.size(); } int limit = 3;", "") + \
            "namespace ebit::inline grad { int twice(Layout& l) { return 2 * l.size(); } }\n"
        self.assertEqual(self.check(sim=self.SIM, grad=user), [])

    def test_a_function_and_a_variable_in_two_libraries(self):
        complaints = self.check(sim=self.SIM, grad=self.SIM)
        self.assertEqual(complaints, ["grad and sim define ebit::sim::area(ebit::sim::Layout&)",
                                      "grad and sim define ebit::sim::limit"])

    def test_members_of_two_classes_of_one_name(self):
        plain = "namespace ebit { struct Layout { int x; int size() { return x; } };\nint %s(Layout& l) { return l.size(); } }\n"
        self.assertEqual(self.check(sim=plain % "area", report=plain % "height"),
                         ["report and sim define ebit::Layout::size(), which is in no layer's namespace"])

    def test_a_definition_in_a_foreign_namespace(self):
        self.assertEqual(self.check(sim=self.SIM, grad="namespace ebit::inline sim { int stray() { return 1; } }\n"),
                         ["grad defines ebit::sim::stray(), in the namespace of sim"])


if __name__ == "__main__":
    unittest.main()
