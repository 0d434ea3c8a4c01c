"""A small world in memory with the interface of the fact store: a few countries, laureates, companies."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from tools.facts.fields import Field, load_fields
from tools.facts.names import fold
from tools.facts.periods import newest_first
from tools.types import Entity, EntityClass, Fact

ENTITIES = """
country/NOR | Norway | 挪威 | 9
country/SWE | Sweden | | 9
country/FIN | Finland | | 9
country/DEU | Germany | 德国 | 9
country/GEO | Georgia | | 9
film/georgia | Georgia | | 1
city/oslo | Oslo | | 6
city/berlin | Berlin | | 7
laureate/marie | Marie Curie | Curie | 6
laureate/pierre | Pierre Curie | Curie | 6
laureate/einstein | Albert Einstein | | 6
laureate/svante | Svante Arrhenius | | 5
prize/physics-1903 | Nobel Prize in Physics 1903 | | 6
prize/chemistry-1903 | Nobel Prize in Chemistry 1903 | | 6
prize/chemistry-1911 | Nobel Prize in Chemistry 1911 | | 6
company/TSLA | Tesla | 特斯拉 | 6
company/AAPL | Apple | | 6
region/norway | Norway | | 4
"""
# entity | field | value | unit | period | source | entity the value names
FACTS = """
country/NOR | population | 5572279 | people | 2024 | worldbank
country/NOR | population | 5519601 | people | 2023 | worldbank
country/SWE | population | 10569709 | people | 2024 | worldbank
country/FIN | population | 5619911 | people | 2024 | worldbank
country/DEU | population | 83516593 | people | 2024 | worldbank
country/NOR | gdp | 485000000000 | USD | 2023 | worldbank
country/SWE | gdp | 593000000000 | USD | 2023 | worldbank
country/DEU | gdp | 4456000000000 | USD | 2023 | worldbank
country/NOR | gdp_factbook | 483000000000 | USD | 2024 | factbook
country/NOR | inflation | -10.62 | % | 2023 | worldbank
country/NOR | inflation | 5.5 | % | 2023 | factbook
country/SWE | inflation | 8.5 | % | 2023 | factbook
country/NOR | urban_population | 84 | % | 2023 | factbook
country/NOR | military_spending | 2 | % of GDP | 2023 | factbook
country/NOR | capital | Oslo | | | factbook | city/oslo
country/DEU | capital | Berlin | | | factbook | city/berlin
country/NOR | neighbours | Finland | | | factbook | country/FIN
country/NOR | neighbours | Sweden | | | factbook | country/SWE
country/SWE | neighbours | Finland | | | factbook | country/FIN
country/SWE | neighbours | Norway | | | factbook | country/NOR
country/FIN | neighbours | Norway | | | factbook | country/NOR
country/NOR | languages | Bokmal Norwegian | | | factbook
country/NOR | languages | Sami | | | factbook
country/FIN | languages | Finnish | | | factbook
country/FIN | languages | Sami | | | factbook
country/NOR | currency | Norwegian krone | | | factbook
country/NOR | currency | euro | | | mondial
country/DEU | currency | euro | | | factbook
city/oslo | population | 1064235 | people | 2020 | mondial
laureate/marie | birth_date | 1867-11-07 | | | nobel.api2
laureate/pierre | birth_date | 1859-05-15 | | | nobel.api2
laureate/einstein | birth_date | 1879-03-14 | | | nobel.api2
laureate/svante | birth_date | 1859 | | | nobel.api2
laureate/marie | birth_country | Russian Empire | | | nobel.api2
laureate/marie | gender | female | | | nobel.api2
laureate/pierre | gender | male | | | nobel.api2
laureate/einstein | gender | male | | | nobel.api2
laureate/svante | gender | male | | | nobel.api2
laureate/einstein | birth_country_now | Germany | | | nobel.api2 | country/DEU
laureate/einstein | affiliation_country | Germany | | 1921 | nobel.api2 | country/DEU
laureate/svante | birth_country | Sweden | | | nobel.api2 | country/SWE
laureate/marie | prize | Nobel Prize in Chemistry 1911 | | 1911 | nobel.api2 | prize/chemistry-1911
laureate/marie | prize | Nobel Prize in Physics 1903 | | 1903 | nobel.api2 | prize/physics-1903
laureate/pierre | prize | Nobel Prize in Physics 1903 | | 1903 | nobel.api2 | prize/physics-1903
laureate/svante | prize | Nobel Prize in Chemistry 1903 | | 1903 | nobel.api2 | prize/chemistry-1903
laureate/marie | prize_category | Chemistry | | 1911 | nobel.api2
laureate/marie | prize_category | Physics | | 1903 | nobel.api2
laureate/pierre | prize_category | Physics | | 1903 | nobel.api2
laureate/svante | prize_category | Chemistry | | 1903 | nobel.api2
laureate/einstein | prize_category | Physics | | 1921 | nobel.api2
laureate/marie | prize_year | 1911 | | 1911 | nobel.api2
laureate/marie | prize_year | 1903 | | 1903 | nobel.api2
laureate/pierre | prize_year | 1903 | | 1903 | nobel.api2
laureate/svante | prize_year | 1903 | | 1903 | nobel.api2
laureate/einstein | prize_year | 1921 | | 1921 | nobel.api2
prize/physics-1903 | prize_year | 1903 | | 1903 | nobel.api2
prize/chemistry-1903 | prize_year | 1903 | | 1903 | nobel.api2
prize/chemistry-1911 | prize_year | 1911 | | 1911 | nobel.api2
prize/physics-1903 | prize_category | Physics | | 1903 | nobel.api2
prize/chemistry-1903 | prize_category | Chemistry | | 1903 | nobel.api2
prize/chemistry-1911 | prize_category | Chemistry | | 1911 | nobel.api2
prize/physics-1903 | laureates | Marie Curie | | 1903 | nobel.api2 | laureate/marie
prize/physics-1903 | laureates | Pierre Curie | | 1903 | nobel.api2 | laureate/pierre
prize/chemistry-1911 | laureates | Marie Curie | | 1911 | nobel.api2 | laureate/marie
company/TSLA | revenue | 28095000000 | USD | 2025Q3 | tesla.ir
company/TSLA | revenue | 28000000000 | USD | 2025Q3 | press
company/TSLA | revenue | 25182000000 | USD | 2024Q3 | tesla.ir
company/TSLA | revenue | 94827000000 | USD | FY2025 | tesla.ir
company/TSLA | revenue | 97690000000 | USD | FY2024 | sec:0001628280-25-003063
company/TSLA | net_income | -862000000 | USD | FY2019 | tesla.ir
company/TSLA | net_income | 721000000 | USD | FY2020 | tesla.ir
company/TSLA | founded | 2003 | | | sp500
company/TSLA | headquarters | Austin, Texas | | | sp500
company/AAPL | revenue | 391035000000 | USD | FY2024 | sec:0000320193-24-000123
company/AAPL | founded | 1977 | | | sp500
region/norway | ev_share | 92 | % | 2024 | iea.gevo25
"""
CLASSES = (
    EntityClass("country", "countries", "country"),
    EntityClass("laureate", "Nobel laureates", "laureate"),
    EntityClass("laureate:physics", "physics laureates", "laureate", "prize_category", "Physics"),
    EntityClass(
        "laureate:chemistry", "chemistry laureates", "laureate", "prize_category", "Chemistry"
    ),
    EntityClass("laureate:women", "women laureates", "laureate", "gender", "female"),
    EntityClass("prize", "Nobel Prizes", "prize"),
    EntityClass("company", "companies", "company"),
    EntityClass("moon", "moons", "moon"),
)
CLASS_ALIASES = (
    ("诺贝尔物理学奖得主", "laureate:physics", "zh"),
    ("winners of the Nobel Prize in physics", "laureate:physics", "en"),
)


def _cells(line: str, n: int) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    return [*cells, *[""] * (n - len(cells))]


def _number(text: str, field: Field) -> Decimal | None:
    if field.kind not in ("number", "year"):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


class FewFacts:
    """The facts above (or others written like them) behind the interface of the store."""

    def __init__(self, facts: str = FACTS, entities: str = ENTITIES) -> None:
        self._fields = {field.id: field for field in load_fields({})}
        rows = [_cells(line, 4) for line in entities.strip().splitlines()]
        self._entities = {i: Entity(i, name, i.partition("/")[0]) for i, name, _, _ in rows}
        self._weights = {i: float(weight) for i, _, _, weight in rows}
        self._names = [
            (fold(said), i) for i, name, alias, _ in rows for said in (name, alias) if said
        ]
        lines = enumerate(facts.strip().splitlines(), 1)
        self._facts = [self._fact(n, *_cells(line, 7)) for n, line in lines]

    def _fact(
        self,
        n: int,
        entity: str,
        field: str,
        value: str,
        unit: str,
        period: str,
        source: str,
        to: str,
    ) -> Fact:
        number = _number(value, self._fields[field])
        return Fact(
            n, self._entities[entity], field, value, number, unit, period, source, to or None
        )

    @property
    def all(self) -> tuple[Fact, ...]:
        return tuple(self._facts)

    def entity(self, entity_id: str) -> Entity | None:
        return self._entities.get(entity_id)

    def weight(self, entity_id: str) -> float:
        return self._weights[entity_id]

    def members(self, entity_class: EntityClass) -> tuple[Entity, ...]:
        of_type = (e for e in self._entities.values() if e.type == entity_class.type)
        return tuple(e for e in of_type if self._is_member(e, entity_class))

    def _is_member(self, entity: Entity, entity_class: EntityClass) -> bool:
        if entity_class.field is None:
            return True
        facts = self.facts_of([entity.id], entity_class.field).get(entity.id, ())
        return any(fact.value == entity_class.value for fact in facts)

    def classes(self) -> tuple[EntityClass, ...]:
        return CLASSES

    def class_aliases(self) -> Iterable[tuple[str, str, str]]:
        return CLASS_ALIASES

    def fields(self) -> tuple[Field, ...]:
        return tuple(self._fields.values())

    def field(self, field_id: str) -> Field | None:
        return self._fields.get(field_id)

    def facts_of(
        self, entity_ids: Iterable[str], field_id: str, period: str | None = None
    ) -> dict[str, tuple[Fact, ...]]:
        found: dict[str, tuple[Fact, ...]] = {}
        for entity_id in entity_ids:
            facts = [f for f in self._facts if (f.entity.id, f.field) == (entity_id, field_id)]
            if facts:
                found[entity_id] = tuple(sorted(facts, key=lambda f: newest_first(f.period)))
        return found

    def find(self, text: str, limit: int = 10) -> tuple[tuple[Entity, float], ...]:
        asked = fold(text)
        scores: dict[str, float] = {}
        for name, entity_id in self._names:
            score = (
                1.0 if name == asked else 0.8 if asked and (asked in name or name in asked) else 0.0
            )
            scores[entity_id] = max(score, scores.get(entity_id, 0.0))
        ranked = sorted(scores, key=lambda i: (-scores[i], -self._weights[i], i))
        return tuple((self._entities[i], scores[i]) for i in ranked[:limit] if scores[i])
