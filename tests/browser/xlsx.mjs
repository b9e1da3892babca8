// A small workbook of one sheet, as an office program saves it: what somebody has and wants to bring along.

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
