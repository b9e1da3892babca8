// What people do with a programme, by its forms alone: they work without script and by the keyboard.

import assert from "node:assert/strict";

import { base as address } from "./country.mjs";

/** How a visitor looks at it: pages have no script of their own, so one of each tells all. */
export const WAYS = [{ script: true, width: 1280 }, { script: false, width: 390 }];

export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
export const days = (cells) => cells.locator("time").evaluateAll((all) => all.map((one) => one.dateTime));
export const between = (one, two) => (Date.parse(two) - Date.parse(one)) / 86_400_000;

/** Creates a programme, and gives the address of its overview. */
export async function create(page, authority, { cvr = "12345678", version = "full", profile = "NEW", start: first } = {}) {
    await page.goto(`${address}/programmes/new`);
    await page.getByLabel("Myndighedens navn").fill(authority);
    await page.getByLabel("CVR-nummer").fill(cvr);
    await page.getByLabel("Dit navn").fill("Asta Mørk");
    await page.getByLabel("Jeg er også projektejer").check();
    await page.getByLabel("Forløb").selectOption(version);
    await page.getByLabel("Tidsprofil").selectOption(profile);
    if (first) await page.getByLabel("Begynder (T0)").fill(first);
    await press(page, "Se milepælene");
    const preview = page.getByRole("region", { name: "Milepæle med disse valg" }).getByRole("row");
    assert.ok(await preview.count() > 5, "every date is seen before anything is made");
    await press(page, "Opret programmet");
    await page.getByRole("heading", { level: 1, name: authority }).waitFor();
    return page.url();
}

/** Fills in fields by their labels: texts, lists to choose from, boxes to tick. */
export async function fill(part, fields) {
    for (const [label, value] of Object.entries(fields)) {
        const field = part.getByLabel(label, { exact: true }).first();
        if (typeof value === "boolean") await field.setChecked(value);
        else if (await field.evaluate((one) => one.tagName === "SELECT")) await field.selectOption({ label: value });
        else await field.fill(value);
    }
}

/** Puts an entry into a register by its form; `more` fills in the first part of some name. */
export async function register(page, base, path, fields, more = {}) {
    await page.goto(`${base}/registers/${path}/+`);
    await fill(page, fields);
    for (const [name, inside] of Object.entries(more)) {
        await press(page, `Tilføj: ${name}`);
        await fill(page.getByRole("group", { name: `${name} 1`, exact: true }), inside);
    }
    await save(page);
}

/** Changes an entry of a register by its form. */
export async function change(page, base, entry, fields, part) {
    await page.goto(`${base}/registers/${entry}`);
    await fill(part ? page.getByRole("group", { name: part, exact: true }) : page, fields);
    await save(page);
}

async function save(page) {
    await press(page, "Gem");
    await page.getByText("Ændringen er gemt.").waitFor();
}

/** Registers a system that receives, with an interface in use. */
export function receiver(page, base, name, purpose, more = {}) {
    const fields = { "Navn *": name, "Rolle *": "Modtagersystem", ...more };
    const snitflade = { Retning: "Ind", Transport: "REST", Miljø: "Produktion", Aktiv: true, "Formål (modtager)": purpose };
    return register(page, base, "systems", fields, { Snitflader: snitflade });
}

export async function supplierAndSystem(page, base) {
    await register(page, base, "suppliers", { "Navn *": "Udvikler ApS" });
    await register(page, base, "systems", { "Navn *": "Ydelsessystem", "Rolle *": "Afsendersystem", "Leverandør *": "Udvikler ApS (L-001)" });
}

/** The milestones of the page of them: their days by their id. */
export async function milestones(page, base) {
    await page.goto(`${base}/milestones`);
    const rows = page.getByRole("region", { name: "Milepæle", exact: true }).locator("tbody tr");
    const found = {};
    for (const row of await rows.all()) {
        const href = await row.locator("a").getAttribute("href");
        const cells = row.getByRole("cell");
        found[href.split("/").at(-1)] = {
            day: (await days(cells.nth(0)))[0], baseline: (await days(cells.nth(1)))[0], words: await cells.nth(0).innerText(),
        };
    }
    return found;
}

/** Works on a programme of the invented country as the person of that name. */
export async function enter(page, programme, person) {
    await page.goto(`${address}/programmes`);
    await page.getByRole("link", { name: programme }).click();
    await page.getByRole("button", { name: person }).click();
    await page.getByRole("heading", { level: 1, name: programme }).waitFor();
    return page.url();
}

/** A link to the questionnaire of the supplier of that key. */
export async function questionnaire(page, base, supplier) {
    await page.goto(`${base}/questionnaires/${supplier}`);
    await press(page, "Lav link");
    return page.locator("a[href*='/answer/']").first().getAttribute("href");
}

/** Brings a file, and stands before what it changes. */
export async function bring(page, base, file) {
    await page.goto(`${base}/import`);
    await page.getByLabel("Fil", { exact: true }).setInputFiles(file);
    await press(page, "Vis, hvad filen ændrer");
}

/** What a press of a link brings as a file: its bytes, its name, and where it lies. */
export async function download(page, link) {
    const [coming] = await Promise.all([page.waitForEvent("download"), link.click()]);
    return { path: await coming.path(), name: coming.suggestedFilename() };
}

/** Looks at a page again until what is waited for is there: what happened is judged within a minute. */
export async function comes(page, at, shown, what) {
    const until = Date.now() + 60_000;
    for (await page.goto(at); !(await shown.count()); await page.goto(at)) {
        assert.ok(Date.now() < until, `within a minute ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
}
