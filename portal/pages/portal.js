// What pages do better with script; without it all works as well.
"use strict";

// Files are saved from the page that shows them.
for (const link of document.querySelectorAll("[data-save]")) {
	const file = document.querySelector(link.getAttribute("href"));
	const blob = new Blob([file.value], { type: "text/plain" });

	link.href = URL.createObjectURL(blob);
	link.download = link.dataset.save;
	link.parentElement.hidden = false;
}

// A form is sent once, and says that it is under way.
for (const form of document.forms)
	form.addEventListener("submit", () => {
		for (const button of form.querySelectorAll("button"))
			setTimeout(() => { button.disabled = true; }, 0);
	});

// Back in the history the buttons work again.
addEventListener("pageshow", () => {
	for (const button of document.querySelectorAll("button"))
		button.disabled = false;
});
