#!/usr/bin/env python3
"""Tests of dev/build_site.py: what is staged, and what its look-up of links must find."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import build_site as site  # noqa: E402


class Site(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.place.name)

    def tearDown(self):
        self.place.cleanup()

    def test_every_page_of_docs_is_reached_from_the_readme(self):
        stage = site.Stage(self.folder)
        stage.run()
        pages = {path.name for path in (site.ROOT / "docs").glob("*.md")}
        self.assertEqual(pages - {path.name for path in (self.folder / "docs").glob("*.md")}, set())
        contents = site.contents(stage)
        for page in pages:
            self.assertIn(f"\ndocs/{page[:-3]}\n", contents)
        self.assertTrue((self.folder / "docs/images/fellner-ranks.png").is_file())

    def test_links_lead_to_what_is_staged_and_code_stays(self):
        stage = site.Stage(self.folder)
        text = "[a](README.md) [b](examples/bell.cc) [c](docs/data.md#splits)\n```sh\n[x](README.md)\n```\n"
        self.assertEqual(stage.with_links(text, pathlib.Path(".")),
                         "[a](index.md) [b](examples/bell.cc.md) [c](docs/data.md#splits)\n```sh\n[x](README.md)\n```\n")
        self.assertEqual(stage.with_links("[a](../README.md)", pathlib.Path("docs")), "[a](../index.md)")
        with self.assertRaises(SystemExit):
            stage.with_links("[a](nowhere.md)", pathlib.Path("docs"))

    def test_a_shown_file_may_end_within_a_line(self):
        name = "tests/golden/noise/device_sherbrooke_line4.json"
        self.assertFalse((site.ROOT / name).read_text().endswith("\n"))
        site.Stage(self.folder).page(name)
        self.assertTrue((self.folder / (name + ".md")).read_text().endswith("}\n``````\n"))

    def test_broken_links_of_the_site(self):
        (self.folder / "a.html").write_text('<a href="b.html#here"></a><img src="p.png"><a href="b.html#gone"></a>')
        (self.folder / "b.html").write_text('<p id="here"></p><script src="https://example.org/x.js"></script>')
        count, wrong = site.check_site(self.folder)
        self.assertEqual(count, 2)
        self.assertEqual(wrong, ["a.html: 'b.html#gone' has no such place", "a.html: 'p.png' leads nowhere",
                                 "b.html: loads https://example.org/x.js"])


if __name__ == "__main__":
    unittest.main()
