//! Milestones: totals and far pages of long lists, without walking them.
//!
//! Lists are asked for by page number, so whoever reads a page must know how many rows come before it.
//! In a long list every thousandth row or so has a milestone: a row in a table of its own that says how
//! many rows there are from it to the next. Added up they give the total, and the stretch in which a page
//! begins; of the list itself no more than that stretch is walked.
//!
//! Milestones change in the transaction that changes the list, so they are exact. A list gets them when it
//! is found to be long, and loses them when it has become short. One without any is counted: nothing but
//! time depends on whether a list was found to be long already. So the letters' road writes nothing here
//! for a list that its owner keeps short.

mod check;
mod list;

use std::cell::RefCell;
use std::collections::HashSet;

use brevdue_exchange::storage::Page;
use brevdue_wire::PageRequest;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

pub(super) use self::check::check;
pub(super) use self::list::List;
use self::list::SHAPES;
use super::columns::{Sql, id};
use super::letters::count;
use super::registry::many;

/// Rows from one milestone to the next, when they are set.
const STRETCH: u64 = if cfg!(test) { 4 } else { 1024 };

/// Rows from one milestone to the next at most; and of a list without milestones, once it is looked at.
const FULL: u64 = 2 * STRETCH;

/// With fewer rows a stretch is joined to the next, if what that makes is not
const LOW: u64 = STRETCH / 2;

/// more than this; with no next one, the list is short.
const JOINED: u64 = STRETCH + LOW;

/// A list without milestones is looked at when what is added has these bits zero at the end of its id:
/// one row in 256, so that looking costs next to nothing.
const LOOKS: u8 = if cfg!(test) { 0 } else { 0xFF };

/// Which end of a list its first page begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The list's own order.
    Forward,
    /// The other way round.
    Backward,
}

/// A place in a list: what it is sorted by, then the id.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    at: Value,
    id: Vec<u8>,
}

impl Place {
    fn of(at: impl Into<Value>, id: &Uuid) -> Self {
        Self { at: at.into(), id: id.as_bytes().to_vec() }
    }

    /// After every row: blobs sort after numbers and texts, and no id is so long.
    fn end() -> Self {
        Self { at: Value::Blob(Vec::new()), id: vec![0xFF; 17] }
    }

    /// Before every row that is sorted by `at`.
    fn before(at: Value) -> Self {
        Self { at, id: Vec::new() }
    }

    /// After every row that is sorted by `at`.
    fn after(at: Value) -> Self {
        Self { at, ..Self::end() }
    }
}

/// From one milestone to the next.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    from: Place,
    count: u64,
}

/// A page of ids and how long the list is.
pub(super) struct Ids {
    pub(super) ids: Vec<Uuid>,
    pub(super) total: u64,
}

impl Ids {
    /// The page, each of its rows read by its id. What a damaged store no longer has is left out.
    pub(super) fn read<T>(
        self,
        read: impl Fn(Uuid) -> rusqlite::Result<Option<T>>,
    ) -> rusqlite::Result<Page<T>> {
        let items = self.ids.into_iter().filter_map(|id| read(id).transpose());
        let items = items.collect::<Result<_, _>>()?;
        Ok(Page { items, total: self.total })
    }
}

/// How long a list is.
pub(super) fn total(connection: &Connection, list: List) -> rusqlite::Result<u64> {
    let stretches = stretches(connection, list)?;
    if stretches.is_empty() {
        return counted(connection, list);
    }
    Ok(stretches.iter().map(|stretch| stretch.count).sum())
}

/// The ids on a page.
pub(super) fn page(
    connection: &Connection,
    list: List,
    page: PageRequest,
    order: Order,
) -> rusqlite::Result<Ids> {
    let stretches = stretches(connection, list)?;
    let total = match &stretches[..] {
        [] => counted(connection, list)?,
        stretches => stretches.iter().map(|stretch| stretch.count).sum(),
    };
    let mut skip = page.page.saturating_mul(page.size);
    if skip >= total {
        return Ok(Ids { ids: Vec::new(), total });
    }
    // From which place on, or up to which.
    let mut edge = match order {
        Order::Forward => list.start(),
        Order::Backward => Place::end(),
    };
    let mut passed = |stretch: &Stretch| {
        let is_passed = skip >= stretch.count;
        if is_passed {
            skip -= stretch.count;
        }
        is_passed
    };
    match order {
        Order::Forward => {
            if let Some(stretch) = stretches.iter().find(|stretch| !passed(stretch)) {
                edge = stretch.from.clone();
            }
        }
        Order::Backward => {
            for stretch in stretches.iter().rev() {
                if !passed(stretch) {
                    break;
                }
                edge = stretch.from.clone();
            }
        }
    }
    let sql = list.shape().page(order);
    let (whose, part) = (list.whose(), list.part());
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let params = params![id(&whose), part, edge.at, edge.id, number(page.size), number(skip)];
    let ids = many(connection, &sql, params, |row| row.get(0).map(|Sql(id): Sql<Uuid>| id))?;
    Ok(Ids { ids, total })
}

/// Every milestone of a list.
fn stretches(connection: &Connection, list: List) -> rusqlite::Result<Vec<Stretch>> {
    let sql = "SELECT at, id, count FROM milestones WHERE list = ?1 AND whose = ?2 AND part = ?3
         ORDER BY at, id";
    let (whose, part) = (list.whose(), list.part());
    many(connection, sql, params![list.word(), id(&whose), part], read_stretch)
}

fn counted(connection: &Connection, list: List) -> rusqlite::Result<u64> {
    let sql = list.shape().count();
    count(connection, &sql, params![id(&list.whose()), list.part()])
}

fn read_stretch(row: &Row<'_>) -> rusqlite::Result<Stretch> {
    let Sql(count) = row.get(2)?;
    Ok(Stretch { from: Place { at: row.get(0)?, id: row.get(1)? }, count })
}

/// Sets milestones in every long list. For a store that had none.
pub(super) fn survey(connection: &Connection) -> rusqlite::Result<()> {
    for shape in SHAPES {
        let mut owners = connection.prepare(&shape.owners())?;
        let mut rows = owners.query(params![Sql(FULL)])?;
        while let Some(row) = rows.next()? {
            let Sql(whose) = row.get(0)?;
            if let Some(list) = List::read(shape.word, whose, row.get_ref(1)?.as_str()?) {
                Keeping { connection, list }.set(&list.start(), &Place::end())?;
            }
        }
    }
    Ok(())
}

/// The writer's side.
#[derive(Debug, Default)]
pub(super) struct Milestones {
    /// Which lists may have milestones. Those that have are among them, so that for any other list nobody
    /// has to look; a transaction that is taken back changes nothing here.
    long: RefCell<HashSet<List>>,
}

impl Milestones {
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut long = HashSet::new();
        let mut lists = connection.prepare("SELECT DISTINCT list, whose, part FROM milestones")?;
        let mut rows = lists.query([])?;
        while let Some(row) = rows.next()? {
            let Sql(whose) = row.get(1)?;
            long.extend(List::read(row.get_ref(0)?.as_str()?, whose, row.get_ref(2)?.as_str()?));
        }
        Ok(Self { long: RefCell::new(long) })
    }

    /// Whether a list may have milestones.
    pub(super) fn may_have(&self, list: List) -> bool {
        self.long.borrow().contains(&list)
    }

    /// To be told after a row was added.
    pub(super) fn added(
        &self,
        connection: &Connection,
        list: List,
        at: impl Into<Value>,
        id: &Uuid,
    ) -> rusqlite::Result<()> {
        let keeping = Keeping { connection, list };
        if self.may_have(list)
            && let Some(stretch) = keeping.around(&Place::of(at, id))?
        {
            return keeping.grow(&stretch);
        }
        if id.as_bytes()[15] & LOOKS == 0 {
            self.look(connection, list)?;
        }
        Ok(())
    }

    /// To be told after a row was removed.
    pub(super) fn removed(
        &self,
        connection: &Connection,
        list: List,
        at: impl Into<Value>,
        id: &Uuid,
    ) -> rusqlite::Result<()> {
        if !self.may_have(list) {
            return Ok(());
        }
        let keeping = Keeping { connection, list };
        match keeping.around(&Place::of(at, id))? {
            Some(stretch) => keeping.shrink(stretch),
            None => Ok(()),
        }
    }

    /// To be told after rows that were told removed, whatever they were sorted by, came to be sorted
    /// by `at`.
    pub(super) fn gathered(
        &self,
        connection: &Connection,
        list: List,
        at: impl Into<Value>,
    ) -> rusqlite::Result<()> {
        if !self.may_have(list) {
            return Ok(());
        }
        let (keeping, at) = (Keeping { connection, list }, at.into());
        let Some(first) = keeping.around(&Place::before(at.clone()))? else {
            return self.look(connection, list);
        };
        let next = keeping.next(&Place::after(at))?;
        keeping.set(&first.from, &next.map_or_else(Place::end, |next| next.from))
    }

    /// Sets milestones if a list that has none is long.
    fn look(&self, connection: &Connection, list: List) -> rusqlite::Result<()> {
        let sql = list.shape().count_some();
        let found =
            count(connection, &sql, params![id(&list.whose()), list.part(), Sql(FULL + 1)])?;
        if found > FULL {
            self.long.borrow_mut().insert(list);
            Keeping { connection, list }.set(&list.start(), &Place::end())?;
        }
        Ok(())
    }
}

/// The milestones of one list.
struct Keeping<'a> {
    connection: &'a Connection,
    list: List,
}

impl Keeping<'_> {
    /// The stretch a place lies in; `None` when the list has no milestones.
    fn around(&self, place: &Place) -> rusqlite::Result<Option<Stretch>> {
        self.one(
            "SELECT at, id, count FROM milestones WHERE list = ?1 AND whose = ?2 AND part = ?3
                AND (at, id) <= (?4, ?5) ORDER BY at DESC, id DESC LIMIT 1",
            place,
        )
    }

    /// The stretch that begins after a place.
    fn next(&self, place: &Place) -> rusqlite::Result<Option<Stretch>> {
        self.one(
            "SELECT at, id, count FROM milestones WHERE list = ?1 AND whose = ?2 AND part = ?3
                AND (at, id) > (?4, ?5) ORDER BY at, id LIMIT 1",
            place,
        )
    }

    /// The stretch that begins before a place.
    fn previous(&self, place: &Place) -> rusqlite::Result<Option<Stretch>> {
        self.one(
            "SELECT at, id, count FROM milestones WHERE list = ?1 AND whose = ?2 AND part = ?3
                AND (at, id) < (?4, ?5) ORDER BY at DESC, id DESC LIMIT 1",
            place,
        )
    }

    fn one(&self, sql: &str, place: &Place) -> rusqlite::Result<Option<Stretch>> {
        let list = self.list;
        self.connection
            .prepare_cached(sql)?
            .query_row(
                params![list.word(), id(&list.whose()), list.part(), place.at, place.id],
                read_stretch,
            )
            .optional()
    }

    /// One row more.
    fn grow(&self, stretch: &Stretch) -> rusqlite::Result<()> {
        let count = stretch.count + 1;
        if count <= FULL {
            return self.put(&stretch.from, count);
        }
        let list = self.list;
        let sql = list.shape().places(Order::Forward, "LIMIT 1 OFFSET ?5");
        let (whose, part) = (list.whose(), list.part());
        let from = &stretch.from;
        let middle = self
            .connection
            .prepare_cached(&sql)?
            .query_row(params![id(&whose), part, from.at, from.id, Sql(STRETCH)], |row| {
                Ok(Place { at: row.get(0)?, id: row.get(1)? })
            })?;
        self.put(from, STRETCH)?;
        self.put(&middle, count - STRETCH)
    }

    /// One row less.
    fn shrink(&self, stretch: Stretch) -> rusqlite::Result<()> {
        // Never 0 here unless the table was damaged; `verify` tells.
        let count = stretch.count.saturating_sub(1);
        if count >= LOW {
            return self.put(&stretch.from, count);
        }
        let stretch = Stretch { count, ..stretch };
        let pair = match self.next(&stretch.from)? {
            Some(next) => Some((stretch.clone(), next)),
            None => self.previous(&stretch.from)?.map(|previous| (previous, stretch.clone())),
        };
        match pair {
            None => self.remove(&stretch.from),
            Some((left, right)) if left.count + right.count <= JOINED => {
                self.remove(&right.from)?;
                let count = left.count + right.count;
                let is_all = left.from == self.list.start() && self.next(&left.from)?.is_none();
                if is_all && count < LOW {
                    return self.remove(&left.from);
                }
                self.put(&left.from, count)
            }
            Some(_) => self.put(&stretch.from, count),
        }
    }

    fn put(&self, from: &Place, count: u64) -> rusqlite::Result<()> {
        let list = self.list;
        self.connection
            .prepare_cached(
                "INSERT INTO milestones (list, whose, part, at, id, count)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET count = excluded.count",
            )?
            .execute(params![
                list.word(),
                id(&list.whose()),
                list.part(),
                from.at,
                from.id,
                Sql(count)
            ])?;
        Ok(())
    }

    fn remove(&self, from: &Place) -> rusqlite::Result<()> {
        let list = self.list;
        self.connection
            .prepare_cached(
                "DELETE FROM milestones WHERE list = ?1 AND whose = ?2 AND part = ?3
                    AND at = ?4 AND id = ?5",
            )?
            .execute(params![list.word(), id(&list.whose()), list.part(), from.at, from.id])?;
        Ok(())
    }

    /// Sets milestones anew from one to before another, or to the end, as the rows are now.
    fn set(&self, from: &Place, until: &Place) -> rusqlite::Result<()> {
        let list = self.list;
        let (whose, part) = (list.whose(), list.part());
        self.connection
            .prepare_cached(
                "DELETE FROM milestones WHERE list = ?1 AND whose = ?2 AND part = ?3
                    AND (at, id) >= (?4, ?5) AND (at, id) < (?6, ?7)",
            )?
            .execute(params![
                list.word(),
                id(&whose),
                part,
                from.at,
                from.id,
                until.at,
                until.id
            ])?;
        let sql = list.shape().places_between();
        let mut rows = self.connection.prepare_cached(&sql)?;
        let mut rows =
            rows.query(params![id(&whose), part, from.at, from.id, until.at, until.id])?;
        let mut stretch = Stretch { from: from.clone(), count: 0 };
        while let Some(row) = rows.next()? {
            if stretch.count == STRETCH {
                self.put(&stretch.from, stretch.count)?;
                stretch = Stretch { from: Place { at: row.get(0)?, id: row.get(1)? }, count: 0 };
            }
            stretch.count += 1;
        }
        self.put(&stretch.from, stretch.count)
    }
}
