"""Rungs 2, 4 and 5 for the host model: exact solutions, lithium and salt, meshes, ends, and what the matrix decides."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.analysis.confinement import MATRICES, confinement_map, front_ends, measured, strip_and_plate
from lithoscope.data import records
from lithoscope.design.catalogue import entry
from lithoscope.design.host import FRONT_FIELDS
from lithoscope.errors import InputError
from lithoscope.physics.cell.exact_host import porous_cell
from lithoscope.physics.cell.models.host import host_inputs
from lithoscope.physics.laws.host import penetration_depth, porous_resistance

EQUATIONS, ELECTRODE = "physics/cell/equations/host.py", "physics/cell/equations/porous.py"
CASES = {case.name: case for case in ls.PorousHost().exact_cases()}
COARSE = ls.PorousHost(cells=30)
CONDUCTING: dict[str, Any] = {"matrix_conductivity": "100 S/m", "front": ls.FrontLaw(matrix_plating=0.3)}


def filled(thickness: str = "60 um", **host: Any) -> ls.Cell:
    """The cell of the paper with another host, thin and with all of its surface, so that little is much."""
    cell = ls.Cell.parse(entry("host/filled"))
    given = {name: getattr(cell.working, name) for name in cell.working.model_fields_set - {"kind"}}
    return cell.replaced(working=ls.Host(**(given | {"thickness": thickness, "area_share": 1} | host)))


def run(cell: ls.Cell, program: ls.Program, model: ls.PorousHost = COARSE) -> ls.Result:
    return ls.run(cell, program, model, progress=False)


@pytest.mark.fails_when(ELECTRODE, "top, back, cell.T) - drop", "top, back, cell.T) - 1.01 * drop")
def test_resistance_of_a_porous_electrode() -> None:
    assert_exact("resistance of a porous electrode")


@pytest.mark.fails_when(EQUATIONS, "* ionic * self.J - pybamm.grad(phi)", "* ionic * self.J - 1.01 * pybamm.grad(phi)")
def test_depth_of_its_reaction() -> None:
    assert_exact("depth of its reaction")


@pytest.mark.fails_when(EQUATIONS, "carried = self.V_m / FARADAY * c", "carried = 0.999 * self.V_m / FARADAY * c")
def test_salt_that_is_carried_with_the_volume() -> None:
    """Without diffusion and migration of anions a porosity that changes leaves every concentration as it is, to rounding."""
    assert_exact("salt that is carried with the volume")


@pytest.mark.fails_when(ELECTRODE, "cell.rhs[s] = -self.V_m / FARADAY", "cell.rhs[s] = -1.001 * self.V_m / FARADAY")
def test_electrolyte_that_lithium_displaces() -> None:
    assert_exact("electrolyte that lithium displaces")


@pytest.mark.fails_when(EQUATIONS, "D * pybamm.grad(c) + anions", "D * pybamm.grad(c) + 1.02 * anions")
def test_steady_salt_in_the_separator() -> None:
    assert_exact("steady salt in the separator")


def assert_exact(name: str) -> None:
    case = CASES[name]
    error = case.error()
    assert error <= case.tolerance, f"{case.name}: {error:.2e}"


@pytest.mark.fails_when(
    "physics/laws/host.py",
    "return float(np.sqrt(conductivity * resistance / area))",
    "return float(np.sqrt(resistance / area))",
)
def test_penetration_depth() -> None:
    """Within 5 % for an electrode that is much thicker; the output is built for an exponential."""
    cell = porous_cell(thickness="400 um")
    n = host_inputs(cell)
    s, h = n["Working host initial lithium fraction"], n["Working host area half fraction"]
    kappa = 0.5 * (1 - n["Working host matrix fraction"] - s) ** 1.5
    depth = penetration_depth(
        kappa, n["Working native film resistance [Ohm.m2]"], n["Working host specific area [m-1]"] * s / (s + h)
    )
    assert depth < 100e-6, "much thinner than the host"
    result = run(cell, ls.Program([ls.Current("1 mA/cm2", {"duration": "1 s"})]), ls.PorousHost(cells=100))
    assert float(result["working_reaction_depth"][-1]) == pytest.approx(depth, rel=0.05)


@pytest.mark.fails_when(ELECTRODE, "0.1, self.layer)\n        self.R =", "0.1, self.layer)\n        self.R = 2 *")
def test_impedance_has_the_resistance_of_a_porous_electrode() -> None:
    """At a frequency below that of its double layer and above that of salt: within 1 %; at rest half of each surface takes part."""
    cell = porous_cell()
    result = run(cell, ls.Program([ls.Spectrum(high="100 kHz", low="1 Hz", points_per_decade=2)]), ls.PorousHost(cells=60))
    n = host_inputs(cell)
    s, h, s_0 = (
        n["Working host initial lithium fraction"],
        n["Working host area half fraction"],
        n["Working host seed fraction"],
    )
    share = (s / (s + h) + (s + s_0) / (s + s_0 + h)) / 2
    kappa = 0.5 * (1 - n["Working host matrix fraction"] - s) ** 1.5
    R = n["Working native film resistance [Ohm.m2]"] + 0.025693 / n["Working exchange current density [A.m-2]"]
    exact = porous_resistance(kappa, R, n["Working host specific area [m-1]"] * share, n["Working host thickness [m]"])
    found = float(result.spectra[0]["working_real_impedance"][-1])
    assert found == pytest.approx(exact, rel=0.01)


@pytest.fixture(scope="module")
def insulating() -> ls.Result:
    """Strip 4 mAh/cm2 of 5.6, plate them back."""
    return run(filled("60 um"), strip_and_plate(4.0))


@pytest.fixture(scope="module")
def conducting() -> ls.Result:
    return run(filled("60 um", **CONDUCTING), strip_and_plate(4.0))


@pytest.mark.fails_when(EQUATIONS, "self.rhs[self.free] = self.left", "self.rhs[self.free] = 0.999 * self.left")
def test_lithium_and_salt_close(insulating: ls.Result, conducting: ls.Result) -> None:
    """To 1e-9 of the inventory with a porosity that changes; each reservoir agrees with its own quadrature to 1e-6."""
    for result in (insulating, conducting):
        assert result.status.word == "program completed", str(result.status)
        assert len(result.ledger.reservoirs) == 6
        assert result.ledger.residual <= 1e-9
        assert max(r.mismatch for r in result.ledger.reservoirs.values()) <= 1e-6
        pores, outside = (result[f"{kind}electrolyte_lithium"].values for kind in ("", "free_"))
        salt = pores + outside
        assert np.max(np.abs(salt / salt[0] - 1)) <= 1e-9
        assert np.max(np.abs(outside)) > 50, "C/m2: the electrolyte did move"
        assert float(result.profiles["lithium_fraction"].min()) > -1e-6


@pytest.mark.fails_when(EQUATIONS, '"Transport power [W.m-2]": -pybamm', '"Transport power [W.m-2]": -0.9 * pybamm')
def test_parts_of_the_resistance_add_up(insulating: ls.Result) -> None:
    """What each part dissipates makes the whole voltage, within what the mesh leaves."""
    parts = sum(insulating.steps.loc[1, f"{part}_resistance"] for part in ("ohmic", "film", "charge_transfer", "transport"))
    assert parts == pytest.approx(abs(insulating.steps.loc[1, "mean_voltage"]) / 10, rel=2e-3)


@pytest.mark.fails_when("physics/laws/host.py", "return matrix + lithium * above**2", "return 100.0 + lithium * above**2")
def test_an_insulating_matrix_is_stripped_from_the_top_and_refilled(insulating: ls.Result) -> None:
    found = measured(insulating, filled("60 um").working)  # type: ignore[arg-type]  # a host
    assert found.strips_from_the_top
    assert found.fills_from_inside
    assert not found.clogs_its_top
    assert found.front > 5e-6, "fibres above it have no electrons"
    assert found.orphaned > 0.01
    assert found.top_after == pytest.approx(found.top_before, rel=0.2)
    assert abs(float(insulating["working_front_depth"][-1])) < 1e-7, "the front has come back to the top"


@pytest.mark.fails_when("analysis/confinement.py", '"front.matrix_plating": 0.3', '"front.matrix_plating": 0.0')
def test_a_conducting_matrix_is_filled_from_its_top(conducting: ls.Result) -> None:
    """The contrast of two runs, also as the map makes it."""
    found = measured(conducting, filled("60 um").working)  # type: ignore[arg-type]  # a host
    assert not found.fills_from_inside
    assert found.top_after > 1.3 * found.top_before
    assert found.front < 1e-7
    (place,) = confinement_map(filled("60 um"), COARSE, [], {"conducting": MATRICES["conducting"]}, strip_and_plate(4.0))
    assert place.found.top_after == pytest.approx(found.top_after, rel=1e-3)


@pytest.mark.fails_when(ELECTRODE, "(self.electronic, xi) / CONTACT) ** 2", "(self.electronic, xi) / CONTACT) * 0")
def test_twice_the_cells() -> None:
    """Voltage within 0.1 mV, front within one cell."""
    cell, program = filled("40 um", lithium_fraction=0.4), strip_and_plate(2.6)
    coarse, fine = (run(cell, program, ls.PorousHost(cells=n)) for n in (25, 50))
    gap = (coarse.steps["end_voltage"] - fine.steps["end_voltage"]).abs()
    assert gap.max() < 1e-4
    fronts = [
        np.interp(2.6 * 3600.0 * 0.98, r["working_front_depth"]["time"], r["working_front_depth"]) for r in (coarse, fine)
    ]
    assert fronts[1] > 5e-6
    assert abs(fronts[0] - fronts[1]) <= 40e-6 / 25


@pytest.mark.fails_when(EQUATIONS, "h.inward * h.outgrown * pybamm.div", "0 * h.outgrown * pybamm.div")
def test_lithium_grows_out_of_a_full_top() -> None:
    """A host that is nearly full is plated: what finds no room grows out of the top, and the electrode gets thicker."""
    cell = filled("30 um", lithium_fraction=0.7)
    result = run(
        cell,
        ls.Program([ls.Current("-1 mA/cm2", {"capacity": "1 mAh/cm2"}), ls.Current("1 mA/cm2", {"capacity": "0.5 mAh/cm2"})]),
    )
    grown = result["working_thickness_change"].values
    assert grown.max() > 1e-6
    assert result.ledger.residual <= 1e-9
    assert grown[-1] < grown.max() - 0.1e-6, "it is stripped as well"
    assert float(result["working_outgrown_lithium"].max()) * 13e-6 / 96485.33 == pytest.approx(grown.max(), rel=1e-6)


@pytest.mark.parametrize(
    ("host", "current", "word"),
    [
        ({"lithium_fraction": 0.2}, "1 mA/cm2", "front stalled"),
        ({"lithium_fraction": 0.1, **CONDUCTING}, "1 mA/cm2", "lithium exhausted"),
        ({"lithium_fraction": 0.8, "front": ls.FrontLaw(largest_filling=0.98)}, "-1 mA/cm2", "host clogged"),
    ],
    ids=["stalled", "exhausted", "clogged"],
)
@pytest.mark.fails_when(ELECTRODE, 'pybamm.Event(f"front stalled', 'pybamm.Event(f"lithium exhausted')
def test_ends(host: dict[str, Any], current: str, word: str) -> None:
    result = run(filled("30 um", **host), ls.Program([ls.Current(current, {"duration": "20 h"})]))
    assert result.status.word == word, str(result.status)
    assert "working electrode" in result.status.detail
    assert result.ledger.residual <= 1e-9


@pytest.mark.fails_when("physics/cell/system.py", "taken[rows] = y[other.algebraic_rows[name]]", "pass")
def test_a_voltage_step(insulating: ls.Result) -> None:
    """Under voltage control the same equations hold, and it starts from all unknowns of the step before."""
    program = ls.Program([ls.Current("1 mA/cm2", {"duration": "10 min"}), ls.Voltage("60 mV", {"duration": "10 min"})])
    result = run(filled("60 um"), program)
    assert result.status.word == "program completed"
    assert float(result["voltage"][-1]) == pytest.approx(0.06, abs=1e-9)
    assert float(result["current_density"][-1]) > 0
    system, held = (COARSE.system(filled("60 um"), by) for by in ("current", "voltage"))  # type: ignore[arg-type]
    y = np.arange(float(system.states))
    taken = held.state_from(system, y)
    for name, rows in system.algebraic_rows.items():
        assert taken[held.algebraic_rows[name]] == pytest.approx(y[rows])


@pytest.mark.fails_when("physics/cell/model.py", '"Current function [A]": 10 *', '"Current function [A]": 20 *')
def test_pybamm_runs_the_model_by_itself() -> None:
    import pybamm

    model, values = ls.PorousHost().to_pybamm(filled("60 um"))
    solution = pybamm.Simulation(model, parameter_values=values, var_pts={"x": 30}).solve([0, 600])
    ours = run(filled("60 um"), ls.Program([ls.Current("-1 mA/cm2", {"duration": "10 min"})]))
    assert float(solution["Voltage [V]"].entries[-1]) == pytest.approx(float(ours["voltage"][-1]), abs=1e-6)


@pytest.mark.fails_when(
    "data/tables/host.toml",
    'name = "share of the pores that lithium can fill"\nvalue = 0.85\nunit = "1"\nlow = 0.7',
    'name = "share of the pores that lithium can fill"\nvalue = 0.85\nunit = "1"',
)
def test_every_choice_of_the_front_has_a_range() -> None:
    for name in FRONT_FIELDS:
        record = records()[f"host.{name}"]
        assert record.low is not None, name
        assert record.high is not None, name
        assert record.low <= record.number <= record.high
    changed = [path for path, _ in front_ends()]
    assert len(changed) == 16
    assert len(set(changed)) == 8


@pytest.mark.fails_when("analysis/figures/host.py", "frames=len(time)", "frames=1")
def test_pictures(insulating: ls.Result, tmp_path: Path) -> None:
    drawn = ls.draw(insulating, "host")
    lines = drawn.axes[0].lines
    assert len(lines) == 4, "the start and the ends of three steps"
    assert lines[1].get_ydata()[0] < 0.1 < lines[3].get_ydata()[0]  # type: ignore[index]
    path = ls.animate_host(insulating, tmp_path / "host.gif")
    data = path.read_bytes()
    assert data[:6] == b"GIF89a"
    assert data.count(b"\x21\xf9\x04") == insulating.profiles.sizes["time"] + 1, "one frame for each profile"


@pytest.mark.fails_when("analysis/hosts.py", "if face not in hosts", "if False")
def test_pictures_of_other_cells_are_refused(short_run: ls.Result, insulating: ls.Result, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the working electrode is none"):
        ls.draw(short_run, "host")
    with pytest.raises(InputError, match=r'Write e\.g\. "host\.gif"'):
        ls.animate_host(insulating, tmp_path / "host.mp4")
    assert ls.animate_host(insulating, tmp_path / "host.gif").exists()
