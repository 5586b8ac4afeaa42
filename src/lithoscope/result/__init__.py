"""What came out of a run: a labelled tree, a status, a ledger and a manifest."""

from lithoscope.result.ledger import Ledger, Reservoir
from lithoscope.result.manifest import Manifest
from lithoscope.result.result import Result
from lithoscope.result.store import load, save

__all__ = ["Ledger", "Manifest", "Reservoir", "Result", "load", "save"]
