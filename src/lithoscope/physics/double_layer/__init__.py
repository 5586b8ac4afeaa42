"""Ions and potential beside a polarised film on lithium, and the field at a tip: 0.1 to 200 nm, 0.1 ns to 1 ms."""
