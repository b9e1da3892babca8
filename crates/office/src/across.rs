//! Several programmes side by side (R10), as a workbook: one row for each, numbers as numbers, to be sorted and
//! filtered. It is told and never read back.

use brevdue_programme::across::{
    Across, DEADLINES, Deadline, Line, PROGRAMMES, Standing, deadline_name, percent,
};
use brevdue_programme::catalogue::Variant;
use brevdue_programme::lights::Light;
use brevdue_programme::{Day, Language};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use crate::cells::{Cell, writable};
use crate::workbook::{Unwritable, put};

/// A column: its heading, and its width in characters.
type Heading = (String, u16);

/// Writes the workbook.
///
/// # Errors
///
/// When the workbook cannot be made.
pub fn write(across: &Across, language: Language) -> Result<Vec<u8>, Unwritable> {
    let said = |da: &'static str, en: &'static str| pick(language, da, en);
    let mut book = Workbook::new();
    let (year, month, day) = across.at.year_month_day();
    let (hour, minute, second, _) = across.at.hour_minute_second_millis();
    let made = ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(2000), month, day)
        .and_then(|date| date.and_hms(u16::from(hour), minute, f64::from(second)))?;
    let title = said("Tværgående overblik", "Overview across authorities");
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    rows(book.add_worksheet().set_name(said("Overblik", "Overview"))?, across, language)?;
    about(book.add_worksheet().set_name(said("Læs mig", "Read me"))?, across, language)?;
    Ok(book.save_to_buffer()?)
}

fn pick(language: Language, da: &'static str, en: &'static str) -> &'static str {
    if language == Language::Da { da } else { en }
}

fn headings(language: Language) -> Vec<Heading> {
    let said = |da: &'static str, en: &'static str| pick(language, da, en);
    let own = |text: &str, width: u16| (text.to_owned(), width);
    let mut headings = vec![
        own(said("Myndighed", "Authority"), 30),
        own(said("Program", "Programme"), 34),
        own(said("Udgave", "Version"), 10),
        own(said("Status", "Status"), 10),
        own(said("Beregnet status", "Computed status"), 10),
        own(said("Bemærkning til status", "Comment on status"), 30),
    ];
    for milestone in DEADLINES {
        let name = deadline_name(milestone);
        let name = name.of(language);
        for (da, en, width) in [
            ("baseline", "baseline", 12),
            ("prognose", "forecast", 12),
            ("nået", "reached", 12),
            ("dage sen", "days late", 9),
            ("systemer, der overholder", "systems compliant", 12),
            ("systemer i alt", "systems in scope", 12),
            ("systemer %", "systems %", 15),
            ("meddelelser, der overholder", "messages compliant", 13),
            ("meddelelser sendt", "messages sent", 12),
            ("meddelelser %", "messages %", 15),
        ] {
            headings.push((format!("{name}: {}", said(da, en)), width));
        }
    }
    headings.extend([
        own(said("Opgaver", "Tasks"), 10),
        own(said("Udført", "Done"), 10),
        own(said("Over frist", "Past due"), 10),
        own(said("Skal-opgaver over frist", "Must tasks past due"), 12),
        own(said("Målte resultater", "Measured results"), 10),
        own(said("Oplyste resultater", "Stated results"), 10),
        own(said("Målt %", "Measured %"), 15),
        own(said("Næste milepæl", "Next milestone"), 26),
        own(said("Næste milepæls dag", "Day of next milestone"), 12),
        own(said("Opgjort (UTC)", "As of (UTC)"), 24),
        own(said("Katalog", "Catalogue"), 12),
        own("Id", 38),
    ]);
    headings
}

fn rows(sheet: &mut Worksheet, across: &Across, language: Language) -> Result<(), XlsxError> {
    let heading = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border_bottom(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00DD_E7F3));
    let text = Format::new().set_align(FormatAlign::Top);
    let day = Format::new().set_align(FormatAlign::Top).set_num_format("dd-mm-yyyy");
    let headings = headings(language);
    for (column, (words, width)) in (0u16..).zip(&headings) {
        sheet.write_string_with_format(0, column, words, &heading)?;
        sheet.set_column_width(column, *width)?;
    }
    for (row, line) in (1u32..).zip(&across.lines) {
        for (column, cell) in (0u16..).zip(cells(line, headings.len(), language)) {
            put(sheet, row, column, &cell, &text, &day, &text)?;
        }
    }
    let last_column = u16::try_from(headings.len() - 1).unwrap_or(u16::MAX);
    let last_row = u32::try_from(across.lines.len()).unwrap_or(u32::MAX).max(1);
    sheet.autofilter(0, 0, last_row, last_column)?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The cells of a row, as many as there are headings.
fn cells(line: &Line, width: usize, language: Language) -> Vec<Cell> {
    let said = |da: &'static str, en: &'static str| pick(language, da, en);
    let variant = match line.variant {
        Variant::Full => said("fuld", "full"),
        Variant::Light => "light",
    };
    let mut cells = vec![words(&line.authority), words(&line.name), words(variant)];
    match &line.standing {
        Some(standing) => cells.extend(figures(standing, language)),
        // Nobody knows; the other cells are empty, and none is a zero.
        None => cells.push(words(said("kan ikke opgøres", "cannot be reckoned"))),
    }
    cells.resize(width - 1, Cell::Empty);
    cells.push(words(&line.id.to_string()));
    cells
}

fn figures(standing: &Standing, language: Language) -> Vec<Cell> {
    let mut cells = vec![
        words(light(standing.light, language)),
        words(light(standing.computed, language)),
        words(&standing.comment),
    ];
    cells.extend(standing.deadlines.iter().flat_map(|deadline| of_deadline(deadline, language)));
    let counts = &standing.counts;
    for count in [counts.all, counts.done, counts.overdue, counts.overdue_must] {
        cells.push(number(count as u64));
    }
    let (measured, stated) = (standing.basis.measured as u64, standing.basis.stated as u64);
    cells.extend([
        number(measured),
        number(stated),
        share(measured, measured.saturating_add(stated), language),
    ]);
    let next = standing.next.as_ref();
    cells.extend([
        next.map_or(Cell::Empty, |next| words(next.name.of(language))),
        maybe(next.map(|next| next.forecast)),
        words(&standing.at.to_string()),
        words(&standing.catalogue_version),
    ]);
    cells
}

fn of_deadline(deadline: &Deadline, language: Language) -> [Cell; 10] {
    let of = &deadline.compliance;
    let late = deadline.days_late.filter(|_| deadline.reached.is_none());
    [
        maybe(deadline.baseline),
        maybe(deadline.forecast),
        maybe(deadline.reached),
        late.map_or(Cell::Empty, |late| Cell::Number(f64::from(late))),
        number(of.systems_compliant),
        number(of.systems_in_scope),
        share(of.systems_compliant, of.systems_in_scope, language),
        number(of.messages_compliant),
        number(of.messages_sent),
        share(of.messages_compliant, of.messages_sent, language),
    ]
}

fn words(text: &str) -> Cell {
    match text {
        "" => Cell::Empty,
        text => Cell::Text(writable(text)),
    }
}

fn number(number: u64) -> Cell {
    Cell::Number(number as f64)
}

fn maybe(day: Option<Day>) -> Cell {
    day.map_or(Cell::Empty, Cell::Day)
}

/// Percent; in words where there is nothing to divide.
fn share(part: u64, whole: u64, language: Language) -> Cell {
    match percent(part, whole) {
        Some(percent) => number(percent),
        None => words(pick(language, "ingen evidens", "no evidence")),
    }
}

fn light(light: Light, language: Language) -> &'static str {
    match light {
        Light::Green => pick(language, "grøn", "green"),
        Light::Yellow => pick(language, "gul", "yellow"),
        Light::Red => pick(language, "rød", "red"),
    }
}

/// What every report says: as of when, of whom, by which filter, and what the figures mean.
fn about(sheet: &mut Worksheet, across: &Across, language: Language) -> Result<(), XlsxError> {
    let da = language == Language::Da;
    let count = across.lines.len();
    let measured: usize = standings(across).map(|one| one.basis.measured).sum();
    let stated: usize = standings(across).map(|one| one.basis.stated).sum();
    let filter = match (across.filter.as_str(), da) {
        ("", true) => "alt".to_owned(),
        ("", false) => "everything".to_owned(),
        (filter, _) => filter.to_owned(),
    };
    let mut lines = if da {
        vec![
            "Tværgående overblik (R10)".to_owned(),
            format!("Opgjort {}", across.at),
            format!("Programmer: {count}"),
            format!("Filter: {filter}"),
            format!("Målte resultater: {measured}; oplyste: {stated}"),
            "Hver række er et program, som den, der hentede filen, må læse.".to_owned(),
            "Status er statusrapportens (R1): grøn under en måned forsinket, gul til tre måneder, rød derover; rød straks, når en skal-opgave er over frist eller et officielt krav er brudt efter sin dato.".to_owned(),
            "Systemer og meddelelser tæller de officielle krav ved hver frist. Hvad ingen har målt, tæller ikke som overholdt; er der intet at dele med, står der ingen evidens.".to_owned(),
            "Meddelelser er de seneste 30 dages. Målt er kontroller, der hviler på meddelelser; oplyst er dem, der hviler på registre og erklæringer.".to_owned(),
        ]
    } else {
        vec![
            "Overview across authorities (R10)".to_owned(),
            format!("As of {}", across.at),
            format!("Programmes: {count}"),
            format!("Filter: {filter}"),
            format!("Measured results: {measured}; stated: {stated}"),
            "Each row is a programme that whoever fetched the file may read.".to_owned(),
            "Status is that of the status report (R1): green below one month late, yellow to three months, red above; red at once when a must task is past due or an official requirement is broken after its date.".to_owned(),
            "Systems and messages count the official requirements at each deadline. What nobody has measured does not count as met; where there is nothing to divide it says no evidence.".to_owned(),
            "Messages are those of the last 30 days. Measured are checks that rest on messages; stated are those that rest on registers and attestations.".to_owned(),
        ]
    };
    if across.left_out > 0 {
        let left_out = across.left_out;
        lines.push(if da {
            format!("{left_out} programmer er ikke med: højst {PROGRAMMES} vises. Brug filteret.")
        } else {
            format!(
                "{left_out} programmes are not shown: at most {PROGRAMMES} are. Use the filter."
            )
        });
    }
    let wrap = Format::new().set_text_wrap();
    sheet.set_column_width(0, 100)?;
    for (row, line) in (0u32..).zip(&lines) {
        sheet.write_string_with_format(row, 0, writable(line), &wrap)?;
    }
    Ok(())
}

fn standings(across: &Across) -> impl Iterator<Item = &Standing> {
    across.lines.iter().filter_map(|line| line.standing.as_ref())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use brevdue_programme::Bilingual;
    use brevdue_programme::ProgrammeId;
    use brevdue_programme::across::Next;
    use brevdue_programme::status::{Basis, Compliance, Counts};
    use calamine::{Data, Reader as _, Xlsx};

    use super::*;

    fn deadline(milestone: &str, compliance: Compliance) -> Deadline {
        Deadline {
            milestone: milestone.parse().unwrap(),
            baseline: "2027-01-04".parse().ok(),
            forecast: "2027-02-01".parse().ok(),
            reached: None,
            days_late: Some(28),
            compliance,
        }
    }

    fn line(number: u128, authority: &str, standing: Option<Standing>) -> Line {
        let id: ProgrammeId = format!("00000000-0000-0000-0000-{number:012}").parse().unwrap();
        let (name, authority) = ("På MeMo".to_owned(), authority.to_owned());
        Line { id, name, authority, variant: Variant::Full, standing }
    }

    fn across() -> Across {
        let some = Compliance {
            systems_compliant: 2,
            systems_in_scope: 3,
            messages_compliant: 0,
            messages_sent: 0,
        };
        let standing = Standing {
            at: "2026-03-02T08:00:00Z".parse().unwrap(),
            today: "2026-03-02".parse().unwrap(),
            catalogue_version: "7".into(),
            light: Light::Yellow,
            computed: Light::Red,
            comment: "=HYPERLINK(\"x\")".into(),
            deadlines: [deadline("GOLIVE", some), deadline("MEMO_ONLY", Compliance::default())],
            counts: Counts { all: 40, done: 10, overdue: 2, overdue_must: 1, ..Counts::default() },
            basis: Basis { measured: 1, stated: 3 },
            next: Some(Next {
                milestone: "READY".parse().unwrap(),
                name: Bilingual::new("Klarmelding", "Readiness"),
                forecast: "2026-12-07".parse().unwrap(),
            }),
        };
        Across {
            at: "2026-03-02T08:00:00Z".parse().unwrap(),
            filter: "kommune".into(),
            lines: vec![
                line(1, "Aalund Kommune", Some(standing)),
                line(2, "+Bredsted Kommune", None),
            ],
            left_out: 7,
        }
    }

    fn read(bytes: Vec<u8>, sheet: &str) -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range(sheet).unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    #[test]
    fn a_row_for_each_programme_with_every_figure_below_its_heading() {
        let rows = read(write(&across(), Language::Da).unwrap(), "Overblik");
        assert_eq!(rows.len(), 3);
        let cell = |row: usize, heading: &str| {
            let column = rows[0].iter().position(|one| one.to_string().ends_with(heading));
            rows[row][column.unwrap_or_else(|| panic!("{heading}: {:?}", rows[0]))].to_string()
        };
        for (heading, expected) in [
            ("Myndighed", "Aalund Kommune"),
            ("Udgave", "fuld"),
            ("Status", "gul"),
            ("Beregnet status", "rød"),
            ("Bemærkning til status", "=HYPERLINK(\"x\")"),
            ("dage sen", "28"),
            ("systemer, der overholder", "2"),
            ("systemer i alt", "3"),
            ("systemer %", "66"),
            ("meddelelser %", "ingen evidens"),
            ("Opgaver", "40"),
            ("Udført", "10"),
            ("Over frist", "2"),
            ("Skal-opgaver over frist", "1"),
            ("Målt %", "25"),
            ("Næste milepæl", "Klarmelding"),
            ("Katalog", "7"),
            ("Id", "00000000-0000-0000-0000-000000000001"),
        ] {
            assert_eq!(cell(1, heading), expected, "{heading}");
        }
        assert!(matches!(rows[1][6], Data::DateTime(_)), "{:?}", rows[1][6]);
        // Of what nobody can reckon, no figure is told.
        assert_eq!(
            (cell(2, "Myndighed").as_str(), cell(2, "Status").as_str()),
            ("+Bredsted Kommune", "kan ikke opgøres")
        );
        assert_eq!(cell(2, "Målt %"), "");
        assert_eq!(cell(2, "Id"), "00000000-0000-0000-0000-000000000002");
    }

    #[test]
    fn it_says_as_of_when_by_which_filter_and_how_much_is_measured() {
        let rows = read(write(&across(), Language::En).unwrap(), "Read me");
        let text: Vec<String> = rows.iter().map(|row| row[0].to_string()).collect();
        let text = text.join("\n");
        for part in [
            "As of 2026-03-02T08:00:00",
            "Programmes: 2",
            "Filter: kommune",
            "Measured results: 1; stated: 3",
            "7 programmes are not shown",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
