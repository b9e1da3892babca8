//! Writing a questionnaire.

use brevdue_programme::questionnaire::{ANSWER_CHARACTERS, AnswerKind};
use brevdue_programme::{Day, Language};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, ExcelDateTime, Format, FormatAlign, FormatBorder,
    ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use super::{BASE, BASE_SHEET, FORM, Questionnaire, fingerprint};
use crate::cells::writable;

pub(super) fn write(asked: &Questionnaire) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    questions(book.add_worksheet(), asked)?;
    base(book.add_worksheet(), asked)?;
    book.save_to_buffer()
}

fn questions(sheet: &mut Worksheet, asked: &Questionnaire) -> Result<(), XlsxError> {
    let da = asked.language == Language::Da;
    let pick = |danish: &'static str, english: &'static str| if da { danish } else { english };
    sheet.set_name(pick("Spørgeskema", "Questionnaire"))?;
    sheet.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    let heading = Format::new()
        .set_bold()
        .set_border_bottom(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00DD_E7F3));
    let told = Format::new()
        .set_background_color(Color::RGB(0x00F0_F0F0))
        .set_align(FormatAlign::Top)
        .set_text_wrap();
    let own = Format::new().set_unlocked().set_align(FormatAlign::Top).set_text_wrap();
    let own_text = own.clone().set_num_format("@");
    let own_day = own.clone().set_num_format("dd-mm-yyyy");
    let headings = [
        ("Id", 18),
        (pick("System", "System"), 28),
        (pick("Spørgsmål", "Question"), 44),
        (pick("Svar", "Answer"), 60),
    ];
    for (column, (words, width)) in (0u16..).zip(headings) {
        sheet.write_string_with_format(0, column, words, &heading)?;
        sheet.set_column_width(column, width)?;
    }
    for (row, (id, kind, system, question, answer)) in (1u32..).zip(asked.rows()) {
        sheet.write_string_with_format(row, 0, &id, &told)?;
        sheet.write_string_with_format(row, 1, writable(system), &told)?;
        sheet.write_string_with_format(row, 2, writable(question), &told)?;
        match (kind, answer.as_str()) {
            (AnswerKind::Day, "") => sheet.write_blank(row, 3, &own_day)?,
            (AnswerKind::Whole, "") => sheet.write_blank(row, 3, &own)?,
            (_, "") => sheet.write_blank(row, 3, &own_text)?,
            (AnswerKind::Day, answer) => match answer.parse::<Day>() {
                Ok(day) => {
                    let (year, month, of_month) = day.year_month_day();
                    let day = ExcelDateTime::from_ymd(year as u16, month as u8, of_month as u8)?;
                    sheet.write_datetime_with_format(row, 3, &day, &own_day)?
                }
                Err(_) => text(sheet, row, answer, &own_text)?,
            },
            (_, answer) => text(sheet, row, answer, &own_text)?,
        };
        let rule = DataValidation::new();
        let rule = match kind {
            AnswerKind::Day => {
                let first = ExcelDateTime::from_ymd(2000, 1, 1)?;
                rule.allow_date(DataValidationRule::GreaterThanOrEqualTo(first))
                    .set_error_message(pick("Skriv en dato.", "Write a day."))?
            }
            AnswerKind::Whole => rule
                .allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(0))
                .set_error_message(pick("Skriv et helt tal.", "Write a whole number."))?,
            AnswerKind::Line | AnswerKind::Text => {
                let most = u32::try_from(ANSWER_CHARACTERS).unwrap_or(u32::MAX);
                rule.allow_text_length(DataValidationRule::LessThanOrEqualTo(most))
            }
        };
        sheet.add_data_validation(row, 3, row, 3, &rule)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    // Against slips, not against people: there is no password.
    sheet.protect_with_options(&ProtectionOptions {
        format_cells: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
    Ok(())
}

/// Texts are written as texts, never as formulas, also where they begin as one.
fn text<'a>(
    sheet: &'a mut Worksheet,
    row: u32,
    answer: &str,
    look: &Format,
) -> Result<&'a mut Worksheet, XlsxError> {
    let answer = writable(answer);
    if answer.starts_with(['=', '+', '-', '@']) {
        return sheet.write_string_with_format(row, 3, answer, &look.clone().set_quote_prefix());
    }
    sheet.write_string_with_format(row, 3, answer, look)
}

fn base(sheet: &mut Worksheet, asked: &Questionnaire) -> Result<(), XlsxError> {
    sheet.set_name(BASE_SHEET)?;
    let (programme, name) = (asked.programme.to_string(), writable(&asked.name));
    let rows = asked.rows();
    let rows: Vec<(&str, String)> =
        rows.iter().map(|(id, _, _, _, answer)| (id.as_str(), writable(answer))).collect();
    let head = [BASE, FORM, &programme, asked.supplier.as_str(), &name];
    let print = fingerprint(&head, rows.iter().map(|(id, answer)| (*id, answer.as_str())));
    for (column, text) in (0u16..).zip(head.into_iter().chain([print.as_str()])) {
        sheet.write_string(0, column, text)?;
    }
    for (row, (id, answer)) in (1u32..).zip(&rows) {
        sheet.write_string(row, 0, *id)?;
        sheet.write_string(row, 1, answer)?;
    }
    sheet.set_hidden(true);
    Ok(())
}
