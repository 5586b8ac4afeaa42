"""Spectra of many designs: each is that of a single run about the same state, fresh or aged, to eight digits."""

import sys
import time
from functools import cache
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell import lanes
from lithoscope.physics.cell.control import Setting
from lithoscope.physics.cell.lanes import spectra as of_lanes
from lithoscope.physics.cell.reference import pybamm_spectrum
from lithoscope.physics.cell.spectrum import frequencies, spectrum

HARMONIC, SPECTRA = "physics/cell/lanes/harmonic.py", "physics/cell/lanes/spectra.py"
F = frequencies(1e5, 0.01, 10)
COUNTER = "Counter exchange current density [A.m-2]"
KINDS = ("symmetric", "coated", "substrate", "host", "full")


def case(kind: str) -> tuple[Any, ls.Cell, str, ls.Program]:
    """A model, a cell, a number that varies, and a program that ages the cell."""
    cycles = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=2)
    foil = ls.Cell.symmetric(ls.Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
    return {
        "symmetric": (ls.Mossy(), foil, COUNTER, cycles),
        "coated": (ls.Planar(), ls.Cell.parse(entry("perovskite/masncl3")), COUNTER, cycles),
        "substrate": (ls.Plated(), ls.Cell.parse(entry("efficiency/copper")), COUNTER,
                      ls.Program([ls.Current("-0.5 mA/cm2", {"capacity": "1 mAh/cm2"})])),
        "host": (ls.PorousHost(cells=20), ls.Cell.parse(entry("host/filled")),
                 "Working exchange current density [A.m-2]", cycles),
        "full": (ls.Full(), ls.Cell.parse(entry("perovskite/lco-bare")), COUNTER,
                 ls.Program([ls.Current("14 A/m2", {"duration": "1 h"}), ls.Current("-14 A/m2", {"duration": "30 min"})])),
    }[kind]  # fmt: skip


@cache
def aged(kind: str, count: int = 5) -> tuple[Any, Any, Any, lanes.Kernel]:
    """Designs, their states at assembly and after the program, and the kernel."""
    model, cell, varied, program = case(kind)
    kernel = lanes.kernel(model, cell, [varied])
    rows = model.values(cell)[varied] * np.geomspace(0.3, 3.0, count)[:, None]
    found = kernel.run(rows, program)
    assert not found.failed.any()
    numbers = [{**model.values(cell), varied: float(row[0])} for row in rows]
    fresh = np.array([model.system(cell).initial_state(each) for each in numbers])
    return rows, fresh, found.states, kernel


def singly(kind: str, row: Any, y: Any) -> Any:
    model, cell, varied, _ = case(kind)
    numbers = {**model.values(cell), varied: float(row[0]), **Setting().inputs()}
    return spectrum(model.system(cell), y, numbers, F)


@pytest.fixture
def no_second_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be solved singly behind the back of a test."""

    def refuse(*_: Any) -> None:
        raise AssertionError("solved singly")

    monkeypatch.setattr(of_lanes, "spectrum", refuse)


@pytest.mark.fails_when(SPECTRA, "omega, sized = 2 * np.pi * frequency", "omega, sized = 2 * np.pi * frequency * (1 + 1e-7)")
@pytest.mark.usefixtures("no_second_way")
@pytest.mark.parametrize("state", ["fresh", "aged"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_is_that_of_a_single_run(kind: str, state: str) -> None:
    """The cell and its parts, relative to the whole at every frequency."""
    rows, fresh, after, kernel = aged(kind)
    states = fresh if state == "fresh" else after
    found = kernel.spectra(rows, states, F)
    theirs = np.array([singly(kind, row, y) for row, y in zip(rows, states, strict=True)])
    assert np.max(np.abs(found - theirs) / np.abs(theirs[:, :1])) < 1e-8
    assert np.max(np.ptp(found[:, 0].real, axis=0) / found[0, 0].real) > 1e-3, "the designs differ"
    assert np.max(np.abs(found[:, 0] - found[:, 1:].sum(axis=1)) / np.abs(found[:, 0])) < 1e-9, "parts add up to the whole"


@pytest.mark.fails_when(
    SPECTRA, "current if name == CURRENT else rest[name]", "1.001 * current if name == CURRENT else rest[name]"
)
@pytest.mark.parametrize("kind", KINDS)
def test_fresh_cells_are_as_pybamm_has_them(kind: str) -> None:
    """EISSimulation on the same equations and mesh, 61 frequencies."""
    model, cell, _, _ = case(kind)
    system = model.system(cell)
    y = system.initial_state(model.values(cell))[None]
    found = of_lanes.spectra(system, model.values(cell), y, np.geomspace(1e5, 0.1, 61))[0, 0] / cell.area.value
    theirs = np.asarray(pybamm_spectrum(model, cell)())
    assert np.max(np.abs(found - theirs) / np.abs(theirs)) < 1e-8


@pytest.mark.fails_when(HARMONIC, "w[f, 0, b] -= w[m, 0, b] * w[u, 0, b]", "w[f, 0, b] -= 0.99 * w[m, 0, b] * w[u, 0, b]")
@pytest.mark.usefixtures("no_second_way")
def test_refinement_finds_nothing_to_mend() -> None:
    """The order chosen in advance is good: factors of the wrong numbers would be mended, and that is a large change."""
    for kind in KINDS:
        rows, _, after, kernel = aged(kind)
        linear = of_lanes._linear(kernel.built("current").system)
        p = np.array([[kernel._cells(rows)[name][n] for name in linear.cell] for n in range(len(rows))])
        _, change = linear.response(linear.consistent(after, p), p, F, 1)
        assert (change < 1e-9).all(), kind


@pytest.mark.fails_when(SPECTRA, "Z[a:b], change[a:b]", "Z[:b-a], change[a:b]")
def test_order_and_threads_change_nothing() -> None:
    """Bitwise, over more designs than are held at a time."""
    rows, _, after, kernel = aged("symmetric")
    values, states = (np.concatenate([each + 0.0] * 40) for each in (rows, after))
    order = np.random.default_rng(2).permutation(len(values))
    one = kernel.spectra(values, states, F[::5], threads=1)
    two = kernel.spectra(values[order], states[order], F[::5], threads=2)
    assert np.array_equal(one[order], two)


@pytest.mark.fails_when(SPECTRA, "for n in np.flatnonzero(np.isfinite(y).all(axis=1) & ~good):", "for n in ():")
def test_a_design_for_which_the_order_is_not_good_is_solved_singly(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _, after, kernel = aged("symmetric")
    theirs, asked = kernel.spectra(rows, after, F), []

    def single(*given: Any) -> Any:
        asked.append(given)
        return spectrum(*given)

    monkeypatch.setattr(of_lanes, "spectrum", single)
    monkeypatch.setattr(of_lanes, "ACCURATE", -1.0)
    assert kernel.spectra(rows, after, F) == pytest.approx(theirs, rel=1e-8)
    assert len(asked) == len(rows)


@pytest.mark.fails_when(HARMONIC, "w[:] = 0.0", "pass")
def test_a_state_that_is_none_is_nan_and_leaves_its_neighbours_alone() -> None:
    rows, _, after, kernel = aged("symmetric")
    states = after.copy()
    states[1] = np.nan
    states[3, -1] = np.inf
    found, alone = kernel.spectra(rows, states, F), kernel.spectra(rows, after, F)
    assert np.isnan(found[[1, 3]]).all()
    assert np.array_equal(found[[0, 2, 4]], alone[[0, 2, 4]])


@pytest.mark.fails_when(SPECTRA, "if states.shape[1] != system.states or not len(frequency):", "if False:")
def test_states_of_another_model_are_refused() -> None:
    rows, _, after, kernel = aged("symmetric")
    with pytest.raises(ls.InputError, match="have the shape"):
        kernel.spectra(rows, after[:, 1:], F)
    with pytest.raises(ls.InputError, match="0 frequencies"):
        kernel.spectra(rows, after, F[:0])


@pytest.mark.fails_when(SPECTRA, "omega, sized = 2 * np.pi * frequency", "omega, sized = -2 * np.pi * frequency")
@pytest.mark.parametrize("kind", KINDS)
def test_cells_at_rest_are_passive_and_causal(kind: str) -> None:
    """Z' > 0, and a sum of RC elements that is fitted to Z' alone gives Z'', as Kramers and Kronig demand.

    B. A. Boukamp, J. Electrochem. Soc. 142 (1995) 1885.
    """
    rows, _, after, kernel = aged(kind)
    Z = kernel.spectra(rows, after, F)[:, 0]
    assert (Z.real > 0).all()
    omega, tau = 2 * np.pi * F, np.geomspace(1e-9, 1e5, 113)
    elements = 1 / (1 + 1j * omega[:, None] * tau)
    for each in Z:
        matrix = np.column_stack([elements.real, np.ones(len(F))])
        weights = np.linalg.lstsq(matrix / np.abs(each)[:, None], each.real / np.abs(each), rcond=1e-9)[0]
        slow = each.imag - elements.imag @ weights[:-1]
        # What is slower than all frequencies shows in Z'' alone, as 1 / omega and omega.
        rest = np.column_stack([1 / omega, omega]) / np.abs(each)[:, None]
        left = slow / np.abs(each)
        left = left - rest @ np.linalg.lstsq(rest, left, rcond=None)[0]
        assert np.max(np.abs(left)) < 5e-3


@pytest.mark.slow
def test_a_thousand_spectra() -> None:
    """Of 61 frequencies at aged states in 15 s on two cores, beside the single route in one run; the times are printed."""
    for kind in KINDS:
        rows, _, after, kernel = aged(kind)
        values, states = (np.concatenate([each] * 200) for each in (rows, after))
        frequency = frequencies(1e5, 0.1, 10)
        kernel.spectra(values[:1], states[:1], frequency)
        begun = time.perf_counter(), time.process_time()
        kernel.spectra(values, states, frequency)
        wall, cpu = time.perf_counter() - begun[0], time.process_time() - begun[1]
        model, cell, varied, _ = case(kind)
        inputs = {**model.values(cell), varied: float(rows[0, 0]), **Setting().inputs()}
        spectrum(model.system(cell), after[0], inputs, frequency)
        began = time.process_time()
        for _ in range(10):
            spectrum(model.system(cell), after[0], inputs, frequency)
        single = (time.process_time() - began) / 10
        sys.stdout.write(f"\n{kind}: 1000 spectra in {wall:.2f} s, {cpu:.2f} s of one core; single {single * 1e3:.1f} ms, ratio "
                         f"{single * 1000 / cpu:.0f}")  # fmt: skip
        assert wall < 15
        assert single * 1000 > 3 * cpu
