"""What must hold at every saved time of a film that converts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lithoscope.physics.contract import Violation, of_every_scale
from lithoscope.physics.interphase.invariants import ELEMENTS, SHARES
from lithoscope.result import Result
from lithoscope.result.names import words


def violations(result: Result) -> Sequence[Violation]:
    """Every invariant that does not hold: finite values, lithium and charge, elements, bounds."""
    return tuple(_violations(result))


def _violations(result: Result) -> Iterator[Violation]:
    yield from of_every_scale(result)
    elements = result.tree["elements"].to_dataset()
    residual = abs(elements["element_residual"])
    for number, element in enumerate(words(elements["element"])):
        if not float(residual[:, number].max()) <= ELEMENTS:
            yield Violation("elements", f"{element} changes by {float(residual[:, number].max()):.1e} of what moved")
    share = result.trace["working_converted_share"]
    if float(share.min()) < -SHARES or float(share.max()) > 1 + SHARES:
        yield Violation("bounds", f"the converted share goes from {float(share.min()):.3g} to {float(share.max()):.3g}")
    yield from _over_depth(result)


def _over_depth(result: Result) -> Iterator[Violation]:
    depth = result.tree["depth"].to_dataset()
    share = depth["layer_share"]
    low, off = float(share.min()), float(abs(share.sum("solid") - 1).max())
    if low < -SHARES or off > SHARES:
        yield Violation("bounds", f"volume shares fall to {low:.3g} and add up to 1 within {off:.1e}")
    least = float(depth["layer_thickness"].min())
    if least <= 0:
        yield Violation("bounds", f"a layer is {least:.3g} m thick")
