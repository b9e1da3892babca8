// What a journey needs of the exchange it drives: whom there is, and letters to them, over the official
// interface. BASE_URL (or BREVDUE_URL) says where the exchange is; it must be one with an invented country in it.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

export const base = (process.env.BASE_URL ?? process.env.BREVDUE_URL ?? "http://127.0.0.1:8010").replace(/\/$/, "");

/** The organisations, systems and people. */
export async function country() {
    const response = await fetch(`${base}/testing/country`);
    assert.equal(response.status, 200, `GET ${base}/testing/country answered ${response.status}`);
    return response.json();
}

/** An authority with a system that sends, and somebody who receives. */
export async function parties() {
    const { organisations, people } = await country();
    const sends = (system) => system.systemTypes.includes("SENDER");
    const authority = organisations.find((one) => one.type === "AUTHORITY" && one.systems.some(sends));
    const registered = people.filter((person) => person.status === "REGISTERED");
    const person = registered.find((one) => one.cpr === "2211771212") ?? registered[0];
    assert.ok(authority && person, "the country has an authority that sends and a person who receives");
    return { authority, system: authority.systems.find(sends), person };
}

/** Sends the XML of a letter and waits for nothing but the technical receipt. */
export async function send(system, uuid, xml) {
    const response = await fetch(`${base}/apis/v1/memos/?memo-message-uuid=${uuid}`, {
        method: "POST",
        headers: { authorization: system.authorization, "content-type": "application/xml" },
        body: xml,
    });
    assert.equal(response.status, 201, `the letter was answered ${response.status}: ${await response.text()}`);
}

const escape = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** A point in time so many days from now, at nine in the morning UTC. */
export function inDays(days) {
    const time = new Date(Date.now() + days * 86_400_000);
    time.setUTCHours(9, 0, 0, 0);
    return time.toISOString().replace(".000Z", "Z");
}

/** A PDF of one page. */
export function pdf(text) {
    const content = `BT /F1 24 Tf 72 720 Td (${text}) Tj ET`;
    const objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R " +
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ];
    let file = "%PDF-1.4\n";
    const places = objects.map((object, number) => {
        const place = file.length;
        file += `${number + 1} 0 obj\n${object}\nendobj\n`;
        return place;
    });
    const start = file.length;
    file += "xref\n0 5\n0000000000 65535 f \n";
    for (const place of places) file += `${String(place).padStart(10, "0")} 00000 n \n`;
    return Buffer.from(`${file}trailer << /Size 5 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`, "latin1");
}

function action({ code, label, end, url, appointment }) {
    const times = end ? `<memo:endDateTime>${end}</memo:endDateTime>` : "";
    const what = appointment
        ? `<memo:Reservation><memo:description>${escape(appointment.description)}</memo:description>
           <memo:reservationUUID>${randomUUID()}</memo:reservationUUID>
           <memo:abstract>${escape(appointment.title)}</memo:abstract>
           <memo:location>${escape(appointment.place)}</memo:location>
           <memo:startDateTime>${appointment.from}</memo:startDateTime>
           <memo:endDateTime>${appointment.until}</memo:endDateTime>
           <memo:organizerMail>tusindfryd@aalund.example</memo:organizerMail>
           <memo:organizerName>Jette Birk</memo:organizerName></memo:Reservation>`
        : `<memo:EntryPoint><memo:url>${escape(url)}</memo:url></memo:EntryPoint>`;
    return `<memo:Action><memo:label>${escape(label)}</memo:label><memo:actionCode>${code}</memo:actionCode>${times}${what}</memo:Action>`;
}

function file({ name, type, bytes }) {
    return `<memo:File><memo:encodingFormat>${type}</memo:encodingFormat><memo:filename>${escape(name)}</memo:filename>
        <memo:language>da</memo:language><memo:content>${base64(bytes)}</memo:content></memo:File>`;
}

/** Whom a letter is to: a person, or an authority at its first contact point. */
function recipient(person, to) {
    if (!to) return `<memo:recipientID>${person.cpr}</memo:recipientID><memo:idType>CPR</memo:idType><memo:label>${escape(person.name)}</memo:label>`;
    const [point] = to.contactPoints;
    return `<memo:recipientID>${to.cvr}</memo:recipientID><memo:idType>CVR</memo:idType><memo:label>${escape(to.name)}</memo:label>
<memo:ContactPoint><memo:contactPointID>${point.id}</memo:contactPointID><memo:label>${escape(point.name)}</memo:label></memo:ContactPoint>`;
}

/** A letter as MeMo 1.2, with its UUID: to a person, or `to` an authority. */
export function letter({ authority, person, to, title, reply = false, replyBy, files, actions = [], attachments = [] }) {
    const uuid = randomUUID();
    const point = authority.contactPoints[0];
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
<memo:MessageHeader>
<memo:messageType>DIGITALPOST</memo:messageType>
<memo:messageUUID>${uuid}</memo:messageUUID>
<memo:label>${escape(title)}</memo:label>
<memo:reply>${reply}</memo:reply>
${replyBy ? `<memo:replyByDateTime>${replyBy}</memo:replyByDateTime>` : ""}
<memo:Sender><memo:senderID>${authority.cvr}</memo:senderID><memo:idType>CVR</memo:idType><memo:label>${escape(authority.name)}</memo:label>
${point ? `<memo:ContactPoint><memo:contactPointID>${point.id}</memo:contactPointID><memo:label>${escape(point.name)}</memo:label></memo:ContactPoint>` : ""}
</memo:Sender>
<memo:Recipient>${recipient(person, to)}</memo:Recipient>
</memo:MessageHeader>
<memo:MessageBody>
<memo:createdDateTime>${new Date().toISOString().replace(/\.\d+Z/, "Z")}</memo:createdDateTime>
<memo:MainDocument><memo:label>${escape(title)}</memo:label>${files.map(file).join("")}${actions.map(action).join("")}</memo:MainDocument>
${attachments.map((one) => `<memo:AdditionalDocument><memo:label>${escape(one.label)}</memo:label>${one.files.map(file).join("")}</memo:AdditionalDocument>`).join("")}
</memo:MessageBody>
</memo:Message>`;
    return { uuid, xml };
}

const html = `<!DOCTYPE html><html><head><title>Tilbud</title></head><body>
<h1>Tilbud om plads i Tusindfryd</h1><p>Kære forælder</p>
<p>Vi kan tilbyde jer en plads i børnehaven <strong>Tusindfryd</strong>. Svar os inden fristen, om I tager imod den.</p>
<table border="1"><tr><th scope="col">Plads</th><th scope="col">Pris om måneden</th></tr>
<tr><td>Børnehave, fuld tid</td><td>1.980 kr.</td></tr></table>
<script>document.body.innerHTML = "OVERTAGET"</script>
<p>Læs mere om <a href="https://aalund.example/boern">dagtilbud</a>.</p></body></html>`;

/** A letter with an HTML and a PDF document, attachments, every kind of action, and an answer wanted. */
export function offer({ authority, person, title }) {
    return letter({
        authority,
        person,
        title,
        reply: true,
        replyBy: inDays(5),
        files: [
            { name: "Tilbud.html", type: "text/html", bytes: html },
            { name: "Tilbud.pdf", type: "application/pdf", bytes: pdf("Tilbud om plads") },
        ],
        actions: [
            { code: "INFORMATION", label: "Om Tusindfryd", url: "https://tusindfryd.aalund.example/om" },
            { code: "BEKRAEFT", label: "Tag imod pladsen", end: inDays(3), url: "https://aalund.example/plads" },
            {
                code: "AFTALE",
                label: "Læg besøget i kalenderen",
                appointment: {
                    title: "Første dag i Tusindfryd",
                    description: "Opstart. Tag skiftetøj med; regntøj, hvis det regner.",
                    place: "Gl. Landevej 61, 9999 Aalund, Rød stue",
                    from: inDays(8),
                    until: inDays(8).replace("T09", "T11"),
                },
            },
            { code: "BETALING", label: "Betal depositum", end: inDays(12), url: "https://aalund.example/betal" },
            { code: "FORBEREDELSE", label: "Udfyld barnets kort", end: inDays(1), url: "https://aalund.example/kort" },
            { code: "SELVBETJENING", label: "Søg om fripladstilskud", url: "https://aalund.example/friplads" },
            { code: "TILMELDING", label: "Tilmeld jer forældremødet", end: inDays(-2), url: "https://aalund.example/moede" },
            { code: "UNDERSKRIV", label: "Underskriv samtykke", end: inDays(40), url: "https://aalund.example/samtykke" },
        ],
        attachments: [
            {
                label: "Velkommen i Tusindfryd",
                files: [{ name: "Velkommen.txt", type: "text/plain", bytes: "Kære forældre\n\nVi glæder os til at se jer.\n" }],
            },
            { label: "Takster", files: [{ name: "Takster.pdf", type: "application/pdf", bytes: pdf("Takster") }] },
        ],
    });
}
