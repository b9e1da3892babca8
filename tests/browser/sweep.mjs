// Every page of programmes, found by following links, and what each is held to. Pages that differ in whom or
// what they are about alone are one kind, and one of each kind is looked at.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { accessible, picture, settled } from "./browser.mjs";
import { base } from "./country.mjs";

/** What kind of page an address is: the same for all tasks, all suppliers, all days. */
export function kindOf(address) {
    const { pathname, searchParams } = new URL(address, base);
    const parts = pathname.split("/").map((part) => (/[0-9A-Z]/.test(part) ? "*" : part));
    const asked = [...searchParams].filter(([name, value]) => name !== "lang" && value)
        .map(([name, value]) => (name === "show" ? `${name}=${value}` : name));
    return parts.join("/") + (asked.length ? `?${[...new Set(asked)].sort().join("&")}` : "");
}

/**
 * Follows links from an address, within what `takes` lets pass, until every kind of page was met. Gives the
 * pages by kind, and the addresses of what are files. A link that leads nowhere is a fault.
 */
export async function follow(context, from, takes) {
    const pages = new Map();
    const files = new Map();
    const waiting = [...from];
    const met = new Set(waiting.map(kindOf));
    while (waiting.length > 0) {
        const some = waiting.splice(0, 4);
        const texts = await Promise.all(some.map(async (address) => {
            const answer = await context.request.get(address);
            assert.equal(answer.status(), 200, `${address} answers ${answer.status()}`);
            const type = answer.headers()["content-type"] ?? "";
            if (!type.startsWith("text/html")) {
                files.set(kindOf(address), address);
                return "";
            }
            pages.set(kindOf(address), address);
            return answer.text();
        }));
        for (const [at, text] of texts.entries()) {
            for (const [, href] of text.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)) {
                const address = new URL(plain(href), new URL(some[at], base));
                address.hash = "";
                if (address.origin !== base || !takes(address.pathname) || address.searchParams.has("lang")) continue;
                const kind = kindOf(address.href);
                if (met.has(kind)) continue;
                met.add(kind);
                waiting.push(address.href);
            }
        }
    }
    return { pages, files };
}

/** An attribute as it is meant. */
const plain = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll("&amp;", "&");

/** The routes of programmes that show something, as the source names them. */
export function routes() {
    const source = readFileSync(new URL("../../crates/web/src/pages/programme.rs", import.meta.url), "utf8");
    const found = [];
    for (const piece of source.split(".route(").slice(1)) {
        // Where the sign-in sends people back to: it answers a code of the provider's, not a visitor.
        if (/^\s*\w+::RETURN_PATH,/.test(piece)) continue;
        const [, path] = piece.match(/^\s*"([^"]+)"/) ?? [];
        assert.ok(path, `a route without a path: ${piece.slice(0, 80)}`);
        if (/\bget\(/.test(piece)) found.push(path);
    }
    assert.ok(found.length > 20, `routes were read: ${found.length}`);
    return found;
}

/** Whether an address is one of a route. */
export function isOf(route, address) {
    const parts = route.split("/").map((part) => (part.startsWith("{") ? "[^/]+" : part.replaceAll(".", "\\.")));
    return new RegExp(`^${parts.join("/")}$`).test(new URL(address, base).pathname);
}

/** Runs a task for each, so many at a time. */
export async function several(many, each, tasks) {
    const waiting = [...tasks];
    await Promise.all(Array.from({ length: many }, async (_, worker) => {
        while (waiting.length > 0) await each(waiting.shift(), worker);
    }));
}

const withLanguage = (address, language) => {
    const url = new URL(address, base);
    url.searchParams.set("lang", language);
    return url.href;
};

/** What there is to read, but for what is made anew each time: identities and figures. */
const words = async (page) => {
    const text = await page.locator("main").evaluate((main) => main.innerText);
    return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "…").replace(/\d+/g, "0").replace(/\s+/g, " ").trim();
};

/**
 * Holds one page to everything: both languages, a desk, a telephone and fourfold enlargement (1280 px at
 * 400 % are 320), the keyboard, axe, and the same words without script. Gives what is wrong.
 */
export async function hold({ page, bare }, kind, address, { axe }) {
    const faults = [];
    const name = kind.replace(/^\/programmes\/\*?/, "programme/").replaceAll("*", "x").replace(/[^a-z0-9=+-]+/gi, "-");
    const held = async (what, rule) => {
        try {
            await rule();
        } catch (fault) {
            faults.push(`${kind} (${address}), ${what}: ${fault.message}`);
            await picture(page, `${name}-fault`);
        }
    };
    const wanted = process.env.BREVDUE_SCREENSHOTS;
    for (const language of ["da", "en"]) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(withLanguage(address, language));
        await settled(page);
        await held(`${language}, 1280 px`, () => fits(page));
        await held(language, async () => assert.equal(await page.locator("html").getAttribute("lang"), language));
        if (language === "da") await held("the keyboard", () => reachable(page));
        if (language === "en" && axe) await held("axe, en, 1280 px", () => accessible(page, kind));
        if (wanted) await picture(page, `${name}-${language}-1280`);
        for (const width of [390, 320]) {
            await page.setViewportSize({ width, height: 844 });
            await held(`${language}, ${width} px`, () => fits(page));
            if (language === "da" && width === 390) {
                if (axe) await held("axe, da, 390 px", () => accessible(page, kind));
                if (wanted) await picture(page, `${name}-da-390`);
            }
        }
        if (language === "da") {
            const shown = await words(page);
            await bare.goto(withLanguage(address, language));
            await held("without script", async () => {
                assert.ok(shown.length > 40, `there is something to read: ${shown}`);
                // A list that others add to while the test looks is another list.
                if (address.includes("/history") || await words(bare) === shown) return;
                // Nor is a page of which a task closed by itself meanwhile: both are looked at once more.
                await page.reload();
                await settled(page);
                const again = await words(page);
                await bare.reload();
                assert.equal(await words(bare), again);
            });
        }
    }
    return faults;
}

/** Nothing is wider than the window, sticks out of its cell, or is cut off at the edge of its picture. */
async function fits(page) {
    const found = await page.evaluate(() => {
        const told = (one) => `«${(one.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 60)}»`;
        const faults = [];
        const wider = document.documentElement.scrollWidth - window.innerWidth;
        if (wider > 0) {
            const out = [...document.querySelectorAll("main *")].filter((one) =>
                !one.closest(".table-scroll > *") && one.getBoundingClientRect().right > window.innerWidth + 1);
            faults.push(`it is ${wider} px wider than the window: ${out.slice(-3).map(told).join(", ")}`);
        }
        for (const cell of document.querySelectorAll("main td, main th, main dd, main dt, main li, main .badge, main .button")) {
            if (cell.clientWidth > 0 && cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== "inline") {
                faults.push(`${told(cell)} sticks out of its ${cell.tagName.toLowerCase()} by ${cell.scrollWidth - cell.clientWidth} px`);
            }
        }
        for (const svg of document.querySelectorAll("main svg[viewBox]")) {
            const { width, height } = svg.viewBox.baseVal;
            for (const text of svg.querySelectorAll("text")) {
                const box = text.getBBox();
                if (box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height) {
                    faults.push(`${told(text)} is cut off at the edge of its picture`);
                }
            }
        }
        return faults;
    });
    assert.deepEqual(found.slice(0, 5), [], `${found.length} faults of layout`);
}

/** Whatever one can do with a pointer is reached by Tab in the order it stands in, and shows that it is. */
async function reachable(page) {
    // Focus that script gives is shown as focus by the keyboard when the keyboard was used before.
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
        const told = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 120);
        const faults = [];
        const shows = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
        const all = document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary, [tabindex], [onclick], [role=button]");
        for (const one of all) {
            if (one.id === "main-content" || !one.checkVisibility() || one.disabled) continue;
            if (one.tabIndex !== 0) faults.push(`${told(one)} is out of the order of Tab`);
            one.focus({ preventScroll: true });
            if (document.activeElement !== one) {
                faults.push(`${told(one)} takes no focus`);
                continue;
            }
            // Boxes to tick are drawn by what stands before their label.
            const label = one.matches("[type=checkbox], [type=radio]") && one.labels[0];
            const shown = shows(getComputedStyle(one)) || (label && (shows(getComputedStyle(label)) || shows(getComputedStyle(label, "::before"))));
            if (!shown) faults.push(`${told(one)} does not show its focus`);
        }
        document.activeElement?.blur();
        return faults;
    });
    assert.deepEqual(found.slice(0, 5), [], `${found.length} faults of the keyboard`);
}

/** Goes through the whole page by Tab alone, and asserts that every stop was made and seen on the screen. */
export async function walk(page) {
    const wanted = await page.evaluate(() => {
        const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
            .filter((one) => one.checkVisibility() && !one.disabled && !(one.type === "radio" && !one.checked));
        window.stops = new Set(stops);
        window.unseen = [];
        document.addEventListener("focusin", ({ target }) => {
            window.stops.delete(target);
            const box = target.getBoundingClientRect();
            const seen = box.bottom > 0 && box.top < window.innerHeight && box.right > 0 && box.left < window.innerWidth;
            if (!seen) window.unseen.push(target.outerHTML.slice(0, 120));
        });
        document.activeElement?.blur();
        return stops.length;
    });
    // A day has three parts and a button, each a stop of its own.
    const days = await page.locator("input[type=date]:visible").count();
    for (let stop = 0; stop < wanted + days * 3 + 2; stop += 1) await page.keyboard.press("Tab");
    const { missed, unseen } = await page.evaluate(() => ({
        missed: [...window.stops].map((one) => one.outerHTML.slice(0, 120)), unseen: window.unseen,
    }));
    assert.deepEqual(missed, [], `${missed.length} of ${wanted} stops were not made`);
    assert.deepEqual(unseen, [], "each stop is seen");
    return wanted;
}
