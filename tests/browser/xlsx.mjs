// A small workbook of one sheet, as an office program saves it: what somebody has and wants to bring along. And
// what stands in the workbooks that others wrote.

import { inflateRawSync } from "node:zlib";

const table = Array.from({ length: 256 }, (_, number) => {
    let value = number;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
});

/** The checksum of zip archives and pictures. */
export function crc32(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) value = table[(value ^ byte) & 0xff] ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
}

const escape = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const relations = "http://schemas.openxmlformats.org/package/2006/relationships";
const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** A workbook with these rows of texts in a sheet of this name. */
export function workbook(name, rows) {
    const cells = rows.map((row, at) => `<row r="${at + 1}">${row.map((text, column) =>
        `<c r="${String.fromCharCode(65 + column)}${at + 1}" t="inlineStr"><is><t>${escape(text)}</t></is></c>`).join("")}</row>`);
    return zip({
        "[Content_Types].xml": `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/></Types>`,
        "_rels/.rels": `${head}<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
        "xl/workbook.xml": `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="${escape(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
        "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
        "xl/worksheets/sheet1.xml": `${head}<worksheet xmlns="${main}"><sheetData>${cells.join("")}</sheetData></worksheet>`,
    });
}

/** The files of an archive by name, unpacked. */
export function unzip(bytes) {
    const files = new Map();
    const end = bytes.lastIndexOf("PK\x05\x06");
    let at = bytes.readUInt32LE(end + 16);
    for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
        const [name, extra, comment] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place));
        const begin = bytes.readUInt32LE(at + 42);
        // What stands before the file itself has an extra of its own length.
        const from = begin + 30 + bytes.readUInt16LE(begin + 26) + bytes.readUInt16LE(begin + 28);
        const body = bytes.subarray(from, from + bytes.readUInt32LE(at + 20));
        const path = bytes.toString("utf8", at + 46, at + 46 + name);
        files.set(path, bytes.readUInt16LE(at + 10) === 0 ? body : inflateRawSync(body));
        at += 46 + name + extra + comment;
    }
    return files;
}

const plain = (text) => text.replace(/&(?:#(\d+)|(amp|lt|gt|quot|apos));/g, (_, code, name) =>
    (code ? String.fromCodePoint(Number(code)) : { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }[name]));
const texts = (xml) => [...xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)].map(([, text]) => plain(text)).join("");

/** What stands in a sheet: a function of row and column, each counted from 1. */
export function sheet(bytes, name) {
    const files = unzip(bytes);
    const read = (path) => files.get(path)?.toString("utf8") ?? "";
    const [, id] = read("xl/workbook.xml").match(new RegExp(`<sheet name="${name}"[^>]* r:id="([^"]+)"`));
    const [, target] = read("xl/_rels/workbook.xml.rels").match(new RegExp(`Id="${id}"[^>]*Target="([^"]+)"`));
    const shared = [...read("xl/sharedStrings.xml").matchAll(/<si>(.*?)<\/si>/gs)].map(([, inside]) => texts(inside));
    const cells = new Map();
    for (const [, place, rest, inside] of read(`xl/${target}`).matchAll(/<c r="([A-Z]+\d+)"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
        const value = inside?.match(/<v>([^<]*)<\/v>/)?.[1] ?? "";
        cells.set(place, /t="s"/.test(rest) ? shared[Number(value)] : texts(inside ?? "") || plain(value));
    }
    return (row, column) => cells.get(`${letters(column)}${row}`) ?? "";
}

function letters(column) {
    let text = "";
    for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) text = String.fromCharCode(65 + ((rest - 1) % 26)) + text;
    return text;
}

/** Where the cell under a heading stands, in the row of an id: its row and column. */
export function place(bytes, name, id, heading) {
    const at = sheet(bytes, name);
    const column = (words) => {
        for (let column = 1; column < 80; column += 1) if (at(1, column) === words) return column;
        throw new Error(`${name} has no heading «${words}»`);
    };
    const ids = column("Id");
    for (let row = 2; row < 2_000; row += 1) if (at(row, ids) === id) return [row, column(heading)];
    throw new Error(`${name} has no row ${id}`);
}

function zip(files) {
    const [bodies, directory] = [[], []];
    let place = 0;
    for (const [name, text] of Object.entries(files)) {
        const [path, bytes] = [Buffer.from(name), Buffer.from(text)];
        const shared = Buffer.alloc(26);
        // Version 2.0, no flags, stored, 1 January 1980; checksum, sizes, and the length of the name.
        shared.writeUInt16LE(20, 0);
        shared.writeUInt16LE(0x21, 8);
        shared.writeUInt32LE(crc32(bytes), 10);
        shared.writeUInt32LE(bytes.length, 14);
        shared.writeUInt32LE(bytes.length, 18);
        shared.writeUInt16LE(path.length, 22);
        const body = Buffer.concat([Buffer.from("PK\x03\x04"), shared, path, bytes]);
        const rest = Buffer.alloc(14);
        rest.writeUInt32LE(place, 10);
        directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), shared, rest, path]));
        bodies.push(body);
        place += body.length;
    }
    const central = Buffer.concat(directory);
    const end = Buffer.alloc(18);
    end.writeUInt16LE(directory.length, 4);
    end.writeUInt16LE(directory.length, 6);
    end.writeUInt32LE(central.length, 8);
    end.writeUInt32LE(place, 12);
    return Buffer.concat([...bodies, central, Buffer.from("PK\x05\x06"), end]);
}
