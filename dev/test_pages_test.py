#!/usr/bin/env python3
"""Tests of dev/test_pages.py: what it must find in bad pages, and that it finds nothing in a good one. Status 2: no Chromium."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import chromium  # noqa: E402
import test_pages  # noqa: E402

HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
GOOD = HEAD + "<title>good</title></head><body><p>words</p><table><tr><td class='number'>1</td></tr></table></body></html>"


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = chromium.Browser().__enter__()
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def look(self, html):
        folder = pathlib.Path(self.folder.name)
        page = folder / "page.html"
        page.write_text(html)
        return test_pages.look_at(self.browser, "page", page, folder)

    def expect(self, html, *words):
        wrong = "\n".join(self.look(html))
        for word in words:
            self.assertIn(word, wrong)

    def test_a_good_page_is_let_through_and_pictured(self):
        self.assertEqual(self.look(GOOD), [])
        for name in ("page-1280", "page-390", "page-390-dark"):
            self.assertGreater((pathlib.Path(self.folder.name) / f"{name}.png").stat().st_size, 500)

    def test_what_sticks_out_is_named(self):
        wide = self.look(GOOD.replace("<p>", "<p style='width: 600px'>"))
        self.assertTrue(any("at 390 px" in line and "600" not in line.split(":")[0] and "p" in line for line in wide), wide)
        self.assertFalse(any("1280" in line for line in wide), wide)

    def test_what_scrolls_by_itself_may_be_wide(self):
        self.assertEqual(self.look(GOOD.replace("<p>words</p>", "<div style='overflow-x: auto'><p style='width: 900px'>x</p></div>")), [])

    def test_numbers_out_of_sight(self):
        table = "<div style='overflow-x: auto'><table><tr><td><div style='width: 500px'>x</div></td><td class='number'>1</td></tr></table></div>"
        self.expect(GOOD.replace("<p>words</p>", table), "at 390 px: the first number of a table is out of sight")

    def test_console_network_figures_and_titles(self):
        self.expect(GOOD.replace("<p>", "<script>console.error('oops')</script><p>"), "console: oops")
        self.expect(GOOD.replace("<p>", "<script>nothing.there</script><p>"), "console: ")
        self.expect(GOOD.replace("<p>", "<img src='http://localhost:9/x.png'><p>"), "asks the network for http://localhost:9/x.png")
        self.expect(GOOD.replace("<p>", "<svg width='9' height='9'><title>gnuplot_plot_1a</title></svg><p>"), "the name 'gnuplot_plot_1a'")
        self.expect(GOOD.replace("<title>good</title>", ""), "no title")


if __name__ == "__main__":
    if not chromium.program():
        print("there is no chromium", file=sys.stderr)
        sys.exit(2)
    unittest.main()
