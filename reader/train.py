"""Trains the reader: python -m reader.train --data FOLDER.

From E5's own weights, or from earlier ones with ``--start``. The README beside this file says where the
public data sets come from. With the same arguments, versions and number of threads the same weights come
out on a processor.
"""

from __future__ import annotations

import argparse
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from reader.documents import DOCUMENTS, DocumentGroups, StudyDocument, study_documents
from reader.examples import Example, Examples
from reader.inputs import Inputs, TokenSpan
from reader.network import Encoder, encoder_from
from reader.packed import PackedModel
from reader.weights import WEIGHTS, load, save

Group = Sequence[Example]
"""Passages read for one question. Where one answers it is the first."""


@dataclass(frozen=True)
class Recipe:
    """How much is drawn, and how fast it is learned.

    Attributes:
        groups: Questions, each with its passages.
        batch: Pairs of question and passage in one update, at most.
        rate: The highest learning rate of the layers.
    """

    groups: int
    batch: int
    rate: float


ON_CPU = Recipe(groups=40_000, batch=36, rate=7e-5)
"""What two cores do in under three hours. With 1.2e-4 it read worse."""

ON_GPU = Recipe(groups=250_000, batch=108, rate=1.2e-4)
"""Each question four times: held-out documents gain .02 of ROC area and more by it."""

SEED = 1
DOCUMENT_SHARE = 0.88  # of the groups: a question with passages of a document; the others are pairs
HEAD_LEARNING_RATE = 3e-4  # of what does not start from E5
FURTHER_LEARNING_RATE = 5e-5  # of all, where training goes on from earlier weights
WARM_UP = 0.06  # share of the steps
WEIGHT_DECAY = 0.01
DROPOUT = 0.1
SPAN_WEIGHT = 0.8

BFLOAT16 = torch.backends.cpu.get_cpu_capability() == "AVX512"
"""Whether to train in bfloat16: twice as fast there, and twenty times slower than float32 with AVX2 alone."""

_SORTED_TOGETHER = 16  # batches among which groups of like length are put together
_REPORT_EVERY = 25  # steps

_log = logging.getLogger("reader.train")


class Trainer:
    """Trains an encoder on examples.

    Args:
        inputs: Makes tokens of texts, on the encoder's device.
        encoder: What is trained.
        steps: How many batches there will be; the learning rates rise, then fall to 0 at the last.
        rates: The highest learning rate of the layers, and of what does not start from E5.
    """

    def __init__(
        self,
        inputs: Inputs,
        encoder: Encoder,
        steps: int,
        rates: tuple[float, float] = (ON_CPU.rate, HEAD_LEARNING_RATE),
    ) -> None:
        self.inputs = inputs
        self.encoder = encoder.train()
        started = list(encoder.layers.parameters())
        new = [value for name, value in encoder.named_parameters() if not name.startswith("layers.")]
        self._optimizer = torch.optim.AdamW(
            [{"params": started, "lr": rates[0]}, {"params": new, "lr": rates[1]}],
            weight_decay=WEIGHT_DECAY,
            fused=True,
        )
        warm_up = max(1, round(WARM_UP * steps))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer,
            lambda step: min((step + 1) / warm_up, max(0.0, (steps - step) / max(1, steps - warm_up))),
        )

    def step(self, batch: Sequence[Group]) -> float:
        """One update; the loss before it."""
        loss = self._loss(batch)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        return loss.item()

    def _loss(self, batch: Sequence[Group]) -> Tensor:
        pairs = [example for group in batch for example in group]
        device = self.encoder.segment.device
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu" or BFLOAT16):
            batched = self.inputs.encode([(example.question, example.passage) for example in pairs])
            answers, edges = self.encoder(batched.states, batched.lengths, batched.passage)
        loss = _choice_loss(answers, batch)
        spans = [
            functional.cross_entropy(
                edges_of.T, edges_of.new_tensor([tokens[0], tokens[-1]], dtype=torch.long)
            )
            for example, edges_of, spans_of in zip(pairs, edges, batched.spans, strict=True)
            if (tokens := _answer_tokens(example, spans_of))
        ]
        return loss + SPAN_WEIGHT * torch.stack(spans).mean() if spans else loss


def batches(groups: Sequence[Group], size: int, random_numbers: random.Random) -> Iterator[list[Group]]:
    """The groups in batches of like length and at most ``size`` pairs, in a random order."""
    together = size * _SORTED_TOGETHER // 2
    for start in range(0, len(groups), together):
        cut: list[list[Group]] = [[]]
        for group in sorted(groups[start : start + together], key=_length):
            if sum(map(len, cut[-1])) + len(group) > size:
                cut.append([])
            cut[-1].append(group)
        yield from random_numbers.sample(cut, len(cut))


def draw(
    documents: Sequence[StudyDocument], data: Path | None, count: int, random_numbers: random.Random
) -> list[Group]:
    """``count`` groups: questions to whole documents, and pairs of the other sources as groups of one."""
    of_documents = DocumentGroups(documents, random_numbers)
    whole = round(count * DOCUMENT_SHARE)
    pairs = Examples(data, held_out=False, random_numbers=random_numbers).draw(count - whole)
    groups: list[Group] = [of_documents.draw() for _ in range(whole)]
    groups += [(pair,) for pair in pairs]
    return random_numbers.sample(groups, len(groups))


def train(trainer: Trainer, steps: Sequence[Sequence[Group]]) -> None:
    """Every batch once, in order, with a line on how it goes now and then."""
    began, losses = time.monotonic(), []
    for number, batch in enumerate(steps, start=1):
        losses.append(trainer.step(batch))
        if number % _REPORT_EVERY == 0 or number == len(steps):
            recent = losses[-_REPORT_EVERY:]
            loss, seconds = sum(recent) / len(recent), time.monotonic() - began
            _log.info("step %d of %d, loss %.3f, %.0f s", number, len(steps), loss, seconds)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of squad2-half-dev.json, xquad.*.json"
    )
    parser.add_argument(
        "--output", type=Path, default=WEIGHTS, help="the weights (default: beside this file)"
    )
    parser.add_argument(
        "--groups", type=int, help=f"(default: {ON_CPU.groups:,} on a processor, {ON_GPU.groups:,} on a GPU)"
    )
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument(
        "--documents", type=Path, default=DOCUMENTS, help="with their questions (default: beside this file)"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of what is drawn (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="that torch uses (default: %(default)s)")
    parser.add_argument("--device", default="cpu", help='"cuda" for a GPU (default: %(default)s)')
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    packed = PackedModel.bundled()
    inputs = Inputs(packed, arguments.device)
    encoder = encoder_from(packed, DROPOUT).to(arguments.device)
    recipe = ON_CPU if arguments.device == "cpu" else ON_GPU
    count = arguments.groups or recipe.groups
    rates = (recipe.rate, HEAD_LEARNING_RATE)
    if arguments.start:
        encoder.load_state_dict(load(arguments.start))
        rates = (FURTHER_LEARNING_RATE, FURTHER_LEARNING_RATE)
    random_numbers = random.Random(arguments.seed)
    documents = study_documents(held_out=False, path=arguments.documents)
    groups = draw(documents, arguments.data, count, random_numbers)
    steps = list(batches(groups, recipe.batch, random_numbers))
    train(Trainer(inputs, encoder, len(steps), rates), steps)
    about = {
        "groups": str(count),
        "seed": str(arguments.seed),
        "base": "intfloat/multilingual-e5-small",
    }
    save(encoder.cpu().state_dict(), arguments.output, about)
    _log.info("wrote %s", arguments.output)


def _choice_loss(answers: Tensor, batch: Sequence[Group]) -> Tensor:
    """Cross-entropy of choosing, in each group, the passage that answers, or none of them.

    "None" has the logit 0, so that for a group of one this is the binary cross-entropy.
    """
    of_groups = torch.split(answers, [len(group) for group in batch])
    choices = pad_sequence([*of_groups], batch_first=True, padding_value=float("-inf"))
    choices = torch.cat([answers.new_zeros(len(batch), 1), choices], 1)
    right = [0 if group[0].answer is None else 1 for group in batch]
    return functional.cross_entropy(choices, torch.tensor(right, device=answers.device))


def _answer_tokens(example: Example, spans: Sequence[TokenSpan]) -> list[int]:
    """Places of the tokens that the answer touches."""
    if example.answer is None:
        return []
    start, end = example.answer
    return [at for at, span in enumerate(spans) if span is not None and span[0] < end and span[1] > start]


def _length(group: Group) -> int:
    return max(len(example.question) + len(example.passage) for example in group)


if __name__ == "__main__":
    main()
