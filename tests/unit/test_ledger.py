"""The book-keeper notices what it should."""

import numpy as np
import pytest

from lithoscope.physics.ledger import BookKeeper, Flux, entry, simpson
from lithoscope.result.ledger import Ledger


def test_simpson_is_exact_for_a_cubic() -> None:
    t = np.array([0.0, 0.3, 1.0, 1.1, 2.0])
    f = lambda x: 1 - 2 * x + 3 * x**2 - x**3  # noqa: E731
    middles = f((t[1:] + t[:-1]) / 2)
    assert simpson(t, f(t), middles) == pytest.approx(2 - 4 + 8 - 4, abs=1e-14)


@pytest.mark.fails_when("physics/ledger.py", "4 * h @ middles", "3 * h @ middles")
def test_simpson_is_of_fourth_order() -> None:
    errors = []
    for n in (4, 8, 16, 32):
        t = np.linspace(0, 1, n + 1)
        errors.append(abs(simpson(t, np.exp(t), np.exp((t[1:] + t[:-1]) / 2)) - (np.e - 1)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(orders - 4) < 0.1)


def books(leak: float = 0.0, booked: float = 1.0) -> Ledger:
    """Two reservoirs exchange 100 C/m2; `leak` disappears on the way, and only the share `booked` of the flux is reported."""
    t = np.linspace(0, 10, 21)
    flux = np.full(21, 10.0)
    keeper = BookKeeper({"from": 1000.0, "to": 0.0})
    contents = {"from": 1000 - 10 * t, "to": (10 - leak) * t}
    out, into = Flux(-flux * booked, flux), Flux(flux, flux)
    cut = [Flux(x.net[:-1], x.turnover[:-1]) for x in (out, into)]
    keeper.add(entry(t, contents, {"from": out, "to": into}, dict(zip(("from", "to"), cut, strict=True))))
    return keeper.ledger()


def test_closed_books() -> None:
    ledger = books()
    assert ledger.closes
    assert ledger.residual < 1e-15
    assert ledger.initial == 1000.0
    assert ledger.reservoirs["to"].change == pytest.approx(100.0)


@pytest.mark.fails_when("physics/ledger.py", "abs(stretch.least - self._total)", "0.0")
def test_a_leak_shows_in_the_total() -> None:
    ledger = books(leak=1e-6)
    assert not ledger.closes
    assert ledger.residual == pytest.approx(1e-8, rel=1e-3)


@pytest.mark.fails_when("physics/ledger.py", "- self._inflow[name])", "- self._final[name] + self._initial[name])")
def test_a_flux_that_is_booked_wrongly_shows_in_its_reservoir() -> None:
    ledger = books(booked=0.999)
    assert ledger.residual < 1e-15
    assert ledger.reservoirs["from"].mismatch == pytest.approx(1e-3, rel=1e-6)
    assert not ledger.closes


def test_ledger_survives_writing() -> None:
    assert Ledger.from_data(books().as_data()) == books()
    assert "closes to" in str(books())
