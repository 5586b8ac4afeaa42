"""The model in plain PyBaMM: take it away, replace a function, run PyBaMM's own experiment on it.

    python examples/take_away.py

PyBaMM's signs: a positive current discharges, which strips the counter electrode, and the voltage falls.
"""

import lithoscope as ls

cell = ls.Cell.symmetric(anode=ls.Foil("20 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1 cm2")
model, values = ls.Planar().to_pybamm(cell)

import pybamm  # noqa: E402  after lithoscope, which switches PyBaMM's usage statistics off first

values["Electrolyte conductivity [S.m-1]"] = lambda c, T: 1.0 + 0 * c
experiment = pybamm.Experiment([("Discharge at 1 mA for 1 hour", "Rest for 10 minutes", "Charge at 1 mA for 1 hour")] * 2)
solution = pybamm.Simulation(model, parameter_values=values, experiment=experiment, solver=model.default_solver).solve()

voltage = solution["Voltage [V]"].entries
lithium = solution["Ledger [C.m-2]"].entries
print(f"voltage from {1e3 * voltage.min():.1f} to {1e3 * voltage.max():.1f} mV")
print(f"lithium closes to {(lithium.max() - lithium.min()) / lithium[0]:.0e}")
