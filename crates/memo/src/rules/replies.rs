//! Rules about a message's place in a conversation: answers and forwarding.

use uuid::Uuid;

use super::Report;
use super::overview::Overview;
use super::parties::contact_point_id;
use super::values::{is_true, time, uuid};
use crate::finding::Word;
use crate::outline::Element;
use crate::rulebook;

/// Checks what is said about answers and forwarding.
pub(super) fn replies(overview: &Overview<'_>, report: &mut Report<'_>) {
    if let Some(reply_by) = overview.reply_by {
        if !is_true(overview.reply) && overview.reply.is_none_or(|reply| reply.is_valid()) {
            report.at(reply_by, &rulebook::DEADLINE_WITHOUT_REPLY, &[]);
        }
        if is_not_after(time(Some(reply_by)), time(overview.created)) {
            report.at(reply_by, &rulebook::DEADLINE_BEFORE_CREATION, &[]);
        }
    }
    if let (true, None, Some(sender)) =
        (is_true(overview.reply), overview.sender.contact_point, overview.sender.element)
        && overview.sender.is("CVR")
    {
        report.at(sender, &rulebook::REPLY_WITHOUT_CONTACT_POINT, &[]);
    }
    if let Some(forward) = overview.forward {
        forwarding(forward, overview, report);
    }
    if let (Some(header), Some(_)) = (overview.header, overview.first_reply) {
        conversation(header, report);
    }
}

fn is_not_after<T: PartialOrd>(later: Option<T>, earlier: Option<T>) -> bool {
    later.zip(earlier).is_some_and(|(later, earlier)| later <= earlier)
}

fn forwarding(forward: Element<'_>, overview: &Overview<'_>, report: &mut Report<'_>) {
    for child in forward.children() {
        match child.name() {
            "messageUUID"
                if uuid(Some(child))
                    .is_some_and(|original| uuid(overview.uuid) == Some(original)) =>
            {
                report.at(child, &rulebook::FORWARDS_ITSELF, &[]);
            }
            "originalMessageDateTime" => {
                let (original, created) = (time(Some(child)), time(overview.created));
                if original.zip(created).is_some_and(|(original, created)| original > created) {
                    report.at(child, &rulebook::FORWARDED_BEFORE_WRITTEN, &[]);
                }
            }
            "contactPointID" => contact_point_id(child, report),
            _ => {}
        }
    }
}

/// One message of a conversation.
struct Entry<'o> {
    message: Uuid,
    element: Element<'o>,
    answered: Option<(Uuid, Element<'o>)>,
}

fn conversation(header: Element<'_>, report: &mut Report<'_>) {
    let mut entries = Vec::new();
    for reply in header.all("ReplyData") {
        let (mut message, mut answered) = (None, None);
        for child in reply.children() {
            match child.name() {
                "messageUUID" => message = uuid(Some(child)).map(|uuid| (uuid, child)),
                "replyUUID" => answered = uuid(Some(child)).map(|uuid| (uuid, child)),
                "contactPointID" => contact_point_id(child, report),
                _ => {}
            }
        }
        let Some((message, element)) = message else { continue };
        if let Some((_, at)) = answered.filter(|(answered, _)| *answered == message) {
            report.at(at, &rulebook::ANSWERS_ITSELF, &[]);
            answered = None;
        }
        entries.push(Entry { message, element, answered });
    }
    if entries.len() > 1 {
        entries_fit(&entries, report);
    }
}

/// MEMO-R-043, in time that grows as the entries do times their logarithm.
fn entries_fit(entries: &[Entry<'_>], report: &mut Report<'_>) {
    let mut by_message: Vec<usize> = (0..entries.len()).collect();
    by_message.sort_by_key(|index| (entries[*index].message, *index));
    for pair in by_message.windows(2) {
        if entries[pair[0]].message == entries[pair[1]].message {
            let why = Word::Phrase(
                "messageUUID står allerede i en anden ReplyData",
                "messageUUID stands in another ReplyData already",
            );
            report.at(entries[pair[1]].element, &rulebook::CONVERSATION, &[why]);
        }
    }
    let first_of = |message: Uuid| {
        let at = by_message.partition_point(|index| entries[*index].message < message);
        by_message.get(at).copied().filter(|index| entries[*index].message == message)
    };
    let next: Vec<Option<usize>> = entries
        .iter()
        .map(|entry| entry.answered.and_then(|(answered, _)| first_of(answered)))
        .collect();
    // The walk that passed an entry first; an entry met again on its own walk closes a circle.
    let mut walks = vec![usize::MAX; entries.len()];
    for start in 0..entries.len() {
        let mut at = start;
        while walks[at] == usize::MAX {
            walks[at] = start;
            let Some(following) = next[at] else { break };
            if walks[following] == start
                && let Some((_, element)) = entries[at].answered
            {
                let why = Word::Phrase(
                    "replyUUID'erne svarer hinanden i ring",
                    "the replyUUIDs answer each other in a circle",
                );
                report.at(element, &rulebook::CONVERSATION, &[why]);
            }
            at = following;
        }
    }
}
