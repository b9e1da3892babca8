// Copies what the pages need from the design system's package, and nothing else:
// the neutral style sheet, the script, the icons, the upright and italic fonts in woff2, the licences.
// The logos of borger.dk and virk.dk in the package are others' marks and stay behind.

import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, "node_modules/dkfds/dist");
const target = join(here, "../assets/dkfds");
const making = `${target}.making`;
const fonts = ["Regular", "Italic", "Medium", "MediumItalic", "SemiBold", "SemiBoldItalic", "Bold", "BoldItalic"];
const fontFolder = "fonts/IBMPlexSans/complete/woff2";

rmSync(making, { recursive: true, force: true });
for (const folder of ["css", "js", "img/svg-icons", fontFolder, "licences"]) {
    mkdirSync(join(making, folder), { recursive: true });
}

// The package asks for the regular face as eot and woff before woff2, and browsers take the first they
// know: twice the bytes. Every face gets its woff2 alone.
let faces = 0;
const css = readFileSync(join(from, "css/dkfds.min.css"), "utf8")
    .replace(/src:url\([^}]*?\/complete\/woff2\/(IBMPlexSans-\w+)\.woff2\)[^}]*/g, (_, face) => {
        faces += 1;
        return `src:url(../${fontFolder}/${face}.woff2) format("woff2")`;
    })
    .replace(/\/\*# sourceMappingURL=.*?\*\//, "");
if (faces !== fonts.length || /\.(eot|woff|ttf)\b/.test(css)) {
    throw new Error(`the style sheet has changed: ${faces} faces rewritten, ${fonts.length} expected`);
}
// What a page loads must be there, and come from here.
const icons = new Set(readdirSync(join(from, "img/svg-icons")));
for (const [, address] of css.matchAll(/url\(["']?([^)"']+)/g)) {
    if (address.startsWith("data:") || address.startsWith("../fonts/")) continue;
    const icon = address.replace("../img/svg-icons/", "");
    const placeholder = /^\.\.\/img\/logo-[a-z-]*placeholder\.png$/.test(address);
    if (!icons.has(icon) && !placeholder) throw new Error(`the style sheet asks for ${address}`);
}
writeFileSync(join(making, "css/dkfds.min.css"), css);

const script = readFileSync(join(from, "js/dkfds.min.js"), "utf8").replace(/\/\/# sourceMappingURL=.*/, "");
writeFileSync(join(making, "js/dkfds.min.js"), script);

for (const icon of icons) cpSync(join(from, "img/svg-icons", icon), join(making, "img/svg-icons", icon));
cpSync(join(from, "img/all-svg-icons.svg"), join(making, "img/all-svg-icons.svg"));
for (const face of fonts) {
    const file = `${fontFolder}/IBMPlexSans-${face}.woff2`;
    cpSync(join(from, file), join(making, file));
}

// MIT for the code and OFL-1.1 for the fonts come with the package; Apache-2.0 for the icons is only
// named there, so its text stands beside this file.
cpSync(join(from, "LICENSE.md"), join(making, "licences/dkfds.md"));
cpSync(join(from, fontFolder, "license.txt"), join(making, "licences/ibm-plex-ofl-1.1.txt"));
cpSync(join(here, "apache-2.0.txt"), join(making, "licences/icons-apache-2.0.txt"));

rmSync(target, { recursive: true, force: true });
renameSync(making, target);
