//! Writing the workbook.

use std::collections::BTreeMap;

use brevdue_programme::objects::{Kind, System};
use brevdue_programme::{Key, Language};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Formula, ProtectionOptions, Workbook, Worksheet, XlsxError,
};
use serde_json::Value;

use super::{BASE_SHEET, Base, Export, FORM, Fingerprint, Unwritable, WORDS_SHEET, untouched};
use crate::cells::{Cell, Form, Names};
use crate::sheets::{ID, SHEETS, Sheet};

/// Rows below the last in which words can be chosen from lists.
const SPARE_ROWS: u32 = 2_000;
/// Characters of a body in one cell of the base sheet; below Excel's limit.
const PIECE: usize = 30_000;

/// A row: id, what is told, and the values.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) told: Vec<Cell>,
    pub(crate) values: Vec<Cell>,
    /// The version of the object; 0: nothing is kept of it yet.
    pub(crate) version: u32,
}

/// The objects of a kind, in order, with their versions: those kept, and tasks and milestones of which
/// nothing is kept yet.
fn objects(export: &Export<'_>, kind: Kind) -> Vec<(Key, u32, Value)> {
    let kept =
        |key: &Key| export.programme.held(kind, key).map(|held| (held.version, held.body.clone()));
    match kind {
        Kind::TaskState => export
            .tasks
            .iter()
            .filter_map(|line| {
                let subject = Some((&line.task, line.subject.as_ref()));
                let (version, body) =
                    kept(&line.key).or_else(|| Some((0, untouched(kind, &line.key, subject)?)))?;
                Some((line.key.clone(), version, body))
            })
            .collect(),
        Kind::Milestone => export
            .milestones
            .iter()
            .filter_map(|line| {
                let key: Key = line.id.as_str().parse().ok()?;
                let (version, body) =
                    kept(&key).or_else(|| Some((0, untouched(kind, &key, None)?)))?;
                Some((key, version, body))
            })
            .collect(),
        kind => export
            .programme
            .all_held(kind)
            .map(|(key, held)| (key.clone(), held.version, held.body.clone()))
            .collect(),
    }
}

/// The rows of a sheet.
pub(crate) fn rows(export: &Export<'_>, sheet: &Sheet, names: &Names) -> Vec<Row> {
    let language = export.language;
    let values = |item: &Value| -> Vec<Cell> {
        let at = |path: &str| item.pointer(&format!("/{path}")).cloned().unwrap_or_default();
        sheet
            .columns
            .iter()
            .map(|column| column.form.render(&at(column.path), names, language))
            .collect()
    };
    let mut rows = Vec::new();
    let tasks: BTreeMap<&Key, &super::TaskLine> =
        export.tasks.iter().map(|line| (&line.key, line)).collect();
    let mut systems_of: BTreeMap<String, u32> = BTreeMap::new();
    for (_, system) in export.programme.all::<System>() {
        if let Some(supplier) = system.supplier {
            *systems_of.entry(supplier.to_string()).or_default() += 1;
        }
    }
    for (key, version, body) in objects(export, sheet.kind) {
        let text = |text: &str| match text {
            "" => Cell::Empty,
            text => Cell::Text(crate::cells::writable(text)),
        };
        let figure = || {
            let figure = export.figures.get(&(sheet.kind, key.clone()));
            figure.map_or(Cell::Empty, |figure| Cell::Number(*figure))
        };
        if let Some(items) = sheet.items {
            let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
            for (index, item) in
                body.get(items).and_then(Value::as_array).into_iter().flatten().enumerate()
            {
                let id = format!("{key}#{}", index + 1);
                rows.push(Row { id, told: vec![text(name)], values: values(item), version });
            }
            continue;
        }
        let told = match sheet.kind {
            Kind::TaskState => tasks.get(&key).map_or_else(Vec::new, |line| {
                let day = |day: Option<brevdue_programme::Day>| day.map_or(Cell::Empty, Cell::Day);
                let after: Vec<&str> = line.after.iter().map(Key::as_str).collect();
                vec![
                    text(&line.package),
                    text(&line.area),
                    text(&line.title),
                    text(&line.subject_name),
                    text(&line.obligation),
                    text(&line.role),
                    day(line.due),
                    day(line.forecast),
                    text(&after.join("; ")),
                ]
            }),
            Kind::Milestone => {
                let line = export.milestones.iter().find(|line| line.id.as_str() == key.as_str());
                vec![text(line.map_or("", |line| &line.name))]
            }
            Kind::Supplier => {
                vec![Cell::Number(f64::from(systems_of.get(key.as_str()).copied().unwrap_or(0)))]
            }
            Kind::LetterType => {
                let line = export.volumes.get(&key);
                let measured = line.and_then(|line| line.measured);
                // Letters a year are far below 2^52.
                let measured = measured.map_or(Cell::Empty, |count| Cell::Number(count as f64));
                let said = |of: fn(&super::VolumeLine) -> &str| text(line.map_or("", of));
                vec![figure(), measured, said(|line| &line.over), said(|line| &line.used)]
            }
            Kind::System | Kind::ContactPoint => vec![figure()],
            _ => Vec::new(),
        };
        rows.push(Row { id: key.to_string(), told, values: values(&body), version });
    }
    rows
}

struct Looks {
    heading: Format,
    told_heading: Format,
    id: Format,
    told: Format,
    told_day: Format,
    text: Format,
    day: Format,
    number: Format,
}

impl Looks {
    fn new() -> Self {
        let heading = || {
            Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_border_bottom(FormatBorder::Thin)
        };
        let grey = || {
            Format::new().set_background_color(Color::RGB(0x00F0_F0F0)).set_align(FormatAlign::Top)
        };
        let own = || Format::new().set_unlocked().set_align(FormatAlign::Top);
        Self {
            heading: heading().set_background_color(Color::RGB(0x00DD_E7F3)),
            told_heading: heading().set_background_color(Color::RGB(0x00DA_DADA)),
            id: grey().set_num_format("@"),
            told: grey(),
            told_day: grey().set_num_format("dd-mm-yyyy"),
            text: own().set_text_wrap(),
            day: own().set_num_format("dd-mm-yyyy"),
            number: own(),
        }
    }
}

pub(super) fn write(export: &Export<'_>) -> Result<Vec<u8>, Unwritable> {
    let names = Names::of(export.programme);
    let mut book = Workbook::new();
    let (year, month, day) = export.as_of.year_month_day();
    let (hour, minute, second, _) = export.as_of.hour_minute_second_millis();
    let title = export.programme.settings().map(|settings| settings.name).unwrap_or_default();
    let made = ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(2000), month, day)
        .and_then(|date| date.and_hms(u16::from(hour), minute, f64::from(second)))?;
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    let looks = Looks::new();
    let mut words = Words::new(export.language);
    for sheet in SHEETS {
        let worksheet = book.add_worksheet();
        fill(
            worksheet,
            sheet,
            &rows(export, sheet, &names),
            export.language,
            &looks,
            &mut words,
            &names,
        )?;
    }
    requirements(book.add_worksheet(), export, &looks)?;
    let read_me = book.add_worksheet();
    about(read_me, export)?;
    words.write(book.add_worksheet())?;
    base(book.add_worksheet(), export)?;
    Ok(book.save_to_buffer()?)
}

fn fill(
    worksheet: &mut Worksheet,
    sheet: &Sheet,
    rows: &[Row],
    language: Language,
    looks: &Looks,
    words: &mut Words,
    names: &Names,
) -> Result<(), XlsxError> {
    worksheet.set_name(sheet.name(language))?;
    worksheet.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    worksheet.write_string_with_format(0, 0, ID[0], &looks.told_heading)?;
    worksheet.set_column_width(0, 16)?;
    let mut headings = Vec::new();
    for (da, en, width) in sheet.told {
        headings.push((if language == Language::Da { *da } else { *en }, *width, true));
    }
    for column in sheet.columns {
        headings.push((column.heading(language), column.width, false));
    }
    for (column, (heading, width, told)) in (1u16..).zip(&headings) {
        let look = if *told { &looks.told_heading } else { &looks.heading };
        worksheet.write_string_with_format(0, column, *heading, look)?;
        worksheet.set_column_width(column, *width)?;
    }
    let first_own = 1 + sheet.told.len() as u16;
    for (number, row) in (1u32..).zip(rows) {
        worksheet.write_string_with_format(number, 0, &row.id, &looks.id)?;
        let told = row.told.iter().chain(std::iter::repeat(&Cell::Empty)).take(sheet.told.len());
        for (column, cell) in (1u16..).zip(told) {
            put(worksheet, number, column, cell, &looks.told, &looks.told_day, &looks.told)?;
        }
        for (column, cell) in (first_own..).zip(&row.values) {
            put(worksheet, number, column, cell, &looks.text, &looks.day, &looks.number)?;
        }
    }
    let last = rows.len() as u32;
    let can_grow = sheet.prefix.is_some() || sheet.items.is_some();
    let spare = if can_grow { last + SPARE_ROWS } else { last.max(1) };
    if can_grow {
        // What has no cell yet looks as its column does: free to write in.
        worksheet.set_column_format(0, &looks.text)?;
        for (column, own) in (first_own..).zip(sheet.columns) {
            let look = if matches!(own.form, Form::Day) { &looks.day } else { &looks.text };
            worksheet.set_column_format(column, look)?;
        }
    }
    for (column, own) in (first_own..).zip(sheet.columns) {
        if let Some(list) = words.range(own.form, names) {
            let rule = DataValidation::new()
                .allow_list_formula(Formula::new(list))
                .set_error_style(DataValidationErrorStyle::Warning);
            worksheet.add_data_validation(1, column, spare, column, &rule)?;
        }
    }
    worksheet.set_freeze_panes(1, 1)?;
    let last_column = first_own + sheet.columns.len() as u16 - 1;
    worksheet.autofilter(0, 0, last.max(1), last_column)?;
    // Against slips, not against people: there is no password.
    worksheet.protect_with_options(&ProtectionOptions {
        format_cells: true,
        format_columns: true,
        format_rows: true,
        insert_rows: true,
        delete_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::default()
    });
    Ok(())
}

/// Texts are written as texts, never as formulas, also where they begin as one.
pub(crate) fn put(
    worksheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    text: &Format,
    day: &Format,
    number: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty | Cell::Fault(_) => worksheet.write_blank(row, column, text)?,
        Cell::Text(value) if value.starts_with(['=', '+', '-', '@']) => worksheet
            .write_string_with_format(row, column, value, &text.clone().set_quote_prefix())?,
        Cell::Text(value) => worksheet.write_string_with_format(row, column, value, text)?,
        Cell::Formula(value) => {
            let look = text.clone().set_quote_prefix();
            worksheet.write_string_with_format(row, column, format!("={value}"), &look)?
        }
        Cell::Number(value) => worksheet.write_number_with_format(row, column, *value, number)?,
        Cell::Yes(value) => worksheet.write_boolean_with_format(row, column, *value, text)?,
        Cell::Day(value) => {
            let (year, month, of_month) = value.year_month_day();
            let value = ExcelDateTime::from_ymd(year as u16, month as u8, of_month as u8)?;
            worksheet.write_datetime_with_format(row, column, &value, day)?
        }
    };
    Ok(())
}

/// Lists of words to choose from, each a column of a hidden sheet: Excel takes 255 characters in a rule.
struct Words {
    language: Language,
    columns: Vec<Vec<String>>,
}

impl Words {
    fn new(language: Language) -> Self {
        Self { language, columns: Vec::new() }
    }

    fn range(&mut self, form: Form, names: &Names) -> Option<String> {
        let list: Vec<String> = match form {
            Form::Of(kind) => names.all(kind),
            form => form
                .words()?
                .iter()
                .map(|(_, da, en)| {
                    (*(if self.language == Language::Da { da } else { en })).to_owned()
                })
                .collect(),
        };
        if list.is_empty() {
            return None;
        }
        let index = self.columns.iter().position(|known| *known == list).unwrap_or_else(|| {
            self.columns.push(list.clone());
            self.columns.len() - 1
        });
        let column = rust_xlsxwriter::utility::column_number_to_name(index as u16);
        Some(format!("{WORDS_SHEET}!${column}$1:${column}${}", list.len()))
    }

    fn write(&self, worksheet: &mut Worksheet) -> Result<(), XlsxError> {
        worksheet.set_name(WORDS_SHEET)?;
        for (column, list) in (0u16..).zip(&self.columns) {
            for (row, word) in (0u32..).zip(list) {
                worksheet.write_string(row, column, word)?;
            }
        }
        worksheet.set_hidden(true);
        Ok(())
    }
}

fn requirements(
    worksheet: &mut Worksheet,
    export: &Export<'_>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let da = export.language == Language::Da;
    worksheet.set_name(if da { "Krav" } else { "Requirements" })?;
    let headings: [(&str, &str, u16); 10] = [
        ("Krav", "Requirement", 11),
        ("Titel", "Title", 44),
        ("Slags", "Kind", 16),
        ("Id", "Id", 14),
        ("For", "For", 26),
        ("Resultat", "Result", 18),
        ("Grundlag", "Evidence", 34),
        ("Målt eller oplyst", "Measured or stated", 16),
        ("Dato", "Date", 12),
        ("Gør dette", "Do this", 44),
    ];
    for (column, (danish, english, width)) in (0u16..).zip(headings) {
        let heading = if da { danish } else { english };
        worksheet.write_string_with_format(0, column, heading, &looks.told_heading)?;
        worksheet.set_column_width(column, width)?;
    }
    for (row, line) in (1u32..).zip(export.requirements) {
        let text = |text: &str| Cell::Text(crate::cells::writable(text));
        let cells = [
            text(&line.requirement),
            text(&line.title),
            text(&line.kind),
            text(&line.subject),
            text(&line.subject_name),
            text(&line.result),
            text(&line.evidence),
            text(&line.source),
            line.day.map_or(Cell::Empty, Cell::Day),
            text(&line.remedy),
        ];
        for (column, cell) in (0u16..).zip(&cells) {
            put(worksheet, row, column, cell, &looks.told, &looks.told_day, &looks.told)?;
        }
    }
    worksheet.set_freeze_panes(1, 0)?;
    worksheet.autofilter(0, 0, export.requirements.len().max(1) as u32, 9)?;
    worksheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        use_autofilter: true,
        sort: true,
        ..ProtectionOptions::default()
    });
    Ok(())
}

fn about(worksheet: &mut Worksheet, export: &Export<'_>) -> Result<(), XlsxError> {
    let da = export.language == Language::Da;
    worksheet.set_name(if da { "Læs mig" } else { "Read me" })?;
    let wrap = Format::new().set_text_wrap();
    let settings = export.programme.settings();
    let (name, authority) = settings.map(|s| (s.name, s.authority)).unwrap_or_default();
    let measured =
        export.requirements.iter().filter(|line| line.source.starts_with(['M', 'm'])).count();
    let head = [
        name,
        authority,
        format!("{} {}", if da { "Opgjort" } else { "As of" }, export.as_of),
        format!(
            "{} {}",
            if da { "Katalogets version:" } else { "Catalogue version:" },
            export.catalogue_version
        ),
        format!(
            "{} {measured} / {}",
            if da { "Målte resultater i Krav:" } else { "Measured results in Requirements:" },
            export.requirements.len()
        ),
        (if da { "Filter: alt" } else { "Filter: everything" }).to_owned(),
    ];
    let rules: &[&str] = if da {
        &[
            "Sådan bruges projektmappen",
            "Ret i de hvide celler og importér filen igen. Før noget gemmes, vises hver ændring med værdien ved eksport, din værdi og værdien nu; du vælger selv, hvad der tages ind.",
            "Grå kolonner er beregnede eller faste. Rettelser i dem læses ikke.",
            "Id'er må ikke rettes. En ny række skrives nederst; lad Id stå tomt, så gives der et. I Snitflader, Mængder, Kørsler og Opmærkning skrives id'et på det, rækken hører til.",
            "En slettet række sletter ikke noget, før du siger ja til det ved importen.",
            "Datoer skrives som 31-12-2026. Flere værdier i en celle adskilles af semikolon.",
            "Formler regnes ikke ud. I tekstfelter læses de som tekst, i andre felter afvises de med celle og grund.",
            "Kan noget ikke forstås, ændres intet, og hver celle nævnes med ark, række, kolonne og grund.",
            "Skjulte ark bærer det, der blev eksporteret. Uden dem kan ændringer ikke skilles fra andres; lad dem stå.",
        ]
    } else {
        &[
            "How to use the workbook",
            "Edit the white cells and import the file again. Before anything is kept, each change is shown with the value exported, yours, and the value now; you choose what is taken in.",
            "Grey columns are reckoned or fixed. Changes there are not read.",
            "Do not change ids. Write a new row at the bottom and leave its id empty: one is given. In Interfaces, Volumes, Scheduled jobs and Markup write the id of what the row belongs to.",
            "A deleted row deletes nothing until you agree to it at the import.",
            "Write dates as 2026-12-31. Several values in a cell are parted by semicolons.",
            "Formulas are not reckoned. In text fields they are read as text, elsewhere they are refused with cell and reason.",
            "When something cannot be understood, nothing is changed, and each cell is named with sheet, row, column and reason.",
            "Hidden sheets carry what was exported. Without them your changes cannot be told from others'; leave them.",
        ]
    };
    worksheet.set_column_width(0, 100)?;
    for (row, line) in
        (0u32..).zip(head.iter().map(String::as_str).chain([""]).chain(rules.iter().copied()))
    {
        worksheet.write_string_with_format(row, 0, crate::cells::writable(line), &wrap)?;
    }
    worksheet.protect();
    Ok(())
}

fn base(worksheet: &mut Worksheet, export: &Export<'_>) -> Result<(), XlsxError> {
    worksheet.set_name(BASE_SHEET)?;
    let mut base = Base::default();
    for sheet in SHEETS.iter().filter(|sheet| sheet.items.is_none()) {
        for (key, version, body) in objects(export, sheet.kind) {
            base.0.insert((sheet.kind, key), (version, body));
        }
    }
    let mut fingerprint = Fingerprint::default();
    for (row, ((kind, key), (version, body))) in (1u32..).zip(&base.0) {
        let body = ascii(&body.to_string());
        fingerprint.add(*kind, key, *version, &body);
        worksheet.write_string(row, 0, kind.word())?;
        worksheet.write_string(row, 1, key.as_str())?;
        worksheet.write_string(row, 2, version.to_string())?;
        let mut column = 3;
        let mut rest = body.as_str();
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(rest.len().min(PIECE));
            worksheet.write_string(row, column, piece)?;
            rest = left;
            column += 1;
        }
    }
    let head =
        ["brevdue", FORM, &export.id.to_string(), &export.as_of.to_string(), &fingerprint.words()];
    for (column, text) in (0u16..).zip(head) {
        worksheet.write_string(0, column, text)?;
    }
    worksheet.protect();
    worksheet.set_hidden(true);
    Ok(())
}

/// JSON in which every character beyond ASCII is escaped, so that no program on the way alters any, and
/// no piece begins or ends with a space that one might take away.
fn ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len() + json.len() / 8);
    for character in json.chars() {
        // A space and an underscore stand only inside of texts here: bodies are written without blanks, and
        // names of fields that hold an underscore may be escaped like any text.
        if character.is_ascii() && !matches!(character, ' ' | '_' | '\u{7f}') {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}
