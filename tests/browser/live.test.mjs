// The live view of local mode, in a real browser, against an exchange of its own: a delayed letter, a recall, a
// receiver that is down for days, what a retention sweep removes, a certificate that ends, all driven by the
// buttons of the page, with and without script, on a telephone and on a desk.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { request as requestTls } from "node:https";
import { after, afterEach, before, describe, it } from "node:test";

import { start } from "./own.mjs";

// A port that nobody listens on for now: the receiver that is down.
async function freePort() {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    return port;
}

const port = await freePort();
const exchange = await start("live", "--https", "127.0.0.1:0", "--push-endpoint", `http://127.0.0.1:${port}/memos`);
const { address } = exchange;
const { WIDTHS, inspect, launch, visit } = await import("./browser.mjs");

// Receivers that a failed test left standing would take the letters of the next.
const standing = [];
afterEach(() => Promise.all(standing.splice(0).map((stop) => stop())));

/** A receiver that takes everything, until it is closed. */
async function receiver() {
    const taken = [];
    const server = createServer((request, response) => {
        request.resume();
        request.on("end", () => {
            taken.push(request.url);
            response.writeHead(204).end();
        });
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const stop = async () => {
        if (!server.listening) return;
        server.close();
        server.closeAllConnections();
        await once(server, "close");
    };
    standing.push(stop);
    return { taken, stop };
}

/** A call as a system makes it, over TLS with its certificate: its status and its body. */
async function call(name, path, { method = "GET", body } = {}) {
    const country = await (await fetch(`${address}/testing/country`)).json();
    const system = country.organisations.flatMap((one) => one.systems).find((one) => one.name === name);
    const [ca, cert, key] = await Promise.all(
        [country.certificateAuthority, system.certificate, system.key].map((file) => readFile(file)));
    const asked = requestTls(`${country.https}${path}`, {
        ca, cert, key, method, agent: false,
        headers: { authorization: system.authorization, "content-type": "application/json" },
    });
    asked.end(body);
    const [answer] = await once(asked, "response");
    const parts = [];
    for await (const part of answer) parts.push(part);
    return { status: answer.statusCode, text: Buffer.concat(parts).toString() };
}

/** A conformance run of a system, with a receiver beside it that answers each letter as `answers` says, or none. */
async function conformance(name, answers) {
    let running = true;
    const receiving = (async () => {
        while (answers && running) {
            const waiting = JSON.parse((await call(name, "/apis/v1/memos/")).text).content;
            for (const letter of waiting) {
                const { text } = await call(name, `/apis/v1/memos/${letter}`);
                const status = answers(text);
                if (!status) continue;
                const receipt = {
                    transmissionId: letter, messageUUID: letter, timeStamp: "2026-11-23T09:00:00.000Z",
                    receiptStatus: status, errorCode: status === "COMPLETED" ? null : "file.type.unknown",
                };
                await call(name, `/apis/v1/memos/${letter}/receipt`, { method: "POST", body: JSON.stringify(receipt) });
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    })();
    const testing = `${address}/testing`;
    const country = await (await fetch(`${testing}/country`)).json();
    const { id: systemId } = country.organisations.flatMap((one) => one.systems).find((one) => one.name === name);
    const begun = await fetch(`${testing}/conformance`, {
        method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify({ systemId, patienceSeconds: answers ? 20 : 1, largeBytes: 100_000 }),
    });
    assert.equal(begun.status, 201);
    let run = await begun.json();
    while (run.state === "RUNNING") {
        await new Promise((resolve) => setTimeout(resolve, 200));
        run = await (await fetch(`${testing}/conformance/${run.id}`)).json();
    }
    running = false;
    await receiving;
    return run;
}

let browser;
before(async () => { browser = await launch(); });
after(async () => {
    await browser?.close();
    await exchange.stop();
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const heading = (page, text) => page.getByRole("status").getByText(text).waitFor();

async function moveClock(page, name) {
    await press(page, name);
    await heading(page, "Uret er stillet frem");
}

async function moveDays(page, days) {
    await page.getByLabel("Dage frem (1 til 366)").fill(String(days));
    await press(page, "Stil uret så mange dage frem");
    await heading(page, "Uret er stillet frem");
}

async function sendLetter(page, to, days) {
    await page.getByLabel("Modtager", { exact: true }).selectOption({ label: to });
    await page.getByLabel("Leveres om så mange dage").fill(String(days));
    await press(page, "Lav og send brevet");
    await heading(page, "Brevet er sendt");
}

/** Waits for a moment in the list: with script it comes by itself, without it the link shows the newest. */
async function comes(page, script, text) {
    const moment = page.locator("ol.moments li", { hasText: text }).first();
    const until = Date.now() + 10_000;
    while (!(await moment.count())) {
        assert.ok(Date.now() < until, `«${text}» did not come within ten seconds`);
        if (script) await page.waitForTimeout(100);
        else await page.getByRole("link", { name: "Vis det nyeste" }).click();
    }
    return moment;
}

for (const script of [true, false]) {
    for (const width of WIDTHS) {
        describe(`the live view, ${script ? "with" : "without"} script, ${width} px wide`, () => {
            const tag = script ? "" : "-noscript";
            const open = async () => {
                const { page, end } = await visit(browser, { width, script });
                await page.goto(`${address}/live`);
                await press(page, "Begynd landet forfra");
                await heading(page, "Landet er begyndt forfra");
                return { page, end };
            };

            it("a delayed letter waits for its day, and comes when the clock gets there", async () => {
                const { page, end } = await open();
                await sendLetter(page, "Agnes Lyngvang", 10);
                await comes(page, script, "DELAYED_MEMO_SEND_VALIDATED_AWAITING_DELAY");
                await inspect(page, `live${tag}`, { width, axeToo: script });
                const released = page.locator("ol.moments li", { hasText: "DELAYED_MEMO_SEND_SENT" });
                await moveClock(page, "7 dage frem");
                assert.equal(await released.count(), 0, "its day has not come");
                await moveClock(page, "7 dage frem");
                await comes(page, script, "DELAYED_MEMO_SEND_SENT");
                const arrived = await comes(page, script, "MEMO_AVAILABLE_TO_RECIPIENT");
                assert.match(await arrived.locator("time").innerText(), /00:00:0\d$/, "at midnight in Copenhagen");
                assert.match(await page.locator(".live-steering").innerText(), /1[34] dage foran maskinens ur/);
                await end();
            });

            it("a receiver that is down for days gets its letter when it is back", async () => {
                const { page, end } = await open();
                await sendLetter(page, "Fyrtårnsstyrelsen, Fyrpas og bøjer", 0);
                await comes(page, script, "Modtagersystemet svarede ikke");
                for (const _ of [1, 2, 3]) await moveClock(page, "1 dag frem");
                const failed = page.locator("ol.moments li", { hasText: "MEMO_SEND_SENT_TO_RECIPIENT_SYSTEM_FAILED" });
                assert.ok((await failed.count()) >= 10, `it was tried again and again: ${await failed.count()}`);
                const back = await receiver();
                await moveClock(page, "1 dag frem");
                await comes(page, script, "Modtagersystemet tog imod");
                assert.deepEqual(back.taken, ["/memos"], "once");
                await back.stop();
                await end();
            });

            it("a receiver that is down for more than seven days is switched off", async () => {
                const { page, end } = await open();
                await sendLetter(page, "Fyrtårnsstyrelsen, Fyrpas og bøjer", 0);
                await comes(page, script, "Modtagersystemet svarede ikke");
                await moveClock(page, "14 dage frem");
                await comes(page, script, "SYSTEM_CHANGED");
                const warnings = page.locator("ol.moments li", { hasText: "har ikke modtaget post i" });
                assert.equal(await warnings.count(), 4, "its owner was warned after 1, 3, 5 and 6 days");
                await comes(page, script, "Modtagersystemet fyrtaarn-push er slået fra");
                // What waits is delivered when it is back and switched on again.
                const back = await receiver();
                await page.getByRole("button", { name: "Slå til igen: fyrtaarn-push" }).click();
                await heading(page, "Systemet er slået til igen");
                await comes(page, script, "Modtagersystemet tog imod");
                await back.stop();
                await end();
            });

            it("a letter that waits for its day is called back, and is swept away when its time is over", async () => {
                const { page, end } = await open();
                await sendLetter(page, "Agnes Lyngvang", 20);
                const waits = page.getByRole("region", { name: "Breve, der venter på deres dag" });
                assert.equal(await waits.getByRole("listitem").count(), 1, "the page shows it at once");
                const [, uuid] = (await waits.getByRole("listitem").innerText()).match(/brev (\S+)/);
                await inspect(page, `live-delayed${tag}`, { width, axeToo: script });
                await waits.getByRole("button", { name: "Kald tilbage" }).click();
                await heading(page, "Brevet er kaldt tilbage");
                assert.equal(await waits.getByRole("listitem").count(), 0);
                const receipt = await comes(page, script, "memo.recalled:");
                assert.match(await receipt.innerText(), new RegExp(uuid));
                await moveDays(page, 30);
                const shown = page.locator("ol.moments li");
                assert.equal(await shown.filter({ hasText: "DELAYED_MEMO_SEND_SENT" }).count(), 0, "it is not delivered");
                assert.equal(await shown.filter({ hasText: "Indsendt brev er fjernet" }).count(), 0, "it is kept for 90 days");
                await moveDays(page, 62);
                const removed = await comes(page, script, "Indsendt brev er fjernet");
                assert.match(await removed.innerText(), new RegExp(uuid));
                assert.match(await removed.innerText(), /der ikke blev til en levering gemmes i 90 dage/);
                await comes(page, script, "kvitteringer, som ingen har hentet gemmes i 90 dage");
                await inspect(page, `live-removed${tag}`, { width, axeToo: script });
                await end();
            });

            it("a fault is made, strikes, and is told with why", async () => {
                const { page, end } = await open();
                await page.getByLabel("Hvad går galt").selectOption("RECEIPT");
                await page.getByLabel("For systemet").selectOption({ label: "fyrtaarn-afsender" });
                await page.getByLabel("Fejlkode").selectOption("file.virus.found");
                await page.getByLabel("Hvor mange gange").fill("0");
                await press(page, "Lav fejlen");
                await heading(page, "Fejlen er lavet");
                await sendLetter(page, "Agnes Lyngvang", 0);
                const receipt = await comes(page, script, "file.virus.found:");
                assert.match(await receipt.innerText(), /INVALID/);
                await inspect(page, `live-fault${tag}`, { width, axeToo: script });
                const faults = page.getByRole("region", { name: "Fejl med vilje" });
                await faults.getByRole("button", { name: "Fjern" }).click();
                await heading(page, "Fejlen er fjernet");
                assert.equal(await faults.getByRole("listitem").count(), 0);
                await end();
            });
        });
    }
}

for (const [script, width] of [[true, 390], [false, 1280]]) {
    it(`a certificate ends, ${script ? "with" : "without"} script, ${width} px wide`, async () => {
        const { page, end } = await visit(browser, { width, script });
        await page.goto(`${address}/live`);
        await press(page, "Begynd landet forfra");
        await heading(page, "Landet er begyndt forfra");
        const system = page.getByRole("region", { name: "Systemer og certifikater" })
            .getByRole("listitem").filter({ hasText: "tusindfryd-modtager" });
        assert.match(await system.innerText(), /Certifikatet udløber \d+\. \S+ 20\d\d/);
        await system.getByRole("button", { name: "Prøv et kald" }).click();
        await heading(page, "Systemet bliver lukket ind");
        assert.equal((await call("tusindfryd-modtager", "/apis/v1/memos/")).status, 200);

        await system.getByRole("button", { name: "Stil uret til efter udløbet" }).click();
        await page.getByRole("status").getByText("Uret er stillet frem").waitFor({ timeout: 300_000 });
        assert.match(await system.innerText(), /Certifikatet udløb \d/);
        assert.equal(await system.getByRole("button", { name: "Stil uret til efter udløbet" }).count(), 0);
        await comes(page, script, "Systemet tusindfryd-modtager har et certifikat, der snart udløber");
        const alarms = page.getByRole("region", { name: "Alarmer" });
        await alarms.getByText("Et certifikat udløber snart eller er udløbet").first().waitFor();

        await system.getByRole("button", { name: "Prøv et kald" }).click();
        await heading(page, "Systemet bliver afvist");
        await comes(page, script, "certificate.expired: the client certificate is not valid now");
        assert.equal((await call("tusindfryd-modtager", "/apis/v1/memos/")).status, 401, "a real call is told the same");
        const refused = await comes(page, script, ": certificate.expired");
        assert.match(await refused.innerText(), /tusindfryd-modtager/);
        await inspect(page, `live-certificate${script ? "" : "-noscript"}`, { width, axeToo: script });
        await page.goto(`${address}/live?lang=en`);
        await inspect(page, `live-certificate-en${script ? "" : "-noscript"}`, { width, axeToo: script });
        await page.goto(`${address}/live?lang=da`);
        await press(page, "Begynd landet forfra");
        await heading(page, "Landet er begyndt forfra");
        await end();
    });
}

it("the report of a conformance run is a page to hand to a customer, whatever the receiver did", async () => {
    for (const [name, answers, state, verdict, met] of [
        ["passed", () => "COMPLETED", "PASSED", ["Bestået", "Passed"], 8],
        ["refusing", (text) => (text.includes("你好") ? "INVALID" : "COMPLETED"), "FAILED", ["Ikke bestået", "Not passed"], 7],
        ["absent", null, "FAILED", ["Ikke bestået", "Not passed"], 0],
    ]) {
        const run = await conformance("tusindfryd-modtager", answers);
        assert.equal(run.state, state, JSON.stringify(run.requirements, null, 1));
        for (const width of WIDTHS) {
            for (const [place, lang] of ["da", "en"].entries()) {
                const { page, end } = await visit(browser, { width });
                await page.goto(`${address}/testing/conformance/${run.id}/report?lang=${lang}`);
                await page.locator("p.verdict strong").getByText(verdict[place], { exact: true }).waitFor();
                const word = { da: "Opfyldt", en: "Met" }[lang];
                assert.equal(await page.locator("td .verdict").getByText(word, { exact: true }).count(), met);
                await inspect(page, `report-${name}-${lang}`, { width });
                await end();
            }
        }
    }
});

it("in English, and by the keyboard alone", async () => {
    const { page, end } = await visit(browser, { width: 1280 });
    await page.goto(`${address}/live?lang=en`);
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "What happens");
    await inspect(page, "live-en", { width: 1280 });
    const wanted = page.getByRole("button", { name: "1 hour on" });
    for (let stop = 0; stop < 40; stop += 1) {
        await page.keyboard.press("Tab");
        if (await wanted.evaluate((button) => button === document.activeElement)) break;
    }
    assert.ok(await wanted.evaluate((button) => button === document.activeElement), "the button is reached");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("The clock has been moved").waitFor();
    await end();
});
