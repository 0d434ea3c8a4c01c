from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.report import compose, with_history
from agent.report.types import Finding, Report, Sentence
from agent.types import Citation, RunResult
from tests.support.reports import CASES, company_quarter, composed, look_up, toolbox, worked


def sentences(report: Report) -> Iterator[Sentence]:
    yield from report.summary
    for finding in report.findings:
        yield from finding.sentences


def finding(report: Report, topic: str) -> Finding:
    return next(one for one in report.findings if one.topic == topic)


def said(report: Report, topic: str) -> str:
    return " ".join(sentence.text for sentence in finding(report, topic).sentences)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", CASES)
def test_every_citation_of_a_report_is_listed_and_numbered_as_met(case: str, lang: str) -> None:
    report = composed(case, lang)  # type: ignore[arg-type]
    listed = [citation.id for citation in report.citations]
    cited = [key for sentence in sentences(report) for key in sentence.citations]
    cited += [key for figure in report.figures for key in figure.citations]
    cited += [point.citation for series in report.series for point in series.points]
    assert listed == [str(n) for n in range(1, len(listed) + 1)]
    assert set(cited) <= set(listed)
    assert report.summary


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", CASES)
def test_nothing_is_withheld_where_all_rests_on_evidence(case: str, lang: str) -> None:
    report = composed(case, lang)  # type: ignore[arg-type]
    assert [gap for gap in report.gaps if "withheld" in gap.what or "未予采用" in gap.what] == []
    assert not any(sentence.unsupported for sentence in sentences(report))


@pytest.mark.parametrize("case", CASES)
def test_the_same_evidence_gives_the_same_report(case: str) -> None:
    assert composed(case).model_dump_json() == composed(case).model_dump_json()


def test_a_company_quarter_has_figures_changes_and_charts() -> None:
    report = composed("company")
    revenue = report.figures[0]
    assert report.title == "Tesla, third quarter of 2025"
    assert (revenue.label, revenue.value, revenue.unit) == ("Revenue", "28.10", "billion USD")
    assert revenue.previous is not None
    assert revenue.previous.text == "+24.9%"
    assert revenue.year_ago is not None
    assert revenue.year_ago.text == "+11.6%"
    assert len(report.series) >= 2
    assert [point.period for point in report.series[0].points][-1] == "2025Q3"


def test_findings_compare_with_the_quarter_and_the_year_before() -> None:
    report = composed("company")
    assert said(report, "Revenue").startswith(
        "Revenue stood at $28.10 billion in the third quarter of 2025, 24.9% above Q2 2025 "
        "($22.50 billion) and 11.6% above Q3 2024 ($25.18 billion)."
    )
    assert "0.8 percentage points above Q2 2025" in said(report, "Gross margin")
    assert "27.3 times as much as in Q2 2025 ($146.0 million)" in said(report, "Free cash flow")


def test_a_record_is_claimed_only_of_the_highest_value() -> None:
    report = composed("company")
    assert "That is the highest of the 7 quarters" in said(report, "Revenue")
    assert "the highest was Q3 2024 ($6.26 billion)" in said(report, "Operating cash flow")


def test_later_periods_than_the_one_asked_for_stay_out() -> None:
    report = composed("company")
    assert "2025Q4" not in {citation.period for citation in report.citations}


def test_an_identity_of_reported_figures_is_computed_again() -> None:
    [claim] = composed("company").claims
    assert claim.truth == "supported"
    assert "operating cash flow − capital expenditure" in claim.text


def test_a_period_without_a_value_is_a_gap_and_no_comparison() -> None:
    report = composed("company")
    margin = next(figure for figure in report.figures if figure.field == "gross_margin")
    assert margin.year_ago is None
    assert any(gap.what == "Gross margin: Q3 2024" for gap in report.gaps)


def test_sources_that_disagree_are_both_shown_with_the_one_used() -> None:
    [dispute] = composed("company").disputes
    assert (dispute.label, dispute.period) == ("Capital expenditure", "Q1 2024")
    assert [reading.text for reading in dispute.readings] == [
        "2,773,000,000 USD",
        "2,777,000,000 USD",
    ]
    assert dispute.kept == dispute.readings[0].citation


def test_a_reading_that_is_only_rounded_is_no_dispute() -> None:
    labels = [(one.label, one.period) for one in composed("company").disputes]
    assert ("Revenue", "Q3 2025") not in labels


def test_a_disputed_base_is_named_where_it_is_compared_with() -> None:
    assert "Sources disagree on 2022: 28.16% and 5.8%." in said(composed("country"), "Inflation")


def test_an_answer_set_is_a_table_of_members_with_what_decided() -> None:
    report = composed("laureates")
    assert report.members is not None
    assert report.summary[0].text == "2 laureates answer the question: Otto Stern and Rainer Weiss."
    assert report.members.columns[0] == "Laureate"
    assert {"Gender", "Prize year", "Birth date"} <= set(report.members.columns)
    assert [row[0].text for row in report.members.rows] == ["Otto Stern", "Rainer Weiss"]


def test_years_are_earlier_and_later_not_smaller_and_larger() -> None:
    text = said(composed("laureates"), "Prize year")
    assert text == "Rainer Weiss has the latest prize year (2017), Otto Stern the earliest (1943)."


def test_a_table_over_a_set_is_compared_and_drawn() -> None:
    report = composed("neighbours")
    assert "Sweden has the highest population (10.6 million people), 1.88 times" in said(
        report, "Population"
    )
    assert [(s.over, len(s.points)) for s in report.series] == [("members", 2)]


def test_a_calculated_answer_shows_its_expression() -> None:
    report = composed("growth")
    assert report.summary[0].text == (
        "The answer is 1.52%, worked out as 5,572,279 / 5,488,984 − 1."
    )
    assert report.title == "By how much did Norway's population grow from 2022 to 2024?"


def test_a_verdict_leads_with_its_truth_and_its_facts() -> None:
    report = composed("claim")
    assert report.summary[0].text.startswith("It does not hold: Norway area > 450,295 km²")
    assert "Norway: area 323,802 km²" in report.summary[0].text
    assert [claim.truth for claim in report.claims] == ["contradicted"]


def test_a_country_profile_holds_numbers_and_words() -> None:
    report = composed("country")
    figures = {figure.field: figure for figure in report.figures}
    assert report.title == "Norway: a profile"
    assert figures["neighbours"].value == "Finland, Sweden"
    assert figures["currency"].number is None
    assert said(report, "Currency") == "Currency: Norwegian krone."


def test_chinese_reports_are_chinese() -> None:
    report = composed("company", "zh")
    assert report.title == "特斯拉 · 2025年第三季度"
    assert said(report, "营收").startswith(
        "2025年第三季度营收为280.95亿美元，较2025年第二季度的224.96亿美元增长24.9%，"
        "较2024年第三季度的251.82亿美元增长11.6%。"
    )
    assert report.citations[0].entity == "特斯拉"
    assert {note.label for note in report.sources} >= {"特斯拉投资者关系季度表"}


def test_a_row_that_brought_nothing_is_a_gap_with_its_reason() -> None:
    result, evidence = worked(
        "What is the GDP of Norway?", look_up("Norway", "GDP"), ("finish", {"answer": "#1"})
    )
    result = result.model_copy(update={"status": "abstained", "answer": "Not in the facts."})
    report = compose(result, evidence)
    assert report.summary == ()
    assert report.gaps[0].why == "Not in the facts."
    assert report.gaps[1].what == "lookup(Norway; GDP)"
    assert report.gaps[1].why.startswith("no value")


def test_a_run_without_evidence_is_written_from_its_citations() -> None:
    citation = Citation(
        id="1", entity="Norway", field="population", period="2024", value="5572279",
        unit="people", source="worldbank",
    )  # fmt: skip
    result = RunResult(
        question="How many Norwegians?", arm="ar-plan", status="answered", answer="5,572,279",
        citations=[citation],
    )  # fmt: skip
    report = compose(result)
    assert report.summary[0].text == "Population of Norway stood at 5.57 million people in 2024."


def test_single_periods_bring_their_history_as_lookups_of_the_report() -> None:
    result, evidence = company_quarter()
    more = with_history(evidence, toolbox())
    added = [item for item in more if item.row == 0]
    assert [item.args[1] for item in added] == [
        "revenue", "gross_margin", "deliveries", "free_cash_flow",
    ]  # fmt: skip
    assert compose(result, more).method.own_lookups == 4
    assert compose(result, evidence).method.own_lookups == 0


def test_sources_carry_tier_and_licence() -> None:
    notes = {note.key: note for note in composed("country").sources}
    assert (notes["worldbank"].tier, notes["worldbank"].licence) == ("official", "CC BY 4.0")


def test_a_set_without_lookups_is_its_table_alone() -> None:
    result, evidence = worked(
        "Which men won the Nobel Prize in Physics?",
        ("search", {"query": "physics laureates"}),
        ("verify", {"claim": "#1 gender = male"}),
        ("finish", {"answer": "#2"}),
    )
    report = compose(result, evidence)
    assert report.members is not None
    assert report.figures == ()
    assert report.findings == ()
    assert {citation.entity for citation in report.citations} == {"Otto Stern", "Rainer Weiss"}
