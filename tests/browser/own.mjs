// An exchange of a test's own: a fresh data folder and free ports, both gone afterwards.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.BREVDUE_BINARY;
assert.ok(binary, "BREVDUE_BINARY says where the program is: scripts/browser-tests sets it");

/**
 * Starts one, with the invented country in it. From here on BASE_URL is its address: import what reads that
 * afterwards.
 */
export async function start(name, ...more) {
    const folder = await mkdtemp(join(tmpdir(), `brevdue-${name}-`));
    const exchange = spawn(binary, [
        "up", "--data", join(folder, "town"), "--http", "127.0.0.1:0", ...(more.includes("--https") ? [] : ["--https", "none"]),
        ...more,
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
    return {
        address,
        folder,
        stop: async () => {
            exchange.kill();
            await ended;
            await rm(folder, { recursive: true, force: true });
        },
    };
}
