"""The elliptic solver: refusals, precision, derivatives, pieces, and machine code against the program of XLA."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lithoscope.errors import InputError
from lithoscope.physics import compiled
from lithoscope.physics.morphology import precision, reference
from lithoscope.physics.morphology.elliptic import Operator, apply, check_shape, coarsening, native, solve


def fingers(shape: tuple[int, ...], contrast: float = 1e4, periodic: bool = True) -> tuple[Operator, jax.Array]:
    """Fingers of metal that conduct `contrast` times worse than the liquid. The last face of a closed axis is to be ignored."""
    problem = reference.fingers(shape, contrast, periodic=periodic)
    faces = problem.operator.faces
    faces = (
        faces[0].at[-1].set(0.7),
        *(
            faces[1:]
            if periodic
            else (f.at[..., -1].set(0.7) if f.ndim == a + 1 else f.at[:, -1].set(0.7) for a, f in enumerate(faces) if a)
        ),
    )
    return Operator(faces, problem.operator.sink, problem.operator.periodic), jnp.asarray(problem.right)


def dense(operator: Operator, pieces: jax.Array | None = None) -> np.ndarray:
    """The matrix, column by column from its definition, in plain numpy."""
    shape = operator.sink.shape
    at = np.arange(operator.sink.size).reshape(shape)
    matrix = np.diag(np.asarray(operator.sink).ravel())
    for axis, face in enumerate(operator.faces):
        for here in np.ndindex(shape):
            if here[axis] + 1 == shape[axis] and not operator.periodic[axis]:
                continue
            there = tuple((c + 1) % n if a == axis else c for a, (c, n) in enumerate(zip(here, shape, strict=True)))
            p, q, f = at[here], at[there], float(face[here])
            matrix[p, p] += f
            matrix[q, q] += f
            matrix[p, q] -= f
            matrix[q, p] -= f
    for s in () if pieces is None else np.asarray(pieces).reshape(len(pieces), -1):
        matrix -= np.outer(s, s) / s.sum()
    return matrix


@pytest.mark.fails_when("physics/morphology/elliptic/native.py", "_three(tuple(map(int, periodic)))[1:]", "1, 1")
@pytest.mark.parametrize(("shape", "periodic"), [((16, 12), True), ((16, 12), False), ((8, 6, 10), True), ((8, 6, 10), False)])
def test_against_a_dense_matrix(shape: tuple[int, ...], periodic: bool) -> None:
    """Periodic and closed, in 2D and 3D; the last face of a closed axis is ignored."""
    operator, right = fingers(shape, 1e2, periodic)
    exact = np.linalg.solve(dense(operator), np.asarray(right).ravel()).reshape(shape)
    found = solve(operator, right, jnp.zeros(shape), 1e-12)
    assert np.abs(found.field - exact).max() < 1e-10 * np.abs(exact).max()
    assert np.abs(apply(operator, jnp.asarray(exact)) - right).max() < 1e-12


@pytest.mark.fails_when(
    "physics/morphology/elliptic/iteration.py", "-= share * s[places[at]]", "-= 0.9 * share * s[places[at]]"
)
def test_pieces_that_float_against_a_dense_matrix() -> None:
    shape = (16, 16)
    operator, right = fingers(shape, 1e2)
    pieces = jnp.stack([operator.sink * 1.0 * mask for mask in (np.indices(shape)[1] == 3, np.indices(shape)[1] == 9)])
    pieces = pieces.at[:, -1].set(0.0)
    matrix = dense(operator, pieces)
    exact = np.linalg.solve(matrix, np.asarray(right).ravel()).reshape(shape)
    found = solve(operator, right, jnp.zeros(shape), 1e-12, pieces)
    assert np.abs(found.field - exact).max() < 1e-9 * np.abs(exact).max()
    none = solve(operator, right, jnp.zeros(shape), 1e-12, jnp.zeros((1, *shape))).field
    assert np.abs(none - solve(operator, right, jnp.zeros(shape), 1e-12).field).max() < 1e-12


@pytest.mark.fails_when("physics/morphology/elliptic/hierarchy.py", "np.float32(0.5) if", "np.float32(1.0) if")
@pytest.mark.parametrize("shape", [(64, 32), (48, 20), (16, 24, 32)])
def test_machine_code_iterates_as_the_program_of_xla(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    operator, right = fingers(shape)
    found = solve(operator, right, 0.3 * right, 1e-8)
    monkeypatch.setattr(native, "available", lambda _: False)
    other = solve(operator, right, 0.3 * right, 1e-8)
    assert int(found.iterations) == int(other.iterations)
    assert np.abs(found.field - other.field).max() < 1e-7 * np.abs(other.field).max()
    assert float(found.residual) == pytest.approx(float(other.residual), rel=0.02)


@pytest.mark.fails_when("physics/morphology/elliptic/solve.py", "d_right - bent, inverse", "d_right + bent, inverse")
def test_derivatives_against_finite_differences() -> None:
    """Reverse and forward mode with respect to faces, sink, right-hand side and pieces."""
    shape, rng = (16, 16), np.random.default_rng(1)
    operator, right = fingers(shape, 1e2)
    weight = jnp.asarray(rng.normal(size=shape))
    piece = jnp.where(jnp.arange(16)[:, None] == 8, 1e-2, 0.0) * jnp.ones(shape)

    def loss(operator: Operator, right: jax.Array, piece: jax.Array) -> jax.Array:
        whole = Operator(operator.faces, operator.sink + piece, operator.periodic)
        return jnp.sum(weight * solve(whole, right, jnp.zeros(shape), 1e-13, piece[None]).field ** 2)

    at = (operator, right, piece)
    to = jax.tree.map(lambda x: x * jnp.asarray(rng.normal(size=shape)), at)
    gradient = jax.jit(jax.grad(loss, (0, 1, 2)))(*at)
    reverse = sum(float(jnp.vdot(a, b)) for a, b in zip(jax.tree.leaves(gradient), jax.tree.leaves(to), strict=True))
    forward = float(jax.jvp(loss, at, to)[1])
    near = [float(loss(*jax.tree.map(lambda x, d, h=h: x + h * d, at, to))) for h in (-1e-4, 1e-4)]
    assert reverse == pytest.approx((near[1] - near[0]) / 2e-4, rel=1e-6)
    assert forward == pytest.approx(reverse, rel=1e-9)


@pytest.mark.fails_when(
    "physics/morphology/elliptic/gradients.py", "alpha * at.p, at.r - alpha * q", "alpha * at.p, at.r - 0.99 * alpha * q"
)
def test_a_batch_and_a_scan_give_what_single_calls_give(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = (16, 16)
    operator, right = fingers(shape)

    def one(b: jax.Array) -> jax.Array:
        return solve(operator, b, jnp.zeros(shape), 1e-12).field

    alone = jnp.stack([one(right), one(2 * right)])
    scale = float(jnp.abs(alone).max())
    both = jnp.stack([right, 2 * right])
    _, scanned = jax.jit(lambda b: jax.lax.scan(lambda carry, x: (carry, one(x)), None, b))(both)
    assert np.abs(scanned - alone).max() < 1e-9 * scale
    monkeypatch.setattr(native, "available", lambda _: False)
    assert np.abs(jax.vmap(one)(both) - alone).max() < 1e-9 * scale


@pytest.mark.fails_when("physics/morphology/elliptic/coarsening.py", "    if suits(shape):\n        return\n", "    return\n")
@pytest.mark.parametrize("shape", [(97, 128), (30, 512), (101, 101), (64, 64, 67), (70, 70)])
def test_a_grid_that_cannot_be_halved_is_refused_and_the_remedy_works(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="cannot be halved") as refused:
        check_shape(shape)
    near = coarsening.nearest(shape)
    assert " x ".join(map(str, near)) in str(refused.value)
    check_shape(near)
    assert all(abs(a - b) <= 0.2 * a for a, b in zip(shape, near, strict=True))


@pytest.mark.fails_when("physics/morphology/elliptic/coarsening.py", "if len(shape) < 2 or min(shape) < 2:", "if False:")
def test_a_line_of_cells_is_refused() -> None:
    with pytest.raises(InputError, match="two or three axes"):
        check_shape((64,))


@pytest.mark.fails_when("physics/morphology/elliptic/solve.py", "right.dtype != jnp.float64 or", "False and")
def test_single_precision_is_refused() -> None:
    operator, right = fingers((16, 16))
    single = right.astype("float32")
    with pytest.raises(InputError, match="float64"):
        solve(operator, single, single, 1e-6)
    assert np.isfinite(solve(operator, single.astype("float64"), right, 1e-6).residual)


@pytest.mark.fails_when("physics/morphology/precision.py", ".itemsize < 8", ".itemsize < 4")
def test_switching_double_precision_off_is_refused() -> None:
    with jax.enable_x64(False), pytest.raises(InputError, match="double precision"):
        precision.require_double()
    precision.require_double()


@pytest.mark.fails_when("physics/compiled.py", "status.st_mode & 0o022", "status.st_mode & 0")
def test_compiled_code_lies_where_the_user_alone_writes(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = compiled.folder("morphology", "programs")
    assert place is not None
    assert place.is_relative_to(tmp_path)
    place.chmod(0o777)
    assert compiled.folder("morphology", "programs") is None


@pytest.mark.fails_when("physics/morphology/elliptic/iteration.py", "iterations < MOST_ITERATIONS", "iterations < 0")
def test_nothing_in_nothing_out_and_a_solution_needs_no_iteration() -> None:
    operator, right = fingers((32, 32))
    zero = jnp.zeros((32, 32))
    nothing = solve(operator, zero, zero, 1e-8)
    assert int(nothing.iterations) == 0
    assert float(jnp.abs(nothing.field).max()) == 0
    found = solve(operator, right, zero, 1e-10)
    assert 3 < int(found.iterations) < 20
    assert int(solve(operator, right, found.field, 1e-9).iterations) == 0
