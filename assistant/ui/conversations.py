"""What a browser keeps: the conversation that is shown, and those before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from assistant.ui.turns import Turn, Turns, dump, load

MOST_EARLIER = 15
"""Earlier conversations that a browser keeps: with the current one up to about 2 MB, at 2.9 kB a turn."""

MOST_TURNS = 40
"""Turns of a conversation that are kept; the oldest go first."""


@dataclass(frozen=True)
class Conversations:
    """One reader's conversations.

    Attributes:
        turns: The conversation that is shown.
        earlier: Those before it, the latest first.
    """

    turns: Turns = ()
    earlier: tuple[Turns, ...] = ()

    @classmethod
    def load(cls, turns: object, earlier: object) -> Conversations:
        """From the JSON values of the browser; what cannot be read is left out."""
        conversations = [load(entry) for entry in earlier] if isinstance(earlier, list) else []
        return cls(load(turns), tuple(entry for entry in conversations if entry))

    def dump(self) -> tuple[list[Any], list[Any]]:
        """As JSON values: the conversation, and those before it."""
        return dump(self.turns), [dump(entry) for entry in self.earlier]

    def anew(self, turns: Turns = ()) -> Conversations:
        """With ``turns`` shown, and what was shown put before the earlier ones."""
        kept = (self.turns, *self.earlier) if self.turns else self.earlier
        return Conversations(turns, kept[:MOST_EARLIER])

    def opened(self, at: int) -> Conversations:
        """With the earlier conversation at ``at`` shown."""
        return self.forgotten(at).anew(self.earlier[at])

    def forgotten(self, at: int) -> Conversations:
        """Without the earlier conversation at ``at``."""
        return replace(self, earlier=(*self.earlier[:at], *self.earlier[at + 1 :]))

    def changed(self, at: int, turn: Turn) -> Conversations:
        """With ``turn`` in the place of the one at ``at``."""
        return replace(self, turns=(*self.turns[:at], turn, *self.turns[at + 1 :]))
