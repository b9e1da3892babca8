// Acceptance criteria of programmes that pages show, each with its number, driven as people drive them: on a desk
// with script, on a telephone without. Those on dates, traffic and suppliers stand in programme.test.mjs, that on
// mail that waits in waiting.test.mjs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { start } from "./own.mjs";
import { place, unzip } from "./xlsx.mjs";

const exchange = await start("acceptance");
const { address, folder } = exchange;
const { inspect, launch, visit } = await import("./browser.mjs");
const { country, letter, send } = await import("./country.mjs");
const { WAYS, bring, change, comes, create, download, enter, press, receiver, register } =
    await import("./planning.mjs");
const { follow } = await import("./sweep.mjs");

const EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

let browser;
before(async () => { browser = await launch(); });
after(async () => {
    await browser?.close();
    await exchange.stop();
});

/** What a page says, on one line. */
const told = async (page) => (await page.locator("main").innerText()).replace(/\s+/g, " ");

/** What the page of a cell says of its requirement: the word, and everything. */
const verdict = async (page) => [await page.locator("main .badge").first().innerText(), await told(page)];

describe("acceptance criteria that pages show", { concurrency: 2 }, () => {
    for (const { script, width } of WAYS) {
        it(`acceptance 5: a fifth receiver of authority mail is one too many, and the page says why, ${width} px wide`, async () => {
            const { page, end } = await visit(browser, { width, script });
            const base = await create(page, `Modtagerby ${width}`, { profile: "ACTUAL" });
            for (const number of [1, 2, 3, 4, 5]) await receiver(page, base, `Postkasse ${number}`, "Post til myndigheden");
            await page.goto(`${base}/requirements`);
            const official = page.getByRole("region", { name: "Minimumskrav (Bilag 1)" });
            await official.locator("a[href$='/MK-M4/authority']").click();
            const [five, why] = await verdict(page);
            assert.equal(five, "Ikke opfyldt");
            assert.match(why, /5 aktive modtagersystemer til myndighedspost \(højst 4\)/);
            assert.match(why, /Modtagere af myndighedspost 5/, "the figures have names");
            assert.match(why, /Næste skridt Saml modtagelsen i færre systemer/, "and what to do is said");
            await inspect(page, `acceptance-receivers-${script}`, { width, axeToo: script });
            const cell = page.url();
            await page.goto(base);
            assert.ok(await page.getByRole("link", { name: /MK-M4/ }).count() > 0, "it is in the way");

            await change(page, base, "systems/S-005", { "Formål (modtager)": "Post til virksomheden" }, "Snitflader 1");
            await page.goto(cell);
            const [four, met] = await verdict(page);
            assert.equal(four, "Opfyldt", met);
            assert.match(met, /4 aktive modtagersystemer til myndighedspost \(højst 4\) og 1 til virksomhedspost/);
            await end();
        });

        it(`acceptance 9: a contact point whose receiver is switched off fails by its name, ${width} px wide`, async () => {
            const { page, end } = await visit(browser, { width, script });
            const base = await create(page, `Kontaktby ${width}`, { profile: "ACTUAL" });
            await receiver(page, base, "Journalen", "Post til myndigheden");
            for (const name of ["Borgerservice", "Byggesager"]) {
                await register(page, base, "contact-points", {
                    "Navn *": name, "Gruppe *": "Borgere", "Beskrivelse *": "Skriv til os", "Synligt for borgere": true,
                    "Modtagersystem *": name === "Borgerservice" ? "Journalen (S-001)" : "–",
                });
            }
            await page.goto(`${base}/contacts`);
            const row = (name) => page.getByRole("region", { name: "Borgere" }).getByRole("row", { name: new RegExp(name) });
            assert.equal(await row("Borgerservice").locator(".badge-success", { hasText: "Opfyldt" }).count(), 1);
            assert.match(await row("Byggesager").innerText(), /Intet modtagersystem/);

            await change(page, base, "systems/S-001", { Aktiv: false }, "Snitflader 1");
            await page.goto(`${base}/contacts`);
            const said = await row("Borgerservice").innerText();
            assert.match(said, /Ikke opfyldt/);
            assert.match(said, /Kontaktpunktet Borgerservice er knyttet til Journalen, som ikke er aktivt/);
            await inspect(page, `acceptance-contacts-${script}`, { width, axeToo: script });
            await row("Borgerservice").locator("a[href*='/MK-K2/']").click();
            const [result, why] = await verdict(page);
            assert.equal(result, "Ikke opfyldt");
            assert.match(why, /Borgerservice er knyttet til Journalen, som ikke er aktivt/);
            assert.match(why, /Næste skridt Knyt punktet til et aktivt modtagersystem/);
            await inspect(page, `acceptance-contact-point-${script}`, { width, axeToo: false });
            await end();
        });

        it(`acceptance 15: tasks that would wait for one another are refused, and the ring is named, ${width} px wide`, async () => {
            const { page, end } = await visit(browser, { width, script });
            const base = await create(page, `Ringby ${width}`);
            await page.goto(`${base}/settings`);
            await page.getByRole("link", { name: "Jeres katalog" }).click();
            await page.locator("summary", { hasText: /^OP3 / }).click();
            await page.getByRole("link", { name: /^OP3-T04 / }).click();
            const waits = page.getByLabel(/^Venter på disse opgaver/);
            const before = await waits.inputValue();
            assert.match(before, /^OP\d-T\d\d \S/m, "what it waits for has its name");
            await waits.fill(`${before}\nOP3-T14`);
            await press(page, "Gem");
            await page.getByRole("alert").filter({ hasText: "Intet er gemt endnu" }).waitFor();
            const refused = await page.getByRole("alert").innerText();
            assert.match(refused, /vente på hinanden i ring/);
            const ring = [...refused.matchAll(/OP\d-T\d\d/g)].map(([id]) => id);
            assert.equal(ring[0], ring.at(-1), "the ring comes round");
            for (const task of ["OP3-T04", "OP3-T14"]) assert.ok(ring.includes(task), refused);
            assert.equal((await waits.inputValue()).replaceAll("\r", ""), `${before}\nOP3-T14`, "what was written stays");
            await inspect(page, `acceptance-ring-${script}`, { width, axeToo: script });

            await waits.fill("OP3-T4");
            await press(page, "Gem");
            assert.match(await page.getByRole("alert").innerText(), /ingen opgave «OP3-T4»/);
            await waits.fill(`${before}\nop0-t01`);
            await press(page, "Gem");
            await page.getByText("Ændringen er gemt.").waitFor();
            assert.match(await waits.inputValue(), /OP0-T01 \S/, "and what can stand, stands");
            await end();
        });
    }

    it("acceptance 11: a deadline that is moved moves in the calendar, and is there once", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const base = await create(page, "Kalenderby");
        await page.goto(`${base}/calendars`);
        await page.getByLabel("Hvad er med").selectOption({ label: "Hele programmet" });
        await press(page, "Lav kalenderlink");
        const link = (await told(page)).match(/http\S+\/calendar\/\S+\.ics/)[0];
        const entries = async () => {
            const text = (await (await fetch(link)).text()).replaceAll("\r\n ", "");
            const found = new Map();
            for (const [entry] of text.matchAll(/BEGIN:VEVENT.*?END:VEVENT/gs)) {
                const of = (name) => entry.match(new RegExp(`^${name}[^:\r\n]*:(.*?)\r?$`, "m"))?.[1] ?? "";
                assert.ok(!found.has(of("UID")), `${of("UID")} is there once`);
                found.set(of("UID"), { begins: of("DTSTART"), sequence: Number(of("SEQUENCE")), summary: of("SUMMARY") });
            }
            return found;
        };
        const before = await entries();
        await page.goto(`${base}/milestones/GOLIVE`);
        const day = await page.getByLabel("Ny dato").inputValue();
        const to = new Date(Date.parse(day) + 28 * 86_400_000).toISOString().slice(0, 10);
        await page.getByLabel("Ny dato").fill(to);
        await press(page, "Se, hvad den flytter");
        await press(page, "Flyt nu");
        await page.waitForURL(`${base}/milestones`);
        const later = await entries();
        assert.deepEqual([...later.keys()].sort(), [...before.keys()].sort(), "the same entries");
        const moved = [...later].filter(([uid, { begins }]) => begins !== before.get(uid).begins);
        assert.ok(moved.length > 10, `entries moved: ${moved.length}`);
        for (const [uid, { sequence }] of moved) assert.ok(sequence > before.get(uid).sequence, `${uid} is told anew`);
        const golive = [...later.values()].find(({ summary }) => summary.includes("Idriftsættelse"));
        assert.equal(golive.begins, to.replaceAll("-", ""));
        await end();
    });

    it("acceptance 12: the status report of sixty systems and three hundred tasks is one page of A4", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const base = await create(page, "Storby Kommune", { profile: "ACTUAL" });
        const systems = Array.from({ length: 60 }, (_, at) => `Fagsystem ${at + 1};Afsendersystem;Leverandør ${at % 8} A/S`);
        await bring(page, base, { name: "systemer.csv", mimeType: "text/csv", buffer: Buffer.from(`System;Rolle;Leverandør\n${systems.join("\n")}\n`) });
        await press(page, "Vis, hvad listen ændrer");
        await press(page, "Tag de valgte ind");
        await page.getByText("68 ændringer er taget ind.").waitFor();
        await page.goto(`${base}/tasks`);
        const [, tasks] = (await told(page)).match(/([\d.]+) opgaver/);
        assert.ok(Number(tasks.replaceAll(".", "")) >= 300, `${tasks} tasks`);
        await page.goto(base);
        const { path, name } = await download(page, page.getByRole("link", { name: "Statusrapport til print (PDF)" }));
        assert.match(name, /^R1-\d{4}-\d\d-\d\d\.pdf$/);
        const info = execFileSync("pdfinfo", [path], { encoding: "utf8" });
        assert.match(info, /Pages:\s+1\n/);
        assert.match(info, /Page size:\s+59[45]\.\d+ x 84[12]\.\d+ pts \(A4\)/);
        assert.match(info, /Tagged:\s+yes/);
        const text = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" });
        for (const words of ["Storby Kommune", "Rød", "Idriftsættelse", "uden evidens", "skal-opgaver er over frist"]) assert.ok(text.includes(words), `${words} in words, not by colour alone:\n${text}`);
        await end();
    });

    it("acceptance 10: of a workbook with ten cells changed in LibreOffice the page shows exactly ten changes", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const base = await enter(page, "Tusindfryd på MeMo", "Birgit Engvang");
        await page.goto(`${base}/import`);
        const { path, name } = await download(page, page.getByRole("link", { name: "Hent regnearket (Excel)" }));
        const exported = readFileSync(path);
        await bring(page, base, { name, mimeType: EXCEL, buffer: exported });
        await page.getByText("Filen siger det samme, som der står her.").waitFor();
        assert.equal(await page.getByRole("checkbox").count(), 0, "an untouched file changes nothing");

        const edits = [
            ["Systemer", "S-001", "Beskrivelse", "Sender alt, hvad vi skriver"],
            ["Systemer", "S-002", "Kort navn", "Posten"],
            ["Systemer", "S-005", "Udfases", "2031-02-28"],
            ["Leverandører", "L-001", "Rammeaftale", "SKI 50.48"],
            ["Kontrakter", "K-001", "Pris (kr.)", 146500],
            ["Brevtyper", "B-001", "Til borgere pr. år", 8123],
            ["Kontaktpunkter", "C-001", "Beskrivelse", "Plads i dagtilbud; også for søskende"],
            ["Risici", "R-001", "Handling", "=Ring hver mandag"],
            ["Opgaver", "OP8-T05", "Note", "Aftalt med Marie"],
            ["Beslutninger", "BES-002", "Ønskes senest", "2030-05-06"],
        ];
        const cells = edits.map(([sheet, id, heading, value]) => [sheet, ...place(exported, sheet, id, heading), value]);
        const edited = { name, mimeType: EXCEL, buffer: inLibreOffice(path, cells) };
        await bring(page, base, edited);
        await page.getByText("10 felter er ændret").waitFor();
        const rows = page.locator("main tbody tr");
        assert.equal(await rows.count(), 10, await told(page));
        for (const [, id, heading] of edits) {
            const row = rows.filter({ hasText: new RegExp(`^\\s*${id} .*: ${heading.replace(/[().]/g, "\\$&")}`) });
            assert.equal(await row.count(), 1, `${id}, ${heading}`);
            assert.ok(await row.getByRole("checkbox").isChecked(), "it is proposed");
        }
        const labels = await page.getByRole("checkbox").evaluateAll((all) => all.map((one) => one.labels[0].innerText));
        assert.equal(new Set(labels).size, 10, `no two boxes are called the same: ${labels.join(" | ")}`);
        await inspect(page, "acceptance-workbook", { width: 1280 });

        const other = await visit(browser, { width: 390, script: false });
        const same = await enter(other.page, "Tusindfryd på MeMo", "Birgit Engvang");
        await bring(other.page, same, edited);
        await other.page.getByText("10 felter er ændret").waitFor();
        await inspect(other.page, "acceptance-workbook", { width: 390, axeToo: false });
        await press(other.page, "Tag de valgte ind");
        await other.page.getByText("10 ændringer er taget ind.").waitFor();
        await other.page.goto(`${same}/registers/risks/R-001`);
        assert.equal(await other.page.getByLabel("Handling", { exact: true }).inputValue(), "=Ring hver mandag", "a formula is text");
        await other.end();
        await end();
    });

    it("acceptance 13: no page, report, export or file on disk holds the number of anybody a letter went to", async () => {
        const { page, end } = await visit(browser, { width: 1280 });
        const { organisations, people } = await country();
        const authority = organisations.find((one) => one.name === "Klitborg Kommune");
        const system = authority.systems.find((one) => one.systemTypes.includes("SENDER"));
        const person = people.find((one) => one.status === "REGISTERED");
        const base = await create(page, authority.name, { cvr: authority.cvr, profile: "ACTUAL" });
        await register(page, base, "systems", { "Navn *": system.name, "Rolle *": "Afsendersystem", "Kendes i trafikken som": system.id });
        const hyphened = `${person.cpr.slice(0, 6)}-${person.cpr.slice(6)}`;
        const { uuid, xml } = letter({
            authority, person, title: `Din sag, ${hyphened}`,
            files: [{ name: "Brev.txt", type: "text/plain", bytes: `Kære ${person.name}\n\nDit nummer er ${hyphened}.\n` }],
        });
        await send(system, uuid, xml);
        await send(system, crypto.randomUUID(), `<dp2:Forsendelse xmlns:dp2="urn:oio:dp2"><dp2:CPR>${person.cpr}</dp2:CPR></dp2:Forsendelse>`);
        const warned = page.locator("main .badge", { hasText: "Advarsel" });
        await comes(page, `${base}/requirements/MK-D10/S-001`, warned, "a title with a number in it is noticed");

        const own = new URL(base).pathname;
        const { pages } = await follow(page.context(), [base], (path) => path.startsWith(own));
        const wanted = new Set(pages.values());
        for (const list of ["reports", "import", "calendars"]) {
            await page.goto(`${base}/${list}`);
            const links = page.locator("main a[href]");
            for (const href of await links.evaluateAll((all) => all.map((one) => one.href))) {
                if (new URL(href).pathname.startsWith(own)) wanted.add(href);
            }
        }
        assert.ok(wanted.size > 60, `pages and files: ${wanted.size}`);
        const numbers = people.flatMap(({ cpr }) => [cpr, `${cpr.slice(0, 6)}-${cpr.slice(6)}`, `${cpr.slice(0, 6)} ${cpr.slice(6)}`]);
        const holds = (text, where) => {
            for (const number of numbers) assert.ok(!text.includes(number), `${where} holds a number`);
        };
        let files = 0;
        for (const at of wanted) {
            const answer = await page.context().request.get(at);
            if (answer.status() !== 200) continue;
            const bytes = await answer.body();
            const type = answer.headers()["content-type"] ?? "";
            if (!type.startsWith("text/html")) files += 1;
            if (bytes.subarray(0, 2).toString() === "PK") for (const [name, inside] of unzip(bytes)) holds(inside.toString("utf8"), `${at}, ${name}`);
            else if (bytes.subarray(0, 5).toString() === "%PDF-") holds(execFileSync("pdftotext", ["-layout", "-", "-"], { input: bytes, encoding: "utf8" }), at);
            else holds(bytes.toString("utf8"), at);
        }
        assert.ok(files > 20, `files: ${files}`);
        const kept = readdirSync(folder, { recursive: true }).filter((name) => /programme\.db/.test(name));
        assert.ok(kept.length > 0, "what is observed is kept there");
        for (const name of kept) holds(readFileSync(join(folder, name), "latin1"), name);
        await end();
    });
});

/** The workbook with cells edited in LibreOffice, without a screen: (sheet, row, column, value), each from 1. */
function inLibreOffice(file, cells) {
    const work = join(folder, `office-${cells.length}`);
    const helper = fileURLToPath(new URL("../office", import.meta.url));
    const script = [
        "import datetime, json, pathlib, re, sys",
        "job = json.load(sys.stdin)",
        "sys.dont_write_bytecode = True",
        "sys.path.insert(0, job['helper'])",
        "from libreoffice import edited",
        "day = lambda one: datetime.date.fromisoformat(one) if re.fullmatch(r'\\d{4}-\\d\\d-\\d\\d', str(one)) else one",
        "work = pathlib.Path(job['work']); work.mkdir()",
        "book = work / 'programme.xlsx'; book.write_bytes(pathlib.Path(job['file']).read_bytes())",
        "print(edited(work, book, [(sheet, row, column, day(value)) for sheet, row, column, value in job['cells']], []))",
    ].join("\n");
    const input = JSON.stringify({ helper, work, file, cells });
    return readFileSync(execFileSync("python3", ["-c", script], { input, encoding: "utf8" }).trim());
}
