"""The interphase scale, nanometres to micrometres: what grows on lithium at rest, how fast, of what, and how unevenly."""
