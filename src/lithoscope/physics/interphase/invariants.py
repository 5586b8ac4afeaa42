"""What must hold at every saved time of a rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xarray import DataTree

from lithoscope.physics.contract import Violation, of_every_scale
from lithoscope.result import Result
from lithoscope.result.names import words

ELEMENTS = 1e-9
"""Largest change of the total of an element, over what moved of it."""

NET_CURRENT = 1e-8
"""Largest net current of lithium and a metal in contact, over what corrodes."""

SHARES = 1e-9
"""How far the sum of the volume shares may leave 1."""

OVERSHOOT = 1e-3
"""How far a volume share may leave 0 to 1: polynomials over the map overshoot beside places where a solid is used up."""

TOLD = 1e-6
"""Overshoot from which a run says how large it is."""


def violations(result: Result) -> Sequence[Violation]:
    """Every invariant that does not hold: finite values, lithium, elements, charge, bounds."""
    return tuple(_violations(result))


def _violations(result: Result) -> Iterator[Violation]:
    trace = result.trace
    yield from of_every_scale(result)
    elements = result.tree["elements"].to_dataset()
    residual = abs(elements["element_residual"])
    for number, element in enumerate(words(elements["element"])):
        if not float(residual[:, number].max()) <= ELEMENTS:
            yield Violation("elements", f"{element} changes by {float(residual[:, number].max()):.1e} of what moved")
    if float(abs(trace["charge_passed"]).max()) > 0:
        yield Violation("charge", "a cell at rest passed a charge")
    if "net_current_density" in trace:
        off = float((abs(trace["net_current_density"]) / trace["corrosion_current_density"]).max())
        if not off <= NET_CURRENT:
            yield Violation("current", f"lithium dissolves {off:.1e} more or less than what lithium and the metal reduce")
    yield from _bounds(result)


def _bounds(result: Result) -> Iterator[Violation]:
    for node, name in (("trace", "film_thickness"), ("map", "surface_film_thickness")):
        least = float(result.tree[node][name].min())
        if least < 0:
            yield Violation("bounds", f"{name} falls to {least:.3g} m")
    share = result.tree["map"]["surface_share"]
    over, off = overshoot(result.tree), float(abs(share.sum("solid") - 1).max())
    if over > OVERSHOOT or off > SHARES:
        found = f"volume shares leave 0 to 1 by {over:.3g} and add up to 1 within {off:.1e}"
        yield Violation("bounds", f"{found}; a map that varies less has none of it, one with more `nodes` less")


def overshoot(tree: DataTree) -> float:
    """How far the volume shares of a map leave 0 to 1, at most."""
    share = tree["map"]["surface_share"]
    return max(-float(share.min()), float(share.max()) - 1, 0.0)
