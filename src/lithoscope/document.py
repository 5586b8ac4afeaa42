"""Inputs as frozen, validated documents: what every cell, program, model and study file has in common.

Unknown keys are refused with the nearest known name, missing ones are named with an example, and every refusal is one
`InputError` that carries the path of the field and, for a file, its line. Files are TOML; they are capped in size and
depth before they are parsed, and a round trip keeps the text that the user wrote, comments included.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import tomlkit
from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic.fields import FieldInfo
from tomlkit.container import Container
from tomlkit.items import AbstractTable

from lithoscope.errors import InputError, nearest
from lithoscope.units import Dimension, shown

LARGEST_FILE_BYTES = 1_000_000
DEEPEST_NESTING = 40


class Frozen(BaseModel):
    """A frozen input. Takes its leading fields by position as well: `Foil("50 um")`.

    Raises InputError naming the field, never pydantic's own error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    planned: ClassVar[Mapping[str, str]] = {}
    """Keys or kinds that later versions will know, with what they will be: the refusal says so."""

    def __init__(self, *args: Any, **data: Any) -> None:
        names = list(type(self).model_fields)
        if len(args) > len(names):
            raise InputError("", f"takes at most {len(names)} values, {len(args)} were given", expected=", ".join(names))
        given = dict(zip(names, args, strict=False))
        for name in given.keys() & data.keys():
            raise InputError(name, "was given twice, by position and by name")
        try:
            super().__init__(**given, **data)
        except ValidationError as error:
            raise _input_error(type(self), error) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise InputError(name, f"cannot be assigned: a {type(self).__name__} is frozen", do=self._instead_of_assigning)
        super().__setattr__(name, value)

    @property
    def _instead_of_assigning(self) -> str:
        return (
            'Make a changed copy of the cell or program that it is part of, e.g. cell.changed("separator.thickness", "20 um")'
        )

    @model_validator(mode="before")
    @classmethod
    def _known_and_complete(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        for key in data:
            if key not in cls.model_fields:
                raise _unknown_key(cls, str(key))
        for name, field in cls.model_fields.items():
            if field.is_required() and name not in data:
                raise InputError(name, "is missing", expected=_expected(field))
        return data

    @model_serializer(mode="wrap")
    def _with_tags(self, rest: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Format and kind stand first in every file, also where they were left to their default."""
        tags = {name: getattr(self, name) for name in ("format", "kind") if name in type(self).model_fields}
        fields: dict[str, Any] = rest(self)
        return tags | fields


class Document(Frozen):
    """A frozen input that is kept in a TOML file of its own."""

    _text: str | None = PrivateAttr(default=None)

    @classmethod
    def parse(cls, text: str, *, file: str | None = None) -> Self:
        """The document written as TOML text. Raises InputError with path and line of the first field that is wrong."""
        data = parse_toml(text, file=file)
        try:
            cls._check_format(data)
            document = cls(**data)
        except InputError as error:
            raise error.in_file(file or "", line_of(text, error.where)) from None
        except RecursionError:
            raise InputError("", "is nested too deeply").in_file(file or "", None) from None
        document._text = text
        return document

    @classmethod
    def _check_format(cls, data: Mapping[str, Any]) -> None:
        """A file of another kind is named as such, before its keys are found strange one by one."""
        field = cls.model_fields.get("format")
        if field is not None and data.get("format", field.default) != field.default:
            raise InputError(
                "format", f'= "{data["format"]}" is not the format that is read here', expected=f'"{field.default}"'
            )

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The document in a file. Raises InputError if it cannot be read or is wrong."""
        return cls.parse(read_text(path), file=Path(path).name)

    @property
    def _instead_of_assigning(self) -> str:
        return 'Make a changed copy: .replaced(name=value), or .changed("name.name", value) for a field deep inside'

    def to_toml(self) -> str:
        """The document as TOML; what was read from a file keeps its text, comments and order included."""
        document = tomlkit.parse(self._text) if self._text else tomlkit.document()
        _merge(document, self.written())
        return tomlkit.dumps(document)

    def written(self) -> dict[str, Any]:
        """The document as plain keys and texts, as it stands in a file; what was not given is left out."""
        data: dict[str, Any] = self.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        return data

    def save(self, path: str | Path) -> None:
        """Write the document as TOML; the file is complete or untouched."""
        write_text(path, self.to_toml())

    def replaced(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again, e.g. `cell.replaced(area="1 cm2")`."""
        fields = {name: getattr(self, name) for name in self.model_fields_set}
        copy = type(self)(**(fields | changes))
        copy._text = self._text
        return copy

    def changed(self, path: str, value: Any) -> Self:
        """A copy with one field deep inside changed, e.g. `cell.changed("working.films.0.thickness", "2 um")`.

        Raises InputError if the path leads nowhere or the value is refused there.
        """
        return self.changed_at({path: value})

    def changed_at(self, values: Mapping[str, Any]) -> Self:
        """A copy with several fields deep inside changed at once, values by path; see `changed`."""
        data = self.written()
        for path, value in values.items():
            *parents, last = path.split(".")
            place: Any = data
            for part in parents:
                place = place[_index(place, part, path)] if isinstance(place, list) else place.setdefault(part, {})
            place[_index(place, last, path) if isinstance(place, list) else last] = value
        copy = type(self)(**data)
        copy._text = self._text
        return copy

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.to_toml())


def _input_error(cls: type[Frozen], error: ValidationError) -> InputError:
    """The first thing that is wrong, in our own form."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    context = first.get("ctx", {})
    if isinstance(cause := context.get("error"), InputError):
        return cause.under(where)
    field = cls.model_fields.get(str(first["loc"][0])) if first["loc"] else None
    said = field.description if field else None
    return InputError(where, f"= {shown(first['input'])} is not allowed", expected=said or _in_words(first["type"], context))


WORDS = {
    "model_type": "a table",
    "dict_type": "a table",
    "mapping_type": "a table",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "string_too_long": "at most {max_length} characters",
    "literal_error": "{expected}",
}
"""What is expected, for each refusal of pydantic that a field without a description of its own can meet."""


def _in_words(kind: str, context: Mapping[str, Any]) -> str:
    return WORDS.get(kind, "a value of another kind").format(**context).replace("'", '"')


def _index(items: list[Any], part: str, path: str) -> int:
    if not part.isdecimal() or int(part) >= len(items):
        raise InputError(path, f"leads nowhere: the list has {len(items)}", expected="a number counted from 0")
    return int(part)


def _unknown_key(cls: type[Frozen], key: str) -> InputError:
    if key in cls.planned:
        return InputError(key, f"is not built yet: {cls.planned[key]}", expected=", ".join(cls.model_fields))
    known = list(cls.model_fields)
    return InputError(key, "is not a known key", expected=", ".join(known), do=nearest(key, known))


def _expected(field: FieldInfo) -> str:
    for part in field.metadata:
        if isinstance(part, Dimension):
            return part.such_as
    return field.description or "a value"


def choose(kinds: Mapping[str, type[Frozen]], planned: Mapping[str, str], noun: str, given: object) -> object:
    """The input that the literal key `kind` selects. Raises InputError for an unknown or a planned kind.

    kinds    name of each kind and its class
    planned  kinds that do not exist yet, with what they will be
    noun     what it is a kind of, for the message
    """
    if isinstance(given, tuple(kinds.values())):
        return given
    names = ", ".join(kinds)
    if not isinstance(given, Mapping):
        raise InputError("", f"= {shown(given)} is not {noun}", expected=f"a table whose kind is one of {names}")
    if "kind" not in given:
        raise InputError("kind", "is missing", expected=names)
    kind = given["kind"]
    if not isinstance(kind, str) or kind not in kinds:
        if isinstance(kind, str) and kind in planned:
            raise InputError("kind", f'= "{kind}" is not built yet: {planned[kind]}', expected=names)
        hint = nearest(kind, kinds) if isinstance(kind, str) else ""
        raise InputError("kind", f"= {shown(kind)} is not {noun} that Lithoscope knows", expected=names, do=hint)
    return kinds[kind](**{str(key): value for key, value in given.items()})


# ---------------------------------------------------------------------------------------------------- TOML text


def read_text(path: str | Path) -> str:
    """A text file of bounded size. Raises InputError if it is absent, too large or not UTF-8."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise InputError("", f"has {path.stat().st_size} bytes", expected="at most 1 MB").in_file(str(path), None)
        # Editors on Windows put a byte order mark first, which is no part of the text.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("", "does not exist").in_file(str(path), None) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("", f"cannot be read as UTF-8 text: {error}").in_file(str(path), None) from None


def parse_toml(text: str, *, file: str | None = None) -> dict[str, Any]:
    """TOML text as plain data. Raises InputError for text that is too large, too deep or not TOML."""
    if len(text) > LARGEST_FILE_BYTES:
        raise InputError("", f"has {len(text)} characters", expected="at most one million").in_file(file or "", None)
    if _nesting(text) > DEEPEST_NESTING:
        raise InputError("", "is nested too deeply", expected=f"at most {DEEPEST_NESTING} levels").in_file(file or "", None)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        problem = f"is not valid TOML: {str(error).split(' (at')[0]}"
        raise InputError("", problem).in_file(file or "", int(line.group(1)) if line else None) from None
    except (ValueError, RecursionError) as error:
        raise InputError("", f"is not valid TOML: {error}").in_file(file or "", None) from None


def parse_json(text: str, *, file: str | None = None) -> Any:
    """JSON text as plain data. Raises InputError for text that is not JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError("", f"is not valid JSON: {error.msg}").in_file(file or "", error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise InputError("", f"is not valid JSON: {error}").in_file(file or "", None) from None


def _nesting(text: str) -> int:
    """Deepest level of brackets, strings included: an upper bound that costs one pass."""
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth = max(depth - 1, 0)
    return deepest


_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"'.]+)\s*=")


def line_of(text: str, where: str) -> int | None:
    """The line in which a field stands, found by its path; the line of the nearest enclosing key if it is deeper."""
    best: tuple[int, int] | None = None
    prefix: list[str] = []
    counts: dict[str, int] = {}
    target = where.split(".")
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _header_path(header.group(2), header.group(1) == "[[", counts)
            path = prefix
        elif key := _KEY.match(line):
            path = prefix + [part.strip("\"' ") for part in key.group(1).split(".")]
        else:
            continue
        if path == target[: len(path)] and (best is None or len(path) > best[0]):
            best = (len(path), number)
    return best[1] if best else None


def _header_path(name: str, is_array: bool, counts: dict[str, int]) -> list[str]:
    """Path of a table header; the index of each array of tables stands behind its name, as in an error's path."""
    path: list[str] = []
    parts = [part.strip("\"' ") for part in name.split(".")]
    for depth, part in enumerate(parts):
        path.append(part)
        key = ".".join(path)
        if is_array and depth == len(parts) - 1:
            counts[key] = counts.get(key, -1) + 1
        if key in counts:
            path.append(str(counts[key]))
    return path


def _merge(target: Container | AbstractTable, data: Mapping[str, Any]) -> None:
    """Write data into a TOML document, touching only what differs."""
    for key in [key for key in target if key not in data]:
        del target[key]
    for key, value in data.items():
        present = target.get(key)
        if isinstance(present, AbstractTable) and isinstance(value, Mapping):
            _merge(present, value)
        elif isinstance(present, bool):  # tables hand these out without their wrapping
            if present != value:
                target[key] = value
        elif present is None or present.unwrap() != value:
            target[key] = value


def write_text(path: str | Path, text: str) -> None:
    """Write a text file so that it is complete or, if anything fails, untouched."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
