"""LLVM assembly, one instruction after the other, on vectors of one double for each lane."""

from __future__ import annotations

import struct

INTRINSICS = {"sqrt": 1, "fabs": 1, "floor": 1, "ceil": 1, "rint": 1, "minnum": 2, "maxnum": 2, "copysign": 2, "fma": 3}
"""Vector intrinsics of LLVM that are used, and their number of operands."""


class Writer:
    """Collects the instructions of one function. Operands and results are the texts of LLVM values.

    width  number of lanes
    """

    def __init__(self, width: int) -> None:
        self.width, self.vector, self.whole, self.truth = width, f"<{width} x double>", f"<{width} x i64>", f"<{width} x i1>"
        self.lines: list[str] = []
        self._count = 0

    def put(self, text: str) -> str:
        """Write an instruction and name its result."""
        self._count += 1
        name = f"%r{self._count}"
        self.lines.append(f"{name} = {text}")
        return name

    def number(self, value: float) -> str:
        """A constant in every lane."""
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        return f"<{', '.join([f'double 0x{bits:016X}'] * self.width)}>"

    def integer(self, value: int) -> str:
        """A whole constant in every lane."""
        return f"<{', '.join([f'i64 {value}'] * self.width)}>"

    def add(self, a: str, b: str) -> str:
        """a + b; like all sums and products it may be fused with another."""
        return self.put(f"fadd contract {self.vector} {a}, {b}")

    def sub(self, a: str, b: str) -> str:
        """a - b."""
        return self.put(f"fsub contract {self.vector} {a}, {b}")

    def mul(self, a: str, b: str) -> str:
        """a b."""
        return self.put(f"fmul contract {self.vector} {a}, {b}")

    def exact(self, operation: str, a: str, b: str) -> str:
        """A sum, difference or product that is never fused."""
        return self.put(f"{operation} {self.vector} {a}, {b}")

    def div(self, a: str, b: str) -> str:
        """a / b."""
        return self.put(f"fdiv {self.vector} {a}, {b}")

    def neg(self, a: str) -> str:
        """-a."""
        return self.put(f"fneg {self.vector} {a}")

    def call(self, intrinsic: str, *operands: str) -> str:
        """One of `INTRINSICS`."""
        given = ", ".join(f"{self.vector} {operand}" for operand in operands)
        return self.put(f"call {self.vector} @llvm.{intrinsic}.v{self.width}f64({given})")

    def fma(self, a: str, b: str, c: str) -> str:
        """a b + c, rounded once."""
        return self.call("fma", a, b, c)

    def compare(self, predicate: str, a: str, b: str) -> str:
        """Truth values, one bit each, of an ordered (o..) or unordered (u..) comparison."""
        return self.put(f"fcmp {predicate} {self.vector} {a}, {b}")

    def both(self, operation: str, a: str, b: str) -> str:
        """`and`, `or`, `xor` of truth values."""
        return self.put(f"{operation} {self.truth} {a}, {b}")

    def choose(self, truth: str, a: str, b: str) -> str:
        """a where true, else b."""
        return self.put(f"select {self.truth} {truth}, {self.vector} {a}, {self.vector} {b}")

    def as_number(self, truth: str) -> str:
        """1 where true, else 0."""
        return self.put(f"uitofp {self.truth} {truth} to {self.vector}")

    def bits(self, a: str) -> str:
        """The bits of a number as a whole one."""
        return self.put(f"bitcast {self.vector} {a} to {self.whole}")

    def from_bits(self, a: str) -> str:
        """The number with these bits."""
        return self.put(f"bitcast {self.whole} {a} to {self.vector}")

    def on_whole(self, operation: str, a: str, b: str) -> str:
        """`add`, `sub`, `shl`, `ashr`, `and`, `or` of whole numbers."""
        return self.put(f"{operation} {self.whole} {a}, {b}")

    def load(self, pointer: str, place: int) -> str:
        """The vector at a place of a buffer."""
        return self.put(f"load {self.vector}, ptr {self._address(pointer, place)}, align {8 * self.width}")

    def store(self, pointer: str, place: int, value: str) -> None:
        """Put a vector at a place of a buffer."""
        address = self._address(pointer, place)
        self.lines.append(f"store {self.vector} {value}, ptr {address}, align {8 * self.width}")

    def _address(self, pointer: str, place: int) -> str:
        return self.put(f"getelementptr {self.vector}, ptr {pointer}, i64 {place}")

    def per_lane(self, function: str, *operands: str) -> str:
        """A scalar function of the C library, lane by lane."""
        result = self.number(0.0)
        for lane in range(self.width):
            parts = (self.put(f"extractelement {self.vector} {operand}, i32 {lane}") for operand in operands)
            given = ", ".join(f"double {part}" for part in parts)
            value = self.put(f"call double @{function}({given})")
            result = self.put(f"insertelement {self.vector} {result}, double {value}, i32 {lane}")
        return result

    def function(self, name: str, arguments: str) -> str:
        """All lines as a function without a result."""
        return "\n".join([f"define void @{name}({arguments}) {{", *self.lines, "ret void", "}", ""])


def declarations(width: int) -> str:
    """What a module has to declare to use `Writer.call`."""
    vector = f"<{width} x double>"
    return "".join(
        f"declare {vector} @llvm.{name}.v{width}f64({', '.join([vector] * operands)})\n"
        for name, operands in INTRINSICS.items()
    )
