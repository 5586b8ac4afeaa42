"""A cell of two hosts: both hold their books, either can be on either side, and its halves are those of a host against a foil."""

from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.constants import FARADAY
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.cell.exact_host import porous_cell

EQUATIONS, ELECTRODE = "physics/cell/equations/host.py", "physics/cell/equations/porous.py"
COARSE = ls.PorousHost(cells=20)


def mat(thickness: str = "60 um", **changed: Any) -> ls.Host:
    """The host of the paper, thin and with all of its surface, so that little is much."""
    host = ls.Cell.parse(entry("host/filled")).working
    given = {name: getattr(host, name) for name in host.model_fields_set - {"kind"}}
    return ls.Host(**(given | {"thickness": thickness, "area_share": 1} | changed))


def against(counter: ls.Host | ls.Foil | ls.Same, working: ls.Host | None = None) -> ls.Cell:
    return ls.Cell.parse(entry("host/filled")).replaced(working=working or mat(), counter=counter)


def step(current: str, capacity: str = "1 mAh/cm2") -> ls.Current:
    return ls.Current(current, {"capacity": capacity})


def run(cell: ls.Cell, *steps: Any, model: ls.PorousHost = COARSE) -> ls.Result:
    return ls.run(cell, ls.Program(list(steps)), model, progress=False)


@pytest.fixture(scope="module")
def cycled() -> ls.Result:
    """Two different hosts: strip 2 mAh/cm2 of 5.6 fast, plate them back and as much again."""
    return run(against(mat("80 um", fibre_fraction=0.06)), step("5 mA/cm2", "2 mAh/cm2"), step("-5 mA/cm2", "4 mAh/cm2"))


@pytest.mark.fails_when(EQUATIONS, "self.rhs[self.free] = self.left", "self.rhs[self.free] = 1e-3 + self.left")
def test_lithium_and_salt_close(cycled: ls.Result) -> None:
    """To 1e-9 of the inventory; every reservoir of both hosts is within 1e-6 of its quadrature. Only lithium that grows out of
    a top makes electrolyte pass the rim.
    """
    assert cycled.status.word == "program completed", str(cycled.status)
    assert {"working_host_lithium", "counter_host_lithium", "counter_outgrown_lithium"} < set(cycled.ledger.reservoirs)
    assert len(cycled.ledger.reservoirs) == 7
    assert cycled.ledger.residual <= 1e-9
    assert max(r.mismatch for r in cycled.ledger.reservoirs.values()) <= 1e-6
    salt = cycled["electrolyte_lithium"].values + cycled["free_electrolyte_lithium"].values
    assert np.max(np.abs(salt / salt[0] - 1)) <= 1e-9
    grown = cycled["working_thickness_change"].values + cycled["counter_thickness_change"].values
    assert cycled["free_electrolyte"].values - cycled["free_electrolyte"].values[0] == pytest.approx(-grown, abs=1e-15)


@pytest.mark.fails_when(ELECTRODE, "from_left if self.inward > 0 else WIDTH * self.g - from_left", "from_left")
def test_either_host_can_be_on_either_side(cycled: ls.Result) -> None:
    """Exchanged, with the current reversed, the voltage changes its sign and the hosts their names, to the tolerance."""
    other = against(mat(), mat("80 um", fibre_fraction=0.06))
    back = run(other, step("-5 mA/cm2", "2 mAh/cm2"), step("5 mA/cm2", "4 mAh/cm2"))
    assert back.steps["mean_voltage"].to_numpy() == pytest.approx(-cycled.steps["mean_voltage"].to_numpy(), abs=2e-7)
    pairs = (("working_potential", "counter_potential"), ("working_host_lithium", "counter_host_lithium"),
             ("working_salt_concentration", "counter_salt_concentration"), ("working_top_porosity", "counter_top_porosity"),
             ("working_reaction_depth", "counter_reaction_depth"),
             ("working_connected_lithium", "counter_connected_lithium"))  # fmt: skip
    for pair in pairs:
        for name, opposite in (pair, pair[::-1]):
            assert float(back[name][-1]) == pytest.approx(float(cycled[opposite][-1]), rel=1e-5), name
    profile = cycled.profiles["lithium_fraction"].values[-1]
    assert back.profiles["lithium_fraction"].values[-1] == pytest.approx(profile[::-1], abs=1e-5)


@pytest.mark.parametrize("current", [1.0, 5.0])
@pytest.mark.fails_when(ELECTRODE, "drop = self.inward * pybamm", "drop = pybamm")
def test_two_hosts_are_two_halves(current: float) -> None:
    """In the first half-cycle: the one host is stripped, the other plated, each as against a foil, with a separator between.
    The salt is that of a cell with a foil: millivolts, and more of them in its first minutes, as the current squared.
    """
    foil = ls.Cell.parse(entry("host/filled")).counter_foil
    strips, plates = (run(against(foil), step(f"{sign * current!r} mA/cm2")) for sign in (1, -1))
    whole = run(against(ls.Same()), step(f"{current!r} mA/cm2"))
    time = np.linspace(0.05, 0.95, 10) * 3600 / current

    def at(result: ls.Result, name: str) -> np.ndarray:
        return np.interp(time, result[name]["time"].values, result[name].values)

    halves = at(strips, "working_potential") - at(plates, "working_potential") + at(strips, "electrolyte_potential")
    assert np.max(np.abs(at(whole, "voltage") - halves)) < 0.3e-3 * current**2
    assert abs(at(whole, "voltage")[-1] - halves[-1]) < 0.1e-3 * current**1.5
    assert np.max(np.abs(at(whole, "working_potential") - at(strips, "working_potential"))) < 0.1e-3 * current**1.5
    assert np.max(np.abs(at(whole, "counter_potential") - at(plates, "working_potential"))) < 0.2e-3 * current**1.5
    for name in ("working", "counter"):
        assert float(whole[f"{name}_host_lithium"][-1]) > 0


@pytest.mark.fails_when(
    ELECTRODE, "(plating_share(self.around, s_0, h)", "((1 + self.around) * plating_share(self.around, s_0, h)"
)
def test_lithium_moves_to_the_top_because_salt_does() -> None:
    """After six fast cycles more lithium is at the top than at first; where anions hardly move, it is where it was."""
    cell = against(ls.Same(), mat("253 um", area_share=0.3))
    still = cell.changed("electrolyte.properties.transference_number", "0.99")
    loop = ls.Loop(6, [step("5 mA/cm2"), step("-5 mA/cm2")])
    moved, kept = (run(each, loop).profiles["lithium_fraction"].values[-1] for each in (cell, still))
    for top in (19, -20):
        assert moved[top] > 0.46
        assert kept[top] == pytest.approx(0.45, abs=2e-3)


@pytest.mark.fails_when(EQUATIONS, "moved = (self._edge() > 1e-6 * WIDTH)", "moved = (self._edge() > 0.3)")
def test_twice_the_cells() -> None:
    """Voltage within 0.1 mV through a cycle."""
    cell = against(ls.Same(), mat("253 um", area_share=0.3))
    coarse, fine = (run(cell, step("3 mA/cm2"), step("-3 mA/cm2"), model=ls.PorousHost(cells=n)) for n in (40, 80))
    assert (coarse.steps["mean_voltage"] - fine.steps["mean_voltage"]).abs().max() < 1e-4
    assert (coarse.steps["end_voltage"] - fine.steps["end_voltage"]).abs().max() < 1e-4


@pytest.mark.fails_when(ELECTRODE, '"left", "right") if face == "Working"', '"left", "right") if face != "Nothing"')
def test_a_spectrum_ends_at_the_slope() -> None:
    """At 0.1 mHz the real part is the slope of the voltage over a small current. Both electrodes have the same impedance."""
    cell = against(ls.Same())
    spectrum = run(cell, ls.Spectrum(high="1 kHz", low="0.1 mHz", points_per_decade=2)).spectra[0]
    slow = run(cell, ls.Current("1 uA/cm2", {"duration": "5 h"}))
    slope = float(slow["voltage"][-1]) / 0.01
    assert float(spectrum["real_impedance"][-1]) == pytest.approx(slope, rel=2e-2)
    assert spectrum["working_real_impedance"].values == pytest.approx(spectrum["counter_real_impedance"].values, rel=1e-6)


@pytest.mark.parametrize(
    ("counter", "current", "word"),
    [
        ({"lithium_fraction": 0.2}, "-1 mA/cm2", "front stalled"),
        ({"lithium_fraction": 0.1, "matrix_conductivity": "100 S/m"}, "-1 mA/cm2", "lithium exhausted"),
        ({"lithium_fraction": 0.8, "front": ls.FrontLaw(largest_filling=0.98)}, "1 mA/cm2", "host clogged"),
    ],
    ids=["stalled", "exhausted", "clogged"],
)
@pytest.mark.fails_when(
    ELECTRODE, 'if self.back == "right" else pybamm.IndefiniteIntegral', "if True else pybamm.IndefiniteIntegral"
)
def test_the_counter_host_ends_a_run(counter: dict[str, Any], current: str, word: str) -> None:
    result = run(against(mat("30 um", **counter)), ls.Current(current, {"duration": "20 h"}))
    assert result.status.word == word, str(result.status)
    assert "counter electrode" in result.status.detail
    assert result.ledger.residual <= 1e-9


@pytest.mark.fails_when(EQUATIONS, "(into * c_free - out * self.c_separator)", "(into - out) * self.c_separator")
def test_electrolyte_outside_gives_back_what_it_took() -> None:
    """A host against a foil, cycled fast: with little electrolyte outside the pores there is soon no more salt to take, because
    what comes back has its concentration. Electrolyte that came back as thin as it is beside the foil would empty the pores.
    """
    cell = ls.Cell.parse(entry("host/filled")).changed("working.thickness", "100 um").changed("electrolyte.amount", "7 uL/cm2")
    result = run(cell, ls.Loop(6, [step("-5 mA/cm2"), step("5 mA/cm2")]))
    assert result.status.word == "program completed", str(result.status)
    free, volume, c = (result[name].values for name in
                       ("free_electrolyte_lithium", "free_electrolyte", "free_salt_concentration"))  # fmt: skip
    assert c * volume == pytest.approx(1000.0 * volume[0] + free / FARADAY, rel=1e-9)
    second, fourth, last = np.interp(1440.0 * np.array([2, 4, 6]), result["voltage"]["time"].values, free)
    assert last - fourth < 0.6 * (fourth - second) < 0.36 * second, "what leaves the pores for good becomes less"
    assert volume[-1] == pytest.approx(volume[0], abs=1e-10)


@pytest.mark.fails_when(EQUATIONS, 'pybamm.Event("electrolyte dried out', 'pybamm.Event("salt depleted')
def test_a_run_ends_when_the_pores_have_drawn_in_all_electrolyte() -> None:
    cell = ls.Cell.parse(entry("host/filled")).changed("electrolyte.amount", "13 uL/cm2")
    result = run(cell, ls.Current("1 mA/cm2", {"duration": "20 h"}))
    assert result.status.word == "electrolyte dried out", str(result.status)
    assert "outside the pores" in result.status.detail
    drawn = -result.ledger.reservoirs["working_host_lithium"].change * 13.0e-6 / FARADAY
    assert drawn == pytest.approx(float(result["free_electrolyte"][0]), rel=1e-3)


@pytest.mark.fails_when("analysis/hosts.py", "slice(n - 1, None, -1)", "slice(0, n)")
def test_pictures_show_both(cycled: ls.Result) -> None:
    """The top of each host stands first: what is stripped first lies there."""
    drawn = ls.draw(cycled, "host")
    assert [axes.get_title(loc="left") for axes in drawn.axes[:4:2]] == ["Working electrode", "Counter electrode"]
    words = [[text.get_text().rpartition(" ")[2] for text in axes.get_legend().get_texts()] for axes in drawn.axes[:4:2]]
    assert words == [["start", "out", "in"], ["start", "in", "out"]]
    for axes in drawn.axes[:4:2]:
        start, stripped, plated = (line.get_ydata() for line in axes.lines[:3])
        moved = np.abs(np.asarray(stripped) - start) + np.abs(np.asarray(plated) - stripped)
        assert moved[0] > 2 * moved[-1]


@pytest.mark.fails_when(ELECTRODE, "cell.only(self.layer, cell.ionic[", "cell.only(self.layer, 1.1 * cell.ionic[")
def test_resistance_of_two_porous_electrodes() -> None:
    """The textbook's porous electrode on both sides, and the separator between: within 0.5 %."""
    from lithoscope.physics.cell.models.host import host_inputs
    from lithoscope.physics.laws.host import porous_resistance

    cell = porous_cell().replaced(counter=ls.Same())
    n = host_inputs(cell)
    s, h, s_0 = (n[f"Working host {name}"] for name in ("initial lithium fraction", "area half fraction", "seed fraction"))
    kappa = 0.5 * (1 - n["Working host matrix fraction"] - s) ** n["Working host Bruggeman exponent"]
    R = n["Working native film resistance [Ohm.m2]"] + 0.025693 / n["Working exchange current density [A.m-2]"]
    area, thickness = n["Working host specific area [m-1]"], n["Working host thickness [m]"]
    hosts = sum(porous_resistance(kappa, R, area * share, thickness) for share in (s / (s + h), (s + s_0) / (s + s_0 + h)))
    separator = 25e-6 * 4.0 / 0.5
    result = run(cell, ls.Current("1 mA/cm2", {"duration": "1 s"}), model=ls.PorousHost(cells=60))
    assert float(result["voltage"][-1]) / 10 == pytest.approx(hosts + separator, rel=5e-3)


@pytest.mark.fails_when("physics/cell/models/host.py", "return HostCell(structure.faces, ", 'return HostCell(("Working",), ')
def test_pybamm_runs_the_model_by_itself() -> None:
    import pybamm

    model, values = ls.PorousHost().to_pybamm(against(ls.Same()))
    solution = pybamm.Simulation(model, parameter_values=values, var_pts={"x": 20}).solve([0, 600])
    ours = run(against(ls.Same()), ls.Current("-1 mA/cm2", {"duration": "10 min"}))
    assert float(solution["Voltage [V]"].entries[-1]) == pytest.approx(float(ours["voltage"][-1]), abs=1e-6)


@pytest.mark.fails_when("analysis/hosts.py", 'for face in faces if f"{face}_host_lithium" in result.trace', "for face in faces")
def test_a_host_against_a_foil_cannot_be_asked_for_its_counter_host(cycled: ls.Result) -> None:
    from lithoscope.analysis.hosts import host_profiles

    foil = run(against(ls.Cell.parse(entry("host/filled")).counter_foil), ls.Rest("1 s"))
    with pytest.raises(InputError, match="the counter electrode is none"):
        host_profiles(foil, "counter")
    assert host_profiles(cycled, "counter")[2].shape[1] == 20
