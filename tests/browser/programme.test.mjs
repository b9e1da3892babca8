// A programme in a real browser, against an exchange of its own: created through the pages, by a project manager
// with nothing but the page in front of them; every page held to the rules of accessibility in both languages, on
// a telephone and on a desk; by the keyboard, enlarged fourfold, and without script.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

const binary = process.env.BREVDUE_BINARY;
assert.ok(binary, "BREVDUE_BINARY says where the program is: scripts/browser-tests sets it");

const data = await mkdtemp(join(tmpdir(), "brevdue-programme-"));
const exchange = spawn(binary, [
    "up", "--data", join(data, "town"), "--http", "127.0.0.1:0", "--https", "none",
], { stdio: ["ignore", "pipe", "ignore"] });
const ended = once(exchange, "exit");
let said = "";
for await (const piece of exchange.stdout) {
    said += piece;
    if (said.includes("Ctrl-C")) break;
}
const [, address] = said.match(/pages\s+(http:\S+?)\/\n/) ?? [];
assert.ok(address, `the exchange did not start:\n${said}`);
process.env.BASE_URL = address;
const { WIDTHS, inspect, launch, visit } = await import("./browser.mjs");

let browser;
before(async () => { browser = await launch(); });
after(async () => {
    await browser?.close();
    exchange.kill();
    await ended;
    await rm(data, { recursive: true, force: true });
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Creates a programme, and gives the address of its overview. */
async function create(page, authority) {
    await page.goto(`${address}/programmes/new`);
    await page.getByLabel("Myndighedens navn").fill(authority);
    await page.getByLabel("CVR-nummer").fill("12345678");
    await page.getByLabel("Dit navn").fill("Asta Mørk");
    await page.getByLabel("Jeg er også projektejer").check();
    await page.getByLabel("Forløb").selectOption("full");
    await press(page, "Opret programmet");
    await page.getByRole("heading", { level: 1, name: authority }).waitFor();
    return page.url();
}

/** Puts an entry into a register by its form. */
async function register(page, base, path, fields) {
    await page.goto(`${base}/registers/${path}/+`);
    for (const [label, value] of Object.entries(fields)) {
        const field = page.getByLabel(label, { exact: true }).first();
        if (await field.evaluate((one) => one.tagName === "SELECT")) await field.selectOption({ label: value });
        else await field.fill(value);
    }
    await press(page, "Gem");
    await page.getByText("Ændringen er gemt.").waitFor();
}

const PAGES = {
    overview: "", packages: "/packages", package: "/packages/OP3", tasks: "/tasks", board: "/tasks?show=board&package=OP3",
    mine: "/tasks?show=mine", task: "/task/OP3-T03.S-001", plan: "/plan", milestones: "/milestones",
    move: "/milestones/GOLIVE?to=2028-03-13", matrix: "/requirements", cell: "/requirements/MK-A2/S-001",
    discovery: "/discovery", contacts: "/contacts", potential: "/potential", settings: "/settings",
    import: "/import", calendars: "/calendars", systems: "/registers/systems", system: "/registers/systems/S-001", history: "/history",
};

for (const script of [true, false]) {
    for (const width of WIDTHS) {
        describe(`a programme, ${script ? "with" : "without"} script, ${width} px wide`, () => {
            it("is created, filled in and looked through", async () => {
                const { page, end } = await visit(browser, { width, script });
                const tag = script ? "" : "-noscript";
                await page.goto(`${address}/programmes/new`);
                await inspect(page, `programme-new${tag}`, { width, axeToo: script });
                const base = await create(page, `Ærøby Kommune ${width}${tag}`);
                await register(page, base, "suppliers", { "Navn *": "Udvikler ApS" });
                await register(page, base, "systems", { "Navn *": "Ydelsessystem", "Rolle *": "Afsendersystem", "Leverandør *": "Udvikler ApS (L-001)" });
                for (const [name, rest] of Object.entries(PAGES)) {
                    for (const language of ["da", "en"]) {
                        await page.goto(`${base}${rest}${rest.includes("?") ? "&" : "?"}lang=${language}`);
                        const more = language === "en" ? "-en" : "";
                        await inspect(page, `programme-${name}${more}${tag}`, { width, axeToo: script });
                    }
                }
                await end();
            });

            it("moves a milestone after its effect was seen", async () => {
                const { page, end } = await visit(browser, { width, script });
                const base = await create(page, `Flytning ${width}${script}`);
                await page.goto(`${base}/milestones`);
                await page.getByRole("link", { name: "Idriftsættelse" }).first().click();
                const before = await page.getByLabel("Ny dato").inputValue();
                await page.getByLabel("Ny dato").fill("2029-03-12");
                await press(page, "Se, hvad den flytter");
                await page.getByText("Intet er flyttet endnu").waitFor();
                await page.goto(`${base}/milestones/GOLIVE`);
                assert.equal(await page.getByLabel("Ny dato").inputValue(), before, "a look moves nothing");
                await page.goto(`${base}/milestones/GOLIVE?to=2029-03-12`);
                await press(page, "Flyt nu");
                await page.waitForURL(`${base}/milestones`);
                await page.goto(`${base}/milestones/GOLIVE`);
                assert.equal(await page.getByLabel("Ny dato").inputValue(), "2029-03-12");
                await end();
            });

            it("turns a choice of markup into a checked message with its action cards", async () => {
                const { page, end } = await visit(browser, { width, script });
                const base = await create(page, `Opmærkning ${width}${script}`);
                await page.goto(`${base}/potential`);
                await press(page, "Læg de valgte i registret");
                await page.getByRole("link", { name: "Opmærkning" }).first().click();
                await page.getByLabel("Aftale (AFTALE)").check();
                await press(page, "Vis eksemplet");
                await page.getByText(/Meddelelsen overholder (alle regler|reglerne)/).waitFor();
                assert.ok(await page.locator("li.action").count() > 0, "the citizen sees a card");
                await inspect(page, `programme-designer${script ? "" : "-noscript"}`, { width, axeToo: script });
                await end();
            });

            it("brings three systems from somebody's own spreadsheet, and asks where the list says something else", async () => {
                const { page, end } = await visit(browser, { width, script });
                const tag = script ? "" : "-noscript";
                const base = await create(page, `Regneark ${width}${tag}`);
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
                await inspect(page, `programme-import-map${tag}`, { width, axeToo: script });
                await press(page, "Vis, hvad listen ændrer");
                await page.getByText("5 rækker er nye").waitFor();
                await inspect(page, `programme-import${tag}`, { width, axeToo: script });
                await press(page, "Tag de valgte ind");
                await page.getByText("5 ændringer er taget ind.").waitFor();
                await page.getByRole("link", { name: "Til systemerne" }).click();
                for (const name of ["Byggesag", "Klima", "Omsorg"]) await page.getByRole("cell", { name, exact: true }).waitFor();
                await bring("Løsning;Leverandør;Kontaktperson\nByggesag;Nordlys ApS;Ib Lyng\n");
                await press(page, "Vis, hvad listen ændrer");
                await page.getByText("1 konflikt").waitFor();
                await inspect(page, `programme-import-conflict${tag}`, { width, axeToo: script });
                await page.getByLabel("Brug filens: Ib Lyng").check();
                await press(page, "Tag de valgte ind");
                await page.getByText("1 ændring er taget ind.").waitFor();
                await end();
            });

            it("asks a supplier, who answers without signing in", async () => {
                const { page, end } = await visit(browser, { width, script });
                const base = await create(page, `Spørgeskema ${width}${script}`);
                await register(page, base, "suppliers", { "Navn *": "Udvikler ApS" });
                await register(page, base, "systems", { "Navn *": "Ydelsessystem", "Rolle *": "Afsendersystem", "Leverandør *": "Udvikler ApS (L-001)" });
                await page.goto(`${base}/questionnaires/L-001`);
                await press(page, "Lav link");
                const link = await page.locator("a[href*='/answer/']").first().getAttribute("href");
                const supplier = await visit(browser, { width, script });
                await supplier.page.goto(link);
                await inspect(supplier.page, `programme-answer${script ? "" : "-noscript"}`, { width, axeToo: script });
                await supplier.page.getByLabel("MeMo-version").fill("1.2");
                await press(supplier.page, "Send svar");
                await supplier.page.getByText("Tak. Svarene er modtaget.").waitFor();
                await supplier.end();
                await page.goto(`${base}/questionnaires/L-001`);
                await page.getByRole("cell", { name: "1.2" }).waitFor();
                await end();
            });
        });
    }
}

it("is worked by the keyboard alone: from the overview to a task that is begun", async () => {
    const { page, end } = await visit(browser, { width: 1280 });
    const base = await create(page, "Tastaturkommunen");
    const reach = async (locator) => {
        for (let stop = 0; stop < 200; stop += 1) {
            await page.keyboard.press("Tab");
            if (await locator.evaluate((one) => one === document.activeElement)) return;
        }
        assert.fail("it is not reached");
    };
    await page.goto(`${base}/plan`);
    await reach(page.locator("svg.gantt a").first());
    await page.goto(`${base}/task/OP1-T06`);
    await reach(page.getByLabel("Status", { exact: true }));
    await page.getByLabel("Status", { exact: true }).selectOption("in_progress");
    await reach(page.getByRole("button", { name: "Gem status" }));
    await page.keyboard.press("Enter");
    await page.getByText("Ændringen er gemt.").waitFor();
    await end();
});

it("is read enlarged fourfold: 1280 px at 400 % are 320", async () => {
    const { page, end } = await visit(browser, { width: 320 });
    const base = await create(page, "Storskriftskommunen");
    for (const [name, rest] of Object.entries(PAGES)) {
        if (rest.includes("S-001")) continue;
        await page.goto(`${base}${rest}`);
        await inspect(page, `programme-${name}-enlarged`, { width: 320, axeToo: false });
    }
    await end();
});

it("prints the plan on A3", async () => {
    const { page, end } = await visit(browser, { width: 1280 });
    const base = await create(page, "Trykkommunen");
    await page.goto(`${base}/plan`);
    await page.pdf({ path: new URL("../../build/screenshots/programme-plan.pdf", import.meta.url).pathname, preferCSSPageSize: true });
    await end();
});
