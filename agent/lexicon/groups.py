"""Classes by what people call them, and the prizes of a subject and year, which have many names.

`the physics prize`, `chemistry Nobel`, `literature laureates`, `1921年的物理学奖`: a subject beside a word for prizes or
winners is the winners' class where people are asked about, else the prizes' class, or one prize where its year stands
beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent.lexicon.periods import SHORT_YEAR_ZH, full_year
from agent.lexicon.spans import Found, Reading
from agent.mentions import PhraseIndex, tokens
from tools.facts.store import FactStore
from tools.types import Entity, EntityClass, Text

_SUBJECTS = {
    "physics": ("physics", "物理学", "物理"),
    "chemistry": ("chemistry", "化学"),
    "medicine": ("physiology or medicine", "medicine", "physiology", "medical", "生理学或医学", "生理医学", "医学", "生理学"),
    "literature": ("literature", "literary", "文学"),
    "peace": ("peace", "和平"),
    "economics": ("economic sciences", "economics", "economic science", "经济学", "经济"),
}  # fmt: skip
_SLUGS = {"medicine": "physiology-or-medicine", "economics": "economic-sciences"}
_SUBJECT = "|".join(
    sorted((w for words in _SUBJECTS.values() for w in words if w.isascii()), key=len, reverse=True)
)
_SUBJECT_ZH = "|".join(
    sorted(
        (w for words in _SUBJECTS.values() for w in words if not w.isascii()), key=len, reverse=True
    )
)
_YEAR = r"(?:19|20)\d\d"
_PEOPLE_WORDS = r"laureates?|winners?|recipients?|prizewinners?|nobelists?|ones"
_PRIZE_WORDS = r"(?:nobel(?:'s)? )?(?:memorial )?prizes?|nobels?|awards?"
_ENGLISH = re.compile(
    rf"(?:\b(?P<y1>{_YEAR})(?:'s)? )?\b(?:nobel (?:prize )?)?(?P<s1>{_SUBJECT})[ -](?:nobel )?(?:(?P<w1>{_PEOPLE_WORDS})|(?P<p1>{_PRIZE_WORDS}))"
    rf"(?: (?P<ww>{_PEOPLE_WORDS}))?(?: (?:of|for|in) (?:the year )?(?P<y2>{_YEAR})| (?P<y3>{_YEAR}))?\b"
    rf"|(?:\b(?P<y4>{_YEAR})(?:'s)? )?\b(?:(?P<w2>(?:nobel (?:prize )?)?(?:{_PEOPLE_WORDS}))|(?P<p2>{_PRIZE_WORDS}))"
    rf"(?: winners?| laureates?| money| sums?| amounts?| purse)? (?:in|for|of) (?P<s2>{_SUBJECT})(?: (?:of|for|in) (?:the year )?(?P<y5>{_YEAR})| (?P<y6>{_YEAR}))?\b"
    rf"|\bnobel (?P<s3>{_SUBJECT})(?: prizes?)?(?: (?P<y7>{_YEAR}))?\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    rf"(?:(?P<y1>{_YEAR}|{SHORT_YEAR_ZH})\s?年(?:度)?的?)?(?:诺贝尔|诺奖)?(?P<s1>{_SUBJECT_ZH})(?:诺贝尔)?(?:奖(?!金)|诺奖)"
    r"(?P<w1>得主|获得者|获奖者|得奖人|获奖人|桂冠得主)?(?:(?P<y2>(?:19|20)\d\d)年)?"
)
_ABOUT_PRIZE = re.compile(
    r"\b(?:prizes|money|worth|kronor|crowns|cash|amount|announced|cheque|sum)\b|奖金|克朗|多少钱|公布|几次|多少次|颁发",
    re.IGNORECASE,
)
_PLAIN_YEAR = re.compile(rf"(?<!\d)(?P<y>{_YEAR})(?!\d|s\b|0s|\s?年代)")
_NOT_THAT_YEAR = re.compile(
    r"(?:after|since|before|until|till|from|between|and|to|than|by|start of|early|late|the|beyond|or|(?:born|died)(?: in)?)\s*$|(?:自|从|到|至|于|迟|早|晚|超过|不到)$",
    re.IGNORECASE,
)
_LATER_YEAR_ZH = re.compile(r"\s?年?(?:以后|之后|以来|起|以前|之前|前|后|至|到|—|-)")
_CONTINENTS = {
    "Africa": ("africa", "african", "africans", "非洲"),
    "Asia": ("asia", "asian", "asians", "亚洲"),
    "Europe": ("europe", "european", "europeans", "欧洲"),
    "North America": ("north america", "north american", "north americans", "北美洲", "北美"),
    "South America": ("south america", "south american", "south americans", "南美洲", "南美", "latin america"),
    "Oceania": ("oceania", "oceanian", "大洋洲"),
}  # fmt: skip
_SOME = 0.3
_LANDLOCKED = (
    "landlocked", "without a coast", "no coast", "without access to the sea", "no access to the sea", "no coastline",
    "without any coast", "without a coastline", "don't touch the sea", "no sea access", "cut off from the sea",
    "without sea access", "w/o sea access", "w/o a coast", "w/o coast", "no access to any sea", "no access to an ocean",
    "without access to any sea", "without access to the ocean", "no access to the ocean", "lack a coast", "lack a coastline",
    "lack access to the sea", "lacks a coast", "have no sea", "has no sea", "no seaside", "no shoreline", "no outlet to the sea",
    "without an outlet to the sea", "don't border the sea", "do not touch the sea", "doesn't touch the sea", "land-locked",
    "surrounded by land", "without a sea", "no ocean access", "no port to the sea", "no beach on the sea",
    "内陆", "不靠海", "没有海岸线", "不临海", "没有出海口", "无海岸线", "没有海岸", "不沿海", "没海岸线", "没有海", "无出海口",
    "没出海口", "不挨海", "不着海", "四面都是陆地", "不与海相邻", "没有入海口", "不滨海",
)  # fmt: skip


class GroupIndex:
    """Finds classes and prizes in texts; built once from the store's class names."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._classes: Mapping[str, EntityClass] = {c.id: c for c in store.classes()}
        self._index: PhraseIndex[EntityClass] = PhraseIndex(stemmed=True)
        self._words: set[str] = set()
        for phrase, class_id, _lang in store.class_aliases():
            self._index.add(phrase, self._classes[class_id])
            self._words.update(token.text for token in tokens(phrase))
        self._continents: PhraseIndex[str] = PhraseIndex()
        for continent, words in _CONTINENTS.items():
            for word in words:
                self._continents.add(word, continent)
        if landlocked := self._classes.get("country:landlocked"):
            for phrase in _LANDLOCKED:
                self._index.add(phrase, landlocked)

    def words(self) -> dict[str, float]:
        """The words of class names, which may be meant where a text is misspelt."""
        return dict.fromkeys(self._words, 3.0)

    def whole(self, entity_type: str, at: int) -> Iterator[Found]:
        """The class of all things of a type, said by nobody, at a place of the text."""
        if group := self._classes.get(entity_type):
            yield _class(at, at, group)

    def of_subject(self, name: str, text: str, at: int) -> Iterator[Found]:
        """The winners of a subject, and the prize of the text's only year: `crowned in chemistry in 1998`."""
        subject = _subject(name)
        if group := self._classes.get(f"laureate:{subject}"):
            yield _class(at, at, group)
        prize = self._store.entity(f"prize/{_SLUGS.get(subject, subject)}-{_lone_year(text)}")
        if prize:
            yield _entity(at, at, prize)

    def find(self, reading: Reading) -> Iterator[Found]:
        """Every class and prize that the text names."""
        for pattern in (_ENGLISH, _CHINESE):
            for match in pattern.finditer(reading.text):
                if found := self._prize(match, reading):
                    yield found
        words = list(reading.words)
        for group in self._index.find(words):
            is_the_moon = group.first > 0 and reading.text[group.start : group.end] == "Moon"
            if not is_the_moon:
                yield _class(group.start, group.end, group.meanings[0])
        for place in self._continents.find(words):
            if found := self._continent(place.start, place.end, place.meanings[0], reading):
                yield found

    def _prize(self, match: re.Match[str], reading: Reading) -> Found | None:
        said = {key: value for key, value in match.groupdict().items() if value}
        subject = next((_subject(v) for k, v in said.items() if k[0] == "s"), "")
        named = next((v for k, v in said.items() if k[0] == "y"), "")
        year = full_year(named) if named else _lone_year(reading.text)
        is_people = any(k[0] == "w" for k in said)
        prize = self._store.entity(f"prize/{_SLUGS.get(subject, subject)}-{year}") if year else None
        if prize and _takes_year(said, match, reading.text, is_people=is_people):
            return _entity(match.start(), match.end(), prize)
        start, end = _without_year(match, said)
        sort = "laureate" if is_people or not _ABOUT_PRIZE.search(reading.text) else "prize"
        group = self._classes.get(f"{sort}:{subject}")
        return _class(start, end, group) if group else None

    def _continent(self, start: int, end: int, name: str, reading: Reading) -> Found | None:
        """A continent: a market, a place of birth, or its countries, by what the text speaks of."""
        others = max((vote for t, vote in reading.votes.items() if t != "region"), default=0.0)
        region = self._store.entity(f"region/{name.lower().replace(' ', '-')}")
        if region and reading.vote("region") > max(_SOME, others):
            return _entity(start, end, region)
        if reading.vote("laureate") > max(reading.vote("country"), 0.3):
            return Found(start, end, "value birth continent", name, Text(name))
        group = self._classes.get(f"country:{name.lower().replace(' ', '-')}")
        return _class(start, end, group) if group else None


def _class(start: int, end: int, group: EntityClass) -> Found:
    return Found(start, end, f"class {group.type.replace('_', ' ')}", group.label, group)


def _entity(start: int, end: int, entity: Entity) -> Found:
    return Found(start, end, entity.type.replace("_", " "), entity.name, entity)


def _subject(said: str) -> str:
    return next(key for key, words in _SUBJECTS.items() if said.lower() in words)


def _takes_year(said: dict[str, str], match: re.Match[str], text: str, *, is_people: bool) -> bool:
    """Whether the year tells which prize is meant, and not from when on, or when something else was."""
    is_beside = any(key[0] == "y" for key in said)
    before = text[: match.start()]
    is_bound = (
        bool(_NOT_THAT_YEAR.search(before)) and "y1" in said and not re.search(r"\bthe\s*$", before)
    )
    return (is_beside and not is_bound) or (not is_beside and not is_people)


def _lone_year(text: str) -> str:
    """The only year of the text, if nothing is said to be before, after or since it."""
    years = list(_PLAIN_YEAR.finditer(text))
    if len(years) != 1 or _LATER_YEAR_ZH.match(text, years[0].end()):
        return ""
    before = text[: years[0].start()]
    return "" if _NOT_THAT_YEAR.search(before) else years[0]["y"]


def _without_year(match: re.Match[str], said: dict[str, str]) -> tuple[int, int]:
    """The span less a year that has to stay a period of its own."""
    start, end = match.span()
    for key in said:
        if key[0] == "y" and match.start(key) == start:
            start = match.end(key) + (match[0][4:6] == "'s") * 2
        elif key[0] == "y":
            end = match.start(key)
    inner = match.string[start:end]
    trailing = re.search(r"\s(?:of|for|in)(?: the year)?\s*$", inner)
    end = start + (trailing.start() if trailing else len(inner.rstrip()))
    return start + len(inner) - len(inner.lstrip(" 年的度")), end
