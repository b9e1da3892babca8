// Mail that a receiver does not fetch, on the clock of the invented country, which is moved as far as it takes.

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { start } from "./own.mjs";

const exchange = await start("waiting");
const { address } = exchange;
const { inspect, launch, visit } = await import("./browser.mjs");
const { country, letter, send } = await import("./country.mjs");
const { comes, create, enter, receiver } = await import("./planning.mjs");
const { hold } = await import("./sweep.mjs");

let browser;
before(async () => { browser = await launch(); });
after(async () => {
    await browser?.close();
    await exchange.stop();
});

async function move(by) {
    const answer = await fetch(`${address}/testing/clock`, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(by),
    });
    assert.equal(answer.status, 200, await answer.text());
}

/** Noon of the next Tuesday that no Danish holiday falls on: from the 8th to the 21st there is none on a Tuesday. */
async function workingDay() {
    const { now } = await (await fetch(`${address}/testing/clock`)).json();
    const day = new Date(now);
    do day.setUTCDate(day.getUTCDate() + 1); while (day.getUTCDay() !== 2 || day.getUTCDate() < 8 || day.getUTCDate() > 21);
    day.setUTCHours(11, 0, 0, 0);
    return day.toISOString();
}

it("acceptance 8: a receiver that lets mail wait is warned after 24 hours and fails after 72, and fetching mends it", async () => {
    const { page, end } = await visit(browser, { width: 1280 });
    const { organisations } = await country();
    const authority = organisations.find((one) => one.name === "Klitborg Kommune");
    const other = organisations.find((one) => one.name === "Fyrtårnsstyrelsen");
    const receives = authority.systems.find((one) => one.systemTypes.includes("RECIPIENT_DEFAULT"));
    const base = await create(page, authority.name, { cvr: authority.cvr, profile: "ACTUAL" });
    await receiver(page, base, "Journalen", "Post til myndigheden", { "Kendes i trafikken som": receives.id });
    const cell = `${base}/requirements/MK-D1/S-001`;
    const badge = (word) => page.locator("main p .badge", { hasText: new RegExp(`^${word}$`) });
    await page.goto(cell);
    assert.equal(await badge("Ingen evidens").count(), 1, "nobody wrote yet: nobody knows");

    const { uuid, xml } = letter({
        authority: other, to: authority, title: "Høring om fyret ved havnen",
        files: [{ name: "Høring.txt", type: "text/plain", bytes: "Send os jeres svar.\n" }],
    });
    const sender = other.systems.find((one) => one.systemTypes.includes("SENDER"));
    await send(sender, uuid, xml);
    await comes(page, cell, badge("Opfyldt"), "mail that has just come is no fault");
    for (const [hours, word, why] of [[25, "Advarsel", /1 meddelelse venter, og intet er hentet i 25 timer/], [48, "Ikke opfyldt", /1 meddelelse venter, og intet er hentet i 73 timer\. Efter 168 timer/]]) {
        await move({ hours });
        // Nobody is still at work after a day: one says anew who one is.
        await enter(page, `Digital Post i ${authority.name}`, "Asta Mørk");
        await comes(page, cell, badge(word), `${hours} hours later it says «${word}»`);
        assert.match((await page.locator("main").innerText()).replace(/\s+/g, " "), why);
    }
    await inspect(page, "acceptance-waiting", { width: 1280 });

    const headers = { authorization: receives.authorization };
    const waiting = await (await fetch(`${address}/apis/v1/memos/`, { headers })).json();
    assert.equal(waiting.content.length, 1, JSON.stringify(waiting));
    const fetched = await fetch(`${address}/apis/v1/memos/${waiting.content[0]}`, { headers });
    assert.equal(fetched.status, 200, await fetched.text());
    await comes(page, cell, badge("Opfyldt"), "mail that is fetched waits no more");
    await end();
});

it("a notice without an address is found, read by everybody, and carried by hand", async () => {
    const { page, end } = await visit(browser, { width: 1280 });
    const base = await create(page, "Strandby Kommune", { profile: "ACTUAL" });
    await page.goto(`${base}/reminders`);
    await move({ now: await workingDay() });
    await enter(page, "Digital Post i Strandby Kommune", "Asta Mørk");
    const first = page.locator("main td a[href*='/reminders/']").first();
    await comes(page, `${base}/reminders`, first, "whoever leads is reminded of what is late");
    await first.click();
    assert.match(await page.locator("main textarea").inputValue(), /OP0-T01|Strandby Kommune/);
    assert.equal(await page.locator("main a[href^='mailto:']").count(), 1, "it opens in one's own mail program");
    const state = await page.context().storageState();
    const bare = await browser.newContext({ javaScriptEnabled: false, storageState: state, viewport: { width: 320, height: 844 } });
    const pair = { page, bare: await bare.newPage() };
    assert.deepEqual(await hold(pair, "/programmes/*/reminders/*", page.url(), { axe: true }), []);
    await bare.close();
    await end();
});
