//! Milestones against the rows they count.

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::super::columns::{Sql, id};
use super::super::letters::count;
use super::{List, Place, Stretch, stretches};

/// Tells what does not fit: lists by their kind and the id of whose they are.
pub(in super::super) fn check(
    connection: &Connection,
    tell: &mut dyn FnMut(String),
) -> rusqlite::Result<()> {
    let mut lists =
        connection.prepare("SELECT DISTINCT list, whose, part FROM milestones ORDER BY 1, 2, 3")?;
    let mut rows = lists.query([])?;
    while let Some(row) = rows.next()? {
        let Sql(whose): Sql<Uuid> = row.get(1)?;
        let word = row.get_ref(0)?.as_str()?;
        match List::read(word, whose, row.get_ref(2)?.as_str()?) {
            Some(list) => check_list(connection, list, tell)?,
            None => tell(format!("lists: milestones of {whose} stand in no list")),
        }
    }
    Ok(())
}

fn check_list(
    connection: &Connection,
    list: List,
    tell: &mut dyn FnMut(String),
) -> rusqlite::Result<()> {
    let stretches = stretches(connection, list)?;
    let (word, whose) = (list.word(), list.whose());
    if stretches.first().is_some_and(|first| first.from != list.start()) {
        tell(format!("lists: {word} of {whose}: the first milestone is not there"));
    }
    let sql = list.shape().count_between();
    let untils = stretches[1.min(stretches.len())..].iter().map(|next| next.from.clone());
    for (Stretch { from, count: written }, until) in
        stretches.iter().zip(untils.chain([Place::end()]))
    {
        let part = list.part();
        let params = params![id(&whose), part, from.at, from.id, until.at, until.id];
        let there = count(connection, &sql, params)?;
        if there != *written {
            tell(format!(
                "lists: {word} of {whose}: {written} from one milestone to the next were written, \
                 {there} are there"
            ));
        }
    }
    Ok(())
}
