#!/usr/bin/env python3
"""Builds the documentation as a site: dev/build_site.py [-o FOLDER] [--look], by default build/site.

FOLDER/html/index.html is README.md, the pages of docs/ follow in the order of README's list. It is made for being opened
as files: formulas are MathML, the search works without a server, nothing is loaded from elsewhere. Every warning of Sphinx
is an error, and afterwards every link, anchor and picture of every page is looked up.
What it needs comes into FOLDER/venv by dev/venv.sh. --look opens every page in headless Chromium at 1280 and 390 pixels, as
dev/test_pages.py does, and searches for a word.
"""
import argparse
import html.parser
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)(\[(?:[^\]\[]|\[[^\]]*\])*\]\()([^)\s#]+)(#[^)\s]*)?\)")
PICTURE = re.compile(r"!\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(`{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
LANGUAGES = {".cc": "cpp", ".py": "python", ".toml": "toml", ".json": "json", ".cff": "yaml", ".sh": "sh"}
START = "README.md"


class Stage:
    """The pages below a folder, in the tree that they have in the project; README.md is index.md."""

    def __init__(self, folder):
        self.folder, self.done, self.waiting = folder, set(), [START]

    def run(self):
        while self.waiting:
            name = self.waiting.pop(0)
            if name not in self.done:
                self.done.add(name)
                self.page(name)

    def page(self, name):
        source = ROOT / name
        if source.is_dir():
            text = f"# {name}\n\n" + "".join(f"- [{f.name}]({source.name}/{f.name})\n" for f in sorted(source.iterdir())
                                             if f.is_file() and f.suffix in {*LANGUAGES, ".md"})
            self.write(name + ".md", self.with_links(text, pathlib.Path(name).parent))
        elif source.suffix == ".md":
            self.write("index.md" if name == START else name, self.with_links(source.read_text(), pathlib.Path(name).parent))
        else:  # a source: a page that shows it
            language = LANGUAGES.get(source.suffix, "text")
            self.write(name + ".md", f"# {source.name}\n\n``````{language}\n{source.read_text().rstrip()}\n``````\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def with_links(self, text, folder):
        """The text with links that lead to what is staged; code is left as it is."""
        parts, at = [], 0
        for fence in FENCE.finditer(text):
            parts += [self.linked(text[at:fence.start()], folder), fence[0]]
            at = fence.end()
        return "".join(parts + [self.linked(text[at:], folder)])

    def linked(self, text, folder):
        for target in PICTURE.findall(text):
            if "://" not in target:
                name = os.path.normpath(folder / target)
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, self.folder / name)
        return LINK.sub(lambda match: self.link(match, folder), text)

    def link(self, match, folder):
        target = match[2]
        if re.match(r"^[a-z]+:", target):
            return match[0]
        name = os.path.normpath(folder / urllib.parse.unquote(target))
        if not (ROOT / name).exists():
            raise SystemExit(f"dev/build_site.py: a page in '{folder}' links to '{target}', which is not there")
        self.waiting.append(name)
        staged = "index.md" if name == START else name if name.endswith(".md") else name + ".md"
        return f"{match[1]}{os.path.relpath(staged, folder)}{match[3] or ''})"


def contents(stage):
    """The table of contents: what README's list of documentation names, in its order, then the rest."""
    listing = (ROOT / START).read_text().split("## Documentation", 1)[1].split("\n## ", 1)[0]
    named = [target for line in listing.splitlines() for _, target, _ in LINK.findall(line) if target in stage.done]
    named = list(dict.fromkeys(named))
    rest = sorted(stage.done - set(named) - {START})
    for source in rest:  # pages of sources belong to no contents
        if not source.endswith(".md"):
            path = stage.folder / (source + ".md")
            path.write_text("---\norphan: true\n---\n\n" + path.read_text())
    pages = [*named, *(name for name in rest if name.endswith(".md"))]
    return "\n\n```{toctree}\n:hidden:\n:maxdepth: 1\n\n" + "\n".join(name[:-3] for name in pages) + "\n```\n"


class Links(html.parser.HTMLParser):
    """The ids of a page and what it refers to."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.targets, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.targets.append(given["href"])
        if tag in ("img", "script", "iframe", "source") and given.get("src"):
            self.loaded.append(given["src"])
        if tag == "link" and given.get("href") and given.get("rel") != "canonical":
            self.loaded.append(given["href"])


def check_site(folder):
    """What is wrong with the links of the pages of a folder, a line each."""
    pages = {path: Links(path.read_text()) for path in sorted(folder.rglob("*.html"))}
    wrong = []
    for path, page in pages.items():
        name = path.relative_to(folder)
        for target in page.targets + page.loaded:
            if re.match(r"^[a-z]+:", target) or target.startswith("//"):
                if target in page.loaded and not target.startswith("data:"):
                    wrong.append(f"{name}: loads {target}")
                continue
            place, _, anchor = target.partition("#")
            file = path if not place.split("?")[0] else (path.parent / urllib.parse.unquote(place.split("?")[0])).resolve()
            if not file.is_file():
                wrong.append(f"{name}: '{target}' leads nowhere")
            elif anchor and file in pages and urllib.parse.unquote(anchor) not in pages[file].ids:
                wrong.append(f"{name}: '{target}' has no such place")
    return len(pages), wrong


def look(folder):
    """What is wrong with the pages in a browser, a line each."""
    sys.path.insert(0, str(ROOT / "dev"))
    import chromium

    wrong = []
    found = "new Promise(r => setTimeout(() => r(document.querySelectorAll('#search-results li').length), 2000))"
    with chromium.Browser() as browser:
        for path in sorted(folder.rglob("*.html")):
            for width in (1280, 390):
                view = browser.open(path, width)
                name = f"{path.relative_to(folder)} at {width} px"
                if view["overflow"]:
                    wrong.append(f"{name}: {view['scroll']} px wide: {', '.join(view['wide'])}")
                wrong += [f"{name}: {what}" for what in view["errors"] + view["requests"]]
        view = browser.open((folder / "search.html").as_uri() + "?q=entanglement", 1280, script=found)
        if not view["script"]:
            wrong.append("the search for 'entanglement' finds nothing")
        wrong += [f"the search: {what}" for what in view["errors"] + view["requests"]]
        print(f"site: looked at every page; the search for 'entanglement' finds {view['script']} places")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", default=ROOT / "build" / "site", type=pathlib.Path)
    parser.add_argument("--look", action="store_true", help="open every page in Chromium")
    options = parser.parse_args()
    folder = options.output.resolve()
    venv, pages, site = folder / "venv", folder / "pages", folder / "html"
    subprocess.run([ROOT / "dev/venv.sh", venv, "dev/requirements-site.txt", "--alone"], check=True)
    for old in (pages, site):
        shutil.rmtree(old, ignore_errors=True)
    (pages / "_static").mkdir(parents=True)
    stage = Stage(pages)
    stage.run()
    with open(pages / "index.md", "a") as index:
        index.write(contents(stage))
    shutil.copy(ROOT / "dev/site/conf.py", pages)
    shutil.copy(ROOT / "dev/site/site.css", pages / "_static")
    version = re.search(r"^project\(ebit VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)[1]
    built = subprocess.run([venv / "bin/sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "-d", folder / "doctrees", pages,
                            site], env={**os.environ, "EBIT_VERSION": version})
    if built.returncode:
        return built.returncode
    count, wrong = check_site(site)
    if options.look:
        wrong += look(site)
    for line in wrong:
        print(line)
    print(f"site: {count} pages, {len(wrong)} complaints: {os.path.relpath(site / 'index.html')}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
