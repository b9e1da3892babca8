// One real browser, and what every page is held to.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { base } from "./country.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = fileURLToPath(new URL("../../build/screenshots/", import.meta.url));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const WIDTHS = [390, 1280];

/** Whether a picture of each page is wanted; one of a page at fault is taken either way. */
const PICTURES = Boolean(process.env.BREVDUE_SCREENSHOTS);

/** Starts the browser of the machine; CHROMIUM says where it is when it is elsewhere. */
export function launch() {
    mkdirSync(screenshots, { recursive: true });
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    });
}

/** A page of a visitor of their own. What it asks for elsewhere, and what it complains of, is kept. */
export async function visit(browser, { width, script = true }) {
    const context = await browser.newContext({
        viewport: { width, height: width < 600 ? 844 : 900 },
        javaScriptEnabled: script,
        acceptDownloads: true,
        locale: "da-DK",
    });
    const page = await context.newPage();
    const strangers = [];
    const complaints = [];
    page.on("request", (request) => {
        const url = request.url();
        if (!url.startsWith(`${base}/`) && !/^(data|blob|chrome-extension|chrome|about):/.test(url)) strangers.push(url);
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
        // A refused form is a 422 and a missing page a 404: the browser tells, and is right.
        const expected = /status of (404|422)|sandboxed and the 'allow-scripts'/.test(message.text());
        if (message.type() === "error" && !expected) complaints.push(message.text());
    });
    const end = async () => {
        await context.close();
        assert.deepEqual(strangers, [], "the pages ask this exchange only");
        assert.deepEqual(complaints, [], "the browser has nothing to complain of");
    };
    return { page, end };
}

/** Waits until a page stands as it will: everything it asked for has come, its letters too. */
export async function settled(page) {
    await page.waitForLoadState("load");
    await page.evaluate(() => document.fonts.ready.then(() => true));
}

/** Holds a page to the rules of accessibility and to its width; takes its picture when asked for. */
export async function inspect(page, name, { width, axeToo = true } = {}) {
    await settled(page);
    try {
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(wider <= 0, `${name} is ${wider} px wider than the window`);
        if (axeToo) await accessible(page, `${name} at ${width} px`);
    } catch (fault) {
        await picture(page, `${name}-${width}-fault`);
        throw fault;
    }
    if (PICTURES) await picture(page, `${name}-${width}`);
}

/** Leaves a picture of the whole page in build/screenshots. */
export function picture(page, name) {
    return page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
}

/** Holds a page to the rules of accessibility. */
export async function accessible(page, name) {
    if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe);
    // Of what passes the names of the rules are enough; listing each element takes longer than looking.
    const { violations, passes } = await page.evaluate((rules) => window.axe.run(document, {
        iframes: false, runOnly: rules, resultTypes: ["violations"],
    }).then(({ violations, passes }) => ({ violations, passes: passes.length })), RULES);
    const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 3).map((node) => node.html) }));
    assert.deepEqual(found, [], `${name} breaks rules of accessibility`);
    assert.ok(passes > 10, `${name}: axe looked (${passes} rules)`);
}

export async function signIn(page, person) {
    await page.goto(`${base}/sign-in?q=${encodeURIComponent(person.name)}`);
    await page.getByRole("button", { name: person.name }).first().click();
    await page.waitForURL(`${base}/inbox`);
}

/** Opens the inbox until the letter is in it. */
export async function openInboxWith(page, title) {
    const until = Date.now() + 10_000;
    for (;;) {
        await page.goto(`${base}/inbox`);
        const found = page.locator("a.letter", { hasText: title });
        if (await found.count()) return found.first();
        assert.ok(Date.now() < until, `«${title}» did not arrive within ten seconds`);
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}
