"""A hand-made raw folder with the faults of the real one, and the store of the real table."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tools.facts.build import draft_table, write_table
from tools.facts.draft import Draft
from tools.facts.raw import Raw
from tools.facts.store import FactStore

HEADER = "domain\tentity_id\tentity\ttype\tproperty\tvalue\tunit\tdate\tsource"
CODES = """ISO3166-1-Alpha-3,ISO3166-1-Alpha-2,FIPS,CLDR display name,is_independent,Continent,official_name_cn,ISO4217-currency_name,ISO4217-currency_alphabetic_code
ARE,AE,AE,United Arab Emirates,Yes,AS,阿拉伯联合酋长国,UAE Dirham,AED
CIV,CI,IV,Côte d’Ivoire,Yes,AF,科特迪瓦,CFA Franc BCEAO,XOF
DEU,DE,GM,Germany,Yes,EU,德国,Euro,EUR
AUT,AT,AU,Austria,Yes,EU,奥地利,Euro,EUR
RUS,RU,RS,Russia,Yes,EU,俄罗斯联邦,Russian Ruble,RUB
UKR,UA,UP,Ukraine,Yes,EU,乌克兰,Hryvnia,UAH
GUM,GU,GQ,Guam,Territory of US,OC,关岛,US Dollar,USD
"""
ROWS = """
country|country/DEU|Germany|country|population|83000000|people|2023|worldbank
country|country/DEU|Germany|country|gdp_nominal|4525703903627.53|USD|2023|worldbank
country|country/ARB|Arab World|country|population|400000000|people|2023|worldbank
country|factbook/middle-east/ae|none|country_profile|Population/total|10,032,213 (2024 est.)||2024|factbook
country|factbook/middle-east/ae|none|country_profile|Capital/name|Abu Dhabi|||factbook
country|factbook/africa/iv|C&ocirc;te d'Ivoire|country_profile|GDP (official exchange rate)|$86.538 billion (2024 est.)||2024|factbook
country|factbook/africa/iv|C&ocirc;te d'Ivoire|country_profile|Elevation/highest point|Monts Nimba 1,752 m|||factbook
country|factbook/africa/iv|C&ocirc;te d'Ivoire|country_profile|Government type|presidential republic; note - a long story|||factbook
country|factbook/europe/gm|Germany|country_profile|Exports/Exports 2023|$2.104 trillion (2023 est.)||2023|factbook
country|factbook/europe/gm|Germany|country_profile|Internet users/percent of population|93% (2023 est.)||2023|factbook
country|factbook/europe/gm|Germany|country_profile|Coastline|unknown|||factbook
country|factbook/europe/gm|Germany|country_profile|Land boundaries/border countries|Austria 801 km|||factbook
country|factbook/europe/gm|Germany|country_profile|Languages|German (official), Danish 0.1%, other 5%|||factbook
country|factbook/europe/up|Ukraine|country_profile|Land boundaries/border countries|Russia 1,944 km|||factbook
country|factbook/europe/rs|Russia|country_profile|Area/total|17,098,242 sq km|||factbook
country|factbook/europe/au|Austria|country_profile|Capital/name|Vienna|||factbook
country|mondial/A|Austria|country|independence_date|1918-11-12|||mondial
geo|city/wien-a|Wien|city|country|Austria|||mondial
geo|city/wien-a|Wien|city|population|1761738|people|2013|mondial
geo|city/wien-a|Wien|city|population|1761738|people||mondial
geo|city/linz-a|Linz|city|country|Austria|||mondial
geo|city/linz-a|Linz|city|population|66194|people||mondial
geo|city/linz-a|Linz|city|population|609456|people||mondial
geo|city/linz-a|Linz|city|population|64249|people|2000|mondial
geo|city/linz-a|Linz|city|population|529122|people|2000|mondial
geo|lake/bodensee|Bodensee|lake|depth|395|m||mondial
geo|lake/bodensee|Bodensee|lake|elevation|254|m||mondial
geo|lake/dry|Dry Lake|lake|elevation|0|m||mondial
geo|river/drau|Drau|river|flows_into_river|Donau|||mondial
geo|river/donau|Donau|river|length|2845|km||mondial
geo|island/land|Öland|island|area|1342|km2||mondial
geo|island/land|Åland|island|area|685|km2||mondial
nobel|nobel/26|Albert Einstein|laureate|gender|male|||nobel.api2
nobel|nobel/26|Albert Einstein|laureate|birth_country|Germany|||nobel.api2
nobel|nobel/26|Albert Einstein|laureate|prize|Physics 1921||1921|nobel.api2
nobel|nobel/26|Albert Einstein|laureate|prize_motivation|for his services||1921|nobel.api2
nobel|nobel/7|A. B. Someone|laureate|gender|female|||nobel.api2
nobel|nobel/7|A. B. Someone|laureate|birth_country|Russian Empire|||nobel.api2
nobel|nobel/7|A. B. Someone|laureate|birth_date|1943-00-00|||nobel.api2
nobel|prize/physics-1921|Nobel Prize in Physics 1921|prize|laureate|Albert Einstein||1921|nobel.api2
film|film/tt1|Some Film|film|oscar_won|BEST PICTURE: A Producer||1932/33|oscars
film|film/tt1|Some Film|film|oscar_nominated|ACTRESS IN A LEADING ROLE: Somebody||1932/33|oscars
ev|region/usa|USA|ev_region|EV sales/Cars/BEV|1200000|Vehicles|2024|iea.gevo25
ev|region/united-states|United States|ev_region|electric cars sold|1520000|vehicles|2024|owid.gevo26
ev|region/usa|USA|ev_region|EV sales/Cars/BEV/STEPS|1300000|Vehicles|2024|iea.gevo25
ev|region/usa|USA|ev_region|EV sales/Cars/BEV/STEPS|2700000|Vehicles|2030|iea.gevo25
ev|region/rest-of-world|Rest of World|ev_region|electric cars sold|-12|vehicles|2012|owid.gevo26
ev|region/world|World|ev_region|electric cars sold|17500000|vehicles|2024|owid.gevo26
company|company/AAPL|Apple Inc.|company|GICS Sector|Information Technology||2026-08|sp500
company|company/AAPL|Apple Inc.|company|Dividend Yield|0.0041|USD|2026-08|sp500fin
company|company/AAPL|Apple Inc.|company|Price/Earnings|33.1|USD|2026-08|sp500fin
company|company/AAPL|AAPL|company|income/Net Income|93736000|USD|FY2024|sec:0000320193-24-000123
company|company/AAPL|AAPL|company|income/Net Income|93736000|USD|FY2024|sec:0000320193-25-000079
company|company/AAPL|AAPL|company|income/Gross Profit|180683000|USD|FY2024|sec:0000320193-24-000123
company|company/AAPL|AAPL|company|income/Gross Profit|180683000|USD|FY2024|sec:0000320193-25-000079
company|company/AAPL|AAPL|company|cashflow/Payments for Property, Plant and Equipment|-9447000000|USD|FY2024|sec:0000320193-24-000123
company|company/MSFT|Microsoft|company|balance/Cash and Cash Equivalents|18315000000|USD|FY2024|sec:0000950170-24-087843
company|company/MSFT|Microsoft|company|balance/Cash and Cash Equivalents|75543000000|USD|FY2024|sec:0000950170-24-087843
company|company/TSLA|Tesla|company|free_cash_flow|2531000000|USD|2024Q1|tesla.ir
company|company/TSLA|Tesla|company|cash_and_equivalents|248480000|USD|2023Q4|machsh64
company|company/TSLA|Tesla|company|capex|2777000000|USD|2023Q4|machsh64
company|company/TSLA|Tesla|company|total_production|237823|vehicles|2021Q4|press
company|company/TSLA|Tesla|company|total_deliveries_millions|0.94||FY2021|tesla.annual
company|company/GOOG|Alphabet Inc. (Class C)|company|GICS Sector|Communication Services||2026-08|sp500
company|company/GOOGL|Alphabet Inc. (Class A)|company|GICS Sector|Communication Services||2026-08|sp500
space|planet/jupiter|Jupiter|planet|density|1326||2019|nasa
space|planet/pluto|Pluto|planet|number_of_moons|5||2019|nasa
space|moon/io|Io|moon|planet|Jupiter||2019|jpl
space|moon/io|Io|moon|radius|1821.6±0.5||2019|jpl
space|astronaut/1|Gagarin, Yuri|astronaut|nationality|U.S.S.R/Russia||2020|astrodb
space|astronaut/1|Gagarin, Yuri|astronaut|total_hrs_sum|2||2020|astrodb
space|astronaut/1|Gagarin, Yuri|astronaut|total_number_of_missions|1||2020|astrodb
space|astronaut/1|Gagarin, Yuri|astronaut|mission_hours|1.77|h|1961|astrodb
space|astronaut/5|Farkas, Bertalan|astronaut|nationality|Hungry||2020|astrodb
element|element/O|Oxygen|element|number|8|||periodic
element|element/O|Oxygen|element|phase|Gas|||periodic
element|element/O|Oxygen|element|density|1.429|g/cm3 (g/L for gases)||periodic
element|element/Uue|Ununennium|element|number|119|||periodic
"""


@pytest.fixture(scope="session")
def raw_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    lines = [HEADER, *(row.replace("|", "\t") for row in ROWS.strip().splitlines())]
    (folder / "facts.tsv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (folder / "countries").mkdir()
    (folder / "countries" / "country-codes.csv").write_text(CODES, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def draft(raw_folder: Path) -> Draft:
    return draft_table(Raw(raw_folder))


@pytest.fixture(scope="session")
def small_table(draft: Draft, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("table")
    write_table(draft, folder)
    return folder


@pytest.fixture(scope="session")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def store(store_folder: Path) -> FactStore:
    return FactStore.open(store_folder)
