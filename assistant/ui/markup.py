"""HTML that is safe by the way it is made: text is escaped unless it came from here."""

from __future__ import annotations

from html import escape

Attribute = str | int | bool | None


class Markup(str):
    """A piece of HTML. Only ``tag`` and ``join`` make one."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: Attribute) -> Markup:
    """An element: ``tag("a", "<1>", href="#x", data_at=3)`` is ``<a href="#x" data-at="3">&lt;1&gt;</a>``.

    An underscore in an attribute's name is a hyphen, and one at its end is dropped (``class_``). True is
    an attribute without value, False and None leave it out. Children that are not Markup are escaped.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Markup:
    """Pieces one after the other; those that are not Markup are escaped."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
