"""What changes from cycle to cycle: the shape of the voltage, the efficiency, the lithium lost, the resistances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, MM, ORANGE, RED, TEAL, figure
from lithoscope.result import Result
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    import pandas as pd

SQUARE_CM = 1e4
"""ohm m2 -> ohm cm2"""

SHAPE = {
    "start_peak_voltage": "start peak",
    "valley_voltage": "valley",
    "plateau_voltage": "plateau",
    "end_peak_voltage": "end peak",
}
PARTS = {"ohmic_resistance": "ohmic", "film_resistance": "films", "charge_transfer_resistance": "charge transfer",
         "transport_resistance": "transport"}  # fmt: skip


def draw_cycles(result: Result) -> Figure:
    """Four panels over the cycles of a run."""
    cycles = result.cycles
    with figure(DOUBLE, 110 * MM) as drawn:
        (shape, parts), (losses, efficiency) = drawn.subplots(2, 2, sharex=True)
        _lines(shape, cycles, SHAPE, 1e3, "Magnitude of the voltage / mV")
        _lines(parts, cycles, PARTS, SQUARE_CM, "Resistance of the cell / $\\Omega$ cm$^2$")
        lost = {"dead_lithium_made": "dead lithium", "film_lithium_made": "films"}
        _lines(losses, cycles.cumsum(), lost, 1 / MAH_PER_CM2, "Lithium lost / mAh cm$^{-2}$")
        efficiency.plot(cycles.index, cycles["efficiency"] * 100, color=BLACK, label="1 - lost / plated")
        if "coulombic_efficiency" in cycles:
            by_charge = cycles["coulombic_efficiency"] * 100
            efficiency.plot(cycles.index, by_charge, color=BLUE, ls="--", label="stripped / plated")
            efficiency.legend()
        efficiency.set_ylabel("Efficiency / %")
        efficiency.ticklabel_format(axis="y", useOffset=False)
        for axes in (losses, efficiency):
            axes.set_xlabel("Cycle")
    return drawn


def _lines(axes: Axes, cycles: pd.DataFrame, columns: dict[str, str], factor: float, label: str) -> None:
    styles = zip((BLUE, ORANGE, TEAL, RED), ("-", "--", "-.", ":"), strict=True)
    for (name, text), (colour, dash) in zip(columns.items(), styles, strict=False):
        axes.plot(cycles.index, cycles[name] * factor, label=text, color=colour, ls=dash)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.legend()
