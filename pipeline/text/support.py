"""Whether a written sentence is held by the text that it was written from, told by rule.

Numbers and dates must stand in the source, in any spelling. So must names, and most of the words that carry the
meaning: a paraphrase changes some of them, an invention most. What a rule cannot see is a wrong sentence made of the
source's own words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from pipeline.text.dates import CALENDAR
from pipeline.text.facts import find
from pipeline.text.identify import in_other_language
from pipeline.text.languages import common, languages, told
from pipeline.text.scripts import spaceless
from pipeline.text.sentences import terms

MISSING = 0.45
"""Share of a sentence's content words that its source may lack.

Measured on 76 sentences about six texts: 38 of 40 honest ones lack 0.34 at most, the 24 inventions that no number or
name gives away lack 0.50 at least.
"""

MISSING_CHARACTERS = 0.5
"""The same for Chinese characters, where every one counts."""

_END = 3
"""Content words with which a sentence ends, of which the source must have one: what was cut off is not gone on with."""

_SHARED = 0.7
"""Share of a sentence's words, of any kind, that no source in another language has."""

_SHORTEST = 3
"""Letters that a content word has."""

_ALIKE = 4
"""Letters by which two forms of a word begin alike, at least."""

_ENDING = 3
"""Letters that an ending has at most."""

_PREFIX = 0.6
"""Share of the shorter word that two forms of one word begin with: `decide`, `decision`."""

_CAPITALS = 0.2
"""Share of capitals within sentences above which they do not mean names, as in German."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_REPORTING_WORDS = (
    "aber able about according action addition after again agenda agree agreed agrees ahead all alle allem allen "
    "aller alles als also although among andere anderen announce announced another any appear appears are asked "
    "asking asks aspect auch aus außerdem became because become becomes been before began begin begins bei beim "
    "being bereit bereits berichtet besprechung besprochen besteht betont between bis both briefly called can "
    "cannot clear clip concern concerned concerning confirm confirmed consider considered considers conversation "
    "could currently damit danach dank dann daran darauf darüber dass davon dazu decide decided decides deren "
    "describe described describes dessen detail details did diese diesem diesen dieser dieses different discuss "
    "discussed discusses discussing discussion diskutiert doch does doing done drei due durch during each eine "
    "einem einen einer eines emphasize emphasizes ends erklärt erläutert erst erwähnt etwa etwas every explain "
    "explained explains express expressed expresses few first folgende follow followed follows four further ganz "
    "gegen gemacht geplant gesagt gespräch get gets getting gibt give given gives goes going gone got haben had has "
    "hatte hatten have having heißt hier him hinzu his how however ihre ihrem ihren ihrer immer include included "
    "includes including into issue issues its jede jeder jedoch jetzt just kann keep kein keine known können könnte "
    "last later laut leute like lot machen macht made main make makes making many matter may meeting mehr mehrere "
    "meint mention mentioned mentions might more most much muss must müssen nach nachdem narrator need needed needs "
    "neu neue neuen new next nicht nichts noch note noted notes now nummer nur oder off ohne okay old one only open "
    "opens other out over own part participants parties people person personen plan planned planning plans point "
    "possible present problem provide provided punkt put question reader reading recall recalls recording redner "
    "refer refers regarding related remain remained remains report reported reports request requested sagt sagte "
    "said same say says schon section see seem seemed seems segment sehr sei sein seine seinem seinen seiner seit "
    "set several shall should sich since sind situation soll sollen sollte sollten some someone something sowie "
    "speaker speakers speaks sprecher sprecherin spricht start starts state stated statement states statt still "
    "such suggest suggested suggests summary take taken takes talk talked talks team teilnehmer text than thanks "
    "that their them thema then there these they thing things this those though three through time told too topic "
    "toward towards transcript tried tries try trying two under unser unsere unseren unter until upon use used "
    "using various very video viel viele vielen vier vom vor wann want wanted wants waren warum way wegen weil "
    "weiter weitere weiteren welche well wenn wer werde werden were what when where whether which while who whom "
    "whose why wie will wird with within without wollen wollte worden would wurde wurden während yes yet your zudem "
    "zum zunächst zur zusammenfassung zwei zwischen über"
)
REPORTING = _set(_REPORTING_WORDS)
"""Words with which a summary speaks of what was said: they need no source."""

_FORMS = {
    form: base
    for base, forms in {
        "buy": "bought", "find": "found", "tell": "told", "leave": "left", "sell": "sold", "send": "sent",
        "spend": "spent", "keep": "kept", "hold": "held", "meet": "met",
        "break": "broke broken", "choose": "chose chosen",
        "write": "wrote written", "begin": "began begun", "know": "knew known", "grow": "grew grown", "teach": "taught",
        "think": "thought", "bring": "brought", "catch": "caught", "lose": "lost", "build": "built", "speak": "spoke",
        "pay": "paid", "rise": "rose risen", "fall": "fell fallen", "drive": "drove driven", "lead": "led",
    }.items()
    for form in forms.split()
}  # fmt: skip
_TO_SOMEBODY = re.compile(
    r"\b(\w{3,}) +(to|by|for|from|with|an|bei|mit|von|für) +"
    r"(?:(?:the|a|an|his|her|their|our|my|der|die|das|dem|den|einem|einer|seinem|seiner) +)?(\w+)(?=(?: +(\d+))?)",
    re.IGNORECASE,
)
_NO_NAMES = _set("mr mrs ms dr prof sir lady president chairman herr frau")
_PRONOUNS = _set("me us you him her them mir mich uns dir dich ihm ihn ihr ihnen euch")
_FIRST_PERSON = _set("me us mir mich uns")
_ANYBODY = _set("speaker narrator author group team him her them sprecher sprecherin erzähler autor gruppe ihm")
_SUBJECT = re.compile(
    r"(?:the|this|these|der|die|das|diese[rs]?|le|la|les|cette|ces|el|los|las|est[ae]|est[ao]s) +([^\W\d_]{3,})",
    re.IGNORECASE,
)
"""An article and the word behind it, at the beginning."""
LABEL = re.compile(r"([^:\n]{1,80}): ")
"""The speaker before what was said."""
_LABEL_WORD = re.compile(r"\w+")
_NOT = re.compile(r"n['’]t$", re.IGNORECASE)
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")


@dataclass(slots=True)
class _Replaced:
    """What a source says of a pronoun behind a verb (`reports to me`)."""

    first_person: bool = True
    """Whether it is nothing but `me` or `us`."""
    speakers: set[str] = field(default_factory=set)
    """The words of the names of those who say it, in lower case, where they are known."""


class _Source:
    """A source text, ready to be looked up."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.keys = {fact.key for fact in find(text, small=True) if fact.kind != "name"}
        self.words = {_root(word) for word in _WORD.findall(text)}
        self.latin = any("a" <= char <= "z" for char in _folded(text))
        self._starts: dict[str, list[str]] = {}
        for word in self.words:
            self._starts.setdefault(word[:3], []).append(word)
        self.to_pronouns: dict[tuple[str, str], _Replaced] = {}
        self.to_others: set[tuple[str, str, str]] = set()
        for line in text.split("\n"):
            self._add_objects(line)

    def _add_objects(self, line: str) -> None:
        """Note whom the verbs of a line are about."""
        label = LABEL.match(line)
        for match in _TO_SOMEBODY.finditer(line):
            verb, whom = (_root(match[1]), match[2].lower()), match[3].lower()
            if whom not in _PRONOUNS:
                self.to_others.add((*verb, _root(whom)))
                continue
            known = self.to_pronouns.setdefault(verb, _Replaced())
            known.first_person &= whom in _FIRST_PERSON
            known.speakers |= set(_LABEL_WORD.findall(label[1].lower())) if label else set()

    def holds(self, word: str) -> bool:
        """Whether the source has a form of `word`, or a compound with it."""
        root = _root(word)
        bare = root[2:] if root.startswith("ge") and len(root) > 2 + _ALIKE else root  # gefeiert, feiern
        return (
            root in self.words
            or any(_related(one, other) for one in {root, bare} for other in self._starts.get(one[:3], ()))
            or (
                len(root) > _ALIKE
                and any(root in other or (len(other) > _ALIKE and other in root) for other in self.words)
            )
        )

    def names(self, name: str, *, translated: bool) -> bool:
        """Whether the source has every word of a name; of a translated one, the beginning of some word."""
        words = [word for word in _WORD.findall(re.sub(r"['’]s\b", "", name)) if len(word) > 1]
        if translated:
            return any(_root(word)[:3] in self._starts for word in words)
        return all(self.holds(word) or word.lower() in _NO_NAMES for word in words)


@lru_cache(maxsize=64)
def _source(text: str) -> _Source:
    return _Source(text)


def unsupported(
    sentence: str, source: str, *, translated: bool = False, same_language: bool = False, lacking: float = MISSING
) -> list[str]:
    """What `sentence` says that `source` does not hold, as it is written; nothing where the source holds it.

    Numbers, dates and names first, then the content words, where too many of them are missing. `translated` says that
    the two are meant to be in different languages: then words cannot be compared, and names only where both use the
    same script. Where they are not meant to be and are, the whole sentence counts: nothing of it can be checked.
    `same_language` says that this is known not to be so, which saves looking. `lacking` is the share of content words
    that may be missing.
    """
    known = _source(source)
    found = [fact.text for fact in find(sentence) if fact.kind != "name" and fact.key not in known.keys]
    if not translated or known.latin:
        found += [name for name in names_in(sentence) if not known.names(name, translated=translated)]
    if not translated and not same_language and another_language(sentence, source):
        found += _WORD.findall(sentence)
    elif not translated:
        words = _characters(sentence, source) if spaceless(sentence) else _words(sentence, known, lacking)
        named = " ".join(found).split()
        found += [word for word in [*words, *_swapped(sentence, known)] if word not in named]
    return list(dict.fromkeys(found))


def has_word(source: str, word: str) -> bool:
    """Whether `source` has a form of `word`, or a compound with it."""
    return _source(source).holds(word)


def forms_of(word: str, source: str) -> list[str]:
    """The forms of `word` in `source`."""
    root = _root(word)
    return [one for one in _WORD.findall(source) if _root(one) == root]


def another_language(sentence: str, source: str) -> bool:
    """Whether a sentence is in another language than its source.

    It is not where the source has most of its words, small ones as well. That is told in no time; only where words do
    not tell are letters looked at, for which a model is loaded.
    """
    words = _WORD.findall(sentence)
    shared = sum(map(_source(source).holds, words)) > _SHARED * len(words)
    return not shared and in_other_language(sentence, source)


def unknown_subject(sentence: str, source: str) -> bool:
    """Whether a sentence begins with somebody or something that `source` does not have: `The study found ...`."""
    found = _SUBJECT.match(sentence)
    if found is None or found[1].lower() in REPORTING or found[1].lower() in _ANYBODY:
        return False
    return not _source(source).holds(found[1])


def names_in(sentence: str) -> list[str]:
    """The names of a sentence; none where capitals do not mean names."""
    words = sentence.split()
    capitals = sum(after[0].isupper() and before[-1] not in ".!?" for before, after in pairwise(words))
    names = [fact.text for fact in find(sentence) if fact.kind == "name" and fact.text.lower() not in CALENDAR]
    several = sum(len(name.split()) for name in names)
    german = languages(sentence)[0] == "de" and told(languages(sentence))
    return [] if german or capitals - several > _CAPITALS * len(words) else names


def _words(sentence: str, known: _Source, lacking: float) -> list[str]:
    """The content words that are missing, where they are too many."""
    named = " ".join(names_in(sentence)).split()
    empty = _PRONOUNS | CALENDAR | common(sentence)
    said = [
        word
        for word in dict.fromkeys(_WORD.findall(sentence))
        if len(word) >= _SHORTEST and word.lower() not in empty and word not in named
    ]
    words = [word for word in said if word.lower() not in REPORTING and not _NOT.search(word)]
    if not words and not named and not find(sentence):
        # A sentence of reporting words alone (`This is a summary of the text.`) must share one with the source.
        return [] if any(known.holds(word) for word in said) else said
    missing = [word for word in words if not known.holds(word)]
    gone_on = len(words) > _END and not any(map(known.holds, words[-_END:]))
    return missing if gone_on or len(missing) > lacking * len(words) else []


def _characters(sentence: str, source: str) -> list[str]:
    """The Chinese characters that are missing, where they are too many."""
    written = list(dict.fromkeys(_IDEOGRAPH.findall(sentence)))
    missing = [char for char in written if char not in source]
    return missing if len(missing) > MISSING_CHARACTERS * len(written) else []


def _swapped(sentence: str, known: _Source) -> list[str]:
    """Whom a sentence puts in the place of a pronoun: `reports to the council` for `reports to me`.

    `me` is the speaker of that line, or whoever is named with the same words elsewhere; any other pronoun may be
    whoever is named in the source.
    """
    found: list[str] = []
    for match in _TO_SOMEBODY.finditer(sentence):
        whom = match[3].lower()
        replaced = known.to_pronouns.get((_root(match[1]), match[2].lower()))
        if replaced is None or whom in _PRONOUNS or (_root(match[1]), match[2].lower(), _root(whom)) in known.to_others:
            continue
        if not replaced.first_person:
            swapped = whom not in _ANYBODY and not known.holds(whom)
        elif whom in _ANYBODY:  # `Speaker 2` is somebody, where it is known who says `me`
            swapped = bool(match[4] and replaced.speakers) and match[4] not in replaced.speakers
        else:
            swapped = whom not in replaced.speakers
        if swapped:
            found.append(match[3])
    return found


def _related(one: str, other: str) -> bool:
    """Whether two roots are forms of one word: they begin alike, and a short one is not all of it.

    `decide` and `decision` are, `name` and `namesake` are not.
    """
    shorter, longer = sorted((len(one), len(other)))
    alike = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    if alike == shorter <= _ALIKE:
        return longer - shorter <= _ENDING
    return alike >= max(_ALIKE, _PREFIX * shorter) or (alike == shorter and longer - shorter <= 2)


def _root(word: str) -> str:
    """A word for comparing: without accents and endings, and in its first form where it is irregular."""
    folded = _folded(word)
    return _FORMS.get(folded) or (terms(folded) or [folded])[0]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFD", text.casefold()) if unicodedata.category(char) != "Mn")
