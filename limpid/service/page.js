// Keeps a page of jobs up to date. Texts are set as texts: nothing that a job says is taken for HTML.
"use strict";

const events = new EventSource("/jobs/events");

events.onmessage = event => {
  const job = JSON.parse(event.data);
  const shown = document.getElementById("job");
  if (shown) {
    if (shown.dataset.job === job.job && shown.dataset.state !== job.state) location.reload();
    return;
  }
  const row = document.getElementById("job-" + job.job);
  if (!row || row.querySelector(".state").textContent !== job.state) {
    location.reload();
    return;
  }
  if (job.state === "proving") {
    row.querySelector(".done").textContent = Math.round(100 * job.fraction) + "% " + job.stage;
  }
};
