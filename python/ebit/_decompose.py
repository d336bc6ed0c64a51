"""Gates and matrices as sequences of simpler gates, for texts and programs that lack them."""
from ._arrays import np
from ._core import Error

# Each gate as (gate, its wires, angle); an angle is a number, the name of the gate's own angle, or (factor, name). Exact, phase
# included.
_HALF = 1.5707963267948966
LOWER = {
    "SXdg": [("H", [0]), ("Sdg", [0]), ("H", [0])],
    "Rot": [("RZ", [0], "a"), ("RY", [0], "b"), ("RZ", [0], "c")],
    "U3": [("P", [0], "c"), ("RY", [0], "a"), ("P", [0], "b")],
    "CRX": [("H", [1]), ("CRZ", [0, 1], "a"), ("H", [1])],
    "CRY": [("RY", [1], (0.5, "a")), ("CNOT", [0, 1]), ("RY", [1], (-0.5, "a")), ("CNOT", [0, 1])],
    "CRZ": [("RZ", [1], (0.5, "a")), ("CNOT", [0, 1]), ("RZ", [1], (-0.5, "a")), ("CNOT", [0, 1])],
    "iSWAP": [("S", [0]), ("S", [1]), ("H", [0]), ("CNOT", [0, 1]), ("CNOT", [1, 0]), ("H", [1])],
    "iSWAPdg": [("H", [1]), ("CNOT", [1, 0]), ("CNOT", [0, 1]), ("H", [0]), ("Sdg", [1]), ("Sdg", [0])],
    "RXX": [("H", [0]), ("H", [1]), ("RZZ", [0, 1], "a"), ("H", [0]), ("H", [1])],
    "RYY": [("RX", [0], _HALF), ("RX", [1], _HALF), ("RZZ", [0, 1], "a"), ("RX", [0], -_HALF), ("RX", [1], -_HALF)],
    "RZZ": [("CNOT", [0, 1]), ("RZ", [1], "a"), ("CNOT", [0, 1])],
}


def one_qubit(u):
    """(theta, phi, lambda, delta) of a unitary [2, 2], which is exp(i delta) U3(theta, phi, lambda)."""
    theta = 2 * np.arctan2(abs(u[1, 0]), abs(u[0, 0]))
    delta = np.angle(u[0, 0])
    phi = np.angle(u[1, 0]) - delta
    lam = np.angle(u[1, 1]) - delta - phi if abs(u[0, 0]) > abs(u[1, 0]) else np.angle(-u[0, 1]) - delta
    return float(theta), float(phi), float(lam), float(delta)


def _magic():
    return np.array([[1, 0, 0, 1j], [0, 1j, 1, 0], [0, 1j, -1, 0], [1, 0, 0, -1j]]) / np.sqrt(2)


def _real_eigenvectors(m):
    """P, orthogonal with det 1, so that P^T m P is diagonal, for a symmetric unitary m."""
    draw = np.random.default_rng(1)
    best, worst = None, np.inf
    for _ in range(20):  # a mix of real and imaginary part whose eigenvalues differ where those of m do
        a, b = draw.normal(size=2)
        _, p = np.linalg.eigh(a * m.real + b * m.imag)
        d = p.T @ m @ p
        off = abs(d - np.diag(np.diag(d))).max()
        if off < worst:
            best, worst = p, off
        if worst < 1e-14:
            break
    if np.linalg.det(best) < 0:
        best[:, 0] *= -1
    return best


def _factors(k):
    """(A, B) with k = A x B."""
    u, s, v = np.linalg.svd(k.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4))
    return u[:, 0].reshape(2, 2) * s[0]**0.5, v[0].reshape(2, 2) * s[0]**0.5


def two_qubits(u):
    """(before, (a, b, c), behind, delta) of a unitary [4, 4] that is exp(i delta) times the pair `before`, then RXX(a) RYY(b)
    RZZ(c), then the pair `behind` (Kraus and Cirac 2001, quant-ph/0011050)."""
    q = _magic()
    delta = np.angle(np.linalg.det(u)) / 4
    m = q.conj().T @ (u * np.exp(-1j * delta)) @ q
    p = _real_eigenvectors(m.T @ m)
    d = np.angle(np.diag(p.T @ m.T @ m @ p)) / 2
    if np.cos(d.sum()) < 0:
        d[0] += np.pi
    k = (m @ p @ np.diag(np.exp(-1j * d))).real
    paulis = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]
    columns = [np.ones(4)] + [np.diag(q.conj().T @ np.kron(s, s) @ q).real for s in paulis]
    alpha, a, b, c = np.linalg.solve(np.stack(columns, 1), d)
    behind, before = _factors(q @ k @ q.conj().T), _factors(q @ p.T @ q.conj().T)
    return before, (-2 * float(a), -2 * float(b), -2 * float(c)), behind, float(delta + alpha)


def matrix_gates(u, wires):
    """(gates, phase): a unitary [2, 2] or [4, 4] as (gate, wires, numbers), to be multiplied by exp(i phase).

    Raises Error for other sizes."""
    u = np.asarray(u, "complex128")
    if u.shape == (2, 2):
        *angles, delta = one_qubit(u)
        return [("U3", list(wires), angles)], delta
    if u.shape != (4, 4):
        raise Error(f"a matrix of {len(u)} rows cannot be written as gates: at most two wires")
    before, angles, behind, phase = two_qubits(u)
    out = []
    for pair in (before, None, behind):
        if pair is None:
            out += [(g, list(wires), [x]) for g, x in zip(("RXX", "RYY", "RZZ"), angles) if abs(x) > 1e-15]
            continue
        for factor, wire in zip(pair, wires):
            gates, delta = matrix_gates(factor, [wire])
            out, phase = out + gates, phase + delta
    return out, phase
