"""How the command line speaks: tables for people, JSON for programs, complaints on the error stream."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def say(text: str) -> None:
    """A line for people, on the output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """A line on the error stream."""
    sys.stderr.write(f"{text}\n")


def write_json(data: Any) -> None:
    """Data for programs, on the output."""
    sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """A table on the output.

    right  indices of the columns that are set flush right
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for n, column in enumerate(columns):
        shown.add_column(column, justify="right" if n in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    console = Console()
    # A pipe has no width of its own: give the table room instead of folding it at 80 columns.
    (console if console.is_terminal else Console(width=160)).print(shown)
