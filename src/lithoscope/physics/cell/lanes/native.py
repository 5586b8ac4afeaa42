"""From LLVM assembly to code in the memory of this process, through llvmlite."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Sequence
from functools import cache
from typing import Any

from lithoscope.physics.cell.lanes.refusals import NoTargetError


@cache
def llvm() -> Any:
    """llvmlite, ready for this processor. Raises NoTargetError without it."""
    try:
        from llvmlite import binding
    except ImportError as error:
        raise NoTargetError(f"llvmlite is not installed ({error})") from None
    try:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
    except RuntimeError as error:
        raise NoTargetError(f"LLVM has no target for it ({error})") from None
    return binding


@cache
def processor() -> str:
    """What code is made for: architecture, name and features of the processor, and the version of LLVM."""
    binding = llvm()
    features = binding.get_host_cpu_features().flatten()
    version = ".".join(str(number) for number in binding.llvm_version_info)
    return f"{platform.machine()} {binding.get_host_cpu_name()} {features} LLVM {version}"


@cache
def usual_width() -> int:
    """Number of lanes that suits this processor."""
    features = llvm().get_host_cpu_features()
    return 8 if features.get("avx2") else 4


def _machine() -> Any:
    binding = llvm()
    try:
        target = binding.Target.from_default_triple()
    except RuntimeError as error:
        raise NoTargetError(f"LLVM has no target for it ({error})") from None
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=1,
        codemodel="jitdefault",
        jit=True,
    )


def compile_module(text: str) -> bytes:
    """Object code of a module of assembly."""
    parsed = llvm().parse_assembly(text)
    parsed.verify()
    return bytes(_machine().emit_object(parsed))


def call(address: int, *pointers: int) -> None:
    """Call a function without a result."""
    ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * len(pointers))(address)(*pointers)


class Library:
    """Object code in memory, as long as this object lives.

    addresses  of the symbols that were asked for, in that order
    """

    def __init__(self, code: bytes, symbols: Sequence[str]) -> None:
        binding = llvm()
        self._engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine())
        self._engine.add_object_file(binding.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.addresses = tuple(int(self._engine.get_function_address(symbol)) for symbol in symbols)
