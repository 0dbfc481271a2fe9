"""The network: E5's frozen lower half and a trained upper half, both on question and passage together.

Read apart in the lower half (MacAvaney et al. 2020, "PreTTR"), a passage could be kept from one question
to the next, but with this little data the upper half then learned next to nothing of near misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor, nn
from torch.nn import functional

from reader.packed import PackedModel

LOWER = 6
"""Layers that stay as they are."""

UPPER = 6
"""Layers above them, which are trained."""

_HEAD_WIDTH = 192


class Layer(nn.Module):
    """One transformer layer, its norms after the sums as in BERT."""

    def __init__(self, width: int, heads: int, inner: int, epsilon: float, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.attended_norm = nn.LayerNorm(width, epsilon)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.narrow_norm = nn.LayerNorm(width, epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, lengths: list[int]) -> Tensor:
        """``states`` (tokens, width) of inputs one behind the other, without padding; their ``lengths``."""
        context = torch.cat(
            [self._attend(mixed) for mixed in torch.split(self.query_key_value(states), lengths)]
        )
        states = self.attended_norm(states + self.dropout(self.attended(context)))
        inner = self.narrow(functional.gelu(self.widen(states)))
        out: Tensor = self.narrow_norm(states + self.dropout(inner))
        return out

    def _attend(self, mixed: Tensor) -> Tensor:
        """The context of one input's tokens, (tokens, width); ``mixed`` is (tokens, 3 * width)."""
        tokens = len(mixed)
        query, key, value = mixed.view(1, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        context = functional.scaled_dot_product_attention(query, key, value)
        return context[0].transpose(0, 1).reshape(tokens, -1)


class Lower(nn.Module):
    """Embeddings and the lower layers, from the packed model; never trained."""

    def __init__(self, packed: PackedModel) -> None:
        super().__init__()
        self._packed = packed
        positions = packed.tensor("emb.pos", packed.positions) + packed.tensor("emb.type", 2)[0]
        self.positions = nn.Parameter(torch.from_numpy(positions), requires_grad=False)
        self.norm = nn.LayerNorm(packed.width, packed.epsilon)
        self.norm.load_state_dict(_named(packed, "emb.ln"))
        self.layers = nn.ModuleList(packed_layer(packed, number) for number in range(LOWER))
        self.requires_grad_(False)

    def forward(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Rows of token ids as states, one row behind the other, (tokens, width)."""
        unique, places = torch.unique(torch.tensor([*chain.from_iterable(ids)]), return_inverse=True)
        words = torch.from_numpy(self._packed.word_vectors(unique.numpy()))[places]
        states: Tensor = self.norm(words + torch.cat([self.positions[: len(row)] for row in ids]))
        lengths = [len(row) for row in ids]
        for layer in self.layers:
            states = layer(states, lengths)
        return states


class Upper(nn.Module):
    """What is trained: upper layers, a segment vector on the passage's tokens, and the heads."""

    def __init__(
        self, width: int, heads: int, inner: int, epsilon: float, layers: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.segment = nn.Parameter(torch.zeros(width))
        self.layers = nn.ModuleList(Layer(width, heads, inner, epsilon, dropout) for _ in range(layers))
        self.answers = nn.Sequential(nn.Linear(2 * width, _HEAD_WIDTH), nn.GELU(), nn.Linear(_HEAD_WIDTH, 1))
        self.edges = nn.Linear(width, 2)

    def forward(
        self, states: Tensor, lengths: list[int], passage: Tensor
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Whether each passage answers, and where.

        Args:
            states: Of pairs of question and passage from the lower half, one behind the other,
                (tokens, width).
            lengths: Tokens of each pair.
            passage: True on the passages' own tokens, (tokens,).

        Returns:
            Logits (pairs,) that it answers, and for each pair those of its tokens to be the span's first and
            last, (tokens of the pair, 2), minus infinity outside the passage.
        """
        states = states + passage[:, None] * self.segment
        for layer in self.layers:
            states = layer(states, lengths)
        with torch.autocast("cpu", enabled=False):  # the heads need full precision
            states = states.float()
            ends = torch.stack([torch.cat([own[0], own.mean(0)]) for own in torch.split(states, lengths)])
            edges = self.edges(states).masked_fill(~passage[:, None], float("-inf"))
            return self.answers(ends)[:, 0], torch.split(edges, lengths)


def upper_from(packed: PackedModel, dropout: float = 0.0) -> Upper:
    """An Upper that starts from E5's own upper layers; its heads come from torch's random numbers."""
    upper = Upper(packed.width, packed.heads, packed.inner, packed.epsilon, UPPER, dropout)
    for place, layer in enumerate(upper.layers):
        layer.load_state_dict(packed_layer(packed, LOWER + place).state_dict())
    return upper


def packed_layer(packed: PackedModel, number: int) -> Layer:
    """Layer ``number`` of the packed model in full precision."""
    layer = Layer(packed.width, packed.heads, packed.inner, packed.epsilon)
    parts = [_named(packed, f"l{number}.{part}", packed.width) for part in "qkv"]
    layer.query_key_value.load_state_dict({key: torch.cat([part[key] for part in parts]) for key in parts[0]})
    layer.attended.load_state_dict(_named(packed, f"l{number}.ao", packed.width))
    layer.attended_norm.load_state_dict(_named(packed, f"l{number}.aln"))
    layer.widen.load_state_dict(_named(packed, f"l{number}.fi", packed.inner))
    layer.narrow.load_state_dict(_named(packed, f"l{number}.fo", packed.width))
    layer.narrow_norm.load_state_dict(_named(packed, f"l{number}.oln"))
    return layer


def _named(packed: PackedModel, name: str, rows: int | None = None) -> dict[str, Tensor]:
    return {
        "weight": torch.from_numpy(packed.tensor(f"{name}.w", rows)),
        "bias": torch.from_numpy(packed.tensor(f"{name}.b")),
    }
