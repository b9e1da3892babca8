//! The MeMo potential: letter types by their score, benefit against effort, and where each number is from.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use brevdue_programme::Key;
use brevdue_programme::fields::Register;
use brevdue_programme::objects::{Kind, LetterType};
use brevdue_programme::potential::{self, Quadrant, Score, Volumes};

use super::desk::{Desk, FormOf, Standing, Tab};
use super::words;
use crate::markup::{self, Html, Svg, a, fieldset, h2, p, quiet, ul};
use crate::visitor::{Answer, Visitor};

/// Letter types drawn in the picture; the table has all of them.
const DRAWN: usize = 300;

/// `GET /programmes/{id}/potential`
pub(crate) async fn potential(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let letters: BTreeMap<Key, LetterType> =
        desk.programme.all::<LetterType>().map(|(key, one)| (key.clone(), one)).collect();
    let measured = potential::measured(&standing.evidence, &desk.settings);
    let scores = potential::scores(&letters, &desk.settings, &measured);
    let t = desk.visitor.texts;
    desk.page(t.work_potential(), Tab::Potential, |token| {
        let mut body = p(t.work_potential_lead());
        body.push(markup::ways([
            (desk.to("registers/letters/+"), t.work_letter_new()),
            (desk.to("registers/letters"), t.work_letter_register()),
        ]));
        if scores.is_empty() {
            body.push(p(t.work_letters_none()));
        } else {
            if scores.iter().all(|score| score.benefit_dkk == 0.0) {
                body.push(markup::alert(markup::Tone::Info, "", p(t.work_no_figures())));
            }
            body.push(h2(t.work_ranking()));
            body.push(ranking(&desk, &standing, &letters, &scores));
            body.push(h2(t.work_quadrants()));
            body.push(quiet(t.work_quadrants_lead()));
            body.push(markup::scroll(t.work_quadrants(), picture(&desk, &letters, &scores)));
            body.push(h2(t.work_numbers()));
            body.push(p(t.work_numbers_lead()));
            for score in &scores {
                body.push(numbers(&desk, &letters, score));
            }
        }
        body.push(seeds(&desk, &standing, &letters, token));
        body
    })
    .await
}

fn quadrant(desk: &Desk, quadrant: Quadrant) -> &'static str {
    let t = desk.visitor.texts;
    match quadrant {
        Quadrant::QuickWin => t.work_quick_win(),
        Quadrant::Project => t.work_project(),
        Quadrant::FillIn => t.work_fill_in(),
        Quadrant::Leave => t.work_leave_it(),
    }
}

fn name<'a>(letters: &'a BTreeMap<Key, LetterType>, score: &'a Score) -> &'a str {
    let name = letters.get(&score.letter).map_or("", |letter| letter.name.as_str());
    if name.is_empty() { score.letter.as_str() } else { name }
}

fn ranking(
    desk: &Desk,
    standing: &Standing,
    letters: &BTreeMap<Key, LetterType>,
    scores: &[Score],
) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let rows = scores.iter().map(|score| {
        let letter = letters.get(&score.letter);
        let archetype = letter.and_then(|letter| letter.archetype.as_ref());
        let archetype = archetype.and_then(|id| standing.effective.archetype(id));
        let level = letter.and_then(|letter| letter.level);
        let by_hand = if score.rank == score.computed_rank {
            String::new()
        } else {
            format!(" ({})", t.work_rank_by_hand(score.computed_rank))
        };
        vec![
            format!("{}{by_hand}", score.rank).into(),
            a(&desk.to(&format!("registers/letters/{}", score.letter)), name(letters, score)),
            archetype.map_or("–", |one| one.name.of(reader)).into(),
            yearly(desk, score),
            words::whole(reader, score.benefit_hours).into(),
            words::whole(reader, score.benefit_dkk).into(),
            format!("{:.1}", score.readiness).replace('.', t.work_decimal()).into(),
            words::whole(reader, score.effort_dkk).into(),
            format!("{:.2}", score.priority).replace('.', t.work_decimal()).into(),
            quadrant(desk, score.quadrant).into(),
            level.map_or("–", |level| level.label(reader)).into(),
            a(&desk.to(&format!("potential/{}", score.letter)), t.work_designer()),
        ]
    });
    let headings = [
        t.work_rank(),
        t.work_letter(),
        t.work_archetype(),
        t.volume_yearly(),
        t.work_hours(),
        t.work_benefit(),
        t.work_readiness(),
        t.work_effort(),
        t.work_priority(),
        t.work_quadrant(),
        t.work_level(),
        t.work_designer(),
    ];
    markup::table(t.work_ranking(), &headings, rows)
}

/// Letters a year with where the figure is from, and beside it what was counted or entered.
fn yearly(desk: &Desk, score: &Score) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let shown = |count: u64| words::count(reader, count);
    let origin = score.volume_origin.label(reader).to_lowercase();
    let mut told = Html::from(format!("{} ({origin})", shown(score.volumes.total())));
    let Some(counted) = &score.measured else { return told };
    let beside = if counted.enough {
        t.volume_entered(shown(score.entered.total()))
    } else {
        t.volume_too_few(shown(counted.yearly.total()))
    };
    told.push(" ");
    told.push(markup::span("span", &[("class", "quiet")], beside));
    told
}

/// What was counted, over which days, and what was entered: each by whom the letters are to.
fn volumes(desk: &Desk, score: &Score) -> Vec<Html> {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let each = |volumes: &Volumes| {
        let of = |words: &str, count| format!("{}: {}", words, words::count(reader, count));
        [
            of(t.work_citizens(), volumes.citizens),
            of(t.work_companies(), volumes.companies),
            of(t.work_authorities(), volumes.authorities),
        ]
        .join(", ")
    };
    let mut lines = Vec::new();
    if let Some(counted) = &score.measured {
        let days = i64::from(counted.days);
        let period = counted.period.to_string();
        let said = t.volume_counted(days, words::count(reader, counted.letters), period);
        lines.push(format!("{said} {}", each(&counted.yearly)).into());
        if !counted.enough {
            lines.push(t.volume_not_enough().into());
        }
    }
    lines.push(format!("{} {}", t.volume_as_entered(), each(&score.entered)).into());
    lines
}

/// Benefit upward, effort to the right; each dot is a link with the rank beside it.
fn picture(desk: &Desk, letters: &BTreeMap<Key, LetterType>, scores: &[Score]) -> Html {
    const W: i32 = 760;
    const H: i32 = 460;
    const M: i32 = 50;
    let t = desk.visitor.texts;
    let mut svg = Svg::new(W, H, t.work_quadrants_label(), "quadrants");
    let most = |of: fn(&Score) -> f64| scores.iter().map(of).fold(1.0_f64, f64::max);
    let (benefit, effort) = (most(|s| s.benefit_dkk), most(|s| s.effort_dkk));
    // Roots, so that one large letter does not press all others into a corner.
    #[allow(clippy::cast_possible_truncation, reason = "a share of a few hundred units")]
    let place = |value: f64, most: f64, room: i32| {
        (f64::from(room) * (value.max(0.0) / most).clamp(0.0, 1.0).sqrt()).round() as i32
    };
    svg.raw_shape(&format!(
        "<path class=\"quadrants-axes\" d=\"M{M} {} V{} H{}\"/>",
        M / 2,
        H - M,
        W - M / 2
    ));
    svg.text(6, 16, "gantt-small", t.work_benefit());
    svg.text(W - 200, H - 12, "gantt-small", t.work_effort());
    for score in scores.iter().take(DRAWN) {
        let x = M + 12 + place(score.effort_dkk, effort, W - 2 * M - 24);
        let y = H - M - 12 - place(score.benefit_dkk, benefit, H - 2 * M - 24);
        svg.begin_link(&desk.to(&format!("potential/{}", score.letter)));
        svg.title(&format!(
            "{}. {}, {}",
            score.rank,
            name(letters, score),
            quadrant(desk, score.quadrant)
        ));
        let class = match score.quadrant {
            Quadrant::QuickWin => "quadrants-dot quadrants-quick",
            Quadrant::Project => "quadrants-dot quadrants-project",
            Quadrant::FillIn => "quadrants-dot quadrants-fill",
            Quadrant::Leave => "quadrants-dot quadrants-leave",
        };
        svg.raw_shape(&format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"7\"/>"));
        svg.text(x + 10, y + 4, "gantt-small", &score.rank.to_string());
        svg.end_link();
    }
    svg.finish()
}

fn numbers(desk: &Desk, letters: &BTreeMap<Key, LetterType>, score: &Score) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let figures = score.figures.iter().map(|figure| {
        let value = format!("{:.2}", figure.value);
        let value = value.trim_end_matches('0').trim_end_matches('.');
        let value = value.replace('.', t.work_decimal());
        let told = format!(
            "{}: {value} ({})",
            figure_name(desk, figure.name),
            figure.origin.label(reader)
        );
        Html::from(told)
    });
    let lines = volumes(desk, score).into_iter().chain(figures);
    markup::details(format!("{}. {}", score.rank, name(letters, score)), ul("", lines))
}

/// A number behind a score, in words: as the form of letter types has it, or a weight.
fn figure_name(desk: &Desk, name: &str) -> String {
    let reader = desk.reader();
    let field = Register::of(Kind::LetterType)
        .and_then(|register| register.fields.iter().find(|field| field.name == name));
    match field {
        Some(field) => field.label(reader).to_owned(),
        None => words::weight(reader, name),
    }
}

fn seeds(
    desk: &Desk,
    standing: &Standing,
    letters: &BTreeMap<Key, LetterType>,
    token: &str,
) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let taken: BTreeSet<&Key> = letters.values().filter_map(|one| one.seed.as_ref()).collect();
    let catalogue = standing.effective.catalogue();
    let free: Vec<_> = catalogue.letters.iter().filter(|one| !taken.contains(&one.id)).collect();
    if free.is_empty() {
        return Html::none();
    }
    let ticks = free.iter().map(|seed| {
        let id = format!("seed-{}", seed.id);
        let words = format!("{}: {}", seed.name.of(reader), seed.benefit.of(reader));
        markup::tick(&id, "seed", seed.id.as_str(), &words, letters.is_empty())
    });
    let inside =
        [fieldset(t.work_seeds(), ticks.collect::<Html>()), markup::button(t.work_seed_add())];
    [
        h2(t.work_seeds_title()),
        p(t.work_seeds_lead()),
        markup::form(&desk.to("potential"), token, inside),
    ]
    .into()
}

/// `POST /programmes/{id}/potential`: puts typical letters into the register.
pub(crate) async fn seed(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let which: BTreeSet<Key> = sent.all("seed").filter_map(|text| text.parse().ok()).collect();
    let changes = potential::seed(&desk.programme, standing.effective.catalogue(), &which);
    match desk.change(&changes, "").await {
        Ok(()) => desk.redirect("potential"),
        Err(not_done) => desk.not_done(not_done, "potential", Tab::Potential).await,
    }
}
