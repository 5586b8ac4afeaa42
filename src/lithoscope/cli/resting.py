"""`lithoscope rest`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.cli import output
from lithoscope.errors import InputError, duration_text
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.bridge.chain import RestedAndPlated
    from lithoscope.physics.interphase.model import Interphase
    from lithoscope.protocol import Program
    from lithoscope.result import Result

SHOWN_DAYS = (1 / 24, 1.0, 7.0, 30.0, 90.0, 365.0)
"""Times that are printed, as far as the rest goes."""

LEAST_SHARE = 0.005
"""Volume share from which a solid is named."""

SHOWN_NM = (0.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Depths at which photoemission is printed, as far as the film goes."""


def rest_cell(
    cell: str, days: float, model: str | None, to: Path | None, figure: Path | None, *, replace: bool, as_json: bool,
    then: str | None = None,
) -> int:  # fmt: skip
    """Let a cell rest, print what grew on its lithium and what that cost, and draw its map and its depth profile.

    figure  of the map; in the folder of the result if not given, in the current one if none is kept
    then    program that plates on what the rest left
    Returns the exit code.
    """
    from lithoscope.cli.running import read_document
    from lithoscope.design import Cell
    from lithoscope.protocol import Program, Rest
    from lithoscope.run import run

    if not days > 0:
        raise InputError("--days", f"= {days:g} is no time", expected="a positive number of days",
                         why="Nothing grows in no time", do="Write --days 30")  # fmt: skip
    of, chosen = read_document(Cell, cell), _model(model)
    plating = _plating(then) if then else None
    result = run(of, Program([Rest(f"{days!r} d")]), chosen, to=to, replace=replace)
    drawn = _draw(result, figure or (to or Path()) / f"{Path(cell).stem}-rest.png")
    after = _plate(of, result, plating) if plating else None
    if as_json:
        told = {
            "rest": _rows(result), "composition": _composition(result), "photoemission": _photoemission(result),
            "figure": str(drawn[0]), "depth_figure": str(drawn[1]),
        }  # fmt: skip
        output.write_json(result.summary() | told | ({"plating": _plating_rows(after)} if after else {}))
        return result.status.end.exit_code
    _describe(result, drawn)
    if after:
        _describe_plating(after)
    return result.status.end.exit_code


def _draw(result: Result, figure: Path) -> tuple[Path, Path]:
    """The map and, beside it, the depth profile."""
    from lithoscope.analysis.figures import save
    from lithoscope.analysis.figures.depth import draw_depth_profile
    from lithoscope.analysis.figures.interphase import draw_interphase

    beside = figure.with_name(f"{figure.stem}-depth{figure.suffix}")
    return save(draw_interphase(result), figure), save(draw_depth_profile(result), beside)


def _plating(then: str) -> Program:
    """The program that plates; one that is too thin is refused before the rest."""
    from lithoscope.cli.running import read_document
    from lithoscope.physics.bridge.chain import check_plating
    from lithoscope.protocol import Program

    plating = read_document(Program, then)
    check_plating(plating)
    return plating


def _plate(cell: Cell, rested: Result, plating: Program) -> RestedAndPlated:
    from lithoscope.physics.bridge.chain import plate_rested
    from lithoscope.run import progress_bar

    with progress_bar(sys.stderr.isatty()) as report:
        return plate_rested(cell, rested, plating, report=report)


def _plating_rows(after: RestedAndPlated) -> list[dict[str, float]]:
    """Laws of the plated lithium with their intervals, and both voltages, against the charge."""
    closure, rows = after.closure, []
    for n, Q in enumerate(after.capacity):
        row = {"capacity_mAh_cm2": float(Q) / MAH_PER_CM2}
        for law in ("area", "thickness_ratio", "film_resistance"):
            seen = closure(law, f"{row['capacity_mAh_cm2']!r} mAh/cm2", f"{float(closure.currents[0]) / 10!r} mA/cm2")
            row |= {law: seen.value, f"{law}_low": seen.low, f"{law}_high": seen.high}
        rows.append(row | {"voltage_V": float(after.voltage[n]), "cell_voltage_V": float(after.cell_voltage[n])})
    return rows


def _describe_plating(after: RestedAndPlated) -> None:
    columns = ("plated, mAh/cm2", "area", "thickness over dense", "film, ohm cm2", "voltage, V", "of the cell, V")
    rows = []
    for row in _plating_rows(after):
        laws = [
            f"{unit * row[law]:.3g} ({unit * row[f'{law}_low']:.3g} to {unit * row[f'{law}_high']:.3g})"
            for law, unit in (("area", 1.0), ("thickness_ratio", 1.0), ("film_resistance", 1e4))
        ]
        rows.append((f"{row['capacity_mAh_cm2']:.3g}", *laws, f"{row['voltage_V']:.3g}", f"{row['cell_voltage_V']:.3g}"))
    output.table("\nplated on it, with 90 % of rows and the error of the cells", columns, rows, right=(0, 4, 5))
    for name, value in asdict(after.surface.errors).items():
        output.say(f"error of the bridge, {name}: {value:.2g}")
    output.say(after.closure.assumption)


def _model(given: str | None) -> Interphase:
    from lithoscope.physics.interphase.model import Interphase

    return Interphase.read(given) if given else Interphase()


def _rows(result: Result) -> list[dict[str, float]]:
    """Thickness, spread, lithium lost, corrosion and resistance at some times."""
    trace = result.trace
    t = np.asarray(trace["time"].values, dtype=float)
    wanted = [day * 86400 for day in SHOWN_DAYS if day * 86400 < t[-1]] + [float(t[-1])]
    lithium = trace["working_lithium"].values

    def at(values: Any, time: float) -> float:
        return float(np.interp(time, t, values))

    return [
        {
            "time_d": time / 86400,
            "film_thickness_nm": at(trace["film_thickness"].values, time) * 1e9,
            "spread_nm": at(trace["film_thickness_spread"].values, time) * 1e9,
            "lithium_lost_uAh_cm2": at(lithium[0] - lithium, time) / 36,
            "corrosion_uA_cm2": at(trace["corrosion_current_density"].values, time) * 100,
            "film_resistance_ohm_cm2": at(trace["interphase_resistance"].values, time) * 1e4,
        }
        | ({"galvanic_uAh_cm2": at(trace["galvanic_lithium"].values, time) / 36} if "galvanic_lithium" in trace else {})
        for time in wanted
    ]


def _composition(result: Result) -> dict[str, float]:
    """Volume shares of the film at the end, largest first."""
    from lithoscope.result.names import words

    film = result.tree["film"].to_dataset()
    volume = np.asarray(film["film_volume"].values)[-1]
    shares = dict(zip(words(film["solid"]), (float(v) for v in volume / volume.sum()), strict=True))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _photoemission(result: Result) -> list[dict[str, float]]:
    """Shares of the atoms that photoemission shows of the surface, hydrogen left out, at depths that were sputtered off."""
    from lithoscope.analysis.figures.depth import reach
    from lithoscope.analysis.photoemission import composition, strata_of_places

    places = strata_of_places(result)
    depths = [each for each in SHOWN_NM if each * 1e-9 < reach(places)]
    found = composition(places, np.array(depths) * 1e-9)
    return [
        {"sputtered_nm": depth} | {name: float(share[n]) for name, share in found.items()} for n, depth in enumerate(depths)
    ]


def _describe_depths(result: Result) -> None:
    found = _photoemission(result)
    shown = [name for name in list(found[0])[1:] if max(row[name] for row in found) >= LEAST_SHARE]
    rows = [(f"{row['sputtered_nm']:g}", *(f"{100 * row[name]:.1f}" for name in shown)) for row in found]
    columns = ("sputtered off, nm", *(f"{name}, %" for name in shown))
    output.table("what photoemission shows at the end, atoms without hydrogen", columns, rows, right=range(len(columns)))


def _describe(result: Result, drawn: tuple[Path, Path]) -> None:
    output.say(f"\n{result.status}")
    for note in result.manifest.notes:
        output.say(f"note: {note}")
    columns: tuple[str, ...] = (
        "",
        "film, nm",
        "spread, nm",
        "lithium lost, uAh/cm2",
        "corrosion, uA/cm2",
        "resistance, ohm cm2",
    )
    if "galvanic_lithium" in result.trace:
        columns += ("of it for the other metal, uAh/cm2",)
    rows = [
        (duration_text(row["time_d"] * 86400), *(f"{value:.3g}" for value in list(row.values())[1:])) for row in _rows(result)
    ]
    output.table("\nat rest", columns, rows, right=tuple(range(1, len(columns))))
    shares = [(name, f"{100 * share:.1f}") for name, share in _composition(result).items() if share >= LEAST_SHARE]
    output.table("film at the end", ("", "volume, %"), shares, right=(1,))
    _describe_depths(result)
    output.say(f"the total of lithium changes by {result.ledger.residual:.1e} of the inventory")
    output.say(f"map in {drawn[0]}, depth profile in {drawn[1]}")
