"""How the equations are solved: in equilibrium, in time, around a loop of voltage, at a curved electrode."""
