"""`lithoscope target-sei`."""

from __future__ import annotations

from collections.abc import Sequence

from lithoscope.cli import output
from lithoscope.errors import InputError


def target_file(
    wanted: Sequence[str], thickness: str, anions: Sequence[str], basis: str, cell: str | None, days: float, *, as_json: bool
) -> None:
    """Print which anions leave a film of these fractions, how many layers of them, and what a rest makes of it."""
    from lithoscope.analysis.target import stock_left, target_sei
    from lithoscope.cli.running import read_document
    from lithoscope.design import Cell

    of = read_document(Cell, cell) if cell else None
    found = target_sei(
        fractions(wanted), thickness, anions or None, basis=basis, cell=of, rest=f"{days!r} d"  # type: ignore[arg-type]  # it checks
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
    rows = [(name, f"{amount * 1e6:.4g}", f"{left[name]:.2g}" if name in left else "") for name, amount in found.anions.items()]
    output.table("\nanions", ("", "umol/m2 of true area", "left after the rest"), rows, right=(1, 2))
    names = dict.fromkeys((*found.wanted, *found.fractions))
    shares = [
        (name, _share(found.wanted.get(name)), _share(found.fractions.get(name, 0.0)),
         _share(found.grown.get(name, 0.0)) if found.grown is not None else "")
        for name in names
    ]  # fmt: skip
    columns = (f"fraction by {found.basis}", "wanted", "left by the anions", "grown in the rest, electrolyte and all")
    output.table("film", columns, shares, right=(1, 2, 3))
    if found.run is not None:
        output.say(str(found.run.status))


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
