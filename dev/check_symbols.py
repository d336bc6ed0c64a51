#!/usr/bin/env python3
"""Checks that no two layers of ebit/ define the same thing.

usage: check_symbols.py [BUILD_FOLDER] [--source ROOT]
Two definitions of one name are undefined behaviour that no linker reports: it takes one of them. One line is printed for
each of:
  - a type that the headers of two layers define by one name, inline namespaces left out as users leave them out
    (ebit::inline sim { struct X } and ebit::inline report { struct X } are both ebit::X);
  - a function or variable of namespace ebit that two libraries (BUILD_FOLDER/layers/**/libebit_*.a) define;
  - one that a library defines in another layer's namespace.
What is inline or a template is emitted wherever it is used; that is no second definition, as long as its namespace is that
of a layer. Without BUILD_FOLDER only headers are read. Exits with 1 where it found something, with 2 where the
libraries are not there.
"""

import collections
import pathlib
import re
import subprocess
import sys

from check_layers import without_comments

TYPE = re.compile(r"(?:struct|class|union|enum(?:\s+class|\s+struct)?)\s+(?:\[\[\w+\]\]\s*)?(\w+)\s*"
                  r"(?:final\s*)?(?::[^;{]*)?\{$")
ALIAS = re.compile(r"using\s+(\w+)\s*=")
NAMESPACE = re.compile(r"(?:inline\s+)?namespace\b([^{;=]*)\{$")
PREFIX = re.compile(r"^(?:vtable|VTT|typeinfo|typeinfo name|guard variable|construction vtable|"
                    r"(?:non-)?virtual thunk) (?:for|to) ")


def defined_types(text):
    """{qualified name: line} of the types that a C++ text defines in its namespaces, not inside of types."""
    found = {}
    scopes = []  # for every open brace the namespace it opens, or None
    statement, start = "", 1
    for number, line in enumerate(without_comments(text.splitlines()), start=1):
        if line.lstrip().startswith("#"):
            continue
        for char in line + " ":
            if not statement.strip():
                statement, start = "", number
            statement += char
            at_namespace = all(scope is not None for scope in scopes)
            name = "::".join(part for scope in scopes if scope for part in scope.split("::"))
            if char == "{":
                opened = NAMESPACE.search(statement.strip())
                kind = TYPE.search(statement.strip())
                if at_namespace and kind and not opened and "(" not in statement:
                    found[f"{name}::{kind.group(1)}"] = start
                scopes.append(visible(opened.group(1), statement) if opened else None)
                statement = ""
            elif char == "}":
                if scopes:
                    scopes.pop()
                statement = ""
            elif char == ";":
                alias = ALIAS.match(statement.strip())
                if at_namespace and alias:
                    found[f"{name}::{alias.group(1)}"] = start
                statement = ""
    return found


def visible(namespace, statement):
    """"ebit" of " ebit::inline sim ", the parts that are not inline; "<anonymous>" where there is no name."""
    if statement.strip().startswith("inline"):
        return ""
    parts = [part.strip() for part in namespace.split("::")]
    if parts == [""]:
        return "<anonymous>"
    return "::".join(part for part in parts if not part.startswith("inline"))


def check_sources(root):
    """The complaints about headers."""
    places = collections.defaultdict(list)  # name -> [(layer, "path:line")]
    for layer in sorted(path.parent for path in root.glob("ebit/*/CMakeLists.txt")):
        for path in sorted(layer.rglob("*.h")):
            for name, line in defined_types(path.read_text(encoding="utf-8")).items():
                places[name].append((layer.name, f"{path.relative_to(root)}:{line}"))
    return [f"{' and '.join(place for _, place in found)}: two layers define {name}"
            for name, found in sorted(places.items()) if len({layer for layer, _ in found}) > 1]


def symbols(library):
    """[(kind, mangled name)] that a static library defines and others see; kind is a letter of nm."""
    text = subprocess.run(["nm", "--defined-only", "--extern-only", str(library)], check=True, capture_output=True,
                          text=True).stdout
    fields = (line.split() for line in text.splitlines())
    return {(f[1], f[2]) for f in fields if len(f) == 3 and len(f[1]) == 1}


def demangled(names):
    """{mangled: readable}."""
    names = list(names)
    text = subprocess.run(["c++filt"], check=True, capture_output=True, text=True, input="\n".join(names)).stdout
    return dict(zip(names, text.splitlines()))


def check_libraries(libraries):
    """The complaints about {layer: path of its library}."""
    strong, weak = collections.defaultdict(set), collections.defaultdict(set)  # name -> layers
    for layer, library in libraries.items():
        for kind, name in symbols(library):
            if kind in "TDBRG":
                strong[name].add(layer)
            elif kind in "WVu":
                weak[name].add(layer)
    readable = demangled(strong.keys() | weak.keys())
    complaints = []
    for name in sorted(strong, key=readable.get):
        what = PREFIX.sub("", readable[name])
        layers = strong[name] | weak[name]
        if not what.startswith("ebit::"):
            continue
        namespace = what.split("::")[1]
        if len(layers) > 1:
            complaints.append(f"{' and '.join(sorted(layers))} define {readable[name]}")
        elif namespace in libraries and namespace not in layers:
            complaints.append(f"{layers.pop()} defines {readable[name]}, in the namespace of {namespace}")
    for name in sorted(weak, key=readable.get):
        what = PREFIX.sub("", readable[name])
        member = what.startswith("ebit::") and "<" not in what.split("(")[0]
        if member and name not in strong and len(weak[name]) > 1 and what.split("::")[1] not in libraries:
            complaints.append(f"{' and '.join(sorted(weak[name]))} define {readable[name]}, which is in no layer's "
                              "namespace")
    return complaints


def main(arguments):
    root = pathlib.Path(__file__).resolve().parent.parent
    if "--source" in arguments:
        at = arguments.index("--source")
        root = pathlib.Path(arguments[at + 1])
        del arguments[at:at + 2]
    complaints = check_sources(root)
    if arguments:
        libraries = {path.stem[len("libebit_"):]: path
                     for path in sorted(pathlib.Path(arguments[0]).glob("layers/**/libebit_*.a"))}
        if not libraries:
            print(f"check_symbols: no libraries under {arguments[0]}/layers")
            return 2
        complaints += check_libraries(libraries)
    for complaint in complaints:
        print(complaint)
    print(f"check_symbols: {len(complaints)} things are defined twice" if complaints else "check_symbols: ok")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
