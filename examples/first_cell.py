"""The first cell: a coated lithium foil, a spectrum, three cycles, the figures and the balance.

python examples/first_cell.py [folder]
"""

import sys
from pathlib import Path

import lithoscope as ls

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "first-cell")

cell = ls.Cell.symmetric(
    anode=ls.Foil("50 um", films=[ls.Film("MASnCl3", "1 um")]),
    electrolyte="1 M LiPF6 EC:DMC 1:1",
    separator="PP 20 um",
    area="1.13 cm2",
)
cycles = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=3)
result = ls.run(cell, ls.Program([ls.Spectrum(), *cycles.steps]))

print(result.status)
print(result.ledger)
print(result.steps[["kind", "ended", "duration", "end_voltage"]])

result.save(folder)
for what in ("spectrum", "voltage"):
    result.plot(what).savefig(folder / f"{what}.png", dpi=200)
