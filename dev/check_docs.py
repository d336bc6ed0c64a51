#!/usr/bin/env python3
"""Checks what the Markdown pages claim: dev/check_docs.py [--write] [--full] [--no-run] PROGRAM [PAGE...]

A comment in front of a fenced block says what is checked:

  <!-- run -->             sh: the commands end with status 0. All such blocks of a page run one after the other in one
                           empty folder, with `ebit` on the PATH; `<!-- run: status 2 -->` expects another status.
  <!-- output of CMD -->   the block is what CMD prints; --write puts it in.
  <!-- from FILE -->       the block is a passage of FILE (its indentation may differ).
  <!-- patch -->           diff: it applies to today's tree.

Links and pictures to files of the project, and links to headings, are checked on every page. Where no page is named, each
configs/*.toml is trained with for 2 epochs too.
Trainings run for 2 epochs each unless --full is given, so that the check takes seconds.
"""
import argparse
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import textwrap
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ["README.md", "HACKING.md", "CHANGELOG.md", "data/README.md", "docs"]

MARK = re.compile(r"^<!-- (run|output of|from|patch)\b:? ?(.*?) ?-->$")
FENCE = re.compile(r"^(`{3,})(\w*)$")
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")

# Stands for `ebit` while commands are tried: trains for 2 epochs.
QUICK = """#!{python}
import os, sys
arguments = sys.argv[1:]
SOLVED = {{"poly-ridge", "linear", "esn", "register-reservoir", "qrnn-reservoir", "--train-only"}}
if arguments[:1] in (["train"], ["task"], ["reproduce"], ["backtest"]):
    if "--epochs" in arguments:
        arguments[arguments.index("--epochs") + 1] = "2"
    elif "--help" in arguments or SOLVED.intersection(arguments) or {{"backtest", "--config"}} <= set(arguments):
        pass  # what is solved at once takes no epochs; a backtest has those of the run
    else:
        arguments += ["--epochs", "2"]
os.execv({program!r}, [{program!r}] + arguments)
"""


class Block:
    """A fenced block with a mark in front of it."""

    def __init__(self, kind, argument, language, line, text):
        self.kind, self.argument, self.language, self.line, self.text = kind, argument, language, line, text


def parse(text):
    """The marked blocks of a page, and its lines with all fenced blocks blanked out."""
    blocks, prose, mark, open_fence = [], [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line.strip())
        if open_fence:
            if fence and fence[1] == open_fence[0] and not fence[2]:
                if mark:
                    blocks.append(Block(mark[1], mark[2], open_fence[1], open_fence[2], "".join(body)))
                open_fence = mark = None
            else:
                body.append(line + "\n")
            prose.append("")
        elif fence:
            open_fence, body = (fence[1], fence[2], number), []
            prose.append("")
        else:
            mark = MARK.match(line) or (mark if not line.strip() else None)
            prose.append(line)
    if open_fence:
        raise ValueError(f"the block that begins on line {open_fence[2]} is never closed")
    return blocks, prose


def slug(heading):
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page):
    found = set()
    for line in parse(page.read_text())[1]:
        heading = re.match(r"^#{1,6} (.*)$", line)
        if not heading:
            continue
        anchor, again = slug(heading[1]), 0
        while (anchor if not again else f"{anchor}-{again}") in found:
            again += 1
        found.add(anchor if not again else f"{anchor}-{again}")
    return found


def check_links(page, prose, complain):
    for number, line in enumerate(prose, 1):
        line = re.sub(r"`[^`]*`", "", line)
        for target in LINK.findall(line):
            if re.match(r"^(https?|mailto):", target):
                continue
            path, _, anchor = target.partition("#")
            file = page if not path else page.parent / urllib.parse.unquote(path)
            if not file.exists():
                complain(number, f"the link to '{target}' leads nowhere")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                complain(number, f"'{file.name}' has no heading '#{anchor}'")


def shell(command, folder, path):
    environment = dict(os.environ, PATH=f"{path}{os.pathsep}{os.environ['PATH']}", LC_ALL="C.UTF-8")
    return subprocess.run(["sh", "-eu", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)


def check_run(block, folder, path, complain):
    expected = re.match(r"^status (\d+)$", block.argument)
    wanted = int(expected[1]) if expected else 0
    result = shell(block.text, folder, path)
    if result.returncode != wanted:
        last = (result.stderr or result.stdout).strip().splitlines()[-1:] or ["no output"]
        complain(block.line, f"the commands end with status {result.returncode}, not {wanted}: {last[0]}")


def check_passage(block, complain):
    file = ROOT / block.argument
    if not file.is_file():
        return complain(block.line, f"there is no file '{block.argument}'")
    lines = file.read_text().splitlines()
    wanted = textwrap.dedent(block.text).splitlines()
    for start in range(len(lines) - len(wanted) + 1):
        if textwrap.dedent("\n".join(lines[start:start + len(wanted)])).splitlines() == wanted:
            return None
    return complain(block.line, f"the block is no passage of '{block.argument}'")


def check_patch(block, complain):
    result = subprocess.run(["git", "apply", "--check", "-"], input=block.text, cwd=ROOT, capture_output=True, text=True)
    if result.returncode:
        complain(block.line, f"the patch does not apply: {(result.stderr.strip().splitlines() or ['?'])[0]}")


def check_page(page, paths, options, complain):
    """Checks one page; returns its text with fresh outputs."""
    text = page.read_text()
    blocks, prose = parse(text)
    check_links(page, prose, complain)
    fresh = text
    with tempfile.TemporaryDirectory(prefix="ebit-docs-") as folder:
        for block in blocks:
            if block.kind == "from":
                check_passage(block, complain)
            elif block.kind == "patch":
                check_patch(block, complain)
            elif block.kind == "run" and not options.no_run:
                check_run(block, folder, paths["quick"], complain)
            elif block.kind == "output of":
                result = shell(block.argument, ROOT, paths["plain"])
                if result.returncode:
                    complain(block.line, f"'{block.argument}' fails: {result.stderr.strip()}")
                elif options.write:
                    lines = fresh.splitlines(keepends=True)
                    before = text.splitlines(keepends=True)
                    at = len(lines) - (len(before) - block.line)  # blocks before may have changed their length
                    end = at + len(block.text.splitlines())
                    fresh = "".join(lines[:at]) + result.stdout + "".join(lines[end:])
                elif result.stdout != block.text:
                    complain(block.line, f"the block is not what '{block.argument}' prints: run with --write")
    return text, fresh


def check_config(path, program, complain):
    """A configuration file must train."""
    with tempfile.TemporaryDirectory(prefix="ebit-configs-") as folder:
        result = subprocess.run([program, "train", "--config", str(path), "--epochs", "2", "--seeds", "1", "--baselines", "none",
                                 "--no-plots", "-q", "-o", f"{folder}/run"],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode:
            complain(1, f"it does not train: {(result.stderr.strip().splitlines() or ['no message'])[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--write", action="store_true", help="write fresh outputs into the pages")
    parser.add_argument("--full", action="store_true", help="train for as many epochs as the pages say")
    parser.add_argument("--no-run", action="store_true", help="do not run the blocks marked 'run'")
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    pages = []
    for name in options.pages or PAGES:
        path = pathlib.Path(name) if options.pages else ROOT / name
        pages += sorted(path.rglob("*.md")) if path.is_dir() else [path]

    complaints = []
    with tempfile.TemporaryDirectory(prefix="ebit-docs-bin-") as folder:
        paths = {kind: pathlib.Path(folder) / kind for kind in ("plain", "quick")}
        for path in paths.values():
            path.mkdir()
        (paths["plain"] / "ebit").symlink_to(program)
        if options.full:
            (paths["quick"] / "ebit").symlink_to(program)
        else:
            wrapper = paths["quick"] / "ebit"
            wrapper.write_text(QUICK.format(python=sys.executable, program=program))
            wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
        for page in pages:
            name = os.path.relpath(page, ROOT)
            try:
                text, fresh = check_page(page.resolve(), paths, options,
                                         lambda line, what: complaints.append(f"{name}:{line}: {what}"))
            except (OSError, ValueError) as error:
                complaints.append(f"{name}: {error}")
                continue
            if fresh != text:
                page.write_text(fresh)
                print(f"wrote {name}")
    if not options.pages and not options.no_run:
        for path in sorted((ROOT / "configs").glob("*.toml")):
            check_config(path, program, lambda line, what: complaints.append(f"configs/{path.name}:{line}: {what}"))
    for complaint in complaints:
        print(complaint)
    print(f"check_docs: {len(pages)} pages, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
