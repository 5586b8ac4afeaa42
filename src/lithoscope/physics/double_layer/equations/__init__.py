"""The mathematics of the double layer: the stack in equilibrium, ions that move, a curved electrode."""
