// What script adds to the form for an answer. Without it the form works the same; the exchange says no
// a little later.
"use strict";

if (window.DKFDS) {
    window.DKFDS.init();
}

const files = document.getElementById("files");
const chosen = document.getElementById("files-chosen");
if (files && chosen) {
    files.addEventListener("change", () => {
        const bytes = [...files.files].reduce((sum, file) => sum + file.size, 0);
        const over = bytes > Number(files.dataset.limitBytes);
        chosen.textContent = over ? files.dataset.tooLarge : "";
    });
}

// One press, one answer: a second press while the first is under way does nothing.
for (const form of document.querySelectorAll("form.reply-form")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
        if (sent) event.preventDefault();
        sent = true;
    });
    window.addEventListener("pageshow", () => { sent = false; });
}
