"""`lithoscope rest`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.cli import output
from lithoscope.errors import InputError, duration_text

if TYPE_CHECKING:
    from lithoscope.physics.interphase.model import Interphase
    from lithoscope.result import Result

SHOWN_DAYS = (1 / 24, 1.0, 7.0, 30.0, 90.0, 365.0)
"""Times that are printed, as far as the rest goes."""

LEAST_SHARE = 0.005
"""Volume share from which a solid is named."""


def rest_cell(
    cell: str, days: float, model: str | None, to: Path | None, figure: Path | None, *, replace: bool, as_json: bool
) -> int:
    """Let a cell rest, print what grew on its lithium and what that cost, and draw its map; returns the exit code."""
    from lithoscope.analysis.figures import save
    from lithoscope.analysis.figures.interphase import draw_interphase
    from lithoscope.cli.running import read_document
    from lithoscope.design import Cell
    from lithoscope.protocol import Program, Rest
    from lithoscope.run import run

    if not days > 0:
        raise InputError("--days", f"= {days:g} is no time", expected="a positive number of days",
                         why="Nothing grows in no time", do="Write --days 30")  # fmt: skip
    of, chosen = read_document(Cell, cell), _model(model)
    result = run(of, Program([Rest(f"{days!r} d")]), chosen, to=to, replace=replace)
    drawn = save(draw_interphase(result), figure or Path(f"{Path(cell).stem}-rest.png"))
    if as_json:
        output.write_json(result.summary() | {"rest": _rows(result), "composition": _composition(result), "figure": str(drawn)})
    else:
        _describe(result, drawn)
    return result.status.end.exit_code


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
        for time in wanted
    ]


def _composition(result: Result) -> dict[str, float]:
    """Volume shares of the film at the end, largest first."""
    from lithoscope.result.names import words

    film = result.tree["film"].to_dataset()
    volume = np.asarray(film["film_volume"].values)[-1]
    shares = dict(zip(words(film["solid"]), (float(v) for v in volume / volume.sum()), strict=True))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _describe(result: Result, drawn: Path) -> None:
    output.say(f"\n{result.status}")
    for note in result.manifest.notes:
        output.say(f"note: {note}")
    columns = ("", "film, nm", "spread, nm", "lithium lost, uAh/cm2", "corrosion, uA/cm2", "resistance, ohm cm2")
    rows = [
        (duration_text(row["time_d"] * 86400), *(f"{value:.3g}" for value in list(row.values())[1:])) for row in _rows(result)
    ]
    output.table("\nat rest", columns, rows, right=(1, 2, 3, 4, 5))
    shares = [(name, f"{100 * share:.1f}") for name, share in _composition(result).items() if share >= LEAST_SHARE]
    output.table("film at the end", ("", "volume, %"), shares, right=(1,))
    output.say(f"the total of lithium changes by {result.ledger.residual:.1e} of the inventory")
    output.say(f"map in {drawn}")
