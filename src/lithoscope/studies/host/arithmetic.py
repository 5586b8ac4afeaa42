"""The paper's conditions, and statements of geometry, checked where arithmetic can."""

from __future__ import annotations

from collections.abc import Callable

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.physics.laws.wetting import wets
from lithoscope.studies.claims import Claim, Claims
from lithoscope.studies.host import infusion
from lithoscope.studies.verdict import Prediction, Verdict, Word, judged, stated
from lithoscope.units import MAH_PER_CM2

MELTING_C = 180.5
"""Melting point of lithium, degC."""

GROWTH_PER_CYCLE_NM = (0.1, 0.2)
"""Usual growth of zinc oxide from diethylzinc and water near 80 degC."""

LTO_CAPACITY, LTO_SHARE, LTO_LOADING = 175.0, 0.8, 20.0
"""Capacity of Li4Ti5O12, mAh/g; its share of the electrode and the loading, mg/cm2, that the paper states."""

CYCLED = (3.0, 5.0)
"""Capacities that the paper cycles, beyond 1 mAh/cm2."""

PERCOLATES = (0.16, 0.33)
"""Volume fractions from which grains in random mixtures hang together."""


def _numbers(claim: Claim) -> list[float]:
    return [float(value) for value in claim.values]


def lithium_thickness(capacity: float) -> float:
    """Of dense lithium, um; capacity in mAh/cm2."""
    return capacity * MAH_PER_CM2 * lookup("lithium.molar_volume").to("m3/mol") / FARADAY * 1e6


def alloy_share() -> float:
    """Volume of LiZn over that of LiZn and Li2O in equal moles."""
    alloy, oxide = (lookup(f"host.{name}_molar_volume").number for name in ("lizn", "li2o"))
    return alloy / (alloy + oxide)


def _capacity(claim: Claim, _: Claims) -> str:
    return f"F / (3.6 M) gives {FARADAY / 3.6 / lookup('lithium.molar_mass').number:.0f} mAh/g."


def _potential(claim: Claim, _: Claims) -> str:
    return "A reference constant: voltages here are counted against lithium itself."


def _melt(claim: Claim, _: Claims) -> str:
    return f"Known: {MELTING_C:g} degC."


def _no_wetting(claim: Claim, _: Claims) -> str:
    angle = lookup("host.contact_angle_bare")
    mat = infusion.mat("bare")
    return (
        f"At the {angle.number:g} degrees that are taken for bare polyimide the mat pushes the melt out with "
        f"{-mat.pressure / 1e5:.1f} bar, and does so for every angle above 90 degrees "
        f"({'it wets' if wets(mat.angle) else 'it does not wet'}). The angle is a prior: the paper gives none."
    )


def _diameter(claim: Claim, _: Claims) -> str:
    return "Geometry. The text does not say whether the coating is counted; it is not here."


def _coating(claim: Claim, claims: Claims) -> str:
    grown, cycles = _numbers(claims["host.zno.thickness"])[0], _numbers(claims["host.ald.cycles"])[0]
    low, high = GROWTH_PER_CYCLE_NM
    return f"{grown:g} nm in {cycles:g} cycles are {grown / cycles:.2g} nm each; {low:g} to {high:g} nm are usual."


def _tunable(claim: Claim, _: Claims) -> str:
    return "A statement of procedure; the thickness is an input of the cell."


def _thickness(claim: Claim, _: Claims) -> str:
    return f"V_m / F gives {lithium_thickness(1):.3f} um."


def _lto(claim: Claim, _: Claims) -> str:
    shared, whole = (LTO_LOADING * share * LTO_CAPACITY / 1000 for share in (LTO_SHARE, 1.0))
    return (
        f"{LTO_LOADING:g} mg/cm2 at {LTO_CAPACITY:g} mAh/g are {shared:.1f} mAh/cm2 if that is the whole electrode, of which "
        f"{LTO_SHARE:.0%} is active, and {whole:.1f} if all of it is; the text does not say which."
    )


def _excess(claim: Claim, _: Claims) -> str:
    thick = _numbers(claim)[0]
    return f"{thick:g} um of dense lithium are {thick / lithium_thickness(1):.0f} mAh/cm2, fifteen times those of 50 um."


def _infusion(claim: Claim, _: Claims) -> str:
    angle = lookup("host.contact_angle_zno")
    assert angle.low is not None  # the table gives a range
    assert angle.high is not None
    at, slow = infusion.mat("zno"), infusion.mat("zno", angle.high)
    fast = infusion.mat("zno", angle.low)
    return (
        f"Pores of {at.radius * 1e6:.1f} um draw the melt in with {at.pressure / 1e5:.1f} bar at {angle.number:g} degrees. "
        f"Held back by its viscosity alone it crosses a disc of 1 cm2 in {at.time:.2g} s ({fast.time:.2g} s at {angle.low:g} "
        f"degrees, {slow.time:.2g} s at {angle.high:g}), could climb {at.rise:.0f} m and would fill all {at.porosity:.0%} of "
        "the volume. The paper sees it climb steadily and leave pores open: something slower and local decides, such as the "
        "reaction at the line of contact."
    )


def _separator(claim: Claim, _: Claims) -> str:
    return "Porosity and MacMullin number are priors with ranges."


def _rate(claim: Claim, _: Claims) -> str:
    return "A setting of the process. The unit is damaged in the text that was read; mL/min would be impossible."


def _area(claim: Claim, _: Claims) -> str:
    return "Known here, unlike in the paper on the perovskite film: a resistance in ohm is one in ohm cm2."


def _read(claim: Claim, _: Claims) -> str:
    return "Read in."


INPUTS: dict[str, Callable[[Claim, Claims], str]] = {
    "host.li.capacity": _capacity,
    "host.li.potential": _potential,
    "host.melt": _melt,
    "host.nowet": _no_wetting,
    "host.fibre.diameter": _diameter,
    "host.zno.thickness": _coating,
    "host.ald.cycles": _coating,
    "host.tunable": _tunable,
    "host.li.thickness": _thickness,
    "host.lto.capacity": _lto,
    "host.lto.750": _excess,
    "host.infuse": _infusion,
    "host.electrolyte.carbonate": _read,
    "host.electrolyte.ether": _read,
    "host.sep": _separator,
    "host.spin.rate": _rate,
    "host.area": _area,
}

NOT_TESTABLE = {
    "host.tga": "Thermal analysis is not modelled.",
    "host.ftir": "Infrared spectra are not modelled.",
    "host.cv.inert": "No current reaches an insulating mat in that test, so the absence of peaks says little.",
    "host.uptake": "No time is given with which one of filling could be compared.",
}


def checked(claims: Claims) -> dict[str, Verdict]:
    """The verdicts that need no run, by claim."""
    made = {name: stated(claims[name], Word.INPUT, note(claims[name], claims)) for name, note in INPUTS.items()}
    made |= {name: stated(claims[name], Word.NOT_TESTABLE, reason) for name, reason in NOT_TESTABLE.items()}
    return made | {verdict.id: verdict for verdict in (_hostless(claims), _tens(claims), _insulating(claims))}


def _hostless(claims: Claims) -> Verdict:
    least = lookup("lithium.least_thickness").to("m")
    note = (
        f"Geometry, not a run: 50 um of foil stripped to the last {least * 1e9:g} nm have shrunk {50e-6 / least:.1e} times, "
        "and without bound as nothing is left."
    )
    return stated(claims["host.hostless"], Word.AGREES, note)


def _tens(claims: Claims) -> Verdict:
    low, high = (lithium_thickness(capacity) for capacity in CYCLED)
    note = (
        f"Geometry of dense lithium, for {CYCLED[0]:g} to {CYCLED[1]:g} mAh/cm2: the sentence breaks off in the text that was "
        "read before it says for how much. A porous deposit is thicker."
    )
    return judged(claims["host.volume.tens"], [Prediction(low, low, high)], note)


def _insulating(claims: Claims) -> Verdict:
    claim, (low, high) = claims["host.insulating"], PERCOLATES
    note = (
        f"LiZn and Li2O in equal moles are {alloy_share():.0%} alloy by volume, where grains mixed at random hang together "
        f"from {low:.0%} to {high:.0%}: that the mat insulates does not follow from the alloy being particles. All claims on "
        f"confinement rest on it here as an input, and are judged for a conducting mat as well. Needs {claim.needs}."
    )
    return stated(claim, Word.PENDING, note)
