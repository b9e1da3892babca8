//! What a file changes, as a page: every difference with its place, the value exported, in the file and now.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::StatusCode;
use brevdue_office::diff::{Diff, Differs, Line, Notice, Shown, Words};
use brevdue_office::incoming::Read;
use brevdue_programme::change::{Change, HistoryLine, outcome};
use brevdue_programme::objects::Kind;
use brevdue_programme::permissions::{self, Actor};
use brevdue_programme::{Key, closing};
use sha2::{Digest as _, Sha256};

use super::super::desk::{Desk, Standing, Tab};
use super::super::{history, words};
use super::Brief;
use crate::limits::{IMPORT_HISTORY, IMPORT_PAGE, IMPORT_VALUE_CHARACTERS};
use crate::markup::{self, Html, Tone, a, alert, badge, details, el, h2, p, quiet, ul};
use crate::visitor::{Answer, Refusal};

/// What a file comes to in the programme as it stands.
pub(super) struct Preview {
    standing: Arc<Standing>,
    read: Read,
    /// By line.
    fingerprints: Vec<String>,
    /// Objects that whoever works here may not change so, and why.
    refused: BTreeMap<(Kind, Key), String>,
}

/// A text of at most so many characters that it leaves room for others.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(IMPORT_VALUE_CHARACTERS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

impl Preview {
    pub(super) fn of(brief: &Brief, standing: Arc<Standing>, read: Read) -> Self {
        let fingerprints = read.diff.lines.iter().map(Line::fingerprint).collect();
        let refused = refused(&brief.desk, &standing, &read.diff);
        Self { standing, read, fingerprints, refused }
    }

    fn diff(&self) -> &Diff {
        &self.read.diff
    }

    fn refused(&self, line: &Line) -> Option<&String> {
        self.refused.get(&(line.kind, line.key.clone()))
    }

    /// The lines that are chosen until somebody chooses otherwise: those in nobody's way.
    pub(super) fn plain(&self) -> BTreeSet<String> {
        let plain = self.diff().plain().into_iter();
        let free = plain.filter(|index| self.refused(&self.diff().lines[*index]).is_none());
        free.map(|index| self.fingerprints[index].clone()).collect()
    }

    /// What is ticked when the page is first shown.
    pub(super) fn proposed(&self) -> BTreeSet<String> {
        self.plain()
    }

    /// A fingerprint of all of these.
    pub(super) fn plain_fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        self.plain().iter().for_each(|one| digest.update(one.as_bytes()));
        digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The lines of fingerprints; none when one of them is not there any more.
    pub(super) fn find(&self, asked: &BTreeSet<String>) -> Option<BTreeSet<usize>> {
        let places: BTreeMap<&str, usize> =
            self.fingerprints.iter().enumerate().map(|(at, one)| (one.as_str(), at)).collect();
        asked.iter().map(|one| places.get(one.as_str()).copied()).collect()
    }

    /// The changes that chosen lines come to, with the new objects they cannot do without.
    pub(super) fn changes(&self, chosen: &BTreeSet<usize>) -> Vec<Change> {
        self.diff().changes(&self.standing.programme, &self.diff().with_needed(chosen))
    }

    /// The page, with the lines of some fingerprints chosen.
    pub(super) async fn show(
        &self,
        brief: &Brief,
        status: StatusCode,
        said: Option<Html>,
        chosen: &BTreeSet<String>,
    ) -> Answer {
        let desk = &brief.desk;
        let t = desk.visitor.texts;
        let lines = self.diff().lines.len();
        let pages = lines.div_ceil(IMPORT_PAGE).max(1);
        let page = usize::try_from(desk.visitor.page_number()).unwrap_or(0).min(pages - 1);
        let from = page * IMPORT_PAGE;
        let until = lines.min(from + IMPORT_PAGE);
        let changed = self.changed_by(desk, from..until).await?;
        desk.page_with(status, t.import_preview_title(), Tab::Import, |token| {
            let mut body = said.unwrap_or_default();
            body.push(p(t.import_preview_of(&brief.upload.name)));
            body.push(self.summary(desk));
            body.push(self.left_out(desk));
            if lines == 0 {
                body.push(alert(Tone::Info, "", p(t.import_same())));
                body.push(self.end(brief, token));
                return body;
            }
            body.push(quiet(t.import_choose_lead()));
            let mut inside = Html::none();
            let mut at = from;
            while at < until {
                let sheet = &self.diff().lines[at].place.sheet;
                let same = self.diff().lines[at..until].iter();
                let end = at + same.take_while(|line| line.place.sheet == *sheet).count();
                inside.push(h2(sheet.as_str()));
                inside.push(self.table(desk, sheet, at..end, chosen, &changed));
                at = end;
            }
            inside.push(self.buttons(desk, pages));
            let action = format!("{}&page={}", brief.address(), page + 1);
            body.push(markup::form(&desk.to(&action), token, inside));
            body.push(pager(brief, page, pages));
            body.push(self.end(brief, token));
            body
        })
        .await
    }

    /// What there is, counted.
    fn summary(&self, desk: &Desk) -> Html {
        let t = desk.visitor.texts;
        let count = |is: &dyn Fn(&Line) -> bool| {
            self.diff().lines.iter().filter(|line| is(line)).count() as i64
        };
        let new = count(&|line| matches!(line.what, Differs::New { .. } | Differs::Item { .. }));
        let gone = count(&Line::is_gone);
        let conflicts = count(&|line| line.conflict);
        let changed = count(&|line| matches!(line.what, Differs::Cell { .. }) && !line.conflict);
        let matched = self.read.matched.len() as i64;
        let refused = count(&|line| self.refused(line).is_some());
        let said = [
            (changed, t.import_count_changed(changed)),
            (new, t.import_count_new(new)),
            (gone, t.import_count_gone(gone)),
            (conflicts, t.import_count_conflicts(conflicts)),
            (refused, t.import_count_refused(refused)),
            (matched, t.import_count_matched(matched)),
        ];
        ul("", said.into_iter().filter(|(count, _)| *count > 0).map(|(_, said)| said.into()))
    }

    /// What of the file is not read, or not understood.
    fn left_out(&self, desk: &Desk) -> Html {
        let t = desk.visitor.texts;
        let mut body = Html::none();
        if !self.read.left_out.is_empty() {
            let count = self.read.left_out.len() as i64;
            let inside = super::faults(desk.visitor.texts, desk.reader(), &self.read.left_out);
            body.push(alert(Tone::Warning, &t.import_left_out(count), inside));
        }
        if !self.read.unknown.is_empty() {
            let unknown = self.read.unknown.iter().take(IMPORT_PAGE);
            let unknown = unknown.map(|(line, title)| t.import_line(line, cut(title)).into());
            body.push(details(
                t.import_unknown_tasks(self.read.unknown.len() as i64),
                ul("", unknown),
            ));
        }
        let notices: Vec<Html> =
            self.diff().notices.iter().take(IMPORT_PAGE).map(|one| notice(desk, one)).collect();
        if !notices.is_empty() {
            body.push(details(t.import_notices(), ul("", notices)));
        }
        body
    }

    fn table(
        &self,
        desk: &Desk,
        sheet: &str,
        lines: std::ops::Range<usize>,
        chosen: &BTreeSet<String>,
        changed: &BTreeMap<usize, HistoryLine>,
    ) -> Html {
        let t = desk.visitor.texts;
        let shower = Words::of(self.diff(), &self.standing.programme, desk.reader());
        let rows = lines.map(|at| {
            let line = &self.diff().lines[at];
            let shown = shower.show(line);
            let what = self.about(desk, line, &shown);
            let place = match (line.place.row, line.place.column.as_str()) {
                (0, _) => t.import_not_there().to_owned(),
                (row, "") => t.import_row_number(row),
                (row, column) => format!("{column}{row}"),
            };
            let is_chosen = chosen.contains(&self.fingerprints[at]);
            vec![
                what,
                place.into(),
                before(t, line, &shown, changed.get(&at), desk),
                after(t, line, &shown),
                self.choice(desk, at, &shown, is_chosen),
            ]
        });
        let headings = [
            t.import_what(),
            t.import_where(),
            t.import_before(),
            t.import_after(),
            t.import_choice(),
        ];
        markup::table(&t.import_table(sheet), &headings, rows)
    }

    /// What a line is about, in words that no other line has: the object, and the field when it is one.
    fn plainly(&self, desk: &Desk, line: &Line, shown: &Shown) -> String {
        let name = match line.kind {
            Kind::TaskState => {
                self.standing.plan.instance(&line.key).map_or_else(String::new, |one| {
                    self.standing.plan.task_of(one).task.title.of(desk.reader()).to_owned()
                })
            }
            Kind::Milestone => {
                let kinds = &self.standing.effective.catalogue().milestones;
                let kind = kinds.iter().find(|kind| kind.id.as_str() == line.key.as_str());
                kind.map_or_else(String::new, |kind| kind.name.of(desk.reader()).to_owned())
            }
            _ => shown.name.clone(),
        };
        let mut plainly = format!("{} {}", line.key, cut(&name));
        if !shown.field.is_empty() {
            plainly = format!("{plainly}: {}", shown.field);
        }
        plainly
    }

    /// The same, marked as new, gone or in conflict.
    fn about(&self, desk: &Desk, line: &Line, shown: &Shown) -> Html {
        let t = desk.visitor.texts;
        let mut about = Html::from(self.plainly(desk, line, shown));
        let mark = match &line.what {
            Differs::New { .. } | Differs::Item { .. } => Some((Tone::Good, t.import_new())),
            Differs::Gone { .. } | Differs::ItemGone { .. } => {
                Some((Tone::Warning, t.import_gone()))
            }
            Differs::Cell { .. } => None,
        };
        for (tone, words) in
            mark.into_iter().chain(line.conflict.then(|| (Tone::Bad, t.import_conflict())))
        {
            about.push(" ");
            about.push(badge(tone, words));
        }
        about
    }

    /// Whether a line is taken in: a box to tick; where others changed the same, which of both counts.
    fn choice(&self, desk: &Desk, at: usize, shown: &Shown, is_chosen: bool) -> Html {
        let t = desk.visitor.texts;
        let line = &self.diff().lines[at];
        if let Some(why) = self.refused(line) {
            return why.as_str().into();
        }
        let (id, value) = (format!("line-{at}"), self.fingerprints[at].as_str());
        let mut what = self.plainly(desk, line, shown);
        // Several parts of one object stand in rows of their own, under the same headings.
        let is_part = match &line.what {
            Differs::Cell { path, .. } => path.contains('/'),
            Differs::Item { .. } | Differs::ItemGone { .. } => true,
            Differs::New { .. } | Differs::Gone { .. } => false,
        };
        if is_part {
            what = format!("{what} ({})", line.place);
        }
        if line.is_gone() {
            return markup::tick(&id, "take", value, &t.import_delete(&what), is_chosen);
        }
        if !line.conflict {
            return markup::tick(&id, "take", value, &t.import_take(&what), is_chosen);
        }
        let name = format!("line.{value}");
        let empty = |text: &str| {
            if text.is_empty() { t.import_empty_value().to_owned() } else { cut(text) }
        };
        let keep = t.import_keep(empty(&shown.theirs));
        let mine = t.import_mine(empty(&shown.mine));
        let inside = [
            el("legend", &[], t.import_which(&what)),
            markup::radio(&format!("{id}-theirs"), &name, "theirs", &keep, !is_chosen),
            markup::radio(&format!("{id}-mine"), &name, "mine", &mine, is_chosen),
        ];
        el("fieldset", &[("class", "conflict")], inside)
    }

    fn buttons(&self, desk: &Desk, pages: usize) -> Html {
        let t = desk.visitor.texts;
        let button = [
            ("class", "button button-primary"),
            ("type", "submit"),
            ("name", "do"),
            ("value", "take"),
        ];
        let mut row = el("button", &button, t.import_apply());
        let plain = self.plain().len() as i64;
        let mut hidden = Html::none();
        if pages > 1 && plain > 0 {
            row.push(markup::lesser("do", "plain", t.import_apply_plain(plain)));
            hidden = markup::hidden("plain", &self.plain_fingerprint());
        }
        [hidden, el("p", &[("class", "button-row")], row)].into()
    }

    /// Where to go from here.
    fn end(&self, brief: &Brief, token: &str) -> Html {
        let desk = &brief.desk;
        let t = desk.visitor.texts;
        let mut ways = vec![(desk.to("registers/systems"), t.import_to_systems())];
        if brief.mapping().is_some() {
            let columns = brief.wanted.query().replace("show=changes", "show=columns");
            ways.insert(
                0,
                (desk.to(&format!("import/{}?{columns}", brief.word)), t.import_map_back()),
            );
        }
        let forget = markup::lesser("do", "forget", t.import_forget());
        [
            markup::ways(ways),
            markup::form(&desk.to(&format!("import/{}", brief.word)), token, forget),
        ]
        .into()
    }

    /// Who changed meanwhile what lines in conflict are about: the newest change of that field.
    async fn changed_by(
        &self,
        desk: &Desk,
        lines: std::ops::Range<usize>,
    ) -> Result<BTreeMap<usize, HistoryLine>, Refusal> {
        let mut found = BTreeMap::new();
        let mut read: BTreeMap<(Kind, &Key), Vec<(i64, HistoryLine)>> = BTreeMap::new();
        for at in lines {
            let line = &self.diff().lines[at];
            if !line.conflict {
                continue;
            }
            let about = (line.kind, &line.key);
            let history = match read.entry(about) {
                Entry::Occupied(read) => read.into_mut(),
                Entry::Vacant(unread) => {
                    let programmes = &desk.visitor.web.programmes;
                    let asked = programmes.history(desk.id, Some(about), None, IMPORT_HISTORY);
                    match asked.await {
                        Ok(history) => unread.insert(history),
                        Err(error) => {
                            let what = "history could not be read";
                            return Err(desk.visitor.failed(what, &error).await);
                        }
                    }
                }
            };
            let field = match &line.what {
                Differs::Cell { path, .. } => path.split('/').next(),
                Differs::Item { field, .. } | Differs::ItemGone { field, .. } => {
                    Some(field.as_str())
                }
                Differs::New { .. } | Differs::Gone { .. } => None,
            };
            let newest = history.iter().map(|(_, one)| one);
            let newest = newest.filter(|one| {
                field.is_none() || one.field.is_none() || one.field.as_deref() == field
            });
            found.extend(newest.take(1).map(|one| (at, one.clone())));
        }
        Ok(found)
    }
}

/// What was exported, what stands there now when that is something else, and who changed it.
fn before(
    t: crate::texts::Texts,
    line: &Line,
    shown: &Shown,
    changed: Option<&HistoryLine>,
    desk: &Desk,
) -> Html {
    let mut body = match &line.what {
        Differs::Gone { .. } | Differs::ItemGone { .. } => cells(shown),
        // Nothing was exported: a row that others made as well, or somebody's own list.
        Differs::Cell { .. } if line.conflict && shown.base.is_empty() => {
            p(t.import_now(cut(&shown.theirs)))
        }
        Differs::Cell { .. } if line.conflict => {
            let was = t.import_was(cut(&shown.base));
            [p(was), p(t.import_now(cut(&shown.theirs)))].into()
        }
        _ => cut(&shown.base).into(),
    };
    if let Some(change) = changed.filter(|_| line.conflict) {
        let who = history::who(desk, &change.who);
        body.push(el(
            "p",
            &[("class", "quiet")],
            [t.import_changed_by(who).into(), " ".into(), words::moment(t, change.at)],
        ));
    }
    body
}

/// What the file says.
fn after(t: crate::texts::Texts, line: &Line, shown: &Shown) -> Html {
    match &line.what {
        Differs::New { .. } | Differs::Item { .. } => cells(shown),
        Differs::Gone { .. } | Differs::ItemGone { .. } => t.import_gone().into(),
        Differs::Cell { .. } if shown.mine.is_empty() => t.import_empty_value().into(),
        Differs::Cell { .. } => cut(&shown.mine).into(),
    }
}

fn cells(shown: &Shown) -> Html {
    let cells = shown.cells.iter();
    ul("import-cells", cells.map(|(heading, value)| format!("{heading}: {}", cut(value)).into()))
}

fn notice(desk: &Desk, notice: &Notice) -> Html {
    let t = desk.visitor.texts;
    match notice {
        Notice::SheetMissing { sheet } => t.import_sheet_missing(sheet).into(),
        Notice::HeadingUnknown { place } => {
            t.import_heading_unknown(&place.column, cut(&place.heading), &place.sheet).into()
        }
        Notice::ColumnMissing { sheet, heading } => t.import_column_missing(heading, sheet).into(),
        Notice::MoreFaults { count } => t.import_more_faults(*count as i64).into(),
        _ => Html::none(),
    }
}

fn pager(brief: &Brief, page: usize, pages: usize) -> Html {
    let t = brief.desk.visitor.texts;
    if pages < 2 {
        return Html::none();
    }
    let to = |page: usize| brief.desk.to(&format!("{}&page={}", brief.address(), page + 1));
    let mut row = Html::from(t.import_page(page + 1, pages));
    if page > 0 {
        row.push(" ");
        row.push(a(&to(page - 1), t.import_page_before()));
    }
    if page + 1 < pages {
        row.push(" ");
        row.push(a(&to(page + 1), t.import_page_next()));
    }
    p(row)
}

/// Objects that may not be changed as the file wants, each with why: asked as if all of it were taken in.
fn refused(desk: &Desk, standing: &Standing, diff: &Diff) -> BTreeMap<(Kind, Key), String> {
    let t = desk.visitor.texts;
    let all = (0..diff.lines.len()).collect();
    let (actor, now) = (Actor::Person(desk.me.clone()), desk.visitor.now());
    let mut refused = BTreeMap::new();
    for change in diff.changes(&standing.programme, &all) {
        let one = std::slice::from_ref(&change);
        let why = match permissions::check(&standing.programme, &standing.plan, &actor, one) {
            Err(forbidden) => {
                Some(t.work_forbidden(words::needed_right(desk.reader(), forbidden.why)))
            }
            Ok(()) => outcome(&standing.programme, one, desk.me.as_str(), "", now)
                .ok()
                .and_then(|outcome| {
                    let (programme, plan) = (&standing.programme, &standing.plan);
                    closing::guard(programme, plan, &outcome.writes, desk.me.as_str()).err()
                })
                .map(|why| words::not_set(t, &why)),
        };
        refused.extend(why.map(|why| ((change.kind, change.key), why)));
    }
    refused
}
