"""The LangChain runnable that makes an answer of a question, and the Assistant around it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from assistant import grounding, quoting
from assistant.answer import Answer, Language, Mode, Sentence
from assistant.conversation import History, understand
from assistant.settings import LONGEST_QUESTION, Settings
from assistant.wording import say
from index.documents import read_documents
from index.embedding import ThemeEmbeddings
from index.errors import QuestionError
from index.search import ThemeRetriever
from index.store import Progress, ThemeStore, open_store
from index.themes import Theme

_EXAMPLES = 4
_SUGGESTIONS = 3


@dataclass(frozen=True)
class Question:
    """What the chain is invoked with.

    Attributes:
        text: The question.
        history: The turns so far, oldest first.
        mode: "quote" to answer in quotes although there is a model; None for the assistant's own mode.
    """

    text: str
    history: History = field(default=())
    mode: Mode | None = None


class AnswerChain(Runnable[Question, Answer]):
    """Question in, Answer out; ``stream`` yields growing Answers, the last of them complete."""

    def __init__(self, retriever: ThemeRetriever) -> None:
        self.retriever = retriever

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The whole answer.

        Raises:
            QuestionError: The question is empty or too long.
        """
        return self._call_with_config(self._last, input, config, **kwargs)

    def stream(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Answer]:
        """Growing answers, sentence by sentence."""
        yield from self._transform_stream_with_config(iter([input]), self._answers, config, **kwargs)

    async def astream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Answer]:
        """``stream`` without blocking the event loop: each step runs in a thread."""
        answers = self.stream(input, config, **kwargs)
        while (answer := await asyncio.to_thread(next, answers, None)) is not None:
            yield answer

    def _answers(self, inputs: Iterator[Question]) -> Iterator[Answer]:
        for question in inputs:
            yield from self._grow(question)

    def _last(self, question: Question) -> Answer:
        *_, last = self._grow(question)
        return last

    def _grow(self, question: Question) -> Iterator[Answer]:
        began = time.perf_counter()
        text = _checked(question.text)
        request = understand(text, question.history, self.retriever.store.embeddings)
        hits = self.retriever.rank(request.question, request.vector)
        probability = grounding.probability(hits)
        answer = Answer(question.text, request.language, "quote", "answered", hits=hits, grounding=probability)
        near = tuple(quoting.question_about(request.language, hit.theme) for hit in hits[1 : 1 + _SUGGESTIONS])
        if probability < 0.5:
            refusal = quoting.refuse(request.language, [hit.theme for hit in hits[:2]])
            near = tuple(quoting.question_about(request.language, hit.theme) for hit in hits[:_SUGGESTIONS])
            answer = replace(answer, outcome="refused", sentences=refusal, suggestions=near)
        else:
            spans = [(hit.theme, hit.theme.quote_start, hit.theme.end) for hit in grounding.carrying(hits)]
            sentences, citations = quoting.quote(request.language, "answered", spans)
            yield from _growing(replace(answer, elapsed_ms=_since(began)), sentences)
            answer = replace(answer, sentences=sentences, citations=citations, suggestions=near)
        yield replace(answer, elapsed_ms=_since(began))


def _growing(answer: Answer, sentences: Sequence[Sentence]) -> Iterator[Answer]:
    """The own words that open an answer, before what follows them."""
    opening = tuple(sentence for sentence in sentences[:1] if sentence.voice == "own")
    if opening and len(sentences) > 1:
        yield replace(answer, sentences=opening)


class Assistant:
    """The assistant over one folder of documents.

    Attributes:
        settings: What it was opened with.
        store: The open index.
        chain: The LangChain runnable behind ``ask`` and ``stream``.
    """

    def __init__(self, settings: Settings, store: ThemeStore) -> None:
        self.settings = settings
        self.store = store
        self.chain = AnswerChain(ThemeRetriever(store=store))

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        progress: Progress = lambda done, total: None,
        notice: Callable[[str], None] = lambda line: None,
        rebuild: bool = False,
    ) -> Assistant:
        """Open the index, after building it where it is missing or stale.

        Args:
            settings: Taken from the environment where None.
            progress: Called with texts embedded so far and in all while the index is built.
            notice: Called with one line when a damaged index is replaced.
            rebuild: Build the index even where a current one exists.

        Raises:
            SetupError: Something the user can put right; the message says what.
        """
        settings = settings or Settings.from_environment()
        documents = read_documents(settings.seeds)
        store = open_store(
            documents,
            ThemeEmbeddings(settings.embedding),
            settings.chroma_url or settings.index,
            progress=progress,
            notice=notice,
            rebuild=rebuild,
        )
        return cls(settings, store)

    @property
    def themes(self) -> tuple[Theme, ...]:
        """Every theme of every document, in order."""
        return self.store.themes

    @property
    def has_model(self) -> bool:
        """Whether a language model is set."""
        return bool(self.settings.model or self.settings.model_url)

    def examples(self, language: Language) -> tuple[str, ...]:
        """Questions to begin with, spread over the themes."""
        themes = [theme for theme in self.themes if theme.quote_start != theme.body_start] or list(self.themes)
        step = max(1, len(themes) // _EXAMPLES)
        return tuple(quoting.question_about(language, theme) for theme in themes[::step][:_EXAMPLES])

    def ask(self, question: str, history: History = (), mode: Mode | None = None) -> Answer:
        """Answer ``question``.

        Args:
            question: In Dutch or English, at most ``LONGEST_QUESTION`` characters.
            history: The turns so far, oldest first, each with "role" and "content".
            mode: "quote" to have quotes although a model is set.

        Raises:
            QuestionError: The question is empty or too long.
        """
        return self.chain.invoke(Question(question, history, mode))

    def stream(self, question: str, history: History = (), mode: Mode | None = None) -> Iterator[Answer]:
        """Growing answers to ``question``; the last is the one that ``ask`` returns."""
        return self.chain.stream(Question(question, history, mode))

    def close(self) -> None:
        """Let go of the index."""
        self.store.close()


def _checked(question: str) -> str:
    text = question.strip()
    if not text:
        raise QuestionError(say("nl", "question_empty") + " / " + say("en", "question_empty"))
    if len(text) > LONGEST_QUESTION:
        values = {"length": len(text), "limit": LONGEST_QUESTION}
        raise QuestionError(say("nl", "question_long", **values) + " / " + say("en", "question_long", **values))
    return text


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1_000
