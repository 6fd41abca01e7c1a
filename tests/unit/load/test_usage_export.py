"""Control Hub's export of Dedicated Instance usage: what is understood, what is refused, and on which line."""

# ruff: noqa: E501  (one case a line: the tables are the tests)

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import InputError
from reconciler.load.usage_export import Export, Meaning, read_export
from reconciler.load.usage_words import WORDS, columns, is_sum
from reconciler.model.dedicated_instance import ServerUsage, Usage

PLAIN = "Region,Server,Professional,Common Area\nEMEA,ffm,12,3\n"
ROW = ServerUsage("EMEA", "ffm", "ffm", Usage(professional=12, workspaces=3))


def read(
    folder: Path, data: str | bytes, named: dict[str, Meaning] | None = None, subscription: str = "Sub-1"
) -> Export:
    """The export with these bytes."""
    file = folder / "usage.csv"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_export(file, subscription, named)


def refused(folder: Path, data: str | bytes, subscription: str = "Sub-1") -> list[str]:
    """`line: message` of every problem."""
    with pytest.raises(InputError) as caught:
        read(folder, data, subscription=subscription)
    assert "nothing was imported" in caught.value.message
    assert {item.code for item in caught.value.findings} == {"usage-export"}
    return [f"{item.where.partition(':')[2]}: {item.message}" for item in caught.value.findings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_however_it_was_saved(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    """Encodings with and without a mark, three separators and three line ends say the same."""
    text = PLAIN.replace(",", separator).replace("\n", end)
    found = read(tmp_path, text.encode(encoding))
    assert found.rows == (ROW,)
    assert found.kinds == ("professional", "workspaces")


def test_a_line_that_names_the_separator(tmp_path: Path) -> None:
    """Excel's `sep=;` is no header; empty lines before the header are none either."""
    assert read(tmp_path, "sep=;\r\n" + PLAIN.replace(",", ";")).rows == (ROW,)
    assert read(tmp_path, "\n,,,\n" + PLAIN).rows == (ROW,)


@pytest.mark.parametrize(
    "header",
    [
        "Region,Server,Professional usage,Common Area usage",
        "Region,Server (cluster),Professional license usage,Workspaces",
        "región,servidor,Profesional,Área común",
        "Région,Serveur,Professionnel,Espaces de travail",
        "Region,Server,Professional,Arbeitsbereiche",
        "Regione,Server,Professionale,Area comune",
        "Região,Servidor,Profissional,Espaços de trabalho",
        "Regio,Server,Professioneel,Werkruimten",
        "Region,Server,Professionell,Gemensamt område",
        "Region,Server,Professionel,Fælles område",
        "Region,Serwer,Profesjonalna,Obszar wspólny",
        "Oblast,Server,Profesionální,Společná oblast",
        "Regiune,Server,Profesională,Zonă comună",
        "Region,Server,Profesionalna,Zajednička oblast",
        "Bölge,Sunucu,Profesyonel,Ortak Alan",
        "Регион,Сервер,Профессиональная,Общая зона",
        "リージョン,サーバー,プロフェッショナル,ワークスペース",
        "지역,서버,프로페셔널,공용 구역",
        "区域,服务器,专业版,工作空间",
        "區域,伺服器,專業版,公用區域",
        "REGION,SERVER,PROFESSIONAL,COMMON  AREA",
    ],
)
def test_names_of_columns(tmp_path: Path, header: str) -> None:
    """Both generations of names, in the languages of Control Hub, with accents, in any case."""
    assert read(tmp_path, f"{header}\nEMEA,ffm,12,3\n").rows == (ROW,)


def test_every_word_means_its_column_alone() -> None:
    """No word of the table is taken for another column, nor for a sum."""
    for name, words in WORDS.items():
        for word in words:
            assert columns(word) == (name,), word
            assert columns(f"{word.upper()} (usage)") == (name,), word
            assert not is_sum(word)


def test_all_kinds_and_a_cluster(tmp_path: Path) -> None:
    """Columns in any order; an empty cell is not zero; a cluster beside its server."""
    text = "Standard,Speech View,Room Systems,Cluster,Region,Server,Professional,Workspaces,Total\n7,,1,FFM,EMEA,ffm-1,0,-,8\n"
    found = read(tmp_path, text)
    assert found.rows == (ServerUsage("EMEA", "FFM", "ffm-1", Usage(0, 7, None, None, 1)),)
    assert found.kinds == ("professional", "standard", "workspaces", "speechView", "roomSystems")
    assert found.rows[0].usage.licenses == 8


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1204", 1204), ("1,204", 1204), ("1.204", 1204), ("1 204", 1204), ("1\u202f204", 1204), ("1\xa0204", 1204),
        ("1'204", 1204), ("1’204", 1204), ("1,204,567", 1204567), ("0", 0), ("１２", 12), ("", None), ("-", None), ("N/A", None),
    ],
)  # fmt: skip
def test_numbers(tmp_path: Path, text: str, number: int | None) -> None:
    """Separators of thousands as spreadsheets of several countries write them; empty is not zero."""
    found = read(tmp_path, f'Region;Server;Professional\nEMEA;ffm;"{text}"\nUS;dal;1\n')
    assert found.rows[0].usage.professional == number


@pytest.mark.parametrize(
    "text", ["1.5", "1,2", "12,34", "1,204.5", "-3", "12 %", "viele", "1.204,567", "=1+1", "99999999999"]
)
def test_what_is_no_number(tmp_path: Path, text: str) -> None:
    """Fractions, negative numbers, words and formulas are refused with line, column and what was expected."""
    (told,) = refused(tmp_path, f'Region;Server;Professional\nUS;dal;1\n\nEMEA;ffm;"{text}"\n')
    assert told == f"4: column 3, `Professional`: `{text}` is no whole number of licenses"


def test_sums(tmp_path: Path) -> None:
    """A row of sums is left out when it is right; when it is not, a row is missing and the file is refused."""
    good = "Region,Server,Professional\nEMEA,ffm,12\nUS,dal,3\nTotal,,15\n"
    assert [row.server for row in read(tmp_path, good).rows] == ["ffm", "dal"]
    assert refused(tmp_path, good.replace("US,dal,3\n", "")) == [
        "3: the sum of Professional is 15, but the rows above it add up to 12"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["1: the file is empty"]),
        ("\n\n", ["1: the file is empty"]),
        ("Name,Phone\nAnn,1\n", ["1: column 1, `Name`, is not known", "1: column 2, `Phone`, is not known"]),
        ("Region,Server\nEMEA,ffm\n", ["1: no column for any count of licenses; the columns are `Region`, `Server`"]),
        ("Server,Professional\nffm,1\n", ["1: no column for the region; the columns are `Server`, `Professional`"]),
        ("Region,Server,Professional,Professional Workspaces\nE,f,1,2\n", ["1: column 4, `Professional Workspaces`, can be professional or workspaces"]),
        ("Region,Server,Professional,Workspaces,Common Area\nE,f,1,2,3\n", ["1: column 5, `Common Area`, means the same as column 4"]),
        ("Region,Server,Professional\n", ["1: no row of a server below the header"]),
        ("Region,Server,Professional\nEMEA,ffm\n", ["2: 2 cells, but the header has 3 columns"]),
        ("Region,Server,Professional\nEMEA,ffm,1,204\n", ["2: 4 cells, but the header has 3 columns"]),
        ("Region,Server,Professional\n,ffm,1\n", ["2: column 1: no region"]),
        ("Region,Server,Professional\nEMEA,,1\n", ["2: column 2: no server"]),
        ("Region,Server,Professional\nEMEA,ffm,1\nemea,FFM,2\n", ["3: `emea`, `FFM` stands on line 2 already"]),
        ("Region,Subscription ID,Server,Professional\nEMEA,Sub-9,ffm,1\n", ["2: the row is of subscription `Sub-9`, not of `Sub-1`"]),
        ('Region,Server,Professional\nEMEA,"ffm,1\n', ["2: not valid CSV: unexpected end of data"]),
        (b"Region,Server,Professional\nEMEA,M\xfcnchen,1\n", ["2: neither UTF-8 nor UTF-16 (byte 34)"]),
        (b"PK\x03\x04\x14\0\x06\0abc", None),
        (f"Region,Server,Professional\nEMEA,{'A1b2' * 16}_PF84_consumer,1\n", ["2: this looks like an access token or a secret"]),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, text: str | bytes, told: list[str] | None) -> None:
    """Whatever cannot be right ends the import, with the line."""
    found = refused(tmp_path, text)
    assert found == told or (told is None and found)


def test_no_message_shows_a_secret(tmp_path: Path) -> None:
    """A token that somebody pasted into the file is in no message and no hint."""
    token = f"{'A1b2' * 16}_PF84_consumer"
    with pytest.raises(InputError) as caught:
        read(tmp_path, f"Region,Server,{token}\nEMEA,ffm,{token}\n")
    assert token not in f"{caught.value.message}{caught.value.hint}{caught.value.findings}"


def test_many_problems_are_counted(tmp_path: Path) -> None:
    """A file with thousands of wrong lines shows twenty and says how many there are."""
    lines = "".join(f"EMEA,s{number},x\n" for number in range(500))
    with pytest.raises(InputError, match="first 20 of 500 problems") as caught:
        read(tmp_path, f"Region,Server,Professional\n{lines}")
    assert len(caught.value.findings) == 20


def test_what_a_header_means_can_be_said(tmp_path: Path) -> None:
    """A header that is not known, or means two things, becomes what the caller says; others can be left out."""
    named: dict[str, Meaning] = {"zona": "region", "Note": "ignore", "professional WORKSPACES": "workspaces"}
    text = "Zona,Server,Professional,Professional Workspaces,Note\nEMEA,ffm,12,3,hello\n"
    assert read(tmp_path, text, named).rows == (ROW,)


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    """The same file is the same reading; one more blank is another file."""
    assert read(tmp_path, PLAIN).digest == read(tmp_path, PLAIN).digest
    assert read(tmp_path, PLAIN).digest != read(tmp_path, PLAIN + " ").digest


def test_no_file(tmp_path: Path) -> None:
    """A folder, and what is not there, are told so."""
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(InputError, match="is not a file"):
            read_export(path, "Sub-1")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=200), st.text(alphabet='Region,;\tServer\n"12.Total\0é', max_size=120).map(str.encode))
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    """Nothing but InputError ever comes out, and what is read has a region, a server and a number of nothing below zero."""
    try:
        found = read(tmp_path, data)
    except InputError:
        return
    assert found.rows
    for row in found.rows:
        assert row.region
        assert row.server
        assert (row.usage.licenses or 0) >= 0
