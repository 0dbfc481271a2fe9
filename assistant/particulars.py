"""Numbers, dates, names and quotations in a sentence, and whether its source has them too.

What is compared is the value, not the spelling: "twee procent", "2%" and "two percent" are one, and so
are "1.200" and "1,200", "11 maart" and "March 11".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from assistant.lexicon import load

Value = tuple[str, float | str]
"""Kind ("number", "ordinal", "month", "day", "season") and value."""

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*", re.UNICODE)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_TOKEN = re.compile(rf"{_DIGITS.pattern}|{_WORD.pattern}|[%€]")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_ISO_DATE = re.compile(r"\b(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[-/](\d{1,2})[-/](\d{4}))\b")
_ORDINAL = re.compile(r"(?:ste|de|e|st|nd|rd|th)\b")
_QUOTED = re.compile(r"“([^”]*)”|„([^”“]*)[”“]|«([^»]*)»|\"([^\"]*)\"|(?<!\w)[‘']([^’'\n]+?)[’'](?!\w)")
_SENTENCE_OPENING = re.compile(r"(?:^|[.!?:]\s+|[“\"„«‘(]\s*)$")
_RANGE = re.compile(
    rf"({_DIGITS.pattern})\s*(?:-|–|tot|to|en|and|of|or|à)\s*({_DIGITS.pattern})\s*([^\W\d_]+|%)"
)
_ENGLISH_MODAL_MAY = re.compile(r"\bmay\b")


def missing_values(sentence: str, sources: Iterable[str]) -> list[Value]:
    """The numbers and dates of ``sentence`` that stand in none of ``sources``."""
    given = {value for source in sources for value in values(source)}
    return [value for value in values(sentence) if value not in given]


def values(text: str) -> list[Value]:
    """Every number and date of ``text``; a number with its unit, such as ``("number %", 12.0)``."""
    found: list[Value] = []
    for match in _ISO_DATE.finditer(text):
        year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
        found += [("number", float(year)), ("month", float(month)), ("number", float(day))]
    text = _RANGE.sub(_with_unit, _ENGLISH_MODAL_MAY.sub(" ", _ISO_DATE.sub(" ", text)))
    tokens = [(match.group().casefold(), match.end()) for match in _TOKEN.finditer(text)]
    position = 0
    while position < len(tokens):
        taken = _number(tokens, position, text)
        if taken is None:
            found += _calendar(tokens[position][0])
            position += 1
        else:
            value, position = taken
            found.append(value)
    return found


def missing_names(sentence: str, sources: Iterable[str]) -> list[str]:
    """The names of ``sentence`` (words with a capital within it) that stand in none of ``sources``."""
    known = {form for source in sources for form in _forms(source)}
    return [name for name in names(sentence) if not _known(name, known)]


def opening_word(sentence: str) -> str:
    """The first word where it has a capital that may be a name's as well as an opening's, else ""."""
    match = _WORD.search(sentence)
    return match.group() if match and match.group()[0].isupper() else ""


def names(sentence: str) -> list[str]:
    """Words with a capital that no sentence opening explains, and words with a capital inside."""
    found = []
    for match in _WORD.finditer(sentence):
        word = match.group()
        opens = _SENTENCE_OPENING.search(sentence[: match.start()]) is not None
        inside = any(char.isupper() for char in re.sub(r"[-'’.](.)", r"\1", word)[1:] if char)
        if (word[0].isupper() and not opens and word not in ("I", "I'm")) or (inside and word[0] != word):
            found.append(word)
    return [name for name in found if name.casefold() not in _calendar_words()]


def quotations(sentence: str) -> list[str]:
    """What stands between quotation marks; a quotation mark without its fellow quotes to the end."""
    found = [
        next(group for group in match.groups() if group is not None) for match in _QUOTED.finditer(sentence)
    ]
    rest = _QUOTED.sub(" ", sentence)
    stray = re.search(r"[“”„«»\"](.*)$", rest)
    return found + ([stray.group()] if stray else [])


def is_verbatim(quotation: str, sources: Iterable[str]) -> bool:
    """Whether a source has exactly these words, white space folded and closing punctuation left out."""
    words = " ".join(quotation.split()).rstrip(".,;:!?…")
    return bool(words) and any(
        re.search(rf"(?<!\w){re.escape(words)}(?!\w)", " ".join(source.split())) for source in sources
    )


def _number(tokens: list[tuple[str, int]], position: int, text: str) -> tuple[Value, int] | None:
    """The number that begins at ``position``, with scale and unit, and the position after it."""
    word, end = tokens[position]
    if word == "€" and position + 1 < len(tokens) and _amount(tokens[position + 1][0]) is not None:
        after = _number(tokens, position + 1, text)
        assert after is not None
        (_, value), position = after
        return ("number eur", value), position
    if word in _table("ordinals"):
        return ("ordinal", float(_table("ordinals")[word])), position + 1
    amount = _amount(word)
    if amount is None:
        return None
    if _ORDINAL.match(text, end):
        return ("ordinal", amount), position + 1
    position += 1
    scales, units = load("terms")["scales"], load("terms")["units"]
    while position < len(tokens) and tokens[position][0] in scales:
        amount *= scales[tokens[position][0]]
        position += 1
    if position < len(tokens) and tokens[position][0] in units:
        return (f"number {units[tokens[position][0]]}", amount), position + 1
    return ("number", amount), position


def _with_unit(match: re.Match[str]) -> str:
    """A range with its unit at both ends: "12 tot 15 jaar" becomes "12 jaar 15 jaar"."""
    first, last, unit = match.groups()
    return f"{first} {unit} {last} {unit}" if unit.casefold() in load("terms")["units"] else match.group()


def _amount(token: str) -> float | None:
    if token[0].isdecimal():
        if _GROUPED.fullmatch(token):
            return float(re.sub(r"[.,]", "", token))
        whole, *decimals = re.split(r"[.,]", token)
        return float(f"{whole}.{decimals[0]}") if len(decimals) == 1 else float("".join([whole, *decimals]))
    number = _table("numbers").get(token)
    return None if number is None else float(number)


def _calendar(word: str) -> list[Value]:
    terms = load("terms")
    for kind, table in (("month", "months"), ("day", "days"), ("season", "seasons")):
        if word in terms[table]:
            return [(kind, terms[table][word])]
    return []


def _forms(text: str) -> Iterator[str]:
    """The spellings under which the words of ``text`` may come back, compounds and their parts."""
    for match in _WORD.finditer(text):
        word = _plain(match.group())
        yield word
        yield from re.split(r"[-.]", word)


def _known(name: str, known: set[str]) -> bool:
    plain = _plain(name)
    bare = re.sub(r"s$", "", plain)
    if plain in known or bare in known or f"{plain}s" in known:
        return True
    if any(plain in forms and known & set(forms) for forms in load("terms")["places"]):
        return True
    parts = [part for part in re.split(r"[-.]", plain) if part]
    return len(parts) > 1 and all(part in known for part in parts)


def _plain(word: str) -> str:
    """Without case, accents and a possessive."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return re.sub(r"['’]s?$", "", bare)


@cache
def _table(name: str) -> Mapping[str, float]:
    tables = load("terms")[name]
    return {word: value for language in ("nl", "en") for word, value in tables[language].items()}


def is_value(word: str) -> bool:
    """Whether ``word``, in small letters, is a number, a month or the like, which ``values`` reads."""
    terms = load("terms")
    return (
        word in _calendar_words()
        or word in _table("numbers")
        or word in terms["units"]
        or word in terms["scales"]
    )


@cache
def _calendar_words() -> frozenset[str]:
    terms = load("terms")
    return frozenset({*terms["months"], *terms["days"], *terms["seasons"]})
