"""Reads YAML that people keep in version control, each value with the line it stands on.

Decides that anchors and aliases are refused, so that a small file cannot stand for a huge one; that size, depth and
number of values are limited; that a key stands once; and that words such as `NO` or `on` are texts: true and false
alone are not (as in YAML 1.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from woodoo.domain.errors import ConfigError

MOST_BYTES, MOST_VALUES, MOST_DEPTH = 512 * 1024, 20_000, 12
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{0,17}([eE][-+]?[0-9]{1,3})?")
_WORDS: Mapping[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}

Path = tuple[str, ...]


@dataclass
class Text:
    """What a file says, and where: path → line, from 1."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, *path: object) -> int:
        """Return the line of a value, or of the nearest thing around it."""
        wanted = tuple(str(part) for part in path)
        while wanted and wanted not in self.lines:
            wanted = wanted[:-1]
        return self.lines.get(wanted, 1)


def read(text: str) -> Text:
    """Read a file.

    Raises:
        ConfigError: names the line and what is wrong there.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise ConfigError(f"The file has more than {MOST_BYTES // 1024} kB.", where="file", fix="Leave out the rest.")
    try:
        _look_through(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _no_yaml(error) from None
    except (RecursionError, ValueError, UnicodeError):
        raise ConfigError("The file is no YAML that can be read.", where="file", fix="Export one to compare.") from None
    found = Text(None)
    if node is not None:
        found.data = _value(node, (), found.lines)
    return found


def _look_through(text: str) -> None:
    """Refuse anchors, aliases, tags, depth and number before anything is built of them."""
    depth = count = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = (event.start_mark.line if event.start_mark else 0) + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _wrong(line, "anchors and aliases (& and *) are not taken")
        if getattr(event, "tag", None):
            raise _wrong(line, "tags (!) are not taken")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        count += isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if depth > MOST_DEPTH:
            raise _wrong(line, f"it is nested deeper than {MOST_DEPTH}")
        if count > MOST_VALUES:
            raise _wrong(line, f"there are more than {MOST_VALUES} values")


def _value(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*path, str(number)), lines) for number, one in enumerate(node.value)]
    return dict(_pairs(node, path, lines))


def _pairs(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(line, "a key has to be a word")
        name = str(key.value)
        if name in seen:
            raise _wrong(line, f"'{name}' stands twice")
        seen.add(name)
        yield name, _value(value, (*path, name), lines)
        lines[(*path, name)] = line


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if "\x00" in text:
        raise _wrong(node.start_mark.line + 1, "it holds a NUL character")
    if node.style is not None:  # quoted
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _wrong(line: int, what: str) -> ConfigError:
    return ConfigError(f"Line {line}: {what}.", where=f"line {line}", fix="Correct the file and bring it in again.")


def _no_yaml(error: yaml.YAMLError) -> ConfigError:
    mark = getattr(error, "problem_mark", None)
    what = str(getattr(error, "problem", "") or "it is no YAML").rstrip(".")
    return _wrong(mark.line + 1 if mark else 1, what)
