"""A fibre mat that holds lithium: what is in it, how much surface it has, and which of its lithium has electrons.

Volume fractions are shares of the volume of the whole electrode.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def stripping_share(s: Any, half: Any) -> Any:
    """Share of its surface that lithium in a mat has while it is stripped, g = s / (s + h).

    s     volume fraction of lithium, not negative
    half  h, at which half of the surface is left
    It vanishes linearly with s, so that lithium is not stripped below zero.
    """
    return s / (s + half)


def plating_share(s: Any, seed: Any, half: Any) -> Any:
    """Share of the surface on which lithium is plated, g = (s + s_0) / (s + s_0 + h).

    s     volume fraction of lithium nearby
    seed  s_0, what a bare fibre with electrons is worth
    half  h, as in `stripping_share`
    """
    return (s + seed) / (s + seed + half)


ROOM_WIDTH = 0.01
"""Range of the volume fraction over which the last room for lithium goes."""


def room(s: Any, largest: Any) -> Any:
    """Share of the surface that still has a pore beside it, 1 / (1 + exp((s - s_max) / 0.01)).

    s        volume fraction of lithium
    largest  s_max, at which half of it is closed
    """
    return 1 / (1 + np.exp((s - largest) / ROOM_WIDTH))


def electronic_conductivity(s: Any, threshold: Any, lithium: Any, matrix: Any) -> Any:
    """Conductivity of a mat with lithium in it, sigma = sigma_m + sigma_Li ([s - s_c]+ / (1 - s_c))^2, S/m.

    s          volume fraction of lithium
    threshold  s_c, below which lithium does not hang together
    lithium    sigma_Li, of dense lithium, S/m
    matrix     sigma_m, of the mat without lithium, S/m

    Validity: the exponent 2 of percolation in three dimensions, used up to s = 1. It has a continuous slope at the threshold and
    no tail below it: with lithium at 1e7 S/m even a tail of 1e-10 would short an insulator.
    Source: D. Stauffer and A. Aharony, Introduction to Percolation Theory, 2nd ed., chapter 5.
    """
    above = np.maximum(s - threshold, 0.0) / (1 - threshold)
    return matrix + lithium * above**2
