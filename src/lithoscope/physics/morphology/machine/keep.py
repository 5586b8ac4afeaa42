"""Machine code of this processor: made once for an installation, kept on disk, taken into memory."""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from llvmlite import binding

from lithoscope.physics.compiled import code_of, version_folder
from lithoscope.physics.morphology.machine.translate import Program

CHECK = 32
"""Bytes of the hash with which a kept file begins: one that was written in part, or changed, is made again."""


class Machine:
    """Machine code in memory, as long as this object lives.

    address  of the function, which takes an address and gives a whole number
    """

    def __init__(self, code: bytes, name: str) -> None:
        self._engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _target())
        self._engine.add_object_file(binding.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.address = int(self._engine.get_function_address(name))


def machine(name: str, function: Callable[..., Any], package: str) -> Machine:
    """A function in machine code, made now or by an earlier process.

    package  all of whose files decide whether what is on disk is what they say
    """
    folder = version_folder("morphology", "kernels", package)
    text = f"{processor()} {code_of(__package__)}"
    place = folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.o" if folder else None
    code = _kept(place)
    if code is None:
        code = made(name, function)
        _keep(code, place)
    return Machine(code, name)


def made(name: str, function: Callable[..., Any]) -> bytes:
    """Object code of a function and all that it calls."""
    program = Program(name)
    program.entry(name, function)
    target = _target()
    module = binding.parse_assembly(str(program.module))
    module.triple, module.data_layout = target.triple, str(target.target_data)
    module.verify()
    options = binding.PipelineTuningOptions(speed_level=3)
    options.loop_vectorization, options.slp_vectorization = True, False
    # Loops wait for memory: several turns at once make twice the code, and no loop of a solve faster.
    options.loop_unrolling = options.loop_interleaving = False
    builder = binding.PassBuilder(target, options)
    builder.getModulePassManager().run(module, builder)
    return bytes(target.emit_object(module))


def _kept(place: Path | None) -> bytes | None:
    try:
        whole = place.read_bytes() if place else b""
    except OSError:
        return None
    code = whole[CHECK:]
    return code if code and hashlib.sha256(code).digest() == whole[:CHECK] else None


def _keep(code: bytes, place: Path | None) -> None:
    """Write it beside its place and put it there whole, so that a process that is killed leaves nothing that is read."""
    if place is None:
        return
    try:
        handle, beside = tempfile.mkstemp(dir=place.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        Path(beside).replace(place)
    except OSError:
        return


@cache
def processor() -> str:
    """What code is made for: architecture, name and features of the processor, and the version of LLVM."""
    _ready()
    version = ".".join(str(number) for number in binding.llvm_version_info)
    return f"{platform.machine()} {binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()} LLVM {version}"


@cache
def _ready() -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()


def _target() -> Any:
    _ready()
    return binding.Target.from_triple(binding.get_process_triple()).create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=3,
        reloc="static" if platform.machine() in ("x86_64", "AMD64") else "default", codemodel="jitdefault", jit=True,
    )  # fmt: skip
