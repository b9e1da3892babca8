// A letter, its reader and the answer, in a real browser: with and without script, on a telephone and on a
// desk, in both languages, held to the rules of accessibility. Pictures are kept in build/screenshots.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";

import { WIDTHS, inspect, launch, openInboxWith, signIn, visit } from "./browser.mjs";
import { base, country, letter, offer, parties, pdf, send } from "./country.mjs";

let browser;
let town;

before(async () => {
    browser = await launch();
    town = await parties();
});
after(() => browser?.close());

async function newOffer(title) {
    const { uuid, xml } = offer({ ...town, title });
    await send(town.system, uuid, xml);
}

for (const script of [true, false]) {
    for (const width of WIDTHS) {
        const how = `${script ? "with" : "without"} script, ${width} px wide`;
        const tag = script ? "" : "-noscript";

        describe(`a letter is read and answered ${how}`, () => {
            const title = `Tilbud om plads i Tusindfryd, ${how}`;

            it("arrives, is opened, shows its documents and its actions", async () => {
                await newOffer(title);
                const { page, end } = await visit(browser, { width, script });
                await signIn(page, town.person);
                const row = await openInboxWith(page, title);
                assert.match(await row.innerText(), /Frist om (1 dag|\d dage)/);
                assert.match(await row.getAttribute("class"), /letter-unread/);
                await inspect(page, `inbox${tag}`, { width, axeToo: script });
                await row.click();

                assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), title);
                const cards = page.locator("li.action");
                assert.equal(await cards.count(), 8);
                assert.match(await cards.first().innerText(), /Udfyld barnets kort/, "the nearest deadline comes first");
                assert.match(await cards.last().innerText(), /Frist overskredet/, "what is over comes last");
                const pay = page.getByRole("link", { name: "Betal depositum" });
                assert.equal(await pay.getAttribute("href"), "https://aalund.example/betal");
                assert.equal(await pay.getAttribute("rel"), "noopener noreferrer");

                const frame = page.frameLocator("iframe.file-frame").first();
                await page.locator("iframe.file-frame").first().scrollIntoViewIfNeeded();
                await frame.getByText("1.980 kr.").waitFor();
                assert.equal(await frame.getByText("OVERTAGET").count(), 0, "a script in a letter does nothing");
                await inspect(page, `message${tag}`, { width, axeToo: script });

                await page.getByText("Vis Velkommen.txt").click();
                assert.ok(await page.getByText("Vi glæder os til at se jer.").isVisible());
                await page.goto(`${base}/inbox`);
                const again = page.locator("a.letter", { hasText: title }).first();
                assert.doesNotMatch(await again.getAttribute("class"), /letter-unread/);
                await end();
            });

            it("gives its appointment and its files as downloads", async () => {
                const { page, end } = await visit(browser, { width, script });
                await signIn(page, town.person);
                await (await openInboxWith(page, title)).click();
                const fetched = async (link) => {
                    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
                    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
                };
                const entry = await fetched(page.getByRole("link", { name: "Læg besøget i kalenderen" }));
                assert.match(entry.name, /^aftale-\d{4}-\d\d-\d\d\.ics$/);
                const text = entry.bytes.toString("utf8");
                assert.ok(text.startsWith("BEGIN:VCALENDAR\r\n") && text.includes("BEGIN:VEVENT"), text);
                assert.match(text, /\r\nDTSTART:\d{8}T090000Z\r\n/);

                const file = await fetched(page.getByRole("link", { name: "Hent Tilbud.pdf" }));
                assert.equal(file.name, "Tilbud.pdf");
                assert.deepEqual(file.bytes, pdf("Tilbud om plads"));
                await end();
            });

            it("is answered, after a mistake that is marked, and the answer is followed", async () => {
                const { page, end } = await visit(browser, { width, script });
                await signIn(page, town.person);
                await (await openInboxWith(page, title)).click();
                await page.getByRole("link", { name: "Svar", exact: true }).click();
                const subject = page.getByLabel("Emne");
                assert.equal(await subject.inputValue(), `Svar: ${title}`);
                await inspect(page, `reply${tag}`, { width, axeToo: script });

                await page.getByRole("button", { name: "Send svar" }).click();
                const summary = page.getByRole("alert");
                await summary.waitFor();
                assert.match(await summary.innerText(), /Svaret er ikke sendt/);
                await inspect(page, `reply-mistake${tag}`, { width, axeToo: script });
                await summary.getByRole("link", { name: "Skriv dit svar" }).click();
                assert.equal(await subject.inputValue(), `Svar: ${title}`, "what was written is kept");

                await page.getByLabel("Dit svar").fill("Ja tak, vi tager imod pladsen.\n\nVenlig hilsen");
                await page.getByLabel("Vedhæft filer").setInputFiles(
                    [{ name: "barnets kort.pdf", mimeType: "application/pdf", buffer: pdf("Barnets kort") }]);
                await page.getByRole("button", { name: "Send svar" }).click();
                await page.getByText("Dit svar er sendt").waitFor();
                await inspect(page, `sent${tag}`, { width, axeToo: script });

                const row = page.locator("a.letter", { hasText: `Svar: ${title}` }).first();
                await row.click();
                const delivered = page.getByText("Leveret til modtageren");
                for (let tries = 0; tries < 50 && !(await delivered.count()); tries += 1) {
                    await new Promise((resolve) => setTimeout(resolve, 100));
                    await page.reload();
                }
                assert.ok(await delivered.count(), "the receipt came");
                assert.ok(await page.getByText("Ja tak, vi tager imod pladsen.").isVisible());
                assert.ok(await page.getByText("barnets kort.pdf").first().isVisible());
                await inspect(page, `sent-message${tag}`, { width, axeToo: script });
                await end();
            });
        });
    }
}

for (const [code, words] of [
    ["da", { inbox: "Indbakke", answer: "Svar", missing: "Siden findes ikke" }],
    ["en", { inbox: "Inbox", answer: "Answer", missing: "The page does not exist" }],
]) {
    for (const width of WIDTHS) {
        it(`every page in ${code}, ${width} px wide, keeps the rules of accessibility`, async () => {
            const title = `Tilbud på ${code} i ${width}`;
            await newOffer(title);
            const { page, end } = await visit(browser, { width });
            const look = (name) => inspect(page, `${name}-${code}`, { width });
            await page.goto(`${base}/?lang=${code}`);
            assert.equal(await page.locator("html").getAttribute("lang"), code);
            await look("front");
            await page.goto(`${base}/sign-in`);
            await look("sign-in");
            await page.goto(`${base}/sign-in?q=ingen-hedder-saadan`);
            await look("sign-in-none");
            await signIn(page, town.person);
            await openInboxWith(page, title);
            assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), words.inbox);
            await look("inbox");
            await page.locator("a.letter", { hasText: title }).first().click();
            const closed = page.locator("details:not([open]) > summary");
            while (await closed.count()) await closed.first().click();
            await look("message-open");
            await page.getByRole("link", { name: words.answer, exact: true }).click();
            await look("reply");
            await page.goto(`${base}/sent`);
            await look("sent");
            await page.goto(`${base}/nowhere`);
            assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), words.missing);
            await look("not-found");
            await end();
        });
    }
}

it("a mailbox without letters says what will come", async () => {
    const { page, end } = await visit(browser, { width: 1280 });
    // Nobody here but the first person writes, so somebody else's folder of sent letters is empty.
    const other = (await country()).people.find((person) => person.cpr !== town.person.cpr);
    await signIn(page, other);
    await page.goto(`${base}/sent`);
    await page.getByText("Du har ikke sendt noget").waitFor();
    await inspect(page, "empty", { width: 1280 });
    await end();
});

it("the keyboard alone is enough, and shows where it is", async () => {
    const title = "Til den, der bruger tastaturet";
    const { uuid, xml } = letter({
        ...town, title, files: [{ name: "Brev.txt", type: "text/plain", bytes: "Kære læser\n\nDet er det hele.\n" }],
    });
    await send(town.system, uuid, xml);
    const { page, end } = await visit(browser, { width: 1280 });
    await signIn(page, town.person);
    await openInboxWith(page, title);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Gå til sidens indhold" });
    assert.ok(await skip.evaluate((link) => link === document.activeElement), "the first stop skips the header");
    await page.waitForTimeout(400);
    assert.ok((await skip.boundingBox()).y >= 0, "and is seen");
    await page.keyboard.press("Enter");
    const seen = [];
    for (let stop = 0; stop < 60; stop += 1) {
        await page.keyboard.press("Tab");
        const { text, outline } = await page.evaluate(() => {
            const style = getComputedStyle(document.activeElement);
            return { text: document.activeElement.textContent, outline: `${style.outlineStyle} ${style.outlineWidth}` };
        });
        assert.match(outline, /solid [23]px/, `${text.trim().slice(0, 40)} shows no focus`);
        seen.push(text);
        if (text.includes(title)) break;
    }
    assert.ok(seen.at(-1).includes(title), "the letter is reached");
    await page.keyboard.press("Enter");
    await page.getByText("Det er det hele.").waitFor();
    await end();
});

it("a letter on paper is the letter, without the buttons", async () => {
    const title = "Brev til at skrive ud";
    await newOffer(title);
    const { page, end } = await visit(browser, { width: 1280 });
    await signIn(page, town.person);
    await (await openInboxWith(page, title)).click();
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.getByRole("heading", { level: 1 }).isVisible());
    assert.equal(await page.getByRole("link", { name: "Svar", exact: true }).isVisible(), false);
    await inspect(page, "message-print", { width: 1280, axeToo: false });
    await end();
});
