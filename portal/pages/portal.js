// What pages do better with script; without it all works as well.
"use strict";

// Secrets and codes are copied from the page that shows them.
for (const button of document.querySelectorAll("[data-copy]")) {
	const thing = document.getElementById(button.dataset.copy);

	button.hidden = !navigator.clipboard;
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(
			thing.value ?? thing.textContent);
		button.textContent = "Copied";
	});
}

// Going back to a form that was checked or refused leads to its beginning: it
// would have to be sent again, which browsers do not do without asking.
const back = document.querySelector("[data-back]");

if (back)
	history.replaceState(null, "", back.dataset.back);

// What goes on elsewhere is looked at again.
for (const thing of document.querySelectorAll("[data-again]"))
	setTimeout(() => location.replace(location.pathname),
		1000 * thing.dataset.again);

const SLOW = 2000;	// milliseconds, after which a form says that it works

function free(form) {
	for (const button of form.querySelectorAll("button"))
		button.disabled = false;
	form.querySelector(".working")?.remove();
	clearTimeout(form.slow);
}

function working(form) {
	const words = document.createElement("p");
	const bar = document.createElement("progress");

	bar.ariaHidden = "true";
	words.className = "working";
	words.role = "status";
	words.append(bar, " Working on it…");
	form.append(words);
}

// A form is sent once, and says that it is under way.  A file leaves its page.
for (const form of document.forms)
	form.addEventListener("submit", event => {
		if (event.submitter?.name === "_file")
			return;
		for (const button of form.querySelectorAll("button"))
			setTimeout(() => { button.disabled = true; }, 0);
		form.slow = setTimeout(working, SLOW, form);
	});

// Back in the history the buttons work again.
addEventListener("pageshow", () => {
	for (const form of document.forms)
		free(form);
});
