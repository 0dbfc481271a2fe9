"""Trains the reader: python -m reader.train --data FOLDER.

In two stages: first on all that is drawn but questions for details, then shortly on those, among others to
keep what was learned. The README beside this file says where the public data sets come from. With the same
arguments, versions and number of threads the same weights come out.
"""

from __future__ import annotations

import argparse
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from reader.documents import DETAILS, DocumentGroups, StudyDocument, study_documents
from reader.examples import Example, Examples
from reader.inputs import Inputs, TokenSpan
from reader.network import Upper, upper_from
from reader.packed import PackedModel
from reader.weights import WEIGHTS, load, save

Group = Sequence[Example]
"""Passages read for one question. Where one answers it is the first."""

SEED = 1
GROUPS = 24_000
DOCUMENT_SHARE = 0.75  # of the groups: a question with four passages of a document; the others are pairs
DETAIL_GROUPS = 3_000  # of the second stage
DETAIL_DOCUMENT_SHARE = 0.9
REHEARSED = 12  # other questions of each document that the second stage draws from
BATCH = 36  # pairs
LEARNING_RATE = 1.2e-4
NEW_LEARNING_RATE = 3e-4  # of what does not start from E5
DETAIL_LEARNING_RATE = 6e-5  # of all in the second stage
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
    """Trains an upper half on examples.

    Args:
        inputs: The frozen half.
        upper: What is trained.
        steps: How many batches there will be; the learning rate rises, then falls to 0 at the last.
        rates: The highest learning rate of the layers, and of what does not start from E5.
    """

    def __init__(
        self,
        inputs: Inputs,
        upper: Upper,
        steps: int,
        rates: tuple[float, float] = (LEARNING_RATE, NEW_LEARNING_RATE),
    ) -> None:
        self.inputs = inputs
        self.upper = upper.train()
        started = list(upper.layers.parameters())
        new = [value for name, value in upper.named_parameters() if not name.startswith("layers.")]
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
        torch.nn.utils.clip_grad_norm_(self.upper.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        return loss.item()

    def _loss(self, batch: Sequence[Group]) -> Tensor:
        pairs = [example for group in batch for example in group]
        with torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
            batched = self.inputs.encode([(example.question, example.passage) for example in pairs])
            answers, edges = self.upper(batched.states.float(), batched.lengths, batched.passage)
        loss = _choice_loss(answers, batch)
        spans = [
            functional.cross_entropy(edges_of.T, torch.tensor([tokens[0], tokens[-1]]))
            for example, edges_of, spans_of in zip(pairs, edges, batched.spans, strict=True)
            if (tokens := _answer_tokens(example, spans_of))
        ]
        return loss + SPAN_WEIGHT * torch.stack(spans).mean() if spans else loss


def batches(groups: Sequence[Group], random_numbers: random.Random) -> Iterator[list[Group]]:
    """The groups in batches of like length and at most BATCH pairs, in a random order."""
    together = BATCH * _SORTED_TOGETHER // 2
    for start in range(0, len(groups), together):
        cut: list[list[Group]] = [[]]
        for group in sorted(groups[start : start + together], key=_length):
            if sum(map(len, cut[-1])) + len(group) > BATCH:
                cut.append([])
            cut[-1].append(group)
        yield from random_numbers.sample(cut, len(cut))


def first_stage(
    documents: Sequence[StudyDocument], data: Path | None, count: int, random_numbers: random.Random
) -> list[Group]:
    """``count`` groups: questions to whole documents, and pairs of the other sources as groups of one."""
    others = [
        replace(document, questions=tuple(q for q in document.questions if q.form not in DETAILS))
        for document in documents
    ]
    return _draw(others, DOCUMENT_SHARE, data, count, random_numbers)


def second_stage(
    documents: Sequence[StudyDocument], data: Path | None, count: int, random_numbers: random.Random
) -> list[Group]:
    """``count`` groups: questions for details of whole documents, and some of the first stage's."""
    mixed = []
    for document in documents:
        details = [asked for asked in document.questions if asked.form in DETAILS]
        others = [asked for asked in document.questions if asked.form not in DETAILS]
        rehearsed = random_numbers.sample(others, min(REHEARSED, len(others)))
        mixed.append(replace(document, questions=(*details, *rehearsed)))
    return _draw(mixed, DETAIL_DOCUMENT_SHARE, data, count, random_numbers)


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
        "--groups", type=int, default=GROUPS, help="of the first stage (default: %(default)s)"
    )
    parser.add_argument(
        "--detail-groups", type=int, default=DETAIL_GROUPS, help="of the second stage (default: %(default)s)"
    )
    parser.add_argument("--start", type=Path, help="weights after the first stage, to train only the second")
    parser.add_argument("--seed", type=int, default=SEED, help="of what is drawn (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="that torch uses (default: %(default)s)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)  # the start is the same for every seed
    packed = PackedModel.bundled()
    inputs, upper = Inputs(packed), upper_from(packed, DROPOUT)
    documents = study_documents(held_out=False)
    details = (second_stage, arguments.detail_groups, (DETAIL_LEARNING_RATE, DETAIL_LEARNING_RATE))
    stages = [(first_stage, arguments.groups, (LEARNING_RATE, NEW_LEARNING_RATE)), details]
    if arguments.start:
        upper.load_state_dict(load(arguments.start))
        stages = [details]
    for draw, count, rates in stages:
        random_numbers = random.Random(arguments.seed)
        groups = draw(documents, arguments.data, count, random_numbers)
        steps = list(batches(groups, random_numbers))
        train(Trainer(inputs, upper, len(steps), rates), steps)
    about = {
        "groups": f"{arguments.groups} + {arguments.detail_groups}",
        "seed": str(arguments.seed),
        "base": "intfloat/multilingual-e5-small",
    }
    save(upper.state_dict(), arguments.output, about)
    _log.info("wrote %s", arguments.output)


def _draw(
    documents: Sequence[StudyDocument],
    share: float,
    data: Path | None,
    count: int,
    random_numbers: random.Random,
) -> list[Group]:
    """``count`` groups, ``share`` of them questions to ``documents``, the others pairs."""
    of_documents = DocumentGroups(documents, random_numbers)
    whole = round(count * share)
    pairs = Examples(data, held_out=False, random_numbers=random_numbers).draw(count - whole)
    groups: list[Group] = [of_documents.draw() for _ in range(whole)]
    groups += [(pair,) for pair in pairs]
    return random_numbers.sample(groups, len(groups))


def _choice_loss(answers: Tensor, batch: Sequence[Group]) -> Tensor:
    """Cross-entropy of choosing, in each group, the passage that answers, or none of them.

    "None" has the logit 0, so that for a group of one this is the binary cross-entropy.
    """
    losses, at = [], 0
    for group in batch:
        choices = torch.cat([answers[at : at + len(group)], answers.new_zeros(1)])
        right = 0 if group[0].answer is not None else len(group)
        losses.append(functional.cross_entropy(choices, torch.tensor(right)))
        at += len(group)
    return torch.stack(losses).mean()


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
