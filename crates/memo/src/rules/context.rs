//! Rules that need more than the message. What the context does not know is not checked.

use uuid::Uuid;

use super::overview::{Overview, Party};
use super::values::{date, day, is_true, text, time};
use super::{Measured, Report};
use crate::context::{Answer, Context};
use crate::finding::Word;
use crate::identity::PartyId;
use crate::outline::Element;
use crate::policy::Policy;
use crate::rulebook;
use crate::values::Uuid4;

/// Checks a message against what is known beside it. What needs every action is in `actions`.
pub(super) fn context(
    overview: &Overview<'_>,
    context: &dyn Context,
    measured: Measured,
    policy: &Policy,
    report: &mut Report<'_>,
) {
    clock(overview, context, policy, report);
    permissions(overview, context, report);
    identity(overview, context, report);
    contact_point(overview, context, measured, report);
}

fn clock(overview: &Overview<'_>, context: &dyn Context, policy: &Policy, report: &mut Report<'_>) {
    let Some(now) = context.now() else { return };
    if let Some(element) = overview.not_until
        && date(overview.not_until).is_some_and(|date| day(&date) < now.year_month_day())
    {
        report.at(element, &rulebook::DELIVERY_IN_THE_PAST, &[]);
    }
    let latest = now.plus_seconds(policy.created_ahead_seconds);
    if let Some(element) = overview.created
        && time(overview.created).is_some_and(|created| created > latest)
    {
        let words = [Word::Number(policy.created_ahead_seconds.max(0).unsigned_abs())];
        report.at(element, &rulebook::CREATED_IN_THE_FUTURE, &words);
    }
}

fn permissions(overview: &Overview<'_>, context: &dyn Context, report: &mut Report<'_>) {
    if let Some((sender, element)) = named(&overview.sender) {
        if context.may_send_for(&sender) == Answer::No {
            let why = Word::Phrase(
                "afsendersystemet må ikke sende for denne senderID",
                "the sender system may not send for this senderID",
            );
            report.at(element, &rulebook::NOT_ENTITLED, &[why]);
        }
        if let Some(legal) = overview.legal
            && is_true(overview.legal)
            && context.may_serve_legal_documents(&sender) == Answer::No
        {
            report.at(legal, &rulebook::LEGAL_NOTIFICATION_NOT_ENTITLED, &[]);
        }
        if let Some(mandatory) = overview.mandatory
            && is_true(overview.mandatory)
            && context.may_send_mandatory(&sender) == Answer::No
        {
            report.at(mandatory, &rulebook::MANDATORY_NOT_ENTITLED, &[]);
        }
    }
    if let (Some((recipient, element)), Some(kind)) = (named(&overview.recipient), overview.kind)
        && context.is_registered(&recipient, kind) == Answer::No
    {
        let why = Word::Phrase(
            "modtageren er ikke tilmeldt denne slags meddelelser",
            "the recipient is not registered for this kind of message",
        );
        report.at(element, &rulebook::NOT_ENTITLED, &[why]);
    }
}

fn identity(overview: &Overview<'_>, context: &dyn Context, report: &mut Report<'_>) {
    let Some(element) = overview.uuid else { return };
    let Some(uuid) = text(element).and_then(|text| Uuid4::parse(text).ok()) else { return };
    if context.announced_uuid().is_some_and(|announced| announced != uuid) {
        report.at(element, &rulebook::OTHER_UUID, &[]);
    }
    if context.is_used(&uuid) == Answer::Yes {
        report.at(element, &rulebook::UUID_USED, &[]);
    }
}

/// MEMO-R-129: the limits of the contact point that the message is for.
fn contact_point(
    overview: &Overview<'_>,
    context: &dyn Context,
    measured: Measured,
    report: &mut Report<'_>,
) {
    let Some((recipient, _)) = named(&overview.recipient) else { return };
    let Some(element) =
        overview.recipient.contact_point.and_then(|point| point.child("contactPointID"))
    else {
        return;
    };
    let Some(id) = text(element).and_then(|id| Uuid::try_parse(id).ok()) else { return };
    let Some(limits) = context.contact_point(&recipient, id) else { return };
    let mut over = |has: u64, limit: u64, unit: Word<'_>| {
        if has > limit {
            let words = [Word::Number(has), unit, Word::Number(limit)];
            report.at(element, &rulebook::CONTACT_POINT_LIMITS, &words);
        }
    };
    if let Some((has, limit)) = measured.length_bytes.zip(limits.message_bytes) {
        over(has, limit, Word::Phrase("byte", "bytes"));
    }
    if let Some((body, limit)) = overview.body.zip(limits.additional_documents) {
        let has = body.all("AdditionalDocument").count() as u64;
        over(has, limit as u64, Word::Name("AdditionalDocument"));
    }
}

/// Who a party is, and the element that says so.
fn named<'o>(party: &Party<'o>) -> Option<(PartyId, Element<'o>)> {
    let element = party.id?;
    let known = PartyId::parse(text(party.id_type?)?, text(element)?).ok()?;
    Some((known, element))
}
