// The guided tour of docs/programme.md, walked as a new project manager walks it: with nothing but the pages in
// front, and what the authority has lying about. With BREVDUE_TOUR_PICTURES set, it takes the pictures anew that
// the document shows.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";

import { start } from "./own.mjs";
import { small } from "./png.mjs";
import { workbook } from "./xlsx.mjs";

const exchange = await start("tour");
const { address } = exchange;
const { inspect, launch, settled, visit } = await import("./browser.mjs");
const { country, letter, send } = await import("./country.mjs");

const folder = fileURLToPath(new URL("../../docs/tour/", import.meta.url));
const document = fileURLToPath(new URL("../../docs/programme.md", import.meta.url));
const ANEW = Boolean(process.env.BREVDUE_TOUR_PICTURES);
const taken = new Set();

let browser;
before(async () => {
    browser = await launch();
    mkdirSync(folder, { recursive: true });
});
after(async () => {
    await browser?.close();
    await exchange.stop();
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** The page as a picture of the document: from the top, or around what `at` names, so many pixels high. */
async function shot(page, name, { at, height = 760 } = {}) {
    await settled(page);
    taken.add(`${name}.png`);
    if (!ANEW) return;
    const top = at ? Math.max(0, (await at.boundingBox()).y + await page.evaluate(() => window.scrollY) - 24) : 0;
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: top, width: 1200, height: Math.min(height, whole - top) };
    writeFileSync(join(folder, `${name}.png`), small(await page.screenshot({ fullPage: true, clip })));
}

/** What the authority has: a list of its systems as somebody keeps it in a spreadsheet. */
const systems = () => workbook("Systemer 2026", [
    ["System", "Rolle", "Leverandør", "Placering i huset"],
    ["Ydelser", "Afsendersystem", "Dønning Data ApS", "Borgerservice"],
    ["Borgerpost", "Modtagersystem", "Dønning Data ApS", "Rådhuset, 2. sal"],
    ["Skoleindskrivning", "Afsendersystem", "Marehalm Software A/S", "Hos leverandøren"],
]);

it("leads a new project manager from an empty page to a status report on paper", async () => {
    const { organisations, people } = await country();
    const authority = organisations.find((one) => one.name === "Klitborg Kommune");
    const sender = authority.systems.find((one) => one.name === "klitborg-ydelser");
    const person = people.find((one) => one.status === "REGISTERED");
    const { page, end } = await visit(browser, { width: 1200 });

    // 1. A programme.
    await page.goto(`${address}/`);
    await page.getByRole("link", { name: "Opgavepakker" }).first().click();
    await page.getByRole("link", { name: "Nyt program" }).click();
    await page.getByLabel("Myndighedens navn").fill(authority.name);
    await page.getByLabel("CVR-nummer").fill(authority.cvr);
    await page.getByLabel("Dit navn").fill("Asta Mørk");
    await page.getByLabel("Jeg er også projektejer").check();
    for (const [question, answer] of [["afsendersystemer", "12"], ["modtagersystemer", "3"], ["meddelelser", "90000"], ["leverandører", "6"], ["integrationer", "2"]]) {
        await page.getByLabel(new RegExp(`Hvor mange .*${question}`)).fill(answer);
    }
    await page.getByLabel("Tidsprofil").selectOption("NEW");
    await shot(page, "01-nyt-program", { height: 1000 });
    await press(page, "Se milepælene");
    const dates = page.getByRole("heading", { name: "Milepæle med disse valg" });
    await dates.waitFor();
    assert.match(await page.locator("main").innerText(), /Svarene peger på: Fuld/);
    await shot(page, "02-milepaele", { at: dates, height: 640 });
    await press(page, "Opret programmet");
    await page.getByRole("heading", { name: "Kom godt i gang" }).waitFor();
    await shot(page, "03-overblik", { height: 1000 });
    const base = page.url();

    // 2. Its systems, from the spreadsheet.
    await page.getByRole("link", { name: "Skriv jeres systemer op" }).click();
    await page.getByRole("link", { name: "Hent systemer fra et regneark" }).click();
    await page.getByLabel("Fil", { exact: true }).setInputFiles(
        [{ name: "systemer.xlsx", mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", buffer: systems() }]);
    await press(page, "Vis, hvad filen ændrer");
    await page.getByRole("heading", { name: "Hvad betyder kolonnerne?" }).waitFor();
    await inspect(page, "programme-import-columns", { width: 1200 });
    await shot(page, "04-kolonner", { height: 900 });
    await press(page, "Vis, hvad listen ændrer");
    await page.getByRole("heading", { name: "Det ændrer filen" }).waitFor();
    await inspect(page, "programme-import-changes", { width: 1200 });
    await shot(page, "05-forskelle", { height: 900 });
    await press(page, "Tag de valgte ind");
    await page.getByText(/ændringer er taget ind/).waitFor();
    await page.goto(`${base}/registers/systems`);
    const rows = page.getByRole("region", { name: "Systemer" }).locator("tbody tr");
    assert.equal(await rows.count(), 3);
    assert.match(await rows.filter({ hasText: "Ydelser" }).innerText(), /Afsendersystem.*Dønning Data ApS/s);
    await shot(page, "06-systemer");

    // 3. A supplier is asked, and answers without signing in.
    await page.getByRole("link", { name: "Leverandører", exact: true }).click();
    const supplier = page.getByRole("row", { name: /Dønning Data ApS/ });
    await supplier.getByRole("link").first().click();
    await page.getByRole("link", { name: "Spørgeskema" }).click();
    await press(page, "Lav link");
    const link = page.locator("a[href*='/answer/']").first();
    const to = await link.getAttribute("href");
    // The link of the picture opens nothing: it is that of an exchange that is gone when the test is over.
    await shot(page, "07-link", { height: 700 });
    const outside = await visit(browser, { width: 1200 });
    await outside.page.goto(to);
    const asked = outside.page.getByRole("group", { name: "Ydelser" });
    await asked.getByLabel("Hvordan og hvornår omlægges systemet?").fill("Omlægges til MeMo 1.2 i foråret; prøves i januar.");
    await asked.getByLabel("MeMo-version").fill("1.2");
    await asked.getByLabel(/Pris/).fill("85000");
    assert.equal(await outside.page.getByText("Skoleindskrivning").count(), 0, "another supplier's system is not shown");
    await shot(outside.page, "08-svar", { height: 900 });
    await press(outside.page, "Send svar");
    await outside.page.getByText("Tak. Svarene er modtaget.").waitFor();
    await outside.end();
    await page.reload();
    await page.goto(page.url());
    await page.getByRole("cell", { name: "1.2", exact: true }).waitFor();
    await shot(page, "09-svaret", { at: page.getByRole("heading", { name: "Svar fra leverandøren" }), height: 420 });

    // 4. A requirement turns green, from a message that really went.
    await page.getByRole("link", { name: "Krav", exact: true }).click();
    const official = page.getByRole("region", { name: "Minimumskrav (Bilag 1)" });
    const row = official.getByRole("row", { name: /Ydelser/ });
    assert.equal(await row.locator(".badge-success").count(), 0, "nobody has seen anything yet");
    assert.match(await row.innerText(), /Ingen evidens/);
    await row.locator("a[href*='/MK-A2/']").click();
    await shot(page, "10-ingen-evidens", { height: 620 });
    const cell = page.url();
    const { uuid, xml } = letter({
        authority, person, title: "Afgørelse om boligstøtte",
        files: [{ name: "Afgørelse.txt", type: "text/plain", bytes: "Kære borger\n\nDu får boligstøtte fra næste måned.\n" }],
    });
    await send(sender, uuid, xml);
    /** Looks at a page again until it shows what is waited for: what was sent is judged within a minute. */
    const comes = async (at, shown) => {
        const until = Date.now() + 60_000;
        for (await page.goto(at); !(await shown.count()); await page.goto(at)) {
            assert.ok(Date.now() < until, `within a minute ${at} shows it`);
            await page.waitForTimeout(1_000);
        }
    };
    // The list did not say what the system is called where it sends: the traffic does.
    await page.getByRole("link", { name: "Overblik", exact: true }).click();
    await page.getByRole("link", { name: "Se den første meddelelse" }).click();
    await comes(page.url(), page.getByRole("heading", { name: sender.name }));
    await page.getByLabel("Det er").selectOption({ label: "Ydelser" });
    await inspect(page, "programme-discovery-found", { width: 1200 });
    await shot(page, "11-set-i-trafikken", { height: 900 });
    await press(page, "Tilføj til registret");
    await comes(cell, page.locator("main .badge-success", { hasText: "Opfyldt" }));
    await shot(page, "12-opfyldt", { height: 620 });
    await page.goto(`${base}/requirements`);
    await page.getByRole("region", { name: "Minimumskrav (Bilag 1)" }).getByRole("row", { name: /Ydelser/ }).locator(".badge-success").first().waitFor();
    await shot(page, "13-krav", { at: page.getByRole("heading", { name: "Minimumskrav (Bilag 1)" }), height: 560 });

    // 5. The status report, on paper.
    await page.getByRole("link", { name: "Overblik", exact: true }).click();
    await shot(page, "14-overblik-nu", { height: 1000 });
    const [download] = await Promise.all([
        page.waitForEvent("download"), page.getByRole("link", { name: "Statusrapport til print (PDF)" }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^R1-\d{4}-\d\d-\d\d\.pdf$/);
    const path = await download.path();
    assert.equal((await readFile(path)).subarray(0, 5).toString(), "%PDF-");
    const info = execFileSync("pdfinfo", [path], { encoding: "utf8" });
    assert.match(info, /Pages:\s+1\n/);
    assert.match(info, /Tagged:\s+yes/);
    assert.match(info, /A4/);
    const told = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" });
    for (const words of ["Klitborg Kommune", "Idriftsættelse"]) assert.ok(told.includes(words), `${words}:\n${told}`);
    taken.add("15-statusrapport.png");
    if (ANEW) {
        const png = execFileSync("pdftoppm", ["-png", "-r", "100", "-singlefile", path], { maxBuffer: 1 << 26 });
        writeFileSync(join(folder, "15-statusrapport.png"), small(png));
    }
    await end();
});

it("is told by the document with the pictures it took, each of them there and small", () => {
    const text = readFileSync(document, "utf8");
    const named = new Set([...text.matchAll(/\]\(tour\/([^)]+\.png)\)/g)].map(([, name]) => name));
    assert.deepEqual([...named].sort(), [...taken].sort(), "the document shows what the walk saw");
    for (const name of named) {
        assert.ok(existsSync(join(folder, name)), `${name} is missing: BREVDUE_TOUR_PICTURES=1 makes it`);
        const bytes = readFileSync(join(folder, name));
        assert.ok(bytes.length > 5_000 && bytes.length < 200_000, `${name} has ${bytes.length} bytes`);
    }
    assert.deepEqual(readdirSync(folder).filter((name) => !named.has(name)), [], "and no other picture lies there");
});
