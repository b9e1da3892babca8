//! MS Project's XML. Source: Microsoft, «Project XML Data Interchange Schema».

use std::collections::BTreeMap;
use std::fmt::Write as _;

use brevdue_memo::Timestamp;
use brevdue_programme::objects::{Person, Status, TaskState};
use brevdue_programme::{Day, Key, Programme};
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use super::{Planned, Tasks, Unreadable, compared, is_day, is_percent, titled, too_many};
use crate::limits::{DEPTH, FILE_BYTES};
use crate::workbook::TaskLine;

/// The number that MS Project has for the field `Text30` of tasks; our key stands in it.
const KEY_FIELD: &str = "188744016";

/// Writes the tasks, each package a summary task above its own.
pub fn export(title: &str, programme: &Programme, tasks: &[TaskLine], as_of: Timestamp) -> Vec<u8> {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    let text = |text: &str| escape(crate::cells::writable(text)).into_owned();
    let _ = writeln!(xml, "<Project xmlns=\"http://schemas.microsoft.com/project\">");
    let _ = writeln!(xml, "  <SaveVersion>14</SaveVersion>");
    let _ = writeln!(xml, "  <Title>{}</Title>", text(title));
    if let Ok(day) = Day::of(as_of) {
        let _ = writeln!(xml, "  <CreationDate>{day}T08:00:00</CreationDate>");
    }
    let _ = writeln!(xml, "  <ScheduleFromStart>1</ScheduleFromStart>");
    let _ = writeln!(
        xml,
        "  <ExtendedAttributes><ExtendedAttribute><FieldID>{KEY_FIELD}</FieldID><FieldName>Text30</FieldName>\
         <Alias>Brevdue-id</Alias></ExtendedAttribute></ExtendedAttributes>"
    );
    let mut packages: Vec<&str> = Vec::new();
    for line in tasks {
        if !packages.contains(&line.package.as_str()) {
            packages.push(&line.package);
        }
    }
    // Numbers first, since a task may come before what it waits for.
    let mut numbers: BTreeMap<&Key, usize> = BTreeMap::new();
    let mut number = 0;
    for package in &packages {
        number += 1;
        for line in tasks.iter().filter(|line| line.package == **package) {
            number += 1;
            numbers.insert(&line.key, number);
        }
    }
    let people: BTreeMap<&Key, (usize, Person)> = programme
        .all::<Person>()
        .enumerate()
        .map(|(index, (key, person))| (key, (index + 1, person)))
        .collect();
    let mut assignments = String::new();
    let _ = writeln!(xml, "  <Tasks>");
    let mut row = 0;
    for package in &packages {
        row += 1;
        let _ = writeln!(
            xml,
            "    <Task><UID>{row}</UID><ID>{row}</ID><Name>{}</Name><OutlineLevel>1</OutlineLevel><Summary>1</Summary></Task>",
            text(package)
        );
        for line in tasks.iter().filter(|line| line.package == **package) {
            row += 1;
            let state: Option<TaskState> = programme.get(&line.key);
            let _ = write!(
                xml,
                "    <Task><UID>{row}</UID><ID>{row}</ID><Name>{}</Name>",
                text(&titled(line))
            );
            let _ = write!(xml, "<Manual>1</Manual><OutlineLevel>2</OutlineLevel>");
            let finish =
                state.as_ref().and_then(|state| state.forecast).or(line.forecast).or(line.due);
            if let Some(start) = state.as_ref().and_then(|state| state.planned_start) {
                let _ = write!(xml, "<Start>{start}T08:00:00</Start>");
            }
            if let Some(finish) = finish {
                let _ = write!(xml, "<Finish>{finish}T16:00:00</Finish>");
            }
            let percent = state.as_ref().map_or(0, |state| match state.status {
                Status::Done => 100,
                _ => state.percent.min(100),
            });
            let _ = write!(
                xml,
                "<Milestone>0</Milestone><Summary>0</Summary><PercentComplete>{percent}</PercentComplete>"
            );
            if let Some(due) = state.as_ref().and_then(|state| state.due).or(line.due) {
                let _ = write!(xml, "<Deadline>{due}T16:00:00</Deadline>");
            }
            if let Some(note) =
                state.as_ref().map(|state| &state.note).filter(|note| !note.is_empty())
            {
                let _ = write!(xml, "<Notes>{}</Notes>", text(note));
            }
            for after in &line.after {
                if let Some(number) = numbers.get(after) {
                    let _ = write!(
                        xml,
                        "<PredecessorLink><PredecessorUID>{number}</PredecessorUID><Type>1</Type></PredecessorLink>"
                    );
                }
            }
            let _ = writeln!(
                xml,
                "<ExtendedAttribute><FieldID>{KEY_FIELD}</FieldID><Value>{}</Value></ExtendedAttribute></Task>",
                line.key
            );
            if let Some((person, _)) = state
                .as_ref()
                .and_then(|state| state.assignee.as_ref())
                .and_then(|key| people.get(key))
            {
                let _ = writeln!(
                    assignments,
                    "    <Assignment><UID>{row}</UID><TaskUID>{row}</TaskUID><ResourceUID>{person}</ResourceUID></Assignment>"
                );
            }
        }
    }
    let _ = writeln!(xml, "  </Tasks>\n  <Resources>");
    for (number, person) in people.values() {
        let _ = writeln!(
            xml,
            "    <Resource><UID>{number}</UID><ID>{number}</ID><Name>{}</Name><Type>1</Type></Resource>",
            text(&person.name)
        );
    }
    let _ =
        writeln!(xml, "  </Resources>\n  <Assignments>\n{assignments}  </Assignments>\n</Project>");
    xml.into_bytes()
}

/// What the tasks of a project change.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole, or every task that means nothing, by its line.
pub fn import(
    bytes: &[u8],
    programme: &Programme,
    tasks: &[TaskLine],
) -> Result<Tasks, Unreadable> {
    if bytes.len() > FILE_BYTES {
        return Err(Unreadable::TooMuch);
    }
    let mut planned: Vec<(Planned, String)> = Vec::new();
    let mut resources: BTreeMap<String, String> = BTreeMap::new();
    let mut assigned: BTreeMap<String, String> = BTreeMap::new();
    let mut record: BTreeMap<String, String> = BTreeMap::new();
    let (mut path, mut text): (Vec<String>, String) = (Vec::new(), String::new());
    let (mut line, mut counted, mut begun) = (1, 0, 1);
    let mut is_project = false;
    let source = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        Unreadable::NotXml { line: 1 + before.iter().filter(|byte| **byte == b'\n').count() }
    })?;
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut reader = Reader::from_str(source);
    loop {
        let event = reader.read_event();
        let position =
            usize::try_from(reader.buffer_position()).unwrap_or(source.len()).min(source.len());
        line += source.as_bytes()[counted..position].iter().filter(|byte| **byte == b'\n').count();
        counted = position;
        match event.map_err(|_| Unreadable::NotXml { line })? {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                is_project |= path.is_empty() && name == "Project";
                if path.len() == 2 {
                    record.clear();
                    begun = line;
                }
                path.push(name);
                if path.len() > DEPTH {
                    return Err(Unreadable::NotXml { line });
                }
                text.clear();
            }
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(reference) => {
                let entity = format!("&{};", &*reference);
                let meant = quick_xml::escape::unescape(&entity)
                    .map_err(|_| Unreadable::NotXml { line })?;
                text.push_str(&meant);
            }
            Event::DocType(_) => return Err(Unreadable::NotXml { line }),
            Event::End(_) => {
                let Some(name) = path.pop() else { return Err(Unreadable::NotXml { line }) };
                let at: Vec<&str> = path.iter().map(String::as_str).collect();
                match at.as_slice() {
                    ["Project", _, _] => {
                        record.insert(name, std::mem::take(&mut text));
                    }
                    ["Project", "Tasks", "Task", "ExtendedAttribute"]
                        if name == "Value"
                            && record.get("FieldID").map(String::as_str) == Some(KEY_FIELD) =>
                    {
                        record.insert("Key".into(), std::mem::take(&mut text));
                    }
                    ["Project", "Tasks", "Task", "ExtendedAttribute"] if name == "FieldID" => {
                        record.insert(name, text.trim().to_owned());
                    }
                    ["Project", "Tasks"] if name == "Task" => {
                        planned.extend(task(&record, begun));
                        too_many(planned.len())?;
                    }
                    ["Project", "Resources"] => {
                        let field = |name: &str| record.get(name).cloned().unwrap_or_default();
                        resources.insert(field("UID"), field("Name"));
                        too_many(resources.len())?;
                    }
                    ["Project", "Assignments"] => {
                        let field = |name: &str| record.get(name).cloned().unwrap_or_default();
                        assigned.entry(field("TaskUID")).or_insert_with(|| field("ResourceUID"));
                        too_many(assigned.len())?;
                    }
                    _ => {}
                }
                text.clear();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !path.is_empty() {
        return Err(Unreadable::NotXml { line });
    }
    if !is_project {
        return Err(Unreadable::NoProject);
    }
    let planned = planned
        .into_iter()
        .map(|(mut task, uid)| {
            let name = assigned.get(&uid).and_then(|resource| resources.get(resource));
            task.assignee = name.filter(|name| !name.trim().is_empty()).cloned();
            task
        })
        .collect();
    compared(planned, "Project", programme, tasks)
}

/// A task; none for summaries and empty lines, which are not tasks of anybody's.
fn task(record: &BTreeMap<String, String>, line: usize) -> Option<(Planned, String)> {
    let field =
        |name: &str| record.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    if field("Summary") == Some("1") || field("IsNull") == Some("1") {
        return None;
    }
    let percent = field("PercentComplete").map(is_percent);
    let status = match &percent {
        Some(Ok(100)) => Some(Ok(Status::Done)),
        Some(Ok(0)) | Some(Err(_)) | None => None,
        Some(Ok(_)) => Some(Ok(Status::InProgress)),
    };
    let task = Planned {
        line,
        key: field("Key").unwrap_or_default().to_owned(),
        title: field("Name")?.to_owned(),
        // A whole task is done whatever its percent is kept as; see the export.
        percent: if status == Some(Ok(Status::Done)) { None } else { percent },
        status,
        start: field("Start").map(is_day),
        finish: field("Finish").map(is_day),
        due: field("Deadline").map(is_day),
        assignee: None,
    };
    Some((task, field("UID").unwrap_or_default().to_owned()))
}
