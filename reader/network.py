"""The network: E5's word vectors as they are, and its layers, trained, on question and passage together.

With the lower six of its twelve layers frozen it told near misses apart less well, by .02 to .05 of ROC area.
With passages read apart from the question in those (MacAvaney et al. 2020, "PreTTR"), so that they could be
kept from one question to the next, it learned next to nothing of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn
from torch.nn import functional

from reader.packed import PackedModel

_HEAD_WIDTH = 192


@dataclass(frozen=True)
class Padding:
    """Where tokens stand when inputs of unlike length are padded to the longest.

    Worked out once for all layers, and from the lengths alone: to ask a GPU for it would make it wait.

    Attributes:
        places: Of each token in the padded inputs, one behind the other, (tokens,).
        absent: Minus infinity where there is no token and 0 elsewhere, (inputs, 1, tokens of the longest).
    """

    places: Tensor
    absent: Tensor

    @classmethod
    def of(cls, lengths: list[int], device: torch.device) -> Padding:
        """The padding of inputs of these lengths."""
        inside = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
        absent = torch.zeros(inside.shape).masked_fill(~inside, float("-inf"))
        return cls(inside.flatten().nonzero()[:, 0].to(device), absent[:, None].to(device))


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

    def forward(self, states: Tensor, lengths: list[int], padding: Padding | None = None) -> Tensor:
        """``states`` (tokens, width) of inputs one behind the other; their ``lengths``; how to pad, if so."""
        mixed = self.query_key_value(states)
        context = self.attend_padded(mixed, padding) if padding else self.attend_each(mixed, lengths)
        states = self.attended_norm(states + self.dropout(self.attended(context)))
        inner = self.narrow(functional.gelu(self.widen(states)))
        out: Tensor = self.narrow_norm(states + self.dropout(inner))
        return out

    def attend_each(self, mixed: Tensor, lengths: list[int]) -> Tensor:
        """Context of each token, one input after another: (tokens, 3 * width) to (tokens, width)."""
        return torch.cat([self._context(part) for part in torch.split(mixed, lengths)])

    def attend_padded(self, mixed: Tensor, padding: Padding) -> Tensor:
        """The same of all inputs at once: faster where many are trained on, slower where three are read.

        Step by step: to train in bfloat16 on a processor, torch's own attention takes three times as long.
        """
        inputs, _, longest = padding.absent.shape
        padded = mixed.new_zeros(inputs * longest, mixed.shape[1]).index_copy(0, padding.places, mixed)
        query, key, value = self._heads(padded, inputs)
        scores = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(-2, -1))
        shares = torch.softmax(scores + padding.absent[:, None].to(scores.dtype), -1)
        context = torch.matmul(shares, value).transpose(1, 2)
        return context.reshape(inputs * longest, -1)[padding.places]

    def _context(self, mixed: Tensor) -> Tensor:
        """Of one input: (tokens, 3 * width) to (tokens, width)."""
        context = functional.scaled_dot_product_attention(*self._heads(mixed, 1))
        return context.transpose(1, 2).flatten(2)[0]

    def _heads(self, mixed: Tensor, inputs: int) -> tuple[Tensor, Tensor, Tensor]:
        """Query, key and value, each (inputs, heads, tokens, width of a head)."""
        tokens, width = mixed.shape[0] // inputs, mixed.shape[1] // (3 * self.heads)
        query, key, value = mixed.view(inputs, tokens, 3, self.heads, width).permute(2, 0, 3, 1, 4)
        return query, key, value


class Embedding(nn.Module):
    """Word, position and type vectors of the packed model; never trained."""

    def __init__(self, packed: PackedModel) -> None:
        super().__init__()
        self._packed = packed
        positions = packed.tensor("emb.pos", packed.positions) + packed.tensor("emb.type", 2)[0]
        self.positions = nn.Parameter(torch.from_numpy(positions))
        self.norm = nn.LayerNorm(packed.width, packed.epsilon)
        self.norm.load_state_dict(_named(packed, "emb.ln"))
        self.requires_grad_(False)

    def forward(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Rows of token ids as vectors, one row behind the other, (tokens, width)."""
        unique, places = torch.unique(torch.tensor([*chain.from_iterable(ids)]), return_inverse=True)
        words = torch.from_numpy(self._packed.word_vectors(unique.numpy()))[places]
        positions = torch.cat([self.positions[: len(row)] for row in ids])
        vectors: Tensor = self.norm(words.to(positions.device) + positions)
        return vectors


class Encoder(nn.Module):
    """What is trained: the layers, a segment vector on the passage's tokens, and the heads."""

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
            states: Embedded pairs of question and passage, one behind the other, (tokens, width).
            lengths: Tokens of each pair.
            passage: True on the passages' own tokens, (tokens,).

        Returns:
            Logits (pairs,) that it answers, and for each pair those of its tokens to be the span's first and
            last, (tokens of the pair, 2), minus infinity outside the passage.
        """
        states = states + passage[:, None] * self.segment
        padding = Padding.of(lengths, states.device) if self.training else None
        for layer in self.layers:
            states = layer(states, lengths, padding)
        with torch.autocast(states.device.type, enabled=False):  # the heads need full precision
            states = states.float()
            ends = torch.stack([torch.cat([own[0], own.mean(0)]) for own in torch.split(states, lengths)])
            edges = self.edges(states).masked_fill(~passage[:, None], float("-inf"))
            return self.answers(ends)[:, 0], torch.split(edges, lengths)


def encoder_from(packed: PackedModel, dropout: float = 0.0) -> Encoder:
    """An Encoder that starts from E5's own layers; its heads come from torch's random numbers."""
    encoder = Encoder(packed.width, packed.heads, packed.inner, packed.epsilon, packed.layers, dropout)
    for number, layer in enumerate(encoder.layers):
        layer.load_state_dict(packed_layer(packed, number).state_dict())
    return encoder


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
