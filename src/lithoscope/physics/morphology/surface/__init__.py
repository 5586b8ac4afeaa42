"""The surface of the lithium: where it is, what it carries, and how that changes."""
