/*
 * shell.c - the prompt.
 *
 * Each command runs in a child process, with a connection of its own: it may
 * hang, be interrupted or hold a password, and the prompt is as before.
 * Completion and help are asked of a child, too, by the same code as a shell's
 * completion.
 *
 * The history ends with the prompt, and has no line with a password.
 */
#include "shell.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "line.h"
#include "out.h"
#include "pager.h"
#include "split.h"
#include "url.h"
#include "words.h"

#define HISTORY_LINES 200
#define COMPLETE_SECONDS 10 /* a daemon that hangs has nothing to offer */

struct shell {
	const struct ctl *base;
	EditLine *el;
	History *history;
	char prompt[72];
	struct console console;
};

/* ---- Children ---- */

/* What a child does with the words of a line; its exit status. */
typedef int line_work(struct ctl *, char **argv, char **words);

static struct termios usual; /* of the terminal, while no line is edited */

static void
on_ending(int number)
{
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &usual);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

/*
 * Ctrl-C and Ctrl-\ end a child, and never the prompt.  libedit's own handlers
 * would leave the terminal as it is for commands, and wait for a line.
 */
static void
set_signals(void (*keys)(int), void (*ending)(int))
{
	(void)signal(SIGINT, keys);
	(void)signal(SIGQUIT, keys);
	(void)signal(SIGTERM, ending);
	(void)signal(SIGHUP, ending);
}

/* One that is typed now waits for the child to be ready. */
static pid_t
fork_child(void)
{
	sigset_t keys, before;
	pid_t pid;

	sigemptyset(&keys);
	sigaddset(&keys, SIGINT);
	sigaddset(&keys, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &keys, &before);
	if ((pid = fork()) == 0)
		set_signals(SIG_DFL, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static _Noreturn void
work_and_exit(const struct shell *shell, line_work *work, struct split *split)
{
	struct ctl ctl = *shell->base;
	char *words[SPLIT_MAX + 1];
	int status;

	status = work(&ctl, split->words, words);
	(void)fflush(stdout);
	_exit(status);
}

/* False: a signal ended it. */
static bool
await(pid_t pid)
{
	int status = 0;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return !WIFSIGNALED(status);
}

static void
run_child(const struct shell *shell, line_work *work, struct split *split)
{
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork_child()) == 0)
		work_and_exit(shell, work, split);
	if (pid < 0)
		(void)fail("cannot start a process: %s", strerror(errno));
	if (!await(pid))
		putchar('\n'); /* behind "^C" */
}

/* What a child prints; NULL: nothing.  The caller closes it. */
static FILE *
open_child(
    const struct shell *shell, line_work *work, struct split *split, pid_t *pid)
{
	int ends[2];

	(void)fflush(stdout);
	if (pipe(ends) < 0)
		return NULL;
	if ((*pid = fork_child()) == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		(void)alarm(COMPLETE_SECONDS);
		work_and_exit(shell, work, split);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}

/* ---- Commands ---- */

static int
obey_words(struct ctl *ctl, char **argv, char **words)
{
	return parse_line(ctl, argv, words) ? obey_line(ctl) : EXIT_USAGE;
}

/* The few commands that change the prompt itself run in it. */
static void
obey_here(struct shell *shell, struct split *split)
{
	struct ctl ctl = *shell->base;
	char *words[SPLIT_MAX + 1];

	(void)obey_words(&ctl, split->words, words);
	(void)fflush(stdout);
}

static void
obey(struct shell *shell, char *line)
{
	struct split split;

	split_line(&split, line, false);
	if (split.n == 0 || split.words[0][0] == '!') /* a comment, as in IOS */
		return;
	if (split.open || split.too_many)
		(void)fail(
		    split.open ? "a quote is not closed" : "too many words");
	else if (is_prompt_command(split.words[0]))
		obey_here(shell, &split);
	else {
		run_child(shell, obey_words, &split);
		/* Whatever the command left of the terminal. */
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &usual);
	}
}

/* ---- Editing ---- */

/* The line up to the cursor, as words; the caller frees the text. */
static char *
typed_words(EditLine *el, struct split *split)
{
	const LineInfo *line = el_line(el);
	char *text =
	    strndup(line->buffer, (size_t)(line->cursor - line->buffer));

	if (text != NULL)
		split_line(split, text, true);
	return text;
}

/* The words that the last one may become. */
struct candidates {
	char *text; /* a line feed, and each with one behind it */
	size_t size, n;
	size_t common; /* bytes that the first shares with all others */
};

/* `line` ends with a line feed.  Members of a stack have the same features. */
static bool
is_candidate(const struct candidates *c, const char *line)
{
	const char *at = c->text;

	while ((at = strstr(at, line)) != NULL && at[-1] != '\n')
		at++;
	return at != NULL;
}

static void
add_candidate(struct candidates *c, FILE *all, const char *line)
{
	size_t same = 0;

	(void)fflush(all); /* which sets c->text */
	if (line[0] == '\n' || is_candidate(c, line))
		return;
	while (c->n > 0 && same < c->common && c->text[1 + same] == line[same])
		same++;
	c->common = c->n++ == 0 ? strcspn(line, "\n") : same;
	fputs(line, all);
}

static bool
collect(const struct shell *shell, struct split *split, struct candidates *c)
{
	FILE *all = open_memstream(&c->text, &c->size), *from;
	char *line = NULL;
	size_t size = 0;
	pid_t pid = -1;

	if (all != NULL)
		fputc('\n', all);
	from =
	    all != NULL ? open_child(shell, complete_line, split, &pid) : NULL;
	while (from != NULL && getline(&line, &size, from) > 0)
		add_candidate(c, all, line);
	free(line);
	if (from != NULL)
		(void)fclose(from);
	(void)await(pid);
	return all != NULL && fclose(all) == 0 && c->n > 0;
}

/* Inserts bytes of a word, so that they are read as part of one. */
static void
insert(EditLine *el, const char *bytes, size_t len)
{
	char one[3] = "";

	for (; len > 0; len--, bytes++) {
		bool plain = strchr(" \t'\"\\|", *bytes) == NULL;

		snprintf(one, sizeof one, "%s%c", plain ? "" : "\\", *bytes);
		(void)el_insertstr(el, one);
	}
}

/* What the candidates have in common is typed; else they are listed. */
static unsigned char
use_candidates(EditLine *el, const struct candidates *c, const char *typed)
{
	size_t have = strlen(typed);

	if (c->common > have)
		insert(el, c->text + 1 + have, c->common - have);
	if (c->n == 1) {
		/* A prefix and a folder go on. */
		if (c->common == 0 || strchr(":/", c->text[c->common]) == NULL)
			(void)el_insertstr(el, " ");
		return CC_REFRESH;
	}
	if (c->common > have)
		return CC_REFRESH;
	fputs(c->text, stdout);
	(void)fflush(stdout);
	return CC_REDISPLAY;
}

static unsigned char
on_tab(EditLine *el, wint_t key)
{
	struct candidates c = { .text = NULL };
	unsigned char result = CC_REFRESH_BEEP;
	struct shell *shell;
	struct split split;
	char *text = typed_words(el, &split);

	(void)key;
	(void)el_get(el, EL_CLIENTDATA, &shell);
	if (text != NULL && split.n > 0 && collect(shell, &split, &c))
		result = use_candidates(el, &c, split.words[split.n - 1]);
	free(c.text);
	free(text);
	return result;
}

/* Is the last word of a pattern? */
static bool
is_pattern(const struct split *split)
{
	for (size_t i = 0; i + 2 < split->n; i++)
		if (strcmp(split->words[i], "|") == 0)
			return true;
	return false;
}

/* As in IOS at once, without Return; in quotes and patterns it is a
 * character. */
static unsigned char
on_question(EditLine *el, wint_t key)
{
	struct shell *shell;
	struct split split;
	char *text = typed_words(el, &split);
	unsigned char result = CC_REDISPLAY;

	(void)key;
	(void)el_get(el, EL_CLIENTDATA, &shell);
	if (text == NULL || split.open || is_pattern(&split)) {
		(void)el_insertstr(el, "?");
		result = CC_REFRESH;
	} else {
		puts("?");
		run_child(shell, help_line, &split);
	}
	free(text);
	return result;
}

/* Ctrl-C drops the line. */
static unsigned char
on_interrupt(EditLine *el, wint_t key)
{
	const LineInfo *line = el_line(el);

	(void)key;
	(void)el_cursor(el, (int)(line->lastchar - line->cursor));
	el_deletestr(el, (int)(line->lastchar - line->buffer));
	puts("^C");
	(void)fflush(stdout);
	return CC_REDISPLAY;
}

static char *
prompt_of(EditLine *el)
{
	struct shell *shell;

	(void)el_get(el, EL_CLIENTDATA, &shell);
	return shell->prompt;
}

/* ---- The prompt ---- */

/* "NAME#": the host's name up to its first dot. */
static void
name_prompt(struct shell *shell)
{
	char name[65] = "";

	(void)gethostname(name, sizeof name - 1);
	name[strcspn(name, ".")] = '\0';
	snprintf(shell->prompt, sizeof shell->prompt, "%s#",
	    name[0] != '\0' ? name : "licctl");
}

static bool
open_editor(struct shell *shell)
{
	HistEvent event;

	shell->el = el_init("licctl", stdin, stdout, stderr);
	shell->history = history_init();
	if (shell->el == NULL || shell->history == NULL)
		return false;
	(void)history(shell->history, &event, H_SETSIZE, HISTORY_LINES);
	(void)history(shell->history, &event, H_SETUNIQUE, 1);
	(void)el_set(shell->el, EL_CLIENTDATA, shell);
	(void)el_set(shell->el, EL_EDITOR, "emacs");
	(void)el_set(shell->el, EL_PROMPT, prompt_of);
	(void)el_set(shell->el, EL_HIST, history, shell->history);
	/* libedit leaks names that it has to make wide. */
	(void)el_wset(
	    shell->el, EL_ADDFN, L"lic-complete", L"complete", on_tab);
	(void)el_wset(shell->el, EL_ADDFN, L"lic-help", L"help", on_question);
	(void)el_wset(shell->el, EL_ADDFN, L"lic-drop", L"drop", on_interrupt);
	(void)el_set(shell->el, EL_BIND, "^I", "lic-complete", NULL);
	(void)el_set(shell->el, EL_BIND, "?", "lic-help", NULL);
	(void)el_set(shell->el, EL_BIND, "^C", "lic-drop", NULL);
	(void)el_set(shell->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	/* While a line is edited, Ctrl-C is a key. */
	(void)el_set(shell->el, EL_SETTY, "-d", "-isig", NULL);
	return true;
}

static void
close_editor(struct shell *shell)
{
	if (shell->history != NULL)
		history_end(shell->history);
	if (shell->el != NULL)
		el_end(shell->el);
}

static void
remember(struct shell *shell, const char *line)
{
	HistEvent event;

	if (line[strspn(line, " \t")] != '\0' && !holds_password(line))
		(void)history(shell->history, &event, H_ENTER, line);
}

static void
read_commands(struct shell *shell)
{
	const char *typed;
	char *line;
	int n;

	while (!shell->console.over) {
		el_resize(shell->el);
		typed = el_gets(shell->el, &n);
		if (typed == NULL || n <= 0) { /* Ctrl-D */
			putchar('\n');
			return;
		}
		if ((line = strdup(typed)) == NULL)
			return;
		line[strcspn(line, "\r\n")] = '\0';
		remember(shell, line);
		obey(shell, line);
		explicit_bzero(line, strlen(line));
		free(line);
	}
}

bool
has_shell(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int
run_shell(const struct ctl *options)
{
	struct ctl base = *options;
	struct shell shell = { .base = &base };
	int status = EXIT_DONE;

	base.console = &shell.console;
	(void)setlocale(LC_CTYPE, "");
	if (MB_CUR_MAX == 1) /* the daemon takes UTF-8, and nothing else */
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* lines have passwords */
	(void)tcgetattr(STDIN_FILENO, &usual);
	set_signals(SIG_IGN, on_ending);
	name_prompt(&shell);
	if (open_editor(&shell))
		read_commands(&shell);
	else
		status = fail("cannot edit lines on this terminal");
	close_editor(&shell);
	return status;
}
