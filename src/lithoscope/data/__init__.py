"""The numbers: every one with its unit, range, source and what is known about it."""

from lithoscope.data.lookup import lookup, records, sources
from lithoscope.data.record import Record

__all__ = ["Record", "lookup", "records", "sources"]
