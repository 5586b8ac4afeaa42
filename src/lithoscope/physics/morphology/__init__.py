"""The shape of lithium, in two and three dimensions, micrometres to half a millimetre.

The only package that imports JAX. Double precision and the cache of compiled steps are set here, before anything is computed.
"""

from lithoscope.physics.morphology.precision import compiled_once, double_precision

double_precision()
compiled_once()
