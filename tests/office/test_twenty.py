"""Twenty people: an exported workbook is edited in LibreOffice and brought back while each of them changed the
programme. The difference is exactly what was edited, conflicts are asked about, and nothing of anybody's is lost.
"""

import datetime
import json
import os
import pathlib
import subprocess

import openpyxl
import pytest
from libreoffice import edited

FILES = pathlib.Path(os.environ["OFFICE_FILES"])
SPECIMENS = os.environ["OFFICE_SPECIMENS"]
TASK = json.loads((FILES / "twenty.json").read_text())["task"]

# Sheet, id of the row, heading, what is written; and what it comes to: a change, a conflict, or nothing because
# somebody did the same.
EDITS = [
    ("Systemer", "S-001", "Navn", "Omsorg Øst", "change"),
    ("Systemer", "S-009", "Navn", "Filens navn", "conflict"),
    ("Systemer", "S-010", "Kritikalitet", "Høj", None),
    ("Systemer", "S-011", "Leverandør", "L-001 Leverandør 1 A/S", "change"),
    ("Systemer", "S-012", "Udfases", datetime.date(2028, 2, 29), "change"),
    ("Systemer", "S-003", "Beskrivelse", "Filens beskrivelse", "change"),
    ("Snitflader", "S-019#1", "Vært", "fil.eksempel.dk", "conflict"),
    ("Snitflader", "S-020#1", "Vært", "fil.eksempel.dk", "change"),
    ("Brevtyper", "B-001", "Til borgere pr. år", 5000, "conflict"),
    ("Risici", "R-001", "Handling", "Ring hver uge", "change"),
    ("Opgaver", TASK, "Note", "Filens note", "change"),
    ("Milepæle", "READY", "Dato", datetime.date(2026, 11, 2), "change"),
]
GONE = ("Leverandører", "L-002")
NEW = "Nyt system; med æøå"


def place(book, sheet, row, heading):
    sheet = book[sheet]
    headings = {cell.value: cell.column for cell in sheet[1]}
    rows = {sheet.cell(at, headings["Id"]).value: at for at in range(2, sheet.max_row + 1)}
    return rows[row], headings[heading]


def taken_in(workbook, *mine):
    answer = subprocess.run([SPECIMENS, "twenty", workbook, *mine], check=True, capture_output=True)
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """The workbook as LibreOffice left it."""
    book = openpyxl.load_workbook(FILES / "twenty.xlsx")
    cells = [(sheet, *place(book, sheet, row, heading), value) for sheet, row, heading, value, _ in EDITS]
    systems = book["Systemer"]
    name = place(book, "Systemer", "S-001", "Navn")[1]
    last = max(at for at in range(2, systems.max_row + 1) if systems.cell(at, name).value)
    cells.append(("Systemer", last + 1, name, NEW))
    gone = [(GONE[0], place(book, *GONE, "Id")[0])]
    return edited(tmp_path_factory.mktemp("twenty"), FILES / "twenty.xlsx", cells, gone)


def test_an_untouched_export_says_nothing_though_twenty_people_changed_the_programme():
    told = taken_in(FILES / "twenty.xlsx")
    assert len({change["who"] for change in told["meanwhile"]}) == 20
    assert told["lines"] == []


def test_the_difference_is_exactly_what_was_edited_and_conflicts_are_what_others_changed_too(workbook):
    told = set()
    for line in taken_in(workbook)["lines"]:
        what, where = line["what"], line["place"]
        word = "conflict" if line["conflict"] else "change"
        if "cell" in what:
            item = what["cell"]["path"].split("/")
            row = f"{line['key']}#{int(item[1]) + 1}" if item[0] == "interfaces" else line["key"]
            told.add((where["sheet"], row, where["heading"], word))
        else:
            told.add((where["sheet"], line["key"], next(iter(what)), word))
    expected = {(sheet, row, heading, word) for sheet, row, heading, _, word in EDITS if word}
    expected |= {(*GONE, "gone", "conflict"), ("Systemer", "S-031", "new", "change")}
    assert told == expected


def test_a_conflict_is_offered_with_all_three_values(workbook):
    lines = {(line["kind"], line["key"]): line["what"] for line in taken_in(workbook)["lines"]}
    cell = lines["system", "S-009"]["cell"]
    assert (cell["base"], cell["mine"], cell["theirs"]) == ("Fagsystem 9", "Filens navn", "Andres navn")
    cell = lines["letter-type", "B-001"]["cell"]
    assert (cell["base"], cell["mine"], cell["theirs"]) == (4000, 5000, 4444)


def test_nothing_of_the_twenty_is_lost_and_all_that_was_chosen_is_taken_in(workbook):
    told = taken_in(workbook, "letter-type/B-001")
    objects = told["objects"]
    assert len(told["meanwhile"]) == 20
    for change in told["meanwhile"]:
        there = objects[f"{change['kind']}/{change['key']}"]
        line = [change["who"], change["kind"], change["key"], change["field"], ""]
        assert line in told["history"], "it stands in the history"
        if change["key"] == "B-001":
            assert there["citizens"] == 5000, "the conflict that was decided for the file"
        elif change["field"]:
            assert there[change["field"]] == change["to"], change
        else:
            assert {name: there[name] for name in change["to"] if name != "note"} \
                == {name: value for name, value in change["to"].items() if name != "note"}, change
    field = lambda name, field: objects[name][field]
    assert field("system/S-001", "name") == "Omsorg Øst"
    assert field("system/S-009", "name") == "Andres navn", "undecided: theirs stands"
    assert field("system/S-003", "description") == "Filens beskrivelse"
    assert field("system/S-003", "note") == "Andres note 3", "two fields of one system, by two people"
    assert field("system/S-011", "supplier") == "L-001"
    assert field("system/S-012", "retire_date") == "2028-02-29"
    assert [one["host"] for one in field("system/S-019", "interfaces")] == ["post.eksempel.dk", "ny.eksempel.dk"]
    assert field("system/S-020", "interfaces")[0]["host"] == "fil.eksempel.dk"
    assert (field("risk/R-001", "action"), field("risk/R-001", "probability")) == ("Ring hver uge", 5)
    assert (field(f"task/{TASK}", "note"), field(f"task/{TASK}", "percent")) == ("Filens note", 30)
    assert field("milestone/READY", "day") == "2026-11-02"
    assert field("system/S-031", "name") == NEW
    assert "supplier/L-002" in objects, "what somebody changed is not deleted unasked"
    imported = [line for line in told["history"] if line[4] == "import"]
    assert len(imported) == len([edit for edit in EDITS if edit[4] == "change"]) + 2
    assert all(line[0] == "P-001" for line in imported)
