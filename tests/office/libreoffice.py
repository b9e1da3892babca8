"""LibreOffice without a screen: opening a file and writing it again, and editing cells as a person does."""

import datetime
import pathlib
import subprocess
from xml.sax.saxutils import escape

# Seconds that a busy machine may take to open a workbook.
PATIENCE = 240

LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">{element}</library:library>
"""
LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/{index}/" xlink:type="simple"
 library:link="false"/></library:libraries>
"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Edits"
 script:language="StarBasic">{source}</script:module>
"""


def run(tmp_path, *words):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", *words]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)


def office(tmp_path, file, kind):
    """The file as LibreOffice opens it and writes it again."""
    run(tmp_path, "--convert-to", kind, "--outdir", tmp_path / "out", file)
    written = tmp_path / "out" / f"{pathlib.Path(file).stem}.{kind}"
    assert written.exists(), "LibreOffice could not open it"
    return written


def text(words):
    return '"' + words.replace('"', '""') + '"'


def said(value):
    """How a macro writes a value into a cell."""
    if isinstance(value, datetime.date):
        return f"setValue({(value - datetime.date(1899, 12, 30)).days})"
    if isinstance(value, (int, float)):
        return f"setValue({value})"
    return f"setString({text(value)})"


def edited(tmp_path, file, cells, gone):
    """The workbook with cells edited and rows deleted in LibreOffice: (sheet, row, column, value), each counted
    from 1, and (sheet, row)."""
    written = tmp_path / "edited.xlsx"
    lines = [
        "Sub Edit",
        "On Error Goto Over",
        'Dim hidden(0) As New com.sun.star.beans.PropertyValue : hidden(0).Name = "Hidden" : hidden(0).Value = True',
        f'book = StarDesktop.loadComponentFromURL({text(pathlib.Path(file).resolve().as_uri())}, "_blank", 0, hidden())',
    ]
    for sheet in sorted({place[0] for place in cells + gone}):
        lines.append(f'book.Sheets.getByName({text(sheet)}).unprotect("")')
    for sheet, row, column, value in cells:
        lines.append(f"book.Sheets.getByName({text(sheet)}).getCellByPosition({column - 1}, {row - 1}).{said(value)}")
    for sheet, row in sorted(gone, reverse=True):
        lines.append(f"book.Sheets.getByName({text(sheet)}).Rows.removeByIndex({row - 1}, 1)")
    lines += [
        "Dim form(0) As New com.sun.star.beans.PropertyValue",
        'form(0).Name = "FilterName" : form(0).Value = "Calc MS Excel 2007 XML"',
        f"book.storeToURL({text(written.resolve().as_uri())}, form())",
        "book.close(True)",
        "Over:",
        "StarDesktop.terminate()",
        "End Sub",
    ]
    basic = tmp_path / "profile" / "user" / "basic"
    (basic / "Standard").mkdir(parents=True)
    for name, index in [("script", "script.xlb"), ("dialog", "dialog.xlb")]:
        (basic / f"{name}.xlc").write_text(LIBRARIES.format(index=index))
        element = '<library:element library:name="Edits"/>' if name == "script" else ""
        (basic / "Standard" / index).write_text(LIBRARY.format(element=element))
    (basic / "Standard" / "Edits.xba").write_text(MODULE.format(source=escape("\n".join(lines))), encoding="utf-8")
    run(tmp_path, "macro:///Standard.Edits.Edit")
    assert written.exists(), "LibreOffice could not edit it"
    return written
