#!/usr/bin/env python3
"""Workload C as a state-vector simulator in JAX: the whole batch under vmap, forward and VJP compiled by jit."""

import peers_common as common


def simulator(jax, jnp, wires, real, complex_):
    def rotations(theta):  # RZ RY RX of three angles, as one 2x2
        x, y, z = theta[0] / 2, theta[1] / 2, theta[2] / 2
        cx, sx, cy, sy = jnp.cos(x), jnp.sin(x), jnp.cos(y), jnp.sin(y)
        yx = jnp.array([[cy * cx + 1j * sy * sx, -sy * cx - 1j * cy * sx], [sy * cx - 1j * cy * sx, cy * cx - 1j * sy * sx]])
        return (jnp.array([jnp.exp(-1j * z), jnp.exp(1j * z)])[:, None] * yx).astype(complex_)

    # The ring is a fixed permutation of amplitudes.
    order = list(range(2 ** wires))
    for control, target in reversed(common.ring(wires)):
        order = [i ^ (1 << (wires - 1 - target)) if i >> (wires - 1 - control) & 1 else i for i in order]
    order = jnp.array(order)

    def values(theta):  # [layers, wires, 3] -> [wires, 3]
        psi = jnp.zeros(2 ** wires, complex_).at[0].set(1)
        for layer in range(common.LAYERS):
            for q in range(wires):
                psi = psi.reshape(2 ** q, 2, -1)
                psi = jnp.einsum("ij,ajb->aib", rotations(theta[layer, q]), psi)
            psi = psi.reshape(-1)[order]
        out = []
        for q in range(wires):
            a, b = psi.reshape(2 ** q, 2, -1).transpose(1, 0, 2).reshape(2, -1)
            cross = jnp.vdot(a, b)
            out.append(jnp.array([2 * cross.real, 2 * cross.imag, jnp.vdot(a, a).real - jnp.vdot(b, b).real]))
        return jnp.stack(out).astype(real)

    @jax.jit
    def forward_and_back(theta, cotangent):
        out, pull = jax.vjp(jax.vmap(values), theta)
        return out, pull(cotangent)[0]

    return forward_and_back


def measure(jax, jnp, args):
    for wires in args.sizes:
        for dtype, real, complex_ in (("float64", jnp.float64, jnp.complex128), ("float32", jnp.float32, jnp.complex64)):
            theta = jnp.array(common.angles(wires, common.BATCH), real)
            cotangent = jnp.full((common.BATCH, wires, 3), 0.3, real)
            work = simulator(jax, jnp, wires, real, complex_)
            seconds = common.seconds_of(lambda: jax.block_until_ready(work(theta, cotangent)), args.repeat, args.min_seconds)
            common.emit({"workload": "C", "peer": "jax", "size": f"n={wires}", "dtype": dtype, "unit": "sample",
                         "versions": common.versions("jax", "jaxlib"), "seconds": [s / common.BATCH for s in seconds],
                         "note": "jit of vmap over the batch, one 2x2 for three rotations, CNOT ring as a permutation"})


def main():
    args = common.options(__doc__)
    loaded = common.load("jax", "jax", "jax.numpy")
    if loaded is None:
        return
    loaded[0].config.update("jax_enable_x64", True)
    common.guarded("jax", lambda: measure(*loaded, args))


if __name__ == "__main__":
    main()
