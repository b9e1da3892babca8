"""What we write, opened by the programs it is for; `scripts/office-tests` makes it."""

import datetime
import json
import os
import pathlib
import subprocess
import zipfile

import icalendar
import openpyxl
import pytest
from libreoffice import office

FILES = pathlib.Path(os.environ["OFFICE_FILES"])
SPECIMENS = os.environ["OFFICE_SPECIMENS"]


def diff(workbook):
    answer = subprocess.run([SPECIMENS, "diff", workbook], check=True, capture_output=True)
    return json.loads(answer.stdout)["lines"]


def column(sheet, heading):
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def test_acceptance_10_libreoffice_saves_the_untouched_workbook_and_nothing_has_changed(tmp_path):
    assert diff(office(tmp_path, FILES / "programme.xlsx", "xlsx")) == []


def test_acceptance_10_ten_cells_edited_and_saved_by_libreoffice_are_ten_changes(tmp_path):
    book = openpyxl.load_workbook(FILES / "programme.xlsx")
    edits = [
        ("Opgaver", "Status", 2, "I gang"),
        ("Opgaver", "Egen frist", 3, datetime.date(2026, 12, 31)),
        ("Opgaver", "Procent", 4, 40),
        ("Systemer", "Navn", 2, "Omsorg Øst"),
        ("Systemer", "Kritikalitet", 3, "Høj"),
        ("Systemer", "Udfases", 4, datetime.date(2028, 2, 29)),
        ("Systemer", "Leverandør", 5, "L-001 Leverandør 1 A/S"),
        ("Brevtyper", "Til borgere pr. år", 2, 5000),
        ("Risici", "Sandsynlighed (1-5)", 2, 5),
        ("Milepæle", "Dato", 2, datetime.date(2027, 2, 1)),
    ]
    for name, heading, row, value in edits:
        book[name].cell(row, column(book[name], heading)).value = value
    edited = tmp_path / "edited.xlsx"
    book.save(edited)
    lines = diff(office(tmp_path, edited, "xlsx"))
    told = {(line["place"]["sheet"], line["place"]["heading"], line["place"]["row"]) for line in lines}
    assert told == {(name, heading, row) for name, heading, row, _ in edits}
    assert len(lines) == 10 and not any(line["conflict"] for line in lines)


def test_texts_that_look_like_formulas_are_texts():
    book = openpyxl.load_workbook(FILES / "programme.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "=1+1" for cell in cells)


def entries(name):
    calendar = icalendar.Calendar.from_ical((FILES / name).read_bytes())
    events = list(calendar.walk("VEVENT"))
    assert not calendar.errors and not any(event.errors for event in events)
    found = {str(event["UID"]): event for event in events}
    assert len(found) == len(events), "no entry stands twice"
    return calendar, found


def test_acceptance_11_an_independent_reader_takes_the_calendar_and_an_update_moves_the_entry():
    _, first = entries("first.ics")
    _, moved = entries("moved.ics")
    assert set(first) == set(moved)
    task = next(uid for uid in first if "OP3-T01.S-001" in uid)
    assert first[task].decoded("DTSTART") == datetime.date(2026, 6, 12)
    assert moved[task].decoded("DTSTART") == datetime.date(2026, 7, 1)
    assert moved[task]["SEQUENCE"] > first[task]["SEQUENCE"]
    gone = next(uid for uid in first if "OP3-T08.S-001" in uid)
    assert (str(first[gone]["STATUS"]), str(moved[gone]["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert moved[gone]["SEQUENCE"] > first[gone]["SEQUENCE"]


def test_acceptance_11_reminders_come_14_7_and_1_days_before_and_times_are_copenhagens():
    calendar, first = entries("first.ics")
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Copenhagen"]
    for event in first.values():
        alarms = [alarm.decoded("TRIGGER").days for alarm in event.walk("VALARM")]
        assert alarms == [-14, -7, -1]
    legacy = next(event for uid, event in first.items() if "LEGACY_OFF" in uid)
    start = legacy.decoded("DTSTART")
    assert (start.hour, start.utcoffset()) == (12, datetime.timedelta(hours=1))


@pytest.mark.parametrize("name", ["all", "mine"])
def test_acceptance_11_a_feed_that_twenty_people_changed_under_moves_its_entries(name):
    _, first = entries(f"feed-{name}-1.ics")
    _, second = entries(f"feed-{name}-2.ics")
    assert set(first) == set(second), "no entry is doubled under another name"
    golive = next(uid for uid in first if "milestone.GOLIVE" in uid)
    assert second[golive].decoded("DTSTART") - first[golive].decoded("DTSTART") == datetime.timedelta(days=14)
    for uid, before in first.items():
        same = before.to_ical() == second[uid].to_ical()
        assert same or second[uid]["SEQUENCE"] > before["SEQUENCE"], "what changed has a higher number"
    assert (FILES / f"feed-{name}-2.ics").read_bytes() == (FILES / f"feed-{name}-3.ics").read_bytes()
    assert not [word for word in ["Person 1", "Person 17"] if word in (FILES / f"feed-{name}-2.ics").read_text()]


@pytest.mark.parametrize("name", ["communication.pptx", "status.pptx"])
def test_decks_open_in_libreoffice_with_every_slide(tmp_path, name):
    slides = [part for part in zipfile.ZipFile(FILES / name).namelist() if part.startswith("ppt/slides/slide")]
    pdf = office(tmp_path, FILES / name, "pdf")
    told = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    pages = next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pages:"))
    assert pages == len(slides)


@pytest.mark.parametrize("name", sorted(file.name for file in FILES.glob("R*.pdf")))
def test_reports_are_tagged_and_every_word_of_them_can_be_read_out(name):
    told = subprocess.run(["pdfinfo", FILES / name], check=True, capture_output=True, text=True).stdout
    facts = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    assert facts["Tagged"].strip() == "yes" and "Lindholm Kommune" in facts["Title"]
    read = subprocess.run(["pdftotext", FILES / name, "-"], check=True, capture_output=True, text=True).stdout
    for said in ["Lindholm Kommune", "Opgjort", "Filter", "Katalog 2026-11", "tal er målt", "er oplyst", "Fravalgte krav"]:
        assert said in read


def test_acceptance_12_the_status_report_is_one_a4_page():
    told = subprocess.run(["pdfinfo", FILES / "R1.pdf"], check=True, capture_output=True, text=True).stdout
    assert "(A4)" in told and any(line.split() == ["Pages:", "1"] for line in told.splitlines())
