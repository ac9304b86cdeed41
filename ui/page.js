// What Gradio does not do for the chat page: copying a quotation with its citation, moving the focus to a
// new answer, and names a screen reader can say. It only reads text and never writes HTML.
(() => {
	"use strict";
	const COPIED_MS = 2000;
	const FOCUS_FRAMES = 300;
	const WORDS = {
		en: {
			copied: "Copied", refused: "Copying was refused by the browser",
			kept: "Thank you. It is kept for review.", lost: "Your vote could not be kept.",
			busy: "This could not be answered now: many questions are asked. Please try again in half a minute.",
		},
		ja: {
			copied: "コピーしました", refused: "ブラウザーがコピーを許可しませんでした",
			kept: "ありがとうございます。確認のため保存しました。", lost: "投票を保存できませんでした。",
			busy: "ただいま混み合っているため回答できませんでした。30秒ほどおいてもう一度お試しください。",
		},
	};

	// In the language of the answer that an element belongs to.
	const words = (element) => WORDS[element.closest(".qa-answer")?.lang] ?? WORDS.en;

	async function copy(text) {
		// navigator.clipboard is missing on plain http, as on an intranet.
		if (navigator.clipboard) return navigator.clipboard.writeText(text);
		const area = document.createElement("textarea");
		area.value = text;
		area.style.position = "fixed";
		document.body.append(area);
		area.select();
		const done = document.execCommand("copy");
		area.remove();
		if (!done) throw new Error("copying was refused");
	}

	async function copyQuote(button) {
		const card = button.closest(".qa-card");
		const text = card.querySelector(".qa-text").textContent;
		const link = card.querySelector(".qa-permalink");
		const citation = card.querySelector(".qa-citation").textContent.replace(link.getAttribute("href"), () => link.href);
		const label = button.dataset.label ?? button.textContent;
		button.dataset.label = label;
		try {
			await copy(`“${text}” — ${citation}`);
			button.textContent = words(button).copied;
		} catch {
			button.textContent = words(button).refused;
		}
		button.focus();
		clearTimeout(Number(button.dataset.timer));
		button.dataset.timer = setTimeout(() => { button.textContent = label; }, COPIED_MS);
	}

	async function vote(button) {
		const answer = button.closest(".qa-answer");
		// A second click while the first is on its way is no second vote.
		if (answer.dataset.voted !== undefined) return;
		answer.dataset.voted = "";
		const votes = button.closest(".qa-votes");
		const number = [...document.querySelectorAll(".qa-answer")].indexOf(answer);
		const questions = [...document.querySelectorAll(".qa-question")].map((heading) => heading.textContent);
		const body = {
			question: questions[number],
			history: questions.slice(0, number),
			document: votes.querySelector(".qa-vote-document").textContent || null,
			right: button.classList.contains("qa-right"),
		};
		let kept = false;
		try {
			const response = await fetch("api/feedback", {
				method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
			});
			kept = response.ok && (await response.json()).kept;
		} catch { /* said below */ }
		// The button that has the focus goes.
		votes.tabIndex = -1;
		if (votes.contains(document.activeElement)) votes.focus();
		votes.textContent = kept ? words(votes).kept : words(votes).lost;
	}

	// Gradio shows a message some frames after it is there, what is hidden takes no focus, and drawing anew may
	// lose it. Once the focus was here, a reader who moves it on keeps it.
	function focus(target, frames = FOCUS_FRAMES, held = false) {
		const active = document.activeElement;
		if (held && active !== target && active !== document.body) return;
		if (active !== target) target.focus({ preventScroll: true });
		const holds = held || document.activeElement === target;
		if (frames && target.isConnected) requestAnimationFrame(() => focus(target, frames - 1, holds));
	}

	function go(id) {
		const target = document.getElementById(id);
		if (!target) return false;
		focus(target.querySelector("textarea") ?? target);
		target.scrollIntoView({ block: id === "question" ? "nearest" : "start" });
		return true;
	}

	document.addEventListener("click", (event) => {
		const element = event.target instanceof Element ? event.target : null;
		const button = element?.closest(".qa-copy");
		if (button) return void copyQuote(button);
		const voted = element?.closest(".qa-vote");
		if (voted) return void vote(voted);
		const box = element?.closest("#question button") && document.querySelector("#question textarea");
		if (box && !box.value.trim()) box.focus();
		// The page has a <base>, so a plain "#id" would load "/" anew and drop "?q=".
		const id = element?.closest('a[href^="#"]')?.getAttribute("href").slice(1);
		if (id && go(id)) {
			event.preventDefault();
			if (id !== "question") history.replaceState(null, "", `${location.pathname}${location.search}#${id}`);
		}
	});

	function showNewest(answers) {
		for (const answer of answers) answer.dataset.seen = "";
		if (location.hash && go(decodeURIComponent(location.hash.slice(1)))) return;
		const newest = answers[answers.length - 1];
		focus(newest.querySelector(".qa-status"));
		const questions = document.querySelectorAll(".qa-question");
		questions[questions.length - 1].scrollIntoView({ block: "start" });
	}

	// Gradio writes the word "Error" where no style shows it.
	function tellTrouble(bar) {
		let told = document.getElementById("trouble");
		if (!told) {
			told = document.createElement("p");
			told.id = "trouble";
			told.setAttribute("role", "alert");
			bar.append(told);
		}
		const language = /[\u3040-\u30ff\u4e00-\u9fff]/.test(bar.querySelector("textarea")?.value) ? "ja" : "en";
		const said = document.querySelector('[data-testid="status-tracker"] .error') ? WORDS[language].busy : "";
		if (told.textContent === said) return;
		told.lang = language;
		told.textContent = said;
	}

	function tidy() {
		const bar = document.getElementById("question");
		if (bar) tellTrouble(bar);
		document.querySelector("#answers [role=log]")?.setAttribute("aria-label", "Questions and answers");
		// Gradio labels each message with its HTML source.
		for (const message of document.querySelectorAll("#answers [data-testid][aria-label]")) {
			message.removeAttribute("aria-label");
		}
		const answers = document.querySelectorAll(".qa-answer:not([data-seen])");
		if (answers.length) showNewest(answers);
	}

	new MutationObserver(tidy).observe(document.documentElement, { childList: true, subtree: true });
})();
