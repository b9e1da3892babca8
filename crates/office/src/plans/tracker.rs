//! CSV of trackers: OpenProject and Jira.

use brevdue_programme::Language;
use brevdue_programme::Programme;
use brevdue_programme::objects::{Person, Status, TaskState};

use super::{
    Planned, Tasks, Unreadable, compared, is_day, is_percent, is_status, titled, too_many,
};
use crate::cells::plain;
use crate::limits::FILE_BYTES;
use crate::list::{Separator, table, write};
use crate::workbook::TaskLine;

/// Which tracker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracker {
    /// OpenProject.
    OpenProject,
    /// Jira.
    Jira,
}

/// Writes the tasks as the tracker's import takes them.
pub fn export(tracker: Tracker, programme: &Programme, tasks: &[TaskLine]) -> Vec<u8> {
    let headings: &[&str] = match tracker {
        Tracker::OpenProject => &[
            "Subject",
            "Type",
            "Status",
            "Assignee",
            "Start date",
            "Finish date",
            "% Complete",
            "Description",
            "Brevdue-id",
        ],
        Tracker::Jira => &[
            "Summary",
            "Issue Type",
            "Status",
            "Assignee",
            "Start date",
            "Due Date",
            "% Complete",
            "Description",
            "Labels",
        ],
    };
    let mut lines = vec![headings.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>()];
    for line in tasks {
        let state: Option<TaskState> = programme.get(&line.key);
        let status = state.as_ref().map_or(Status::NotStarted, |state| state.status);
        let word = match (tracker, status) {
            (_, Status::InProgress) => "In progress",
            (Tracker::OpenProject, Status::NotStarted) => "New",
            (Tracker::Jira, Status::NotStarted) => "To Do",
            (Tracker::OpenProject, Status::Blocked) => "On hold",
            (Tracker::OpenProject, Status::Done) => "Closed",
            (Tracker::Jira, Status::Done) => "Done",
            (Tracker::OpenProject, Status::NotRelevant) => "Rejected",
            (_, other) => other.label(Language::En),
        };
        let day = |day: Option<brevdue_programme::Day>| {
            day.map_or_else(String::new, |day| day.to_string())
        };
        let assignee =
            state.as_ref().and_then(|state| programme.get::<Person>(state.assignee.as_ref()?));
        let due = match tracker {
            // OpenProject knows one end of a task: when it is believed to be done.
            Tracker::OpenProject => {
                state.as_ref().and_then(|state| state.forecast).or(line.forecast).or(line.due)
            }
            Tracker::Jira => state.as_ref().and_then(|state| state.due).or(line.due),
        };
        lines.push(vec![
            titled(line),
            "Task".into(),
            word.into(),
            assignee
                .map(|person| if person.email.is_empty() { person.name } else { person.email })
                .unwrap_or_default(),
            day(state.as_ref().and_then(|state| state.planned_start)),
            day(due),
            state.as_ref().map_or(0, |state| state.percent).to_string(),
            format!("{} – {}", line.package, line.role),
            match tracker {
                Tracker::OpenProject => line.key.to_string(),
                Tracker::Jira => format!("brevdue-{}", line.key),
            },
        ]);
    }
    write(&lines, Separator::Comma)
}

/// What the tasks of a tracker's CSV change. Which tracker it is from is seen by its headings.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole, or every line that means nothing.
pub fn import(
    bytes: &[u8],
    programme: &Programme,
    tasks: &[TaskLine],
) -> Result<Tasks, Unreadable> {
    if bytes.len() > FILE_BYTES {
        return Err(Unreadable::TooMuch);
    }
    let rows = table(bytes)?;
    too_many(rows.len())?;
    let headings: Vec<String> =
        rows.first().map(|row| row.iter().map(|cell| plain(cell)).collect()).unwrap_or_default();
    let column = |names: &[&str]| -> Vec<usize> {
        headings
            .iter()
            .enumerate()
            .filter(|(_, heading)| names.contains(&heading.as_str()))
            .map(|(index, _)| index)
            .collect()
    };
    let title = column(&["subject", "summary", "emne", "resumé", "opsummering", "titel", "title"]);
    let title = *title.first().ok_or(Unreadable::NoTitle)?;
    let is_jira =
        !column(&["summary", "issue key", "issue type", "resumé", "opsummering"]).is_empty();
    let key = column(&["brevdue-id", "labels", "etiketter", "custom field (brevdue-id)"]);
    let status = column(&["status"]);
    let assignee = column(&["assignee", "tildelt", "ansvarlig", "assigned to"]);
    let start = column(&["start date", "startdato", "custom field (start date)"]);
    let finish = column(&[
        "finish date",
        "end date",
        "slutdato",
        "due date",
        "forfaldsdato",
        "frist",
        "due",
    ]);
    let percent =
        column(&["% complete", "% done", "progress (%)", "% færdig", "fremdrift", "% fuldført"]);
    let mut planned = Vec::new();
    for (index, row) in rows.iter().enumerate().skip(1) {
        let field = |columns: &[usize]| -> Option<&str> {
            columns
                .iter()
                .filter_map(|column| row.get(*column))
                .map(|text| text.trim())
                .find(|text| !text.is_empty())
        };
        let Some(name) = row.get(title).filter(|name| !name.trim().is_empty()) else { continue };
        let labels = key
            .iter()
            .filter_map(|column| row.get(*column))
            .flat_map(|text| text.split([' ', ',']));
        let own = labels
            .map(|label| label.strip_prefix("brevdue-").unwrap_or(label))
            .find(|label| tasks.iter().any(|line| line.key.as_str() == *label));
        let end = field(&finish).map(is_day);
        planned.push(Planned {
            line: index + 1,
            key: own.unwrap_or_default().to_owned(),
            title: name.clone(),
            status: field(&status).map(is_status),
            percent: field(&percent).map(is_percent),
            start: field(&start).map(is_day),
            finish: if is_jira { None } else { end.clone() },
            due: if is_jira { end } else { None },
            assignee: field(&assignee).map(str::to_owned),
        });
    }
    compared(planned, if is_jira { "Jira" } else { "OpenProject" }, programme, tasks)
}
