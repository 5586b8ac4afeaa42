"""What lies at which depth of the films, and what photoemission would show of it.

How much converts is that of `converted`; where, is that of `physics.interphase.converting`. Two numbers are open beside those
of the lithiation: how deep electrons get in unconverted film, and the mean free path of photoelectrons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from lithoscope.analysis.photoemission import Strata, reduced_share, strata_of_layers
from lithoscope.data import lookup
from lithoscope.physics.interphase.converting.equations import Film
from lithoscope.physics.interphase.converting.model import ConvertingFilm
from lithoscope.physics.interphase.converting.observe import Eyes, State
from lithoscope.physics.interphase.converting.params import setting
from lithoscope.physics.laws.alloys import plateaus
from lithoscope.protocol import Program, Voltage
from lithoscope.run import run
from lithoscope.studies.perovskite.converted import (
    CONTACT_H,
    CUT_OFF_V,
    DENSITY,
    FRACTION,
    LAW,
    LAWS,
    LEAK,
    SHARE,
    Law,
    Lithiations,
    lithiation,
    since_cut_off,
)
from lithoscope.studies.perovskite.voltammetry import TIN
from lithoscope.studies.ranges import Point, Range, Sensitivity, at_values, explore, from_data
from lithoscope.studies.verdict import Prediction
from lithoscope.units import convert

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.perovskite.converted import Converted

Array = NDArray[np.float64]

PLATING_H = 10.0
"""Time of the deposition after which the paper looks at tin: 20 mAh/cm2 at 2 mA/cm2, h."""

LAYERS = 250
PATH = "mean free path"
REACTION = "reaction depth"
DECAY, ATTEMPT, IONS, BUDGET = "decay of tunnelling", "attempt of tunnelling", "conductivity of LiCl", "budget of the film"
OVER_METAL_M = 30e-9
"""Of the film above the metal, where its lower side is looked at."""


def ranges() -> tuple[Range, ...]:
    """What is open in where the films convert and in how that is seen."""
    return (
        from_data(REACTION, "l", "nm", "converting.reaction_depth"),
        from_data(PATH, "lambda", "nm", "photoemission.mean_free_path"),
    )


def blocking_ranges() -> tuple[Range, ...]:
    """What is open in the two blocking lengths."""
    return (
        from_data(DECAY, "kappa", "1/nm", "converting.tunnelling_decay"),
        from_data(ATTEMPT, "j_t", "A/m2", "converting.tunnelling_attempt"),
        from_data(IONS, "sigma", "S/cm", "films.LiCl.conductivity"),
        from_data(BUDGET, "R", "ohm cm2", "converting.film_budget"),
    )


@dataclass
class Depths:
    """Depth profiles of a film on steel. of: its cell;  remembers the equations by the reaction depth."""

    runs: Lithiations
    _eyes: dict[tuple[float, str], Eyes] = field(default_factory=dict)

    def strata(self, share: float, depth: float, name: str = TIN) -> Strata:
        """The film with a converted share, its metal alloyed as far as it goes. depth: l, nm."""
        if (depth, name) not in self._eyes:
            of = setting(self.runs.cell(self.runs.point, name), ConvertingFilm(reaction_depth=f"{depth!r} nm"))
            self._eyes[depth, name] = Eyes(of, Film(of.numbers, LAYERS))
        eyes = self._eyes[depth, name]
        p = eyes.setting.numbers
        n = min(share, 1 - 1e-9) * p.amount
        inserted = p.insertion_limit * eyes.film.host(np.float64(n))
        state = State(0.0, 0.0, n, plateaus(p.metal)[-1][1] * n, inserted)
        return strata_of_layers(eyes.solids, eyes.layers(state))

    def reduced(self, share: float, depth: float, path: float, *, at_metal: bool = False) -> float:
        """Share of the tin line that is metallic, at the surface or near the metal. path: of electrons of 1 keV, nm."""
        strata = self.strata(share, depth)
        z = strata.edges[-1] - OVER_METAL_M if at_metal else 0.0
        # What has not begun to convert is zero but for rounding.
        return max(float(reduced_share(strata, "Sn", z, length=path * 1e-9)[0]), 0.0)

    def after(self, point: Point, hours: float) -> float:
        """Converted share of the tin film so long after its lithiation, at the voltage at which that ended."""
        if hours == 0:
            return self.runs.at(point, TIN).share
        times, shares = since_cut_off(self.runs.held(point))
        return float(np.interp(hours, times, shares))


@dataclass(frozen=True)
class Deep:
    """What the depth profiles gave.

    ranges       what is open beside the lithiation
    structure    the less pronounced of: unreduced tin at the surface, reduced tin at the metal, after lithiation
    reduced      share of reduced tin in the tin line of the surface, by hours after the lithiation
    deepest      by hours: reaction depth, nm, up to which that is below a reading if electrons tunnel
    needed, allowed, ratio  blocking length that electrons need, that the resistance allows, nm, and one over the other
    share        converted share of the tin film, by law and hours
    against      reaction depths, nm, and the reduced shares of the surface there, by law and hours
    run          the film resolved over its depth, lithiated and held
    moves        what each open number does
    """

    ranges: tuple[Range, ...]
    structure: Prediction
    reduced: Mapping[float, Prediction]
    deepest: Mapping[float, float]
    needed: Prediction
    allowed: Prediction
    ratio: Prediction
    share: Mapping[tuple[Law, float], float]
    against: tuple[Array, Mapping[tuple[Law, float], Array]]
    run: Result
    moves: Mapping[str, tuple[Sensitivity, ...]]


def resolve(done: Converted, seen_from: float, report: Report) -> Deep:
    """Resolve the films over their depth. seen_from: share of reduced tin that a spectrum shows. Takes some ten seconds."""
    report(0.0, "films over their depth")
    depths, moves = Depths(done.lithiations), {}
    mine, lithiations = ranges(), [r for r in done.ranges if r.name in (LAW, SHARE, DENSITY, LEAK)]
    whole = {**done.point, **at_values(mine)}
    made = _run(done)

    def explored(key: str, predict: Callable[[Point], float], *numbers: str) -> Prediction:
        chosen = tuple(r for r in (*lithiations, *mine) if r.name in numbers)
        found, moves[key] = explore(lambda p: predict({**whole, **p}), chosen, calibrated=(FRACTION,), run=made.manifest.run_id)
        return found

    structure = explored("order of the layers", partial(order, depths), LAW, SHARE, DENSITY, LEAK, REACTION, PATH)
    reduced = {
        hours: explored(f"reduced tin at the surface after {hours:g} h", partial(_at_surface, depths, hours),
                        LAW, DENSITY, LEAK, REACTION, PATH)
        for hours in (PLATING_H, CONTACT_H)
    }  # fmt: skip
    report(0.8, "films over their depth")
    needed, allowed, ratio = (_blocking(of, done.point[DENSITY]) for of in (_needed, _allowed, _ratio))
    moves["blocking length, needed over allowed"] = ratio[1]
    share = {
        (law, h): depths.after({**whole, LAW: float(n)}, h) for n, law in enumerate(LAWS) for h in (0.0, PLATING_H, CONTACT_H)
    }
    deepest = {h: _deepest(depths, share["tunnelling", h], whole[PATH], seen_from) for h in (PLATING_H, CONTACT_H)}
    at = np.geomspace(mine[0].low, 1000.0, 40)
    against = {key: np.array([depths.reduced(each, float(d), whole[PATH]) for d in at]) for key, each in share.items()}
    return Deep(mine, structure, reduced, deepest, needed[0], allowed[0], ratio[0], share, (at, against), made, moves)


def order(depths: Depths, point: Point) -> float:
    """The less pronounced of: unreduced tin at the surface, reduced tin near the metal, after lithiation."""
    share = depths.after(point, 0.0)
    seen = [depths.reduced(share, point[REACTION], point[PATH], at_metal=each) for each in (False, True)]
    return min(1 - seen[0], seen[1])


def _at_surface(depths: Depths, hours: float, point: Point) -> float:
    return depths.reduced(depths.after(point, hours), point[REACTION], point[PATH])


def _deepest(depths: Depths, share: float, path: float, seen_from: float) -> float:
    """Reaction depth, nm, at which the surface shows as much reduced tin as a spectrum tells."""
    return float(brentq(lambda d: depths.reduced(share, d, path) - seen_from, 1.0, 1e5, rtol=1e-3))


def _blocking(of: Callable[[Point, float], float], density: float) -> tuple[Prediction, tuple[Sensitivity, ...]]:
    return explore(lambda p: of(p, density), blocking_ranges(), calibrated=(), run=None)


def _needed(p: Point, density: float) -> float:
    """d = ln(j_t / j) / (2 kappa), nm: through it so much passes as the lithiation asks for. density: mA/cm2."""
    return log(p[ATTEMPT] / convert(density, "mA/cm2", "A/m2")) / (2 * p[DECAY])


def _allowed(p: Point, _: float) -> float:
    """d = sigma R, nm: a skin of LiCl of this thickness takes the whole budget."""
    return p[IONS] * p[BUDGET] * 1e7


def _ratio(p: Point, density: float) -> float:
    return _needed(p, density) / _allowed(p, density)


def whole_salt(amount: float) -> float:
    """Thickness of all LiCl of a converted amount, nm, if it lay as one layer. amount: mol/cm2."""
    return 2 * lookup("films.LiCl.molar_volume").number * amount * 1e7


def _run(done: Converted) -> Result:
    """The tin film, lithiated and held for as long as 100 cycles take, with electrons that tunnel."""
    point = {**done.point, LAW: 0.0}
    program = Program([lithiation(point[DENSITY]), Voltage(CUT_OFF_V, {"duration": f"{CONTACT_H:g} h"})])
    # The resistance of a skin is not in what calibrates the leak.
    return run(
        done.lithiations.cell(point, TIN), program, ConvertingFilm(layers=100, skin_conductivity="1 S/cm"), progress=False
    )
