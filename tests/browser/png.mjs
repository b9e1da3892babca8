// Pictures of pages made small enough for a repository: at most 256 colours, and packed as tight as zlib can.

import assert from "node:assert/strict";
import { deflateSync, inflateSync } from "node:zlib";

import { crc32 } from "./xlsx.mjs";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The same picture with a palette. Takes what Chromium makes: eight bits, colours, not interlaced. */
export function small(png) {
    const { width, height, channels, pixels } = decode(png);
    const colours = new Map();
    for (let at = 0; at < pixels.length; at += channels) {
        const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
        colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    const palette = [...colours].sort(([, one], [, two]) => two - one).slice(0, 256).map(([colour]) => colour);
    const nearest = new Map(palette.map((colour, index) => [colour, index]));
    const find = (colour) => {
        let [best, distance] = [0, Infinity];
        for (const [index, other] of palette.entries()) {
            const parts = [16, 8, 0].map((shift) => ((colour >> shift) & 255) - ((other >> shift) & 255));
            const now = parts.reduce((sum, part) => sum + part * part, 0);
            if (now < distance) [best, distance] = [index, now];
        }
        nearest.set(colour, best);
        return best;
    };
    // A byte 0 before each line: no filter, which suits palettes best.
    const lines = Buffer.alloc((width + 1) * height);
    for (let row = 0; row < height; row += 1) {
        for (let column = 0; column < width; column += 1) {
            const at = (row * width + column) * channels;
            const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
            lines[row * (width + 1) + column + 1] = nearest.get(colour) ?? find(colour);
        }
    }
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header[8] = 8;
    header[9] = 3;
    const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
    return Buffer.concat([
        SIGNATURE, chunk("IHDR", header), chunk("PLTE", table),
        chunk("IDAT", deflateSync(lines, { level: 9, memLevel: 9 })), chunk("IEND", Buffer.alloc(0)),
    ]);
}

function chunk(type, bytes) {
    const body = Buffer.concat([Buffer.from(type, "latin1"), bytes]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(bytes.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
}

function decode(png) {
    assert.deepEqual(png.subarray(0, 8), SIGNATURE);
    const packed = [];
    let header;
    for (let at = 8; at < png.length;) {
        const length = png.readUInt32BE(at);
        const type = png.toString("latin1", at + 4, at + 8);
        const body = png.subarray(at + 8, at + 8 + length);
        if (type === "IHDR") header = body;
        if (type === "IDAT") packed.push(body);
        at += 12 + length;
    }
    const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
    const channels = { 2: 3, 6: 4 }[header[9]];
    assert.ok(header[8] === 8 && channels && header[12] === 0, "eight bits, RGB or RGBA, not interlaced");
    const lines = inflateSync(Buffer.concat(packed));
    const stride = width * channels;
    const pixels = Buffer.alloc(stride * height);
    for (let row = 0; row < height; row += 1) {
        const filter = lines[row * (stride + 1)];
        for (let column = 0; column < stride; column += 1) {
            const raw = lines[row * (stride + 1) + column + 1];
            const left = column >= channels ? pixels[row * stride + column - channels] : 0;
            const up = row > 0 ? pixels[(row - 1) * stride + column] : 0;
            const corner = row > 0 && column >= channels ? pixels[(row - 1) * stride + column - channels] : 0;
            pixels[row * stride + column] = raw + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
        }
    }
    return { width, height, channels, pixels };
}

function paeth(left, up, corner) {
    const guess = left + up - corner;
    const [one, two, three] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
    if (one <= two && one <= three) return left;
    return two <= three ? up : corner;
}
