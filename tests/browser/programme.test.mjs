// Programmes in a real browser, against an exchange of its own. Every page is found by following links and held
// to the same rules; then what people do there is done: on a desk with script, on a telephone without. Tests of
// the acceptance criteria carry their number.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import { start } from "./own.mjs";

const exchange = await start("programme");
const { address } = exchange;
const { inspect, launch, settled, visit } = await import("./browser.mjs");
const { country, letter, send } = await import("./country.mjs");
const { WAYS, between, create, days, enter, milestones, press, questionnaire, register, supplierAndSystem } = await import("./planning.mjs");
const { follow, hold, isOf, routes, several, walk } = await import("./sweep.mjs");

let browser;
before(async () => { browser = await launch(); });
after(async () => {
    await browser?.close();
    await exchange.stop();
});

/** Pages held at the same time: one loads while another is judged. */
const AT_ONCE = 3;

describe("every page of programmes", () => {
    const met = new Map();
    const held = new Set();
    let visits = 0;

    const all = async (base, { page, context }, seeds, takes) => {
        const { pages, files } = await follow(context, seeds, takes);
        for (const [kind, at] of [...pages, ...files]) met.set(kind, at);
        const state = await context.storageState();
        const bare = await browser.newContext({ javaScriptEnabled: false, storageState: state, viewport: { width: 320, height: 844 } });
        const pairs = await Promise.all(Array.from({ length: AT_ONCE }, async () => (
            { page: await context.newPage(), bare: await bare.newPage() })));
        const faults = [];
        await several(AT_ONCE, async ([kind, at], worker) => {
            const plain = kind.replace(base, "");
            // The same kind in another programme has other rows, and no other template.
            const axe = !held.has(plain);
            held.add(plain);
            visits += 1;
            faults.push(...await hold(pairs[worker], kind, at, { axe }));
        }, pages);
        await bare.close();
        await page.close();
        assert.deepEqual(faults, [], `${faults.length} faults`);
        return pages;
    };

    for (const [programme, person] of [["Tusindfryd på MeMo", "Birgit Engvang"], ["Fyrtårnsstyrelsen tilslutter sig", "Ellinor Bølgebryder"]]) {
        it(`of «${programme}»: both languages, narrow and enlarged, by keyboard, with axe, without script`, async () => {
            const visitor = await visit(browser, { width: 1280 });
            const { page } = visitor;
            const base = await enter(page, programme, person);
            const answer = await questionnaire(page, base, "L-001");
            const own = new URL(base).pathname;
            await page.goto(`${base}/import`);
            await page.getByLabel("Fil", { exact: true }).setInputFiles(
                { name: "systemer.csv", mimeType: "text/csv", buffer: Buffer.from("System;Leverandør\nOmsorg;Sydvind A/S\n") });
            await press(page, "Vis, hvad filen ændrer");
            await page.getByRole("heading", { level: 1, name: "Hvad betyder kolonnerne?" }).waitFor();
            const columns = page.url();
            await press(page, "Vis, hvad listen ændrer");
            const changes = page.url();
            await page.goto(`${base}/calendars`);
            await press(page, "Lav kalenderlink");
            const calendar = (await page.locator("main").innerText()).match(/http\S+\/calendar\/\S+/)[0];
            const seeds = [base, answer, columns, changes, calendar, `${base}/task/OP3-T08.S-001`, `${base}/milestones/GOLIVE?to=2030-03-11`, `${base}/plan?package=OP3`];
            const known = [];
            for (const seed of seeds) if ((await page.context().request.get(seed)).status() === 200) known.push(seed);
            await all(base, { page, context: page.context() }, known, (path) => path.startsWith(own) || path.startsWith("/answer/") || path.startsWith("/calendar/"));
            await visitor.end();
        });
    }

    it("of one that has just been begun, and those before any", async () => {
        const visitor = await visit(browser, { width: 1280 });
        const base = await create(visitor.page, "Nybegynderby Kommune");
        const own = new URL(base).pathname;
        const seeds = [`${address}/programmes`, `${address}/programmes/new`, `${base}/enter`, base];
        await all(base, { page: visitor.page, context: visitor.page.context() }, seeds,
            (path) => path.startsWith(own) || path === "/programmes" || path === "/programmes/new");
        await visitor.end();
    });

    it("was met: each route of the source by its links", () => {
        const missed = routes().filter((route) => ![...met.values()].some((at) => isOf(route, at)));
        // A style sheet, which pages name without a link that is followed; and a notice, which there is on working
        // days alone, and which is held to the same in waiting.test.mjs.
        const silent = ["/programmes/{id}/areas.css", "/programmes/{id}/reminders/{number}"];
        assert.deepEqual(missed.filter((route) => !silent.includes(route)), [], "no link leads there");
        assert.ok(visits > 80, `pages held: ${visits}`);
    });
});

describe("the keyboard alone", () => {
    it("goes through the plan, the board, the matrix and the forms, stop by stop, and uses them", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const base = await enter(page, "Tusindfryd på MeMo", "Birgit Engvang");
        const stops = {};
        for (const rest of ["", "/plan?package=OP3", "/tasks?show=board&package=OP3", "/requirements", "/milestones", "/registers/risks/R-001"]) {
            await page.goto(`${base}${rest}`);
            await settled(page);
            stops[rest] = await walk(page);
        }
        assert.ok(stops["/plan?package=OP3"] > 40, `bars of the plan are stops: ${JSON.stringify(stops)}`);
        const reach = async (locator) => {
            for (let stop = 0; stop < 300; stop += 1) {
                await page.keyboard.press("Tab");
                if (await locator.evaluate((one) => one === document.activeElement)) return;
            }
            assert.fail("it is not reached");
        };
        // From a bar of the plan to its task.
        await page.goto(`${base}/plan?package=OP1`);
        const bar = page.locator("svg.gantt a[href*='/task/']").first();
        const to = await bar.getAttribute("href");
        await reach(bar);
        await page.keyboard.press("Enter");
        await page.waitForURL(`${address}${to}`);
        // A card of the board to another column.
        await page.goto(`${base}/tasks?show=board&package=OP8`);
        const card = page.locator(".work-board-card", { hasText: "OP8-T05" }).first();
        await reach(card.locator("summary"));
        await page.keyboard.press("Enter");
        const move = card.getByRole("button", { name: /^Afventer leverandør/ });
        await reach(move);
        await page.keyboard.press("Enter");
        await page.locator(".work-board-column", { has: page.getByRole("heading", { name: /^Afventer leverandør/ }) })
            .getByRole("link", { name: /^OP8-T05/ }).waitFor();
        // A task from the list to begun.
        await page.goto(`${base}/task/OP8-T05`);
        await reach(page.getByLabel("Status", { exact: true }));
        await page.keyboard.type("I gang");
        await reach(page.getByRole("button", { name: "Gem status" }));
        await page.keyboard.press("Enter");
        await page.getByText("Ændringen er gemt.").waitFor();
        assert.equal(await page.getByLabel("Status", { exact: true }).inputValue(), "in_progress");
        await end();
    });
});

describe("acceptance criteria that pages show", { concurrency: 2 }, () => {
    it("acceptance 1: the profile of what happened has its dates, ten packages in order, and every task its day", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const base = await create(page, "Historieby Kommune", { profile: "ACTUAL" });
        const found = await milestones(page, base);
        assert.equal(found.GOLIVE.day, "2022-03-21");
        assert.equal(found.MEMO_ONLY.day, "2023-11-30");
        assert.equal(found.LEGACY_OFF.day, "2023-12-05");
        assert.match(found.LEGACY_OFF.words, /12[:.]00/);
        await page.goto(`${base}/packages`);
        const cards = page.locator("section.work-card");
        const shown = await cards.evaluateAll((all) => all.map((card) => ({
            number: Number(card.querySelector("h3").innerText.split(" ")[0]),
            area: [...card.querySelector(".area").classList].find((name) => name.startsWith("area-")).slice(5),
            href: card.querySelector("h3 a").getAttribute("href"),
        })));
        const areas = { 0: "KOM", 1: "ORG", 2: "DAT", 3: "DAT", 4: "DAT", 5: "DAT", 6: "ORG", 7: "DAT", 8: "UDD", 9: "DAT" };
        const numbers = shown.map((one) => one.number);
        assert.deepEqual([...numbers].sort((one, two) => one - two), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        for (const one of shown) assert.equal(one.area, areas[one.number], `area of package ${one.number}`);
        const folder = new URL("../../crates/programme/catalogue/", import.meta.url);
        const catalogue = readdirSync(folder).filter((name) => /op\d\.toml$/.test(name));
        for (const one of shown) {
            const file = catalogue.find((name) => name.endsWith(`op${one.number}.toml`));
            const ids = [...readFileSync(new URL(file, folder), "utf8").matchAll(/\[\[task\]\]\s*id = "([^"]+)"/g)].map(([, id]) => id);
            await page.goto(`${address}${one.href}`);
            const rows = page.getByRole("region", { name: "Opgaver", exact: true }).locator("tbody tr");
            const told = await rows.evaluateAll((all) => all.map((row) => [
                row.querySelector("th").innerText.split(" ")[0], row.querySelector("time")?.dateTime ?? row.innerText,
            ]));
            assert.deepEqual(told.map(([id]) => id), ids, `every task of package ${one.number}`);
            // What hangs on a milestone without a day has none, and says so.
            const undated = told.filter(([, due]) => !/^\d{4}-\d\d-\d\d$/.test(due)).map(([id]) => id);
            const hung = ["OP0-T06", "OP4-T13", "OP6-T09"];
            assert.deepEqual(undated.filter((id) => !hung.includes(id)), [], `days of package ${one.number}`);
        }
        await end();
    });

    it("acceptance 2: whoever joins now has both deadlines on one day, and must send MeMo from then on", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const base = await create(page, "Tilslutningsby Kommune", { start: "2027-03-01" });
        const found = await milestones(page, base);
        assert.equal(found.GOLIVE.day, "2028-02-28", "52 weeks from the first day");
        assert.equal(found.MEMO_ONLY.day, found.GOLIVE.day);
        await supplierAndSystem(page, base);
        await page.goto(`${base}/requirements/MK-A2/S-001`);
        assert.ok((await days(page.locator("dl.facts").first())).includes(found.GOLIVE.day), "the requirement names that day");
        await end();
    });

    for (const { script, width } of WAYS) {
        it(`acceptance 3: go-live is moved by 110 days after its effect was seen, ${width} px wide`, async () => {
            const { page, end } = await visit(browser, { width, script });
            const base = await create(page, `Flytteby ${width}`);
            await page.goto(`${base}/milestones`);
            await press(page, "Godkend planen");
            await page.getByText("Planen er godkendt med beslutningen").waitFor();
            const before = await milestones(page, base);
            const to = new Date(Date.parse(before.GOLIVE.day) + 110 * 86_400_000).toISOString().slice(0, 10);
            await page.getByRole("link", { name: "Idriftsættelse" }).first().click();
            await page.getByLabel("Ny dato").fill(to);
            await press(page, "Se, hvad den flytter");
            await page.getByText("Intet er flyttet endnu").waitFor();
            await inspect(page, `programme-moving-${script}`, { width, axeToo: false });
            const moved = page.getByRole("region", { name: "Opgaver, der flytter sig" }).locator("tbody tr");
            const shifts = await moved.evaluateAll((rows) => rows.map((row) =>
                [...row.querySelectorAll("time")].slice(0, 2).map((one) => one.dateTime)));
            assert.ok(shifts.length > 30, `tasks that move are listed: ${shifts.length}`);
            for (const [from, until] of shifts) {
                const shift = between(from, until);
                assert.ok(shift >= 105 && shift <= 115, `${from} to ${until}: 110 days, then to the working day before`);
            }
            assert.deepEqual(await milestones(page, base), before, "a look moves nothing");
            await page.goto(`${base}/milestones/GOLIVE?to=${to}`);
            await press(page, "Flyt nu");
            await page.waitForURL(`${base}/milestones`);
            const later = await milestones(page, base);
            assert.equal(later.GOLIVE.day, to);
            for (const [id, { baseline }] of Object.entries(later)) assert.equal(baseline, before[id].baseline, `baseline of ${id}`);
            await end();
        });
    }

    it("acceptance 4: light is five tasks, and switching to full keeps the registers", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const base = await create(page, "Letby Kommune", { version: "light" });
        await supplierAndSystem(page, base);
        await page.goto(`${base}/tasks`);
        const tasks = await page.getByRole("region", { name: "Opgaveliste" }).locator("tbody th").allInnerTexts();
        assert.deepEqual(tasks.map((text) => text.trim().split(" ")[0]).sort(), ["L1", "L2", "L3", "L4", "L5"]);
        await page.goto(`${base}/settings`);
        await page.getByRole("link", { name: /[Ff]uld/ }).click();
        await page.locator("main form button.button-primary").click();
        await page.goto(`${base}/registers/systems`);
        await page.getByRole("cell", { name: "Ydelsessystem" }).waitFor();
        await page.goto(`${base}/packages`);
        assert.equal(await page.locator("section.work-card").count(), 10);
        await end();
    });

    it("acceptance 6 and 7: unmeasured is never green; a right message is, one in DP2 after the deadline turns it red", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const { organisations, people } = await country();
        const authority = organisations.find((one) => one.name === "Klitborg Kommune");
        const system = authority.systems.find((one) => one.systemTypes.includes("SENDER"));
        const person = people.find((one) => one.status === "REGISTERED");
        const base = await create(page, authority.name, { cvr: authority.cvr, profile: "ACTUAL" });
        await register(page, base, "systems", { "Navn *": system.name, "Rolle *": "Afsendersystem", "Kendes i trafikken som": system.id });
        await page.goto(`${base}/requirements`);
        const row = page.getByRole("region", { name: "Minimumskrav (Bilag 1)" }).locator("tbody tr", { hasText: system.name });
        const badges = await row.locator(".badge").evaluateAll((all) => all.map((one) => [one.innerText, one.className]));
        assert.ok(badges.filter(([text]) => text === "Ingen evidens").length >= 3, JSON.stringify(badges));
        for (const [text, name] of badges) assert.ok(!name.includes("success"), `«${text}» is green and nothing was seen`);

        const cell = async (text, what) => {
            const until = Date.now() + 60_000;
            for (;;) {
                await page.goto(`${base}/requirements/MK-A2/S-001`);
                if (await page.locator("main .badge").first().innerText() === text) return;
                assert.ok(Date.now() < until, `within a minute ${what}`);
                await new Promise((resolve) => setTimeout(resolve, 1_000));
            }
        };
        const { uuid, xml } = letter({ authority, person, title: "Svar på ansøgning", files: [{ name: "Brev.txt", type: "text/plain", bytes: "Kære borger\n" }] });
        await send(system, uuid, xml);
        await cell("Opfyldt", "a right message makes it green");
        const closes = Date.now() + 60_000;
        for (;;) {
            await page.goto(`${base}/task/OP3-T08.S-001`);
            if (await page.locator("dl.facts .badge-success", { hasText: "Færdig" }).count()) break;
            assert.ok(Date.now() < closes, "within a minute its task closes");
            await new Promise((resolve) => setTimeout(resolve, 1_000));
        }

        await send(system, crypto.randomUUID(),
            '<?xml version="1.0"?>\n<dp2:Forsendelse xmlns:dp2="urn:oio:dp2"><dp2:Titel>Brev</dp2:Titel></dp2:Forsendelse>');
        await cell("Ikke opfyldt", "a message in DP2 makes it red");
        await inspect(page, "programme-red", { width: 1280 });
        const until = Date.now() + 60_000;
        for (const key of ["OP3-T08", "OP3-T14"]) {
            for (;;) {
                await page.goto(`${base}/task/${key}.S-001`);
                if (!(await page.locator("dl.facts .badge", { hasText: "Færdig" }).count())) break;
                assert.ok(Date.now() < until, `${key} opens again within a minute`);
                await new Promise((resolve) => setTimeout(resolve, 1_000));
            }
        }
        await page.goto(base);
        await page.locator("main .badge-error", { hasText: "Rød" }).first().waitFor();
        assert.ok(await page.getByRole("link", { name: /MK-A2 .*klitborg/ }).count() > 0, "and why is said");
        await end();
    });

    for (const { script, width } of WAYS) {
        it(`acceptance 14: a supplier answers without signing in, and sees its own systems alone, ${width} px wide`, async () => {
            const { page, end } = await visit(browser, { width, script });
            const base = await create(page, `Spørgeby ${width}`);
            await supplierAndSystem(page, base);
            await register(page, base, "suppliers", { "Navn *": "Konkurrent A/S" });
            await register(page, base, "systems", { "Navn *": "Hemmeligt system", "Rolle *": "Afsendersystem", "Leverandør *": "Konkurrent A/S (L-002)" });
            const link = await questionnaire(page, base, "L-001");
            const supplier = await visit(browser, { width, script });
            await supplier.page.goto(link);
            const told = await supplier.page.locator("body").innerText();
            assert.ok(told.includes("Ydelsessystem") && told.includes("Udvikler ApS"), told);
            assert.ok(!told.includes("Hemmeligt") && !told.includes("Konkurrent"), told);
            await inspect(supplier.page, `programme-answer-${script}`, { width, axeToo: false });
            await supplier.page.getByLabel("MeMo-version").fill("1.2");
            await press(supplier.page, "Send svar");
            await supplier.page.getByText("Tak. Svarene er modtaget.").waitFor();
            await supplier.page.goto(base);
            assert.doesNotMatch(await supplier.page.locator("main").innerText(), /I vejen lige nu/, "the link opens nothing else");
            await supplier.end();
            await page.goto(`${base}/questionnaires/L-001`);
            await page.getByRole("cell", { name: "1.2", exact: true }).waitFor();
            await press(page, "Træk tilbage");
            const late = await visit(browser, { width, script });
            assert.equal((await late.page.goto(link)).status(), 404, "and nothing at all once it is taken back");
            await late.end();
            await end();
        });
    }
});

for (const { script, width } of WAYS) {
    it(`a choice of markup becomes a checked message with its action cards, ${width} px wide`, async () => {
        const { page, end } = await visit(browser, { width, script });
        const base = await create(page, `Opmærkningsby ${width}`);
        await page.goto(`${base}/potential`);
        await press(page, "Læg de valgte i registret");
        await page.getByRole("link", { name: "Opmærkning" }).first().click();
        await page.getByLabel("Aftale (AFTALE)").check();
        await press(page, "Vis eksemplet");
        await page.getByText(/Meddelelsen overholder (alle regler|reglerne)/).waitFor();
        assert.ok(await page.locator("li.action").count() > 0, "the citizen sees a card");
        await inspect(page, `programme-designer-${script}`, { width, axeToo: script });
        await end();
    });
}

for (const { script, width } of WAYS) {
    it(`brings three systems from somebody's own spreadsheet, and asks where the list says something else, ${width} px wide`, async () => {
        const { page, end } = await visit(browser, { width, script });
        const base = await create(page, `Regneark ${width}`);
        const bring = async (list) => {
            await page.goto(`${base}/registers/systems`);
            await page.getByRole("link", { name: "Hent systemer fra et regneark" }).click();
            await page.getByLabel("Fil", { exact: true }).setInputFiles({
                name: "vores systemer.csv", mimeType: "text/csv", buffer: Buffer.from(list),
            });
            await press(page, "Vis, hvad filen ændrer");
            await page.getByRole("heading", { level: 1, name: "Hvad betyder kolonnerne?" }).waitFor();
            await page.getByLabel("Løsning er").selectOption({ label: "Navn" });
        };
        await bring("Løsning;Leverandør;Kontaktperson\nByggesag;Nordlys ApS;Bo Hald\nKlima;Nordlys ApS;\nOmsorg;Sydvind A/S;Åse Holm\n");
        await inspect(page, `programme-import-map-${script}`, { width, axeToo: script });
        await press(page, "Vis, hvad listen ændrer");
        await page.getByText("5 rækker er nye").waitFor();
        await inspect(page, `programme-import-${script}`, { width, axeToo: script });
        await press(page, "Tag de valgte ind");
        await page.getByText("5 ændringer er taget ind.").waitFor();
        await page.getByRole("link", { name: "Til systemerne" }).click();
        for (const name of ["Byggesag", "Klima", "Omsorg"]) await page.getByRole("cell", { name, exact: true }).waitFor();
        await bring("Løsning;Leverandør;Kontaktperson\nByggesag;Nordlys ApS;Ib Lyng\n");
        await press(page, "Vis, hvad listen ændrer");
        await page.getByText("1 konflikt").waitFor();
        await inspect(page, `programme-import-conflict-${script}`, { width, axeToo: script });
        await page.getByLabel("Brug filens: Ib Lyng").check();
        await press(page, "Tag de valgte ind");
        await page.getByText("1 ændring er taget ind.").waitFor();
        await end();
    });
}

it("prints the plan on A3, a page wide", async () => {
    const { page, end } = await visit(browser, { width: 1280 });
    const base = await create(page, "Trykkommunen");
    await page.goto(`${base}/plan`);
    const printed = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const [, width, height] = printed.match(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/);
    // A3 lying: 420 by 297 mm, in points.
    assert.ok(Math.abs(width - 1190.5) < 3 && Math.abs(height - 841.9) < 3, `${width} by ${height}`);
    await end();
});
