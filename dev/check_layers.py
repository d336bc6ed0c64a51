#!/usr/bin/env python3
"""Checks that dependencies between the layers of ebit/ point down only.

usage: check_layers.py [ROOT]
The layers and what each may use are read from ebit/*/CMakeLists.txt: `ebit_layer(NAME [TORCH] [DEPENDS ...])`.
ebit/cmd, the program, may use every layer; its files outside ebit/cmd/torch may use no torch layer. For every
C++ file the includes are compared with that, and one line is printed for each of:
  - an include of a layer that is not among the (transitive) dependencies, or of a header that is not there;
  - a torch or ATen header in a layer without TORCH;
  - printing (<iostream>, <print>, printf, puts, fmt::print, std::cout) in a library layer; tests may print.
Exits with 1 where it found something, with 2 where the layers themselves are wrong (unknown, in a circle).
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')
TORCH_HEADER = re.compile(r"^(torch|ATen|c10|caffe2)/")
PRINTING_HEADER = {"iostream", "print", "fmt/ostream.h"}
PRINTING = re.compile(r"\b(?:std::)?(?:printf|fprintf|puts|fputs|putchar)\s*\(|\bfmt::print\b|\bstd::(?:cout|cerr|clog)\b")
PROGRAM = "cmd"


class Layer:
    def __init__(self, name, torch, depends):
        self.name, self.torch, self.depends = name, torch, depends


def read_layers(root):
    """{name: Layer} of every ebit/*/CMakeLists.txt that calls ebit_layer()."""
    layers = {}
    for path in sorted(root.glob("ebit/*/CMakeLists.txt")):
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        for call in re.findall(r"\bebit_layer\s*\(([^)]*)\)", text):
            words = call.split()
            depends = words[words.index("DEPENDS") + 1:] if "DEPENDS" in words else []
            name = words[0]
            if name != path.parent.name:
                raise ValueError(f"{path.relative_to(root)}: layer '{name}' is not named as its folder")
            layers[name] = Layer(name, "TORCH" in words,
                                 [word[len("ebit::"):] for word in depends if word.startswith("ebit::")])
    return layers


def reachable(layers, name, path=()):
    """The layers that `name` may include, itself among them. Raises ValueError for a circle or an unknown one."""
    if name in path:
        raise ValueError("layers depend on each other in a circle: " + " -> ".join(path + (name,)))
    if name not in layers:
        raise ValueError(f"layer '{path[-1]}' depends on '{name}', which is no layer")
    found = {name}
    for dependency in layers[name].depends:
        found |= reachable(layers, dependency, path + (name,))
    return found


def without_comments(lines):
    """The lines with // and /* */ comments and the insides of string literals blanked, so that only code is left."""
    in_block = False
    for line in lines:
        code, i = "", 0
        while i < len(line):
            if in_block:
                end = line.find("*/", i)
                in_block, i = end < 0, len(line) if end < 0 else end + 2
            elif line.startswith("//", i):
                break
            elif line.startswith("/*", i):
                in_block, i = True, i + 2
            elif line[i] == '"' and "#include" not in line:
                end = i + 1
                while end < len(line) and line[end] != '"':
                    end += 2 if line[end] == "\\" else 1
                code, i = code + '""', end + 1
            else:
                code, i = code + line[i], i + 1
        yield code


def check_file(root, path, layers, allowed, torch, may_print):
    """The complaints about one file, each "path:line: what"."""
    relative = path.relative_to(root)
    complaints = []
    for number, line in enumerate(without_comments(path.read_text(encoding="utf-8").splitlines()), start=1):
        def complain(what):
            complaints.append(f"{relative}:{number}: {what}")

        match = INCLUDE.match(line)
        header = match.group(1) if match else ""
        if header.startswith("ebit/"):
            layer = header.split("/")[1]
            if layer not in allowed:
                complain(f"includes {header}, but layer '{relative.parts[1]}' may only use {', '.join(sorted(allowed))}")
            elif not (root / header).is_file():
                complain(f"includes {header}, which is not there")
        elif TORCH_HEADER.match(header) and not torch:
            complain(f"includes <{header}>, but layer '{relative.parts[1]}' is torch-free")
        if not may_print and (header in PRINTING_HEADER or PRINTING.search(line)):
            complain("prints; a library layer returns text or throws, only ebit/cmd prints")
    return complaints


def check(root):
    """All complaints about the tree at `root`. Raises ValueError where the layers themselves are wrong."""
    layers = read_layers(root)
    if not layers:
        raise ValueError(f"no layers under {root}/ebit")
    complaints = []
    for name in layers:
        allowed = reachable(layers, name)
        torch = any(layers[other].torch for other in allowed)
        if torch and not layers[name].torch:
            raise ValueError(f"layer '{name}' is torch-free but depends on a torch layer")
        for path in files(root / "ebit" / name):
            complaints += check_file(root, path, layers, allowed, torch, path.name.endswith((".test.cc", ".perf.cc")))
    free = {name for name in layers if not layers[name].torch} | {PROGRAM}
    for path in files(root / "ebit" / PROGRAM):
        torch = path.parent.name == "torch"
        complaints += check_file(root, path, layers, set(layers) | {PROGRAM} if torch else free, torch, True)
    return complaints


def files(folder):
    return sorted(path for ending in ("*.h", "*.cc") for path in folder.rglob(ending))


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent)
    try:
        complaints = check(root)
    except ValueError as error:
        print(f"check_layers: {error}")
        return 2
    for complaint in complaints:
        print(complaint)
    print(f"check_layers: {len(complaints)} include or print in the wrong place" if complaints else "check_layers: ok")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
