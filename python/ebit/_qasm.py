"""OpenQASM 3 texts of circuits, in the dialects of those who read them."""
import re

from ._arrays import np
from ._core import Error
from ._decompose import LOWER, matrix_gates


def table(text):
    """A dict of "key:value key:value ..."."""
    return dict(pair.split(":") for pair in text.split())


_PLAIN = table("""I:id X:x Y:y Z:z H:h S:s Sdg:sdg T:t Tdg:tdg SX:sx RX:rx RY:ry RZ:rz P:p CNOT:cx CY:cy CZ:cz
                  CRX:crx CRY:cry CRZ:crz Toffoli:ccx SWAP:swap""")
_BRAKET = table("""I:i X:x Y:y Z:z H:h S:s Sdg:si T:t Tdg:ti SX:v SXdg:vi RX:rx RY:ry RZ:rz P:phaseshift CNOT:cnot CY:cy CZ:cz
                   Toffoli:ccnot SWAP:swap iSWAP:iswap RXX:xx RYY:yy RZZ:zz""")

# Of each dialect: its names of gates; the include line; a register or single qubits; whether gates are defined; whether it has
# gphase; the type of its inputs (`angle` is modulo 2 pi, which flips signs inside of controlled rotations).
_DIALECTS = {
    "qiskit": {"names": _PLAIN, "include": True, "register": True, "define": True, "phase": True, "input": "float[64]"},
    "cirq": {"names": _PLAIN, "include": True, "register": True, "define": False, "phase": False, "input": "float[64]"},
    "braket": {"names": _BRAKET, "include": False, "register": True, "define": False, "phase": True, "input": "float"},
    "pennylane": {"names": _PLAIN, "include": False, "register": False, "define": False, "phase": False, "input": "float"},
}
_WORDS = {*_PLAIN.values(), *_BRAKET.values(), *(g.lower() for g in LOWER), *"""
    u U u1 u2 u3 q pi tau euler e ch cp cu cphase phase cswap gphase gate input output qubit bit int uint float angle
    complex bool const def if else for while in let measure reset barrier return end ctrl negctrl inv pow sin cos tan exp
    log ln sqrt popcount mod floor ceiling include duration delay box stretch array extern defcal cal void true false switch
    case default pragma opaque creg qreg
    """.split()}
_LETTERS = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau
    upsilon phi chi psi omega""".split()))


def names_of(circuit):
    """The parameters' names, {(per sample?, index): name}. Raises Error where one name is of both kinds."""
    both = set(circuit.shared) & set(circuit.per_sample)
    if both:
        raise Error(f"{', '.join(sorted(both))} is a shared and a per-sample parameter: give the two different names")
    return {(kind, i): n for kind, names in ((False, circuit.shared), (True, circuit.per_sample)) for i, n in enumerate(names)}


def operations_of(circuit):
    """(gate or "matrix", wires, angles as (factor, name or None, value), matrix or None) of every operation."""
    names = names_of(circuit)
    for op in circuit.operations:
        angles = [(0.0, None, value) if kind == 0 else (scale, names[kind == 2, index], value)
                  for kind, index, scale, value in op["angles"]]
        yield ("matrix" if "matrix" in op else op["gate"]), list(op["wires"]), angles, op.get("matrix")


def _lowered(gate, wires, angles, known):
    """The operation as gates of `known` alone; angles as in operations_of()."""
    if gate in known:
        return [(gate, wires, angles)]
    out, own = [], dict(zip("abc", angles))
    for inner, at, *given in LOWER[gate]:
        inside = []
        for a in given:
            factor, name = a if isinstance(a, tuple) else (1.0, a)
            if isinstance(a, float):
                inside.append((0.0, None, a))
            else:
                inside.append((factor * own[name][0], own[name][1], factor * own[name][2]))
        out += _lowered(inner, [wires[w] for w in at], inside, known)
    return out


def _text(angle, spelled):
    factor, name, value = angle
    if name is None:
        return repr(float(value))
    name = spelled[name]
    head = name if factor == 1 else f"-{name}" if factor == -1 else f"{factor!r}*{name}"
    return head if value == 0 else f"{head} {'-' if value < 0 else '+'} {abs(value)!r}"


def _spelled(names):
    """Names as identifiers that no dialect takes for anything else, all different: θ0 is theta0."""
    out = {}
    for name in names:
        word = re.sub(r"\W", "_", "".join(_LETTERS.get(c, c) for c in name), flags=re.ASCII)
        word = word if re.match(r"[A-Za-z_]", word) else f"p{word}"
        while word in _WORDS or word in out.values():
            word += "_"
        out[name] = word
    return out


def to_qasm3(circuit, *, dialect="qiskit", bind=None):
    """The circuit as OpenQASM 3 text that `dialect` reads.

    dialect: "qiskit", "cirq", "braket" or "pennylane" (its qubits are q0, q1, ...). Gates that it lacks are defined (qiskit) or
    written out in others. bind: {name: radians} of parameters that get a number; the others become `input float`, a name such as
    θ0 as theta0. Numbers read back bit for bit. Matrices become gates, exact with qiskit and braket, in the others up to a
    global phase. Raises Error for an unknown dialect, names in `bind` that the circuit has not, and values that are not finite.

    >>> import ebit, ebit.interop
    >>> "gate rzz(a) q0, q1" in ebit.interop.to_qasm3(ebit.Circuit(2).add("RZZ", [0, 1], [0.3]))
    True
    """
    if dialect not in _DIALECTS:
        raise Error(f"dialect must be one of {', '.join(_DIALECTS)}, not {dialect!r}")
    d, bound = _DIALECTS[dialect], dict(bind or {})
    names = list(names_of(circuit).values())
    for name, value in bound.items():
        if name not in names:
            raise Error(f"the circuit has no parameter {name}: its parameters are {', '.join(names) or 'none'}")
        if not np.isfinite(float(value)):
            raise Error(f"{name} must be a finite number of radians, not {value}")
    free = [n for n in names if n not in bound]
    spelled = _spelled(free)
    qubit = (lambda w: f"q[{w}]") if d["register"] else (lambda w: f"q{w}")
    known = {*d["names"], *((set(LOWER) - {"U3"}) if d["define"] else ())}  # readers differ in the phase of u3
    define, phase, body = set(), 0.0, []

    def write(gate, wires, angles):
        define.update([gate] if gate not in d["names"] else ())
        inside = _call([_text(a, spelled) for a in angles])
        body.append(f"{d['names'].get(gate, gate.lower())}{inside} {', '.join(map(qubit, wires))};")

    for gate, wires, angles, matrix in operations_of(circuit):
        if matrix is not None:
            gates, more = matrix_gates(matrix, wires)
            phase += more
            parts = [(g, w, [(0.0, None, x) for x in numbers]) for g, w, numbers in gates]
        else:
            parts = [(gate, wires, [(0.0, None, factor * float(bound[n]) + value) if n in bound else (factor, n, value)
                                    for factor, n, value in angles])]
        for part in parts:
            for low in _lowered(*part, known):
                write(*low)
    if phase and d["phase"]:
        body.append(f"gphase({float(phase)!r});")
    head = ["OPENQASM 3.0;"] + ['include "stdgates.inc";'] * d["include"]
    head += _definitions(define, d["names"])
    head += [f"input {d['input']} {spelled[n]};" for n in free]
    head += [f"qubit[{circuit.wires}] q;"] if d["register"] else [f"qubit q{w};" for w in range(circuit.wires)]
    return "\n".join(head + body) + "\n"


def _definitions(wanted, names):
    """Definitions of gates, each behind those that it uses."""
    lines, done = [], set(names)

    def add(gate):
        if gate in done:
            return
        rows = LOWER[gate]
        for inner, *_ in rows:
            add(inner)
        done.add(gate)
        wires = 1 + max(w for _, at, *_ in rows for w in at)
        own = sorted({a[1] if isinstance(a, tuple) else a for _, _, *given in rows for a in given if not isinstance(a, float)})
        body = []
        for inner, at, *given in rows:
            said = [repr(a) if isinstance(a, float) else a if isinstance(a, str) else f"{a[0]!r}*{a[1]}" for a in given]
            body.append(f"{names.get(inner, inner.lower())}{_call(said)} {_qubits(at)};")
        lines.append(f"gate {gate.lower()}{_call(own)} {_qubits(range(wires))} {{ {' '.join(body)} }}")

    for gate in LOWER:
        if gate in wanted:
            add(gate)
    return lines


def _call(arguments):
    return f"({', '.join(arguments)})" if arguments else ""


def _qubits(wires):
    return ", ".join(f"q{w}" for w in wires)
