"""A map: how much voltage a film on lithium costs, over its conductivity and thickness, for the coated perovskite cell.

python examples/film_map.py [map.svg]
"""

import sys

import lithoscope as ls

cell = ls.Cell.parse(ls.catalogue()["perovskite/masncl3"])
program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=3)
found = ls.map_of(
    cell,
    program,
    x=("working.films.0.conductivity", ls.Between("1e-7 S/cm", "1e-4 S/cm", scale="log")),
    y=("working.films.0.thickness", ls.Between("0.1 um", "10 um", scale="log")),
    points=11,
)

print(found.data)
print(found)
print(f"the map is in {found.save(sys.argv[1] if len(sys.argv) > 1 else 'film-map.svg')}")
