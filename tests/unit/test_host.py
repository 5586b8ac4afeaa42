"""Rung 1 for the host: its geometry, what a gram of it holds, whether and how fast a melt goes in, and what is refused."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import lithoscope as ls
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design.catalogue import entry
from lithoscope.design.host import swelling
from lithoscope.errors import InputError
from lithoscope.physics.laws import host, wetting

LAWS, WETTING, DESIGN = "physics/laws/host.py", "physics/laws/wetting.py", "design/host.py"


def paper() -> ls.Host:
    """The host of the paper."""
    found = ls.Cell.parse(entry("host/filled")).working
    assert isinstance(found, ls.Host)
    return found


def composite(mat: ls.Host) -> host.Composite:
    return host.composite(
        mat.fibre_length, mat.fibre_diameter.value / 2, mat.coated_radius, mat.lithium_fraction.value,
        mat.quantity("fibre_density").value,
    )  # fmt: skip


@pytest.mark.fails_when(LAWS, "bound = 3 * lithium", "bound = 2 * lithium")
def test_a_gram_of_composite() -> None:
    """2000 mAh/g is 51.8 % of lithium; three lithium for each zinc oxide; the coating is more than half of the matrix."""
    made = composite(paper())
    assert made.specific_capacity / 3600 == pytest.approx(2000, rel=0.01), "mAh/g: C/kg over 3600"
    assert made.lithium_share == pytest.approx(2000 / 3861, rel=0.01)
    assert made.bound / 6.94 * 81.38 / made.coating == pytest.approx(3, rel=1e-12)
    assert made.coating / (made.coating + made.fibre) == pytest.approx(0.56, abs=0.005)
    assert 0.08 < made.bound_share < 0.14
    pure = FARADAY / lookup("lithium.molar_mass").to("kg/mol")
    assert pure / 3600 == pytest.approx(3861, abs=1)


@pytest.mark.fails_when(
    DESIGN, 'lookup("host.zno_density").to("kg/m3") / lookup', 'lookup("host.zno_density").to("kg/m3") / 2 / lookup'
)
def test_the_coating_swells_as_it_reacts() -> None:
    assert swelling() == pytest.approx((18.1 + 14.84) / (81.38 / 5.61), rel=1e-12)
    mat = paper()
    bare = ls.Host("253 um", 0.45, "400 nm", fibre_fraction=0.08)
    assert bare.matrix_fraction == pytest.approx(0.08, rel=1e-12), "nothing reacts without a coating"
    volume = math.pi * (mat.coated_radius**2 - (0.2e-6) ** 2)
    assert math.pi * (mat.reacted_radius**2 - (0.2e-6) ** 2) == pytest.approx(swelling() * volume, rel=1e-12)
    assert mat.matrix_fraction > 0.08


@pytest.mark.fails_when(DESIGN, "return 1 / math.sqrt(self.fibre_length)", "return 1 / self.fibre_length")
def test_spacing_and_fraction_say_the_same() -> None:
    mat = paper()
    same = ls.Host("253 um", 0.45, "400 nm", "30 nm", spacing=f"{mat.fibre_spacing!r} m")
    assert same.matrix_fraction == pytest.approx(mat.matrix_fraction, rel=1e-12)


@pytest.mark.fails_when(LAWS, "np.sqrt(radius**2 + s / (np.pi * length))", "np.sqrt(radius**2 + s / (4 * np.pi * length))")
def test_surface_of_coated_fibres() -> None:
    """Its derivative is the volume it bounds: da/dR of a coat, and the radius of 0.56 um that 4.9 parts of lithium make."""
    length, R = 4.8e11, 0.23e-6
    assert host.coaxial_area(length, R, 0.0) == pytest.approx(2 * np.pi * length * R, rel=1e-14)
    f = np.pi * R**2 * length
    coat = host.coaxial_area(length, R, 4.9 * f) / (2 * np.pi * length)
    assert coat == pytest.approx(R * math.sqrt(5.9), rel=1e-12)
    assert coat * 1e6 == pytest.approx(0.56, abs=0.005)
    s = np.linspace(0, 0.5, 20001)
    thickness = np.trapezoid(1 / host.coaxial_area(length, R, s), s)
    assert thickness == pytest.approx(math.sqrt(R**2 + 0.5 / (np.pi * length)) - R, rel=1e-7)


@pytest.mark.fails_when(LAWS, "/ np.tanh(thickness / depth)", "/ np.sinh(thickness / depth)")
def test_porous_resistance_has_its_limits() -> None:
    kappa, R, a = 0.3, 58e-4, 1.1e6
    assert host.porous_resistance(kappa, R, a, 1e-7) == pytest.approx(R / (a * 1e-7), rel=1e-4)
    assert host.porous_resistance(kappa, R, a, 1e-2) == pytest.approx(math.sqrt(R / (kappa * a)), rel=1e-12)


@pytest.mark.fails_when(LAWS, "np.maximum(s - threshold, 0.0)", "np.abs(s - threshold)")
def test_electrons_need_lithium_that_hangs_together() -> None:
    below, at, above = host.electronic_conductivity(np.array([0.03, 0.05, 1.0]), 0.05, 1e7, 1e-6)
    assert below == at == 1e-6
    assert above == pytest.approx(1e7, rel=1e-12)


@pytest.mark.fails_when(LAWS, "return (s + seed) / (s + seed + half)", "return (s + seed) / (s + half)")
def test_room_and_shares() -> None:
    assert host.room(0.5, 0.5) == 0.5
    assert host.room(0.4, 0.5) > 0.9999
    assert host.stripping_share(0.0, 0.03) == 0
    assert host.plating_share(0.02, 0.01, 0.03) == 0.5


@pytest.mark.fails_when(WETTING, "math.cos(contact_angle) > 0", "contact_angle > 0")
def test_the_mat_without_a_coating_is_not_wetted() -> None:
    bare, coated = (math.radians(lookup(f"host.contact_angle_{name}").number) for name in ("bare", "zno"))
    assert not wetting.wets(bare)
    assert wetting.wets(coated)
    assert wetting.capillary_pressure(0.4, bare, 1e-6) < 0 < wetting.capillary_pressure(0.4, coated, 1e-6)


@pytest.mark.fails_when(WETTING, "return 2 * (1 - solid) / area", "return (1 - solid) / area")
def test_capillary_pressure_is_the_energy_gained_per_volume() -> None:
    """Of liquid: gamma cos(theta) times the wall over the pores; a tube has 2/r of wall."""
    area, solid = 6.9e5, 0.08
    r = wetting.pore_radius(area, solid)
    assert wetting.capillary_pressure(0.4, 0.7, r) == pytest.approx(0.4 * math.cos(0.7) * area / (1 - solid), rel=1e-12)


@pytest.mark.fails_when(
    WETTING, "density * GRAVITY * radius**2 / (8 * viscosity * most)", "density * GRAVITY * radius**2 / (4 * viscosity * most)"
)
def test_height_solves_its_equation() -> None:
    """Against an integrator, and both limits; the time to a height is its inverse."""
    p, r, eta, rho = 300.0, 1e-4, 5.7e-4, 512.0
    most = wetting.highest_rise(p, rho)
    start = float(wetting.height(1e-3, p, r, eta, rho))
    solved = solve_ivp(lambda _, h: r**2 / (8 * eta) * (p / h - rho * wetting.GRAVITY), (1e-3, 2.0), [start],
                       rtol=1e-10, atol=1e-14, method="LSODA")  # fmt: skip
    assert float(wetting.height(2.0, p, r, eta, rho)) == pytest.approx(solved.y[0, -1], rel=1e-6)
    assert start == pytest.approx(float(wetting.washburn_height(1e-3, p, r, eta)), rel=0.02)
    assert float(wetting.height(1e4, p, r, eta, rho)) == pytest.approx(most, rel=1e-9)
    assert wetting.time_to_rise(float(wetting.height(0.5, p, r, eta, rho)), p, r, eta, rho) == pytest.approx(0.5, rel=1e-8)
    assert wetting.time_to_rise(1.01 * most, p, r, eta, rho) == math.inf


@pytest.mark.fails_when(WETTING, "np.sqrt(pressure * radius**2", "np.sqrt(2 * pressure * radius**2")
def test_molten_lithium_climbs_a_disc_within_a_second() -> None:
    """The disc of the paper, 1 cm2, takes a fraction of a second by Washburn's law and could climb metres: "steadily" is slower,
    so that something else than viscosity holds the melt back.
    """
    tension, eta, rho = (lookup(f"host.molten_{name}") for name in ("surface_tension", "viscosity", "density"))
    mat, angle = paper(), math.radians(lookup("host.contact_angle_zno").number)
    bare = 2 * math.pi * mat.fibre_length * mat.coated_radius
    r = wetting.pore_radius(bare, 0.08)
    p = wetting.capillary_pressure(tension.to("N/m"), angle, r)
    assert wetting.time_to_rise(0.01, p, r, eta.to("Pa s"), rho.to("kg/m3")) < 1.0
    assert wetting.highest_rise(p, rho.to("kg/m3")) > 10
    tube = wetting.capillary_pressure(0.4, math.radians(60), 1e-6)
    assert float(wetting.washburn_height(1.0, tube, 1e-6, 5.7e-4)) * 1e3 == pytest.approx(13, abs=0.5), "mm in a second"
    assert wetting.fastest_speed(p, 512.0) > 10


@pytest.mark.parametrize(
    ("given", "where", "text", "remedy"),
    [
        ({"lithium_fraction": 0.9}, "lithium_fraction", "is more than the pores hold", {"lithium_fraction": 0.38}),
        ({"fibre_fraction": 0.8}, "fibre_fraction", "the fibres would fill 1", {"fibre_fraction": 0.08}),
        ({"spacing": "0.4 um"}, "spacing", "is not more than the fibres are thick", {"spacing": "2.1 um"}),
        ({"spacing": "2 um", "fibre_fraction": 0.08}, "spacing", "say the same twice", {"fibre_fraction": None}),
    ],
    ids=["lithium", "fibres", "spacing", "twice"],
)
@pytest.mark.fails_when(DESIGN, "if thick >= self.spacing.value", "if thick >= 10 * self.spacing.value")
def test_what_cannot_be_built(given: dict[str, Any], where: str, text: str, remedy: dict[str, Any]) -> None:
    parts: dict[str, Any] = {
        "thickness": "253 um",
        "lithium_fraction": 0.4,
        "fibre_diameter": "400 nm",
        "coating_thickness": "30 nm",
    }
    with pytest.raises(InputError, match=text) as refused:
        ls.Host(**(parts | given))
    error = refused.value
    assert error.where == where
    assert error.expected
    assert error.why
    assert error.do
    for value in remedy.values():
        assert value is None or str(value) in error.do, error.do
    assert ls.Host(**(parts | given | remedy)).matrix_fraction < 1


@pytest.mark.fails_when("design/cell.py", "isinstance(self.counter, Host) and not", "False and not")
def test_what_a_host_can_stand_against() -> None:
    """A foil, or a host; and a host alone among other electrodes is told to be the working one."""
    cell = ls.Cell.parse(entry("host/filled"))
    with pytest.raises(InputError, match=r"pass ls\.PorousHost\(\)"):
        ls.run(cell, ls.Program([ls.Rest("1 s")]), ls.Planar(), progress=False)
    result = ls.run(cell, ls.Program([ls.Rest("1 s")]), ls.PorousHost(cells=10), progress=False)
    assert result.status.word == "program completed"
    given = {row["path"]: row for row in result.manifest.numbers}
    assert given["working.front.growth_length"]["low"] == 0
    assert not given["working.front.growth_length"]["given"]
    assert given["electrolyte.amount"]["value"] == pytest.approx(5e-4)
    with pytest.raises(InputError, match="the working electrode is a foil") as refused:
        cell.replaced(working=cell.counter_foil, counter=cell.working)
    assert refused.value.where == "counter.kind"
    assert refused.value.expected
    assert refused.value.why
    assert "Exchange the two electrodes" in refused.value.do
    assert cell.replaced(working=cell.working, counter=cell.counter_foil) == cell


@pytest.mark.fails_when("design/cell.py", '"foil": Foil, "host": Host}', '"foil": Foil}')
def test_two_hosts_in_a_file() -> None:
    """Alike by { kind = "same" } and by the short form, or each as a table of its own; read and written."""
    filled = ls.Cell.parse(entry("host/filled"))
    mat = paper()
    alike = filled.replaced(counter=ls.Same())
    assert alike == ls.Cell.symmetric(
        mat, separator=filled.separator, electrolyte=filled.electrolyte, area=filled.area, source=filled.source
    )
    assert alike.is_symmetric
    assert alike.counter_electrode == mat
    other = filled.replaced(counter=mat).changed("counter.thickness", "100 um")
    for cell in (alike, other):
        assert ls.Cell.parse(cell.to_toml()) == cell
    numbers = {row["path"]: row["value"] for row in _rested(other).manifest.numbers}
    assert numbers["counter.thickness"] == pytest.approx(1e-4)
    assert numbers["working.thickness"] == pytest.approx(2.53e-4)
    assert not any(path.startswith("counter.") for path in {row["path"] for row in _rested(alike).manifest.numbers})
    with pytest.raises(InputError, match=r"counter\.fibre_diameter|fibre_diameter"):
        ls.Cell.parse(other.to_toml().replace('fibre_diameter = "400 nm"', 'fibre_diameter = "400 kg"'))


def _rested(cell: ls.Cell) -> ls.Result:
    return ls.run(cell, ls.Program([ls.Rest("1 s")]), ls.PorousHost(cells=10), progress=False)


@pytest.mark.fails_when("physics/cell/models/host.py", "if amount.value < LEAST_OUTSIDE * pores", "if False")
def test_electrolyte_has_to_fill_the_pores() -> None:
    """Of the separator and of every host; the remedy runs."""
    filled = ls.Cell.parse(entry("host/filled"))
    for cell, pores in ((filled, 11.6), (filled.replaced(counter=ls.Same()), 22.3)):
        little = cell.changed("electrolyte.amount", f"{pores!r} uL/cm2")
        with pytest.raises(InputError, match="the pores of separator and host") as refused:
            _rested(little)
        assert refused.value.where == "electrolyte.amount"
        assert refused.value.expected
        assert refused.value.why
        remedy = refused.value.do.split('"')[1]
        assert _rested(cell.changed("electrolyte.amount", remedy)).status.word == "program completed"
