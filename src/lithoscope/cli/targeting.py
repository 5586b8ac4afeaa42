"""`lithoscope target-sei`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lithoscope.cli import output
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.analysis.target import Target


def target_file(
    wanted: Sequence[str], thickness: str, anions: Sequence[str], basis: str, cell: str | None, days: float, organic: str, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Print which anions leave a film of these fractions, how many layers of them, and what a rest makes of it."""
    from lithoscope.analysis.target import stock_left, target_sei
    from lithoscope.cli.running import read_document
    from lithoscope.design import Cell

    of = read_document(Cell, cell) if cell else None
    found = target_sei(
        fractions(wanted), thickness, anions or None, cell=of, rest=f"{days!r} d", organic=organic,
        basis=basis,  # type: ignore[arg-type]  # it checks
    )  # fmt: skip
    left = stock_left(found.run) if found.run else {}
    if as_json:
        output.write_json({
            "wanted": dict(found.wanted), "basis": found.basis, "thickness_m": found.thickness, "reached": found.reached,
            "anions_mol_m2": dict(found.anions), "fractions": dict(found.fractions), "layers": found.layers,
            "one_layer_m": found.one_layer, "grown": dict(found.grown) if found.grown is not None else None,
            "stock_left": dict(left),
        })  # fmt: skip
        return
    output.say(f"\n{found}")
    _anions(found.anions, left)
    _film(found)
    if found.run is not None:
        output.say(str(found.run.status))


def _anions(amounts: Mapping[str, float], left: Mapping[str, float]) -> None:
    """Amounts, mol/m2, and, after a rest, which share of each is left."""
    heads, rows = ["", "umol/m2 of true area"], [[name, f"{amount * 1e6:.4g}"] for name, amount in amounts.items()]
    if left:
        heads, rows = [*heads, "left after the rest"], [[*row, f"{left[row[0]]:.2g}"] for row in rows]
    output.table("\nanions", heads, rows, right=range(1, len(heads)))


def _film(found: Target) -> None:
    """Fractions that are wanted, that the anions leave, and, after a rest, of what has grown in all."""
    names = dict.fromkeys((*found.wanted, *found.fractions))
    heads, columns = [f"fraction by {found.basis}", "wanted", "left by the anions"], [found.wanted, found.fractions]
    if found.grown is not None:
        heads, columns = [*heads, "grown in the rest, electrolyte and all"], [*columns, found.grown]
    rows = [
        [name, *(_share(column.get(name, None if column is found.wanted else 0.0)) for column in columns)] for name in names
    ]
    output.table("film", heads, rows, right=range(1, len(heads)))


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def fractions(wanted: Sequence[str]) -> dict[str, float]:
    """Fractions from what was typed, e.g. "LiF=0.6". Raises InputError for what cannot be read."""
    found = {}
    for each in wanted:
        name, _, share = each.partition("=")
        try:
            found[name.strip()] = float(share)
        except ValueError:
            raise InputError("TARGET", f'= "{each}" is not a solid and its fraction', expected='a text such as "LiF=0.6"',
                             why="How much of it is wanted is missing", do=f'Write "{name.strip()}=0.5"') from None  # fmt: skip
    return found
