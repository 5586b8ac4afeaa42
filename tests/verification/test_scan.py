"""Cyclic voltammetry: the ramp is exact, and its current is that of the impedance."""

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.physics.cell import Planar
from lithoscope.physics.cell.chunk import Point
from lithoscope.physics.cell.model import stepper

CV = ls.Program.cyclic_voltammetry(["0 V", "20 mV", "-20 mV"], "1 mV/s", cycles=2)


@pytest.mark.fails_when(
    "physics/cell/control.py", 'given("Scan rate [V.s-1]") * pybamm.t', '1.001 * given("Scan rate [V.s-1]") * pybamm.t'
)
def test_the_voltage_runs_from_vertex_to_vertex(coated: ls.Cell) -> None:
    """In both cycles; the second starts where the first ended."""
    result = ls.run(coated, CV, ls.Planar(relative_tolerance=1e-9), progress=False)
    assert result.status.word == "program completed"
    assert result.steps["end_voltage"].to_numpy() == pytest.approx([0.02, -0.02] * 2, abs=1e-9)
    assert result.steps["duration"].to_numpy() == pytest.approx([20.0, 40.0, 40.0, 40.0], rel=1e-12)
    assert result.steps["cycle"].tolist() == [1, 1, 2, 2]
    t, V = result["time"].to_numpy(), result["voltage"].to_numpy()
    triangle = np.interp(t, [0, 20, 60, 100, 140], [0, 0.02, -0.02, 0.02, -0.02])
    assert pytest.approx(triangle, abs=1e-9) == V


@pytest.mark.fails_when("physics/cell/spectrum.py", "+ direct[:, J]", "")
def test_the_slope_of_the_polarisation_curve_is_the_resistance_of_the_spectrum(bare: ls.Cell) -> None:
    """Slowly, V / J is the resistance at low frequency to 1 %, and that of one interface is what its arc says."""
    scan = ls.Program.cyclic_voltammetry(["-2 mV", "2 mV"], "1 uV/s")
    result = ls.run(bare, ls.Program([ls.Spectrum(low="1 mHz"), *scan.steps]), progress=False)
    J, V, working = (float(result[name][-1]) for name in ("current_density", "voltage", "working_potential"))
    slope, at_low_frequency = V / J, float(result.spectra[0]["real_impedance"][-1])
    assert slope == pytest.approx(at_low_frequency, rel=0.01)
    interface = result.interface_resistance(0) * result.area / 2
    assert interface == pytest.approx(working / J, rel=0.01)


@pytest.mark.fails_when("physics/cell/solve.py", "end, voltage), self._status", "end, 0.0), self._status")
def test_a_scan_goes_on_where_the_cell_is(bare: ls.Cell) -> None:
    """After a current the scan starts with the voltage, and so with nearly the current, that the cell had; also in parts."""
    program = ls.Program([ls.Current("1 mA/cm2", {"duration": "10 min"}), ls.Scan("0 V", "10 mV/s")])
    result = ls.run(bare, program, progress=False)
    step = result["step"].to_numpy()
    before, after = (float(result["current_density"].to_numpy()[step == n][at]) for n, at in ((1, -1), (2, 0)))
    assert after == pytest.approx(before, rel=1e-3)
    solves, point = stepper(bare, program, Planar()), Point()
    for _ in range(2):
        chunk = solves.advance(point, 0.0)
        point = Point(chunk.point.visit, chunk.point.time, chunk.point.y, chunk.point.voltage)
    assert point.time == pytest.approx(float(result["time"][-1]), rel=1e-12)


def test_what_a_scan_refuses() -> None:
    """And the remedies run."""
    with pytest.raises(ls.InputError, match='is where the scan starts.*kind "voltage"'):
        ls.Scan("1 V", "1 mV/s", start="1 V")
    assert ls.Voltage("1 V", {"duration": "1 min"})
    with pytest.raises(ls.InputError, match="at least two"):
        ls.Program.cyclic_voltammetry(["2 V"], "1 mV/s")
    assert len(ls.Program.cyclic_voltammetry(["2 V", "-0.1 V", "1 V"], "1 mV/s", cycles=3)) == 6
    text = CV.to_toml()
    assert ls.Program.parse(text) == CV
