"""The field and the current at a tip: shape alone, with ions, under a film; and what would have to be true for a tip to matter.

Current follows the resistances in its way. With the area-specific resistance r of the interface and the conductivity kappa of
the electrolyte, the Wagner length is l = kappa r. A sphere of radius R in a cell of width d then takes, over a plane,

    i_tip / i_plane = (d + l) / (R + l)

which is the ratio of the series resistances per area, (d / kappa + r) and (R / kappa + r). It is that of a sphere that stands
free; a bump on a plane takes less.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lithoscope.design.polar import PolarFilm, Tip
from lithoscope.studies.dipoles.layers import BOTH, PERMITTIVITY, SALT, STERN, electrolyte_ranges, layer
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.studies.ranges import Sensitivity
    from lithoscope.studies.verdict import Prediction

RADIUS, GAPS = "radius of the tip", 20.0
"""Name, and the distance of the tip from the plane that it faces, in radii."""

DRIVE = "-0.1 V"
"""Voltage of the tip against the potential of zero charge."""

NOTICED = 1.1
"""Ratio from which something counts as different from another: a tenth. Ours; the paper gives no number."""

MUCH = 2.0
"""Ratio from which something counts as much larger. Ours, too."""

MAINLY, SUBSTANTIAL = 0.5, 0.1
"""Shares from which something is the main part, and more is substantial. Ours."""

LEAST_SALT = 0.01
"""Lowest concentration at which a tip is looked at, mol/L: no model here goes below."""

RESISTANCE, WIDTH, KAPPA, CURRENT = (
    "resistance of the interface",
    "distance of the electrodes",
    "conductivity",
    "current density",
)


def tip_range() -> Range:
    """How sharp the tip is."""
    return Range(RADIUS, "R", 10.0, 2.0, 1000.0, "nm", "from a few nanometres to a micrometre; the paper gives none", "prior")


def cell_ranges() -> tuple[Range, ...]:
    """What is open about the current to a tip."""
    intact = "an intact film; both papers of this project on cells give 60 to 320 ohm on unknown or 1 cm2"
    return (
        Range(RESISTANCE, "r", 160.0, 10.0, 320.0, "ohm cm2", intact, "prior"),
        Range(WIDTH, "d", 25.0, 10.0, 300.0, "um", "from a thin polymer to glass fibre", "prior"),
        Range(KAPPA, "κ", 1.1, 0.5, 1.6, "S/m", "1 mol/L in carbonates and ethers", "prior"),
        tip_range(),
    )


def flux_ratio(point: Point) -> float:
    """Current density at a tip over that on a plane, (d + l) / (R + l)."""
    length = point[KAPPA] * point[RESISTANCE] * 1e-4
    return (point[WIDTH] * 1e-6 + length) / (point[RADIUS] * 1e-9 + length)


def resistance_for(point: Point, ratio: float) -> float:
    """Resistance of the interface at which the ratio is reached, ohm cm2; the inverse of `flux_ratio`."""
    length = (point[WIDTH] * 1e-6 - ratio * point[RADIUS] * 1e-9) / (ratio - 1)
    return length / point[KAPPA] * 1e4


def coercive_range() -> Range:
    """The field that reverses a film, of the ceramic and of the polymer; quoted: of the ceramic."""
    known = [from_data("coercive field", "E_c", "V/m", f"ferroelectrics.{name}.coercive_field") for name in BOTH]
    return replace(known[0], low=min(each.low for each in known), high=max(each.high for each in known))


def field_over_coercive(point: Point, enhancement: float) -> float:
    """Field i / kappa of the electrolyte, enhanced at a tip as if there were no ions, over the coercive field."""
    return point[CURRENT] * 10.0 / point[KAPPA] * enhancement / point["coercive field"]


@dataclass(frozen=True, eq=False)
class Tips:
    """What is found at tips.

    with_ions  field at a tip over that on a plane, in the electrolyte;  without: without ions, by shape alone
    diluted    the same with ions at the lowest concentration
    cases      contribution by contribution under films, by what was put there
    flux       current at a tip over that on a plane;  resistance: of the interface at which it is `MUCH`, ohm cm2
    reversal   field at a tip over the coercive field, both without ions
    """

    with_ions: Prediction
    moves: tuple[Sensitivity, ...]
    without: float
    diluted: float
    cases: Mapping[str, xr.Dataset]
    flux: Prediction
    resistance: float
    reversal: Prediction
    ranges: tuple[Range, ...]


def enhancement(point: Point, case: str = "ions") -> float:
    """Field at the apex of a bare tip over that on a plane at the same distance and voltage."""
    return float(_cases(point, None, point[RADIUS], GAPS * point[RADIUS])["enhancement"].sel(case=case))


def _cases(point: Point, film: PolarFilm | None, radius: float, distance: float) -> xr.Dataset:
    with warnings.catch_warnings():
        # Lines of the mesh have no length in the direction across; the library divides by it and does not use it.
        warnings.simplefilter("ignore", RuntimeWarning)
        return layer(point, film, voltage=DRIVE).tip(Tip(f"{radius!r} nm", f"{distance!r} nm"))


def look() -> Tips:
    """Everything about tips. Takes about half a minute."""
    liquid = tuple(r for r in electrolyte_ranges() if r.name in (SALT, PERMITTIVITY, STERN))
    quoted = at_values(electrolyte_ranges())
    open_ = (tip_range(), *liquid)
    with_ions, moves = explore(lambda p: enhancement({**quoted, **p}), open_, calibrated=(), run=None)
    at = {**quoted, **at_values(open_)}
    without = enhancement(at, "bare")
    flux, _ = explore(flux_ratio, cell_ranges(), calibrated=(), run=None)
    current = Range(CURRENT, "i", 1.0, 0.1, 10.0, "mA/cm2", "usual in tests of lithium", "prior")
    kappa = next(r for r in cell_ranges() if r.name == KAPPA)
    reversal, _ = explore(
        lambda p: field_over_coercive(p, without), (current, kappa, coercive_range()), calibrated=(), run=None
    )
    return Tips(
        with_ions=with_ions,
        moves=moves,
        without=without,
        diluted=enhancement({**at, SALT: LEAST_SALT}),
        cases={
            "5 nm of BaTiO3 with fixed polarisation, 10 nm tip": _cases(
                at, PolarFilm("BaTiO3", "5 nm", response="fixed"), 10.0, 200.0
            ),
            "20 nm of P(VDF-TrFE), 50 nm tip": _cases(at, PolarFilm("P(VDF-TrFE)", "20 nm"), 50.0, 500.0),
        },
        flux=flux,
        resistance=resistance_for(at_values(cell_ranges()), MUCH),
        reversal=reversal,
        ranges=(*cell_ranges(), current, coercive_range()),
    )
