#!/usr/bin/env python3
"""Tests of count_tests.py on small JUnit files as ctest writes them."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import count_tests

PASSED = '<testcase name="a" status="run"/>'
FAILED = '<testcase name="b" status="fail"><failure message=""/></testcase>'
SKIPPED = '<testcase name="c" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>'
NOT_BUILT = '<testcase name="d" status="fail"><failure message="Unable to find executable"/></testcase>'


class CountTests(unittest.TestCase):
    def run_on(self, *suites):
        """(exit status, last line) for files that hold the given test cases; None stands for a missing file."""
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
            paths = []
            for number, cases in enumerate(suites):
                path = pathlib.Path(folder) / f"{number}.xml"
                if cases is not None:
                    path.write_text(f"<testsuite>{cases}</testsuite>", encoding="utf-8")
                paths.append(str(path))
            status = count_tests.main(paths)
        return status, out.getvalue().splitlines()[-1]

    def test_adds_up_files(self):
        self.assertEqual(self.run_on(PASSED * 2, PASSED + SKIPPED), (0, "3 passed, 0 failed, 1 skipped"))

    def test_failures_fail(self):
        self.assertEqual(self.run_on(PASSED + FAILED, PASSED + NOT_BUILT), (1, "2 passed, 2 failed, 0 skipped"))

    def test_a_run_without_tests_fails(self):
        self.assertEqual(self.run_on(PASSED, ""), (1, "1 passed, 1 failed, 0 skipped"))

    def test_a_run_that_only_skipped_fails(self):
        self.assertEqual(self.run_on(SKIPPED)[0], 1)

    def test_a_missing_or_broken_file_fails(self):
        self.assertEqual(self.run_on(PASSED, None), (1, "1 passed, 1 failed, 0 skipped"))
        self.assertEqual(self.run_on(PASSED, "<testcase"), (1, "1 passed, 1 failed, 0 skipped"))


if __name__ == "__main__":
    unittest.main()
