"""The command ``techniekpact``: parse, call, print."""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.answer import Answer
from assistant.settings import PREFIX, Settings
from index.errors import QuestionError, UserError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

ANSWERED, USAGE, REFUSED = 0, 2, 3

_PROGRESS_AFTER_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 answered, 3 refused, 2 a usage or setup error."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UserError as error:
        print(f"techniekpact: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        sys.stderr.close()
        return ANSWERED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="techniekpact",
        description="Answer questions about the documents in the seeds folder, with cited passages.",
        epilog=f"Settings can come from the environment too ({PREFIX}SEEDS and so on): see the README.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.set_defaults(run=run)
        sub.add_argument("--seeds", metavar="FOLDER", help="the documents")
        sub.add_argument("--index", metavar="FOLDER", help="where the vectors are kept")
        sub.add_argument("--chroma-url", metavar="URL", help="a Chroma server to use in place of the folder")
        sub.add_argument("--embedding", metavar="NAME", help="a sentence-transformers name or path")
        return sub

    ask = command("ask", _ask, "answer one question, or with - every line of standard input")
    ask.add_argument(
        "question", help="the question; - reads questions, one a line, and answers in JSON lines"
    )
    ask.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    chat = command("chat", _chat, "serve the chat window and print its address")
    chat.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    chat.add_argument("--port", help="port to listen on (default 7860)")
    chat.add_argument("--auth", metavar="USER:PASSWORD", help="ask visitors for this user and password")
    for sub in (ask, chat):
        sub.add_argument("--model", metavar="PROVIDER:NAME", help="a language model that writes the answers")
        sub.add_argument("--model-url", metavar="URL", help="an OpenAI-compatible endpoint")
    brief = command("brief", _brief, "one page on a topic, as .docx, .pdf, .md or .json")
    brief.add_argument("topic", help='what the meeting is about; "" for the whole document')
    brief.add_argument(
        "--output", metavar="FILE", type=Path, help="where to write it (default: Markdown on standard output)"
    )
    brief.add_argument("--meeting-with", metavar="NAME", default="", help="whom the meeting is with")
    brief.add_argument("--language", choices=("nl", "en"), help="of the fixed words (default the topic's)")
    themes = command("themes", _themes, "list the themes")
    themes.add_argument("--json", action="store_true", help="print them as a JSON list")
    index = command("index", _index, "build the index where it is missing or stale")
    index.add_argument("--rebuild", action="store_true", help="build it in any case")
    return parser


_SETTINGS = ("seeds", "index", "chroma_url", "embedding", "model", "model_url", "host", "port", "auth")


def _settings(options: argparse.Namespace) -> Settings:
    return Settings.from_environment(**{name: getattr(options, name, None) for name in _SETTINGS})


def _open(settings: Settings, *, rebuild: bool = False) -> Assistant:
    from assistant.assistant import Assistant

    with _Progress() as progress:
        return Assistant.open(settings, progress=progress, notice=_notice, rebuild=rebuild)


def _ask(options: argparse.Namespace) -> int:
    if options.question != "-" and not options.question.strip():
        raise QuestionError('The question is empty. Give one, for example: techniekpact ask "..."')
    assistant = _open(_settings(options))
    if options.question == "-":
        return _ask_lines(assistant)
    answer = assistant.ask(options.question)
    if options.json:
        print(json.dumps(answer.to_json(), ensure_ascii=False, indent=2))
    else:
        print(_plain(answer))
    return REFUSED if answer.refused else ANSWERED


def _ask_lines(assistant: Assistant) -> int:
    """One JSON object a line; a question that cannot be taken gets an object with "error"."""
    status = ANSWERED
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    for line in map(str.strip, sys.stdin):
        if not line:
            continue
        try:
            answer = assistant.ask(line)
        except QuestionError as error:
            print(json.dumps({"question": line[:200], "error": str(error)}, ensure_ascii=False), flush=True)
            status = USAGE
        else:
            print(json.dumps(answer.to_json(), ensure_ascii=False), flush=True)
    return status


def _plain(answer: Answer) -> str:
    lines = [answer.text]
    if answer.notice:
        lines += ["", answer.notice]
    if answer.citations:
        lines.append("")
        lines += [
            f"[{citation.number}] {citation.theme.number}. {citation.theme.title} "
            f"({citation.theme.document.name}, {citation.start}–{citation.end})"
            for citation in answer.citations
        ]
    elif answer.suggestions:
        lines.append("")
        lines += [f"- {suggestion}" for suggestion in answer.suggestions]
    return "\n".join(lines)


def _brief(options: argparse.Namespace) -> int:
    from assistant.briefing_files import checked_suffix, render, save

    if options.output:
        checked_suffix(options.output)
    assistant = _open(_settings(options))
    briefing = assistant.brief(options.topic, meeting_with=options.meeting_with, language=options.language)
    if briefing.declined:
        print(briefing.refusal)
        return REFUSED
    if options.output:
        save(briefing, options.output)
    else:
        print(render(briefing, ".md").decode("utf-8"), end="")
    return ANSWERED


def _chat(options: argparse.Namespace) -> int:
    settings = _settings(options)
    assistant = _open(settings)
    from assistant.ui import serve

    serve(assistant, settings)
    return ANSWERED


def _themes(options: argparse.Namespace) -> int:
    from index.documents import read_documents
    from index.themes import cut_all

    themes = cut_all(read_documents(_settings(options).seeds))
    if options.json:
        rows = [
            {
                "document": theme.document.name,
                "number": theme.number,
                "title": theme.title,
                "start": theme.start,
                "end": theme.end,
            }
            for theme in themes
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return ANSWERED
    document = None
    for theme in themes:
        if theme.document != document:
            document = theme.document
            print(f"{document.name}: {document.title}" + (f" ({document.date})" if document.date else ""))
        print(f"{theme.number:>4}  {theme.title}")
    return ANSWERED


def _index(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    assistant = _open(_settings(options), rebuild=options.rebuild)
    documents = len({theme.document.name for theme in assistant.themes})
    print(
        f"{len(assistant.themes)} passages of {documents} document{'s' if documents > 1 else ''} are indexed "
        f"({time.perf_counter() - began:.1f} s)."
    )
    return ANSWERED


def _notice(line: str) -> None:
    print(line, file=sys.stderr)


class _Progress:
    """A progress bar on standard error that appears once a build has taken a second."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=total, unit="text", desc="Indexing", delay=_PROGRESS_AFTER_SECONDS, leave=False
            )
        self._bar.update(done - self._bar.n)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
