"""What lanes refuse, and what they keep on disk."""

import builtins
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.errors import End, InputError
from lithoscope.physics import compiled
from lithoscope.physics.cell import Mossy, lanes
from lithoscope.physics.cell.engine import casadi, pybamm
from lithoscope.physics.cell.lanes import build, cache, functions, lower, lu, rodas

COARSE = Mossy(cells=6)
CELL = ls.Cell.symmetric(ls.Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
NAMES = ["Working exchange current density [A.m-2]"]
ONE_CYCLE = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=1)


class Small:
    """A discretised model of two unknowns, as a `System` has one: dx/dt = -x z, 0 = what is given."""

    def __init__(self, algebraic: Any, mass: Any = None) -> None:
        model = pybamm.BaseModel("a small model")
        first, second = pybamm.Variable("x"), pybamm.Variable("z")
        model.rhs, model.algebraic = {first: -first * second}, {second: algebraic(first, second)}
        model.initial_conditions = {first: pybamm.Scalar(1), second: pybamm.Scalar(1)}
        model.variables = {"x": first, "z": second, "Clock [s]": first, "Charge passed [C.m-2]": first, "Voltage [V]": second,
                           "Time": pybamm.t * first, "Condition: capacity": first}  # fmt: skip
        pybamm.Discretisation().process_model(model)
        self.model = model
        self.input_names: tuple[str, ...] = ()
        self.states, self.differential, self.conditions = 2, 1, ("Condition: capacity",)
        self.algebraic_rows = {"z": slice(1, 2)}
        if mass is not None:
            model.mass_matrix = pybamm.Matrix(mass)


@pytest.mark.fails_when(
    "physics/cell/lanes/functions.py", "except RuntimeError as error:", "except ZeroDivisionError as error:"
)
def test_a_term_without_a_scalar_form_is_named() -> None:
    table = lambda _, z: z - pybamm.Interpolant(np.linspace(0, 2, 9), np.linspace(0, 2, 9) ** 2, z, interpolator="cubic")  # noqa: E731
    with pytest.raises(lanes.NotLoweredError, match=r"the equations has no scalar form.*IDAKLU") as caught:
        functions.functions(Small(table), ["x"])  # type: ignore[arg-type]
    assert caught.value.term == "the equations"


@pytest.mark.fails_when("physics/cell/lanes/lu.py", "except ValueError:", "except ZeroDivisionError:")
def test_a_zero_pivot_is_named() -> None:
    """An unknown that is not in what is left for it when the others are eliminated."""
    found = functions.functions(Small(lambda x, z: x - 1 + 0 * z), ["x"])  # type: ignore[arg-type]
    with pytest.raises(lanes.NotLoweredError, match=r'"z" is in no equation.*pivot is zero'):
        rodas.parts(found)


@pytest.mark.fails_when("physics/cell/lanes/functions.py", "casadi.depends_on(found, self.time):", "False:")
def test_a_term_of_the_solvers_time_is_named() -> None:
    with pytest.raises(lanes.NotLoweredError, match=r"Time depends on the time of the solver.*clock"):
        functions.functions(Small(lambda x, z: z - x), ["Time"])  # type: ignore[arg-type]


@pytest.mark.fails_when("physics/cell/lanes/functions.py", "abs(mass - np.diag(diagonal)).max() > 0", "False")
def test_a_foreign_mass_matrix_is_refused() -> None:
    with pytest.raises(lanes.NotLoweredError, match=r"a small model has a mass matrix that is not diag"):
        functions.functions(Small(lambda x, z: z - x, np.diag([2.0, 0.0])), ["x"])  # type: ignore[arg-type]


@pytest.mark.fails_when("physics/cell/lanes/lu.py", "if operations > MOST_OPERATIONS:", "if False:")
def test_what_would_compile_for_minutes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """And with the fewer cells that the remedy names it runs."""
    monkeypatch.setattr(lu, "MOST_OPERATIONS", 1200)
    with pytest.raises(lanes.NotLoweredError, match="fewer cells per layer"):
        rodas.parts(functions.functions(Mossy(cells=20).system(CELL), ["Voltage [V]"]))
    rodas.parts(functions.functions(COARSE.system(CELL), ["Voltage [V]"]))


@pytest.mark.fails_when("physics/cell/lanes/lu.py", "w[r, c] = w[r, c] - w[r, k] * w[k, c]", "w[r, c] = w[r, c]")
def test_factors_solve() -> None:
    """A sparse matrix with zeros on its diagonal, so that rows have to be matched."""
    rng = np.random.default_rng(4)
    size = 12
    dense = np.where(rng.random((size, size)) < 0.3, rng.normal(size=(size, size)), 0.0)
    dense += np.diag(rng.uniform(2, 3, size - 1), 1)
    dense[-1, 0] = 2.5
    np.fill_diagonal(dense, 0.0)
    entries = {(int(r), int(c)): casadi.SX(dense[r, c]) for r, c in np.argwhere(dense)}
    found = lu.factors(entries, size, [str(n) for n in range(size)])
    right = rng.normal(size=size)
    solution = np.asarray(casadi.evalf(found.solve(found.values, casadi.SX(right)))).ravel()
    assert dense @ solution == pytest.approx(right, abs=1e-9)


@pytest.mark.fails_when("physics/cell/lanes/build.py", "rtol=1e-14, atol=0", "rtol=1e9, atol=0")
def test_a_machine_that_computes_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lower.UNARY, "EXP", lambda w, a: w.add(a, w.number(1.0)))
    build.check_target.cache_clear()
    with pytest.raises(lanes.NoTargetError, match=r"gives .* which should be .* Single runs are not affected"):
        lanes.kernel(COARSE, CELL, NAMES)
    build.check_target.cache_clear()


@pytest.mark.fails_when("physics/cell/lanes/build.py", "except ImportError as error:", "except ZeroDivisionError as error:")
def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    build.check_target.cache_clear()
    with pytest.raises(lanes.NoTargetError, match="numba is not installed"):
        lanes.kernel(COARSE, CELL, NAMES)
    build.check_target.cache_clear()


@pytest.mark.fails_when("physics/cell/lanes/native.py", "except ImportError as error:", "except ZeroDivisionError as error:")
def test_without_llvmlite(monkeypatch: pytest.MonkeyPatch) -> None:
    from lithoscope.physics.cell.lanes import native

    real = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("llvmlite"):
            raise ImportError("No module named 'llvmlite'")
        return real(name, *args, **kwargs)

    native.llvm.cache_clear()
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(lanes.NoTargetError, match="llvmlite is not installed"):
        native.llvm()
    native.llvm.cache_clear()


@pytest.mark.fails_when("physics/cell/lanes/cache.py", "if hashlib.sha256(content).digest() != data[:_CHECKSUM]:", "if False:")
def test_code_is_kept_and_a_damaged_entry_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cold, warm and after damage: the same bits, and it is said."""
    lanes.kernel(COARSE, CELL, NAMES).run([[1.0]], ONE_CYCLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    hows, voltages = [], []
    for damage in (False, False, True, False):
        if damage:
            (entry,) = (tmp_path / "lithoscope/lanes/models").iterdir()
            data = bytearray(entry.read_bytes())
            data[len(data) // 2] ^= 1
            entry.write_bytes(bytes(data))
        found = lanes.kernel(COARSE, CELL, NAMES).run([[1.0], [2.0]], ONE_CYCLE)
        hows.append(found.how)
        voltages.append(found.outputs["Voltage [V]"])
    assert hows == [build.COMPILED, build.FROM_CACHE, build.REBUILT, build.FROM_CACHE]
    assert np.isfinite(voltages).all()
    assert all(np.array_equal(each, voltages[0]) for each in voltages)


@pytest.mark.fails_when("physics/cell/lanes/cache.py", "        str(width),\n", "")
def test_what_names_an_entry() -> None:
    """The equations, the outputs and the width, and nothing that differs between two processes."""
    found = functions.functions(COARSE.system(CELL), ["Voltage [V]"])
    again = functions.functions(Mossy(cells=6).system(CELL), ["Voltage [V]"])
    other = functions.functions(COARSE.system(CELL), ["Voltage [V]", "Ledger [C.m-2]"])
    finer = functions.functions(Mossy(cells=7).system(CELL), ["Voltage [V]"])
    assert cache.key(found, 8) == cache.key(again, 8)
    assert len({cache.key(found, 8), cache.key(found, 4), cache.key(other, 8), cache.key(finer, 8)}) == 4


@pytest.mark.fails_when("physics/compiled.py", "status.st_mode & 0o022", "False")
def test_a_folder_that_others_can_write_to_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What lies in it is run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = compiled.folder("lanes", "models")
    assert place is not None
    place.chmod(0o777)
    assert compiled.folder("lanes", "models") is None
    assert not cache.write("name", {}, b"code")
    assert cache.read("name") is None


@pytest.mark.fails_when("physics/cell/lanes/cache.py", "entries[:-MOST_ENTRIES]", "entries[:0]")
def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "MOST_ENTRIES", 3)
    for n in range(5):
        assert cache.write(f"{n}", {"width": 4}, bytes([n]))
    left = compiled.folder("lanes", "models")
    assert left is not None
    assert len(list(left.iterdir())) == 3
    assert cache.read("4") == ({"width": 4}, b"\x04")


@pytest.mark.fails_when("physics/cell/lanes/kernel.py", "given.shape[1] != len(self.varied)", "False")
@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda: lanes.kernel(COARSE, CELL, ["Working exchange current"]), "varied"),
        (lambda: lanes.kernel(COARSE, CELL, NAMES, ["Voltage"]), "outputs"),
        (lambda: lanes.kernel(COARSE, CELL, NAMES, width=3), "width"),
        (lambda: lanes.kernel(COARSE, CELL, NAMES).run([[1.0, 2.0]], ONE_CYCLE), "values"),
        (lambda: lanes.kernel(COARSE, CELL, NAMES).run([[1.0]], ONE_CYCLE, rtol=1e-2), "rtol"),
        (lambda: lanes.kernel(COARSE, CELL, NAMES).run([[1.0]], ONE_CYCLE, samples=-1), "samples"),
        (lambda: lanes.kernel(COARSE, CELL, NAMES).run([[1.0]], ONE_CYCLE, threads=0), "threads"),
    ],
)
def test_inputs_are_checked(call: Any, where: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.where == where


@pytest.mark.fails_when("physics/cell/lanes/threads.py", "progress(sum(int(mark", "progress(0 * sum(int(mark")
def test_progress_is_told() -> None:
    seen: list[tuple[int, int]] = []
    lanes.kernel(COARSE, CELL, NAMES).run([[1.0]] * 5, ONE_CYCLE, progress=lambda done, count: seen.append((done, count)))
    assert seen[-1] == (5, 5)


LONG = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=400)


@pytest.mark.fails_when("physics/cell/lanes/threads.py", "mark[records.SHARED, records.STOP] = 1", "pass")
def test_an_interrupt_ends_all_threads() -> None:
    def interrupt(_done: int, _count: int) -> None:
        raise KeyboardInterrupt

    kernel = lanes.kernel(COARSE, CELL, NAMES)
    kernel.run([[1.0]], ONE_CYCLE)
    begun = time.process_time()
    with pytest.raises(KeyboardInterrupt):
        kernel.run([[1.0]] * 2000, LONG, progress=interrupt)
    assert time.process_time() - begun < 10


@pytest.mark.fails_when("physics/cell/lanes/threads.py", "count) is False:", "count) is None:")
def test_a_run_that_is_ended_keeps_what_is_done() -> None:
    kernel = lanes.kernel(COARSE, CELL, NAMES)
    found = kernel.run([[1.0]] * 500, LONG, threads=1, progress=lambda done, _: done < 8)
    ended = [status.end for status in found.status]
    done = [n for n, end in enumerate(ended) if end is End.COMPLETED]
    assert 8 <= len(done) < 500
    assert {ended[n] for n in range(500) if n not in done} == {End.INTERRUPTED}
    assert np.isfinite(found.outputs["Voltage [V]"][done]).all()
    assert np.isnan(found.outputs["Voltage [V]"][-1]).all()
