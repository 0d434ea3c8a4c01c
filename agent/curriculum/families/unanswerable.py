"""Questions that the facts cannot answer: unknown things and fields, wrong kinds, missing values and periods.

Where the question can be asked of the facts (a period that they do not cover, a value that they lack) the plan
asks it, and the run ends without an answer; where it cannot, the plan is an ending with nothing in it.
"""

from __future__ import annotations

from agent.curriculum.families.chains import ask
from agent.curriculum.families.draw import Draw, NotDrawnError, finish, lookup
from agent.curriculum.families.extremes import draw_candidates
from agent.curriculum.families.periods import by_period, grain
from agent.curriculum.speech import spoken
from agent.curriculum.tasks import GoldRow, Task
from tools.types import Period

KNOWN_BY = {
    "laureate": "prize_year", "country": "capital", "city": "country", "mountain": "country", "river": "country",
    "lake": "country", "island": "country", "company": "sector", "region": "ev_share", "film": "oscar_year",
    "film_person": "oscar_year", "astronaut": "nationality", "planet": "mass", "moon": "planet", "element": "symbol",
    "prize": "prize_year", "organization": "established",
}  # fmt: skip
_WEIGHTED = ("laureate", "country", "country", "company", "company", "astronaut", *KNOWN_BY)
SYLLABLES = (
    "za", "qui", "lor", "mek", "tav", "bru", "xen", "dop", "ril", "vash", "kun", "pel", "ost", "ghi", "wem", "ard", "sil",
    "nor", "vel", "cro", "tham", "bex", "ula", "fen", "dri", "mo",
)  # fmt: skip
_MISSING = (
    ("death_date", "laureate"), ("neighbours", "country"), ("range", "mountain"), ("depth", "lake"), ("outflow", "lake"),
    ("archipelago", "island"), ("moons", "planet"), ("revenue", "company"), ("net_income", "company"), ("deliveries", "company"),
    ("market_cap", "company"), ("electronegativity", "element"), ("boiling_point", "element"), ("affiliation", "laureate"),
    ("independence", "country"), ("military_spending", "country"), ("oscar_categories", "film"), ("gdp", "country"),
    ("chargers_fast", "region"), ("battery_demand", "region"), ("ev_sales_projection", "region"), ("basin_area", "river"),
    ("headquarters", "organization"), ("density", "moon"), ("dividend_yield", "company"), ("gross_margin", "company"),
)  # fmt: skip


def _declined(d: Draw, question: str, family: str) -> Task:
    return d.task(question, "unanswerable", family, [finish()], None)


def strange(d: Draw) -> Task:
    """What the facts do not hold about something that they know."""
    type_ = d.rng.choice(_WEIGHTED)
    entity = d.subject(KNOWN_BY[type_], type_)
    kind = d.rng.choices((type_, "opinion", "future"), (0.74, 0.16, 0.1))[0]
    return _declined(d, d.frame(f"unanswerable.{kind}", e=d.name(entity)), "strange")


def elsewhere(d: Draw) -> Task:
    """A question about nothing that the facts know."""
    kinds = [name for name in d.book.frames if name.startswith("unanswerable.any.")]
    return _declined(d, d.frame(d.pick(kinds)), "elsewhere")


def unranked(d: Draw) -> Task:
    """A set, or two things, compared in what nobody has measured."""
    if d.chance(0.4):
        kinds = [name for name in d.book.frames if name.startswith("unmatched.")]
        frame = d.pick(kinds)
        type_ = frame.partition(".")[2]
        left, right = draw_candidates(d, KNOWN_BY[type_], type_, 2)
        return _declined(d, d.frame(frame, a=d.name(left), b=d.name(right)), "unranked")
    kinds = [name for name in d.book.frames if name.startswith("unranked.")]
    frame = d.pick(kinds)
    group = d.pick([c for c in d.world.classes if c.type == frame.partition(".")[2]])
    said = d.speech.group(d.rng, group, d.lang)
    return _declined(d, d.frame(frame, s=said), "unranked")


def stranger(d: Draw) -> Task:
    """A question that could be answered, were the thing known."""
    type_ = d.rng.choice(_WEIGHTED)
    field_id = d.pick(d.askable(type_, "number", "date", "year", "text", "entity"))
    names = d.book.frames.get(f"stranger.{type_}")
    name = d.frame(f"stranger.{type_}") if names and d.chance(0.6) else _made_up(d)
    return _declined(d, ask(d, field_id, type_, spoken(name)), "stranger")


def _made_up(d: Draw) -> str:
    name = "".join(d.rng.sample(SYLLABLES, d.rng.choice((2, 2, 3)))).capitalize()
    return f"{name} {d.rng.choice(SYLLABLES).capitalize()}{d.rng.choice(SYLLABLES)}" if d.chance(0.3) else name  # fmt: skip


def wrong_kind(d: Draw) -> Task:
    """A field that such things do not have: the melting point of a country."""
    type_, other = d.rng.sample(sorted(set(_WEIGHTED)), 2)
    foreign = [f for f in d.askable(other, "number", "text", "entity") if type_ not in d.world.fields[f].types]  # fmt: skip
    field_id = d.pick([f for f in foreign if f != type_])
    entity = d.subject(KNOWN_BY[type_], type_)
    return _declined(d, ask(d, field_id, other, d.name(entity)), "wrong_kind")


def no_value(d: Draw) -> Task:
    """A field that such things have, but this one has not."""
    field_id, type_ = d.rng.choice(_MISSING)
    if d.chance(0.3):
        field_id = d.pick(d.askable(type_, "number", "text", "date", "entity"))
    near = d.world.fields[field_id].near
    entity = d.pick(d.world.lacking(field_id, type_))
    if near and entity.id in d.world.facts(near):
        raise NotDrawnError
    rows: list[GoldRow] = [lookup(entity, field_id), finish("#1")]
    return d.task(ask(d, field_id, type_, d.name(entity)), "unanswerable", "no_value", rows, None)


def no_period(d: Draw) -> Task:
    """A period that a series does not cover."""
    type_ = d.rng.choice(("company", "company", "country", "region"))
    field_id = d.pick(d.askable(type_, "number"))
    entity = d.subject(field_id, type_)
    known = {f.period for f in d.world.facts(field_id)[entity.id]}
    dated = sorted(by_period(d.world.facts(field_id)[entity.id]))
    period = _uncovered(d, grain(d.pick(dated)), known)
    rows: list[GoldRow] = [lookup(entity, field_id, period), finish("#1")]
    question = ask(d, field_id, type_, d.name(entity), d.during(period))
    return d.task(question, "unanswerable", "no_period", rows, None)


def _uncovered(d: Draw, sort: str, known: set[str]) -> Period:
    year = str(d.rng.choice((d.rng.randint(1700, 1959), d.rng.randint(2027, 2099), d.rng.randint(1960, 2026))))  # fmt: skip
    text = {"quarter": f"{year}Q{d.rng.randint(1, 4)}", "fiscal": f"FY{year}"}.get(sort, year)
    if known & {text, text.removeprefix("FY"), f"FY{text}"}:
        raise NotDrawnError
    return Period(text)
