// What script adds to the live view: new moments come by themselves. Without it there is a link.
"use strict";

const moments = document.getElementById("live-moments");
if (moments && window.EventSource) {
    const stream = new EventSource(moments.dataset.stream);
    const limit = Number(moments.dataset.limit);
    stream.addEventListener("open", () => { document.getElementById("live-following").hidden = false; });
    stream.addEventListener("message", (event) => {
        const number = `moment-${event.lastEventId}`;
        if (document.getElementById(number)) return;
        document.getElementById("live-empty").hidden = true;
        moments.insertAdjacentHTML("afterbegin", event.data);
        while (moments.children.length > limit) moments.lastElementChild.remove();
    });
    window.addEventListener("pagehide", () => stream.close());
}
