"""The elliptic solver against exact solutions, over contrasts and sizes, and on several devices."""

import json
import os
import subprocess
import sys
from itertools import pairwise

import jax.numpy as jnp
import numpy as np
import pytest

from lithoscope.physics.morphology.elliptic import Operator, solve
from lithoscope.physics.morphology.reference import fingers


def problem(shape: tuple[int, ...], contrast: float = 1e4) -> tuple[Operator, jnp.ndarray]:
    found = fingers(shape, contrast, periodic=True)
    return found.operator, jnp.asarray(found.right)


def manufactured(n: int, dimensions: int) -> tuple[Operator, jnp.ndarray, np.ndarray]:
    """u = cos(pi z) (2 + cos(2 pi x + 1) [cos(2 pi y + 1)]), k = 2 + sin(2 pi x) cos(pi z), sink 3, on the unit square or cube.

    The shift lets a flux pass the faces at which the lateral axes close.
    """
    import sympy as sp

    names = sp.symbols("z y x")[-dimensions:] if dimensions == 2 else sp.symbols("z y x")
    z, laterals = names[0], names[1:]
    u = sp.cos(sp.pi * z) * (2 + sp.prod([sp.cos(2 * sp.pi * x + 1) for x in laterals]))
    k = 2 + sp.sin(2 * sp.pi * laterals[-1]) * sp.cos(sp.pi * z)
    f = 3 * u - sum(sp.diff(k * sp.diff(u, x), x) for x in names)
    h = 1 / n
    centres = np.meshgrid(*(np.arange(n) * h + h / 2,) * dimensions, indexing="ij")
    value, conductivity, source = (sp.lambdify(names, each) for each in (u, k, f))
    faces = []
    for axis in range(dimensions):
        at = [c + h / 2 if a == axis else c for a, c in enumerate(centres)]
        faces.append(jnp.asarray(conductivity(*at) / h**2))
    operator = Operator(tuple(faces), jnp.full((n,) * dimensions, 3.0), (False, *(True,) * (dimensions - 1)))
    return operator, jnp.asarray(source(*centres)), value(*centres)


@pytest.mark.fails_when(
    "physics/morphology/elliptic/iteration.py",
    "kx[k, j, columns - 1] * (p[k, j, o]",
    "0.9 * kx[k, j, columns - 1] * (p[k, j, o]",
)
@pytest.mark.parametrize(("dimensions", "sizes"), [(2, (16, 32, 64)), (3, (8, 16, 32))])
def test_the_error_falls_with_the_square_of_the_spacing(dimensions: int, sizes: tuple[int, ...]) -> None:
    errors = []
    for n in sizes:
        operator, right, exact = manufactured(n, dimensions)
        errors.append(float(jnp.sqrt(jnp.mean((solve(operator, right, 0 * right, 1e-11).field - exact) ** 2))))
    orders = [np.log2(a / b) for a, b in pairwise(errors)]
    assert min(orders) > 1.9
    assert max(orders) < 2.2


@pytest.mark.fails_when("physics/morphology/elliptic/direct.py", "x[p] = t / band[p, width]", "x[p] = 2 * t / band[p, width]")
def test_the_inverse_is_symmetric() -> None:
    """v.A^-1 w = w.A^-1 v: the operator, and no trace of the preconditioner in the solution."""
    operator, _ = problem((48, 48))
    rng = np.random.default_rng(2)
    v, w = (jnp.asarray(rng.normal(size=(48, 48))) for _ in range(2))
    by_v, by_w = (solve(operator, b, 0 * b, 1e-12) for b in (v, w))
    assert float(jnp.vdot(w, by_v.field)) == pytest.approx(float(jnp.vdot(v, by_w.field)), rel=1e-9)
    assert int(by_v.iterations) < 25


@pytest.mark.fails_when("physics/morphology/elliptic/hierarchy.py", "np.float32(0.5) if", "np.float32(1.0) if")
def test_iterations_do_not_depend_on_the_contrast_or_the_size() -> None:
    """Ten or so to 1e-6 for contrasts of 1e2 to 1e6, for squares and for a long domain."""
    counts = {
        (shape, contrast): int(solve(*problem(shape, contrast), jnp.zeros(shape), 1e-6).iterations)
        for shape in ((64, 64), (256, 256), (256, 32), (160, 96)) for contrast in (1e2, 1e4, 1e6)
    }  # fmt: skip
    assert max(counts.values()) <= 13, counts
    for contrast in (1e2, 1e4, 1e6):
        assert counts[(256, 256), contrast] <= counts[(64, 64), contrast] + 4


SPLIT = """
import json, re, sys
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import Mesh, NamedSharding
from lithoscope.physics.morphology.elliptic import Split, solve
from lithoscope.physics.morphology.reference import fingers
split, found = Split(Mesh(np.array(jax.devices()), ("device",)), 1), []
kinds = ("collective-permute", "all-reduce", "all-gather", "all-to-all")
for shape in ((64, 64), (256, 256), (32, 32, 32)):
    case = fingers(shape, periodic=True)
    operator, right = case.operator, jnp.asarray(case.right)
    piece = operator.sink[None] * (jnp.arange(shape[-1]) < shape[-1] // 3) * (jnp.arange(shape[0]) < shape[0] - 1).reshape(-1, *(1,) * (len(shape) - 1))
    one = solve(operator, right, 0 * right, 1e-12, piece).field
    put = lambda x, leading=0: jax.device_put(x, NamedSharding(split.mesh, split.spec(leading)))
    program = jax.jit(lambda a, b, s: solve(a, b, 0 * b, 1e-12, s, split).field)
    given = (jax.tree.map(put, operator), put(right), put(piece, 1))
    text = program.lower(*given).compile().as_text()
    many = np.asarray(program(*given))
    counts = {kind: len(re.findall(r"\\b" + kind + r"(?:-start)?\\(", text)) for kind in kinds}
    found.append({"off": float(np.abs(many - one).max() / np.abs(one).max()), **counts})
print(json.dumps(found))
"""


@pytest.mark.fails_when(
    "physics/morphology/elliptic/halos.py",
    "edge = self._moved(jax.lax.slice_in_dim(u, 0, 1, axis=axis), -1)",
    "edge = jax.lax.slice_in_dim(u, 0, 1, axis=axis)",
)
def test_four_devices_give_what_one_gives_and_the_messages_do_not_grow_with_the_grid() -> None:
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    done = subprocess.run([sys.executable, "-c", SPLIT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    small, large, solid = json.loads(done.stdout)
    assert max(each["off"] for each in (small, large, solid)) < 1e-9
    assert {k: v for k, v in small.items() if k != "off"} == {k: v for k, v in large.items() if k != "off"}
    assert large["all-to-all"] == 0
    assert large["all-gather"] <= 6
    assert large["collective-permute"] <= 100
