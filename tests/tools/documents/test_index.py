"""The user's documents: every kind is read and found, with the place where the words stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.documents.engine import Documents
from tools.documents.index import Found, Index
from tools.engines.types import Query
from tools.notes import noted
from tools.types import NoteKind

Opened = Callable[[], Index]
MEMO = "# Plant memo\n\nIntro.\n\nThe Arnsberg plant opened in 2019\nand employs 420 people.\n"
SALES = "region,year,sold\nNorth,2023,118\nSouth,2024,131\n"
PAGE = """<html><head><title>Town hall</title></head><body><article>
<p>The town hall of Arnsberg was rebuilt after the fire in 1781, and it holds the archive of the county since then.</p>
<p>Its tower is 31 metres high, and visitors may climb it on every Sunday of the summer months.</p>
</article></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "deep").mkdir(parents=True)
    (folder / "memo.md").write_text(MEMO, "utf-8")
    (folder / "deep" / "sales.csv").write_text(SALES, "utf-8")
    (folder / "zh.txt").write_text("阿恩斯贝格工厂于2019年投产。\n\n年产量为三万台。\n", "gb18030")
    return folder


@pytest.fixture
def opened(folder: Path, tmp_path: Path) -> Iterator[Opened]:
    made: list[Index] = []

    def open_index() -> Index:
        made.append(Index(folder, tmp_path / "cache"))
        return made[-1]

    yield open_index
    for index in made:
        index.close()


def first(index: Index, query: str) -> Found:
    return index.search(query, 5)[0]


def test_a_passage_is_found_with_its_file_and_line(opened: Opened) -> None:
    found = first(opened(), "how many people does the Arnsberg plant employ")
    assert (found.name, found.title, found.place) == ("memo.md", "Plant memo", "line 5")
    assert found.words == "The Arnsberg plant opened in 2019 and employs 420 people."


def test_a_row_of_a_table_is_found_with_its_columns(opened: Opened) -> None:
    found = first(opened(), "sold in the south 2024")
    assert (found.name, found.place) == ("deep/sales.csv", "row 3")
    assert found.words == "region: South; year: 2024; sold: 131"


def test_chinese_text_in_another_charset_is_found(opened: Opened) -> None:
    found = first(opened(), "工厂的年产量是多少")
    assert (found.name, found.place) == ("zh.txt", "line 3")


def test_html_is_found_by_paragraph(opened: Opened, folder: Path) -> None:
    (folder / "hall.html").write_text(PAGE, "utf-8")
    found = first(opened(), "tower metres high")
    assert (found.name, found.place) == ("hall.html", "par. 2")
    assert found.words.startswith("Its tower is 31 metres high")


def test_a_pdf_is_found_by_page(opened: Opened, folder: Path) -> None:
    (folder / "two.pdf").write_bytes(_pdf("Nothing here", "The bridge cost 90 million"))
    found = first(opened(), "what did the bridge cost")
    assert (found.name, found.place) == ("two.pdf", "p. 2")
    assert "90 million" in found.words


def test_a_passage_with_few_of_the_words_is_not_taken(opened: Opened) -> None:
    assert opened().search("people of the moon base colony", 5) == ()


@pytest.mark.parametrize("query", ['"; drop table files', "NEAR( AND OR", "the of", "*", ""])
def test_any_query_can_be_asked(opened: Opened, query: str) -> None:
    index = opened()
    assert len(index.search(query, 5)) <= 1
    assert first(index, "people the Arnsberg plant employs").name == "memo.md"


def test_a_changed_file_is_read_again_and_a_removed_one_is_gone(
    opened: Opened, folder: Path
) -> None:
    assert opened().n_documents == 3
    (folder / "memo.md").write_text("The depot in Soest opened in 2020.", "utf-8")
    (folder / "zh.txt").unlink()
    index = opened()
    assert index.n_documents == 2
    assert first(index, "depot Soest").title == "memo"
    assert index.search("Arnsberg plant opened", 5) == ()


def test_an_unchanged_file_is_not_read_again(opened: Opened, folder: Path) -> None:
    opened()
    memo = folder / "memo.md"
    stamp = memo.stat()
    memo.write_text("x" * len(MEMO.encode()), "utf-8")
    _set_time(memo, stamp.st_mtime_ns)
    assert first(opened(), "Arnsberg plant opened").name == "memo.md"


def test_what_cannot_be_read_is_named_with_the_reason(opened: Opened, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / ".hidden.md").write_text("secret", "utf-8")
    left_out = opened().left_out
    assert set(left_out) == {"broken.pdf", "photo.jpg"}
    assert "could not be read" in left_out["broken.pdf"]
    assert ".pdf" in left_out["photo.jpg"]


def test_nothing_outside_the_folder_is_read(opened: Opened, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the launch code is 12345", "utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    index = opened()
    assert index.search("launch code", 5) == ()
    assert "leads out" in index.left_out["link.txt"]


def test_a_long_paragraph_is_cut_at_sentences_and_nothing_of_it_is_lost(
    opened: Opened, folder: Path
) -> None:
    sentences = [f"Sentence {n} speaks of the mill and of wheat number {n}." for n in range(60)]
    (folder / "long.txt").write_text(" ".join(sentences), "utf-8")
    index = opened()
    assert index.text("long.txt").replace("\n\n", " ") == " ".join(sentences)
    assert "wheat number 41" in first(index, "wheat number 41").words


def test_as_an_engine_it_names_what_was_left_out(opened: Opened, folder: Path) -> None:
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    engine = Documents(opened())
    with noted() as notes:
        (found, *_) = engine.search(Query("Arnsberg plant opened"))
    assert [(note.kind, note.about) for note in notes] == [(NoteKind.LEFT_OUT, "photo.jpg")]
    assert (found.url, found.source, found.place) == ("", "documents:memo.md", "line 5")
    assert engine.text(found).startswith("# Plant memo")
    assert {each.source for each in engine.read_on(found, "intro")} == {"documents:memo.md"}


def _set_time(path: Path, nanoseconds: int) -> None:
    import os

    os.utime(path, ns=(nanoseconds, nanoseconds))


def _pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page, written by hand."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, words in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * n} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{tail}".encode()
