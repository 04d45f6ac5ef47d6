/* fake_core.c - see fake_core.h. */
#include "fake_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fake_core_init(struct lc *lc)
{
	memset(lc, 0, sizeof *lc);
	lc->slices = 1;
	lc->comment_good = UINT32_MAX;
	lc->off[LC_SWITCH_LEVEL] = true;
}

struct lc_device *
fake_device(struct lc *lc, uint32_t index)
{
	struct lc_device *device = &lc->devices[lc->ndevices];

	*device = (struct lc_device){ .index = index,
		.pid = "PID",
		.sn = "SN",
		.udi = "PID:SN",
		.name = "chassis",
		.default_store = 1 };
	lc->device_rows[lc->ndevices++] = device;
	return device;
}

struct lc_store *
fake_store(struct lc *lc, uint32_t device, uint32_t index)
{
	struct lc_store *store = &lc->stores[lc->nstores];

	*store = (struct lc_store){ .device = device,
		.index = index,
		.name = "flash:primary",
		.size = 4000,
		.size_left = 3000,
		.present = true };
	lc->store_rows[lc->nstores++] = store;
	return store;
}

struct lc_license *
fake_license(struct lc *lc, uint32_t device, uint32_t store, uint32_t index,
    const char *feature)
{
	struct lc_license *license = &lc->licenses[lc->nlicenses];

	*license = (struct lc_license){
		.device = device,
		.store = store,
		.index = index,
		.terms = { .feature = feature,
		    .version = "1.0",
		    .type = LC_PERMANENT,
		    .count = LC_UNCOUNTED,
		    .start = LC_NO_TIME,
		    .end = LC_NO_TIME },
		.comment = lc->comments[lc->nlicenses],
		.eula_accepted = true,
		.count_left = LC_UNCOUNTED,
	};
	lc->meters[lc->nlicenses] =
	    (struct fake_meter){ .status = LC_NOT_IN_USE, .used_s = 17 };
	lc->license_rows[lc->nlicenses++] = license;
	return license;
}

struct lc_feature *
fake_feature(struct lc *lc, uint32_t device, uint32_t index, const char *name)
{
	struct lc_feature *feature = &lc->features[lc->nfeatures];

	*feature = (struct lc_feature){ .device = device,
		.index = index,
		.name = name,
		.version = "1.0",
		.what_is_counted = "" };
	lc->uses[lc->nfeatures] = (struct lc_feature_use){
		.left_s = 5, .used_s = 6, .start = 0, .end = LC_NO_TIME
	};
	lc->feature_rows[lc->nfeatures++] = feature;
	return feature;
}

void
fake_module(struct lc *lc, uint32_t device, const char *name,
    const char *const *levels, size_t n)
{
	struct lc_module *module = &lc->modules[lc->nmodules];

	*module = (struct lc_module){ .device = device,
		.name = name,
		.levels = levels,
		.nlevels = n,
		.wanted = n };
	lc->module_rows[lc->nmodules++] = module;
	for (size_t i = 0; i < n; i++) {
		struct lc_level *level = &lc->levels[lc->nlevels];

		*level = (struct lc_level){ .module = module,
			.number = (uint32_t)i + 1,
			.name = levels[i],
			.license = i > 0 ? levels[i] : "" };
		lc->level_rows[lc->nlevels++] = level;
	}
}

/* ---- licensecore.h ---- */

enum lc_err
lc_open(
    const struct lc_options *options, struct lc **out, struct lc_detail *detail)
{
	(void)options;
	(void)out;
	(void)detail;
	return LC_EIO;
}

void
lc_close(struct lc *lc)
{
	(void)lc;
}

enum lc_err
lc_reconfigure(
    struct lc *lc, const struct lc_options *options, struct lc_detail *detail)
{
	(void)lc;
	(void)options;
	(void)detail;
	return LC_OK;
}

const struct lc_device *const *
lc_devices(const struct lc *lc, size_t *n)
{
	*n = lc->ndevices;
	return lc->device_rows;
}

const struct lc_store *const *
lc_stores(const struct lc *lc, size_t *n)
{
	*n = lc->nstores;
	return lc->store_rows;
}

const struct lc_license *const *
lc_licenses(const struct lc *lc, size_t *n)
{
	*n = lc->nlicenses;
	return lc->license_rows;
}

const struct lc_feature *const *
lc_features(const struct lc *lc, size_t *n)
{
	*n = lc->nfeatures;
	return lc->feature_rows;
}

const struct lc_license *
lc_license_find(
    const struct lc *lc, uint32_t device, uint32_t store, uint32_t index)
{
	for (size_t i = 0; i < lc->nlicenses; i++)
		if (lc->licenses[i].device == device &&
		    lc->licenses[i].store == store &&
		    lc->licenses[i].index == index)
			return &lc->licenses[i];
	return NULL;
}

enum lc_status
lc_license_status(const struct lc *lc, const struct lc_license *license)
{
	return lc->meters[license - lc->licenses].status;
}

uint32_t
lc_license_left_s(const struct lc *lc, const struct lc_license *license)
{
	return lc->meters[license - lc->licenses].left_s;
}

uint32_t
lc_license_expired_s(const struct lc *lc, const struct lc_license *license)
{
	return lc->meters[license - lc->licenses].expired_s;
}

uint32_t
lc_license_used_s(const struct lc *lc, const struct lc_license *license)
{
	return lc->meters[license - lc->licenses].used_s;
}

void
lc_feature_use(const struct lc *lc, const struct lc_feature *feature,
    struct lc_feature_use *use)
{
	*use = lc->uses[feature - lc->features];
}

enum lc_err
lc_comment_set(struct lc *lc, uint32_t device, uint32_t store, uint32_t index,
    const char *text)
{
	const struct lc_license *license =
	    lc_license_find(lc, device, store, index);

	if (lc->comment_good == 0)
		return lc->comment_err;
	lc->comment_good--;
	if (license == NULL)
		return LC_ENOTFOUND;
	snprintf(lc->comments[license - lc->licenses], sizeof lc->comments[0],
	    "%s", text);
	return LC_OK;
}

const struct lc_module *const *
lc_modules(const struct lc *lc, size_t *n)
{
	*n = lc->nmodules;
	return lc->module_rows;
}

const struct lc_level *const *
lc_levels(const struct lc *lc, size_t *n)
{
	*n = lc->nlevels;
	return lc->level_rows;
}

static bool
serves(const struct lc *lc, size_t i)
{
	return lc->meters[i].status == LC_NOT_IN_USE ||
	       lc->meters[i].status == LC_IN_USE;
}

const struct lc_license *
lc_module_license(
    const struct lc *lc, const struct lc_module *module, size_t level)
{
	for (size_t i = 0; i < lc->nlicenses; i++)
		if (lc->licenses[i].device == module->device && serves(lc, i) &&
		    strcmp(lc->licenses[i].terms.feature,
			module->levels[level]) == 0)
			return &lc->licenses[i];
	return NULL;
}

size_t
lc_module_next(const struct lc *lc, const struct lc_module *module)
{
	size_t level = module->wanted < module->nlevels ? module->wanted
							: module->nlevels - 1;

	while (level > 0 && lc_module_license(lc, module, level) == NULL)
		level--;
	return level;
}

enum lc_err
lc_boot_level_set(
    struct lc *lc, uint32_t device, const char *name, const char *level)
{
	for (size_t i = 0; i < lc->nmodules; i++) {
		struct lc_module *m = &lc->modules[i];

		if (m->device != device || strcmp(m->name, name) != 0)
			continue;
		m->wanted = 0;
		while (
		    m->wanted < m->nlevels &&
		    (level == NULL || strcmp(m->levels[m->wanted], level) != 0))
			m->wanted++;
		return LC_OK;
	}
	return LC_ENOTFOUND;
}

bool
lc_eula_standing(const struct lc *lc)
{
	return lc->standing;
}

enum lc_err
lc_eula_standing_set(struct lc *lc, bool on, const char *by)
{
	(void)by;
	lc->standing = on;
	lc->accepted += on;
	return LC_OK;
}

bool
lc_switch_get(const struct lc *lc, enum lc_switch which)
{
	return !lc->off[which];
}

enum lc_err
lc_switch_set(struct lc *lc, enum lc_switch which, bool on)
{
	if (which == LC_SWITCH_ERROR && lc->switch_err != LC_OK)
		return lc->switch_err;
	lc->off[which] = !on;
	return LC_OK;
}

/* ---- Actions ---- */

struct lc_action {
	struct lc *lc;
	unsigned slices;
	struct lc_request request;
	struct lc_result results[FAKE_MAX];
	size_t n;
	size_t failed;
};

enum lc_err
lc_request_check(const struct lc *lc, const struct lc_request *request,
    struct lc_detail *detail)
{
	for (size_t i = 0; request->device != 0; i++) {
		if (i == lc->ndevices) {
			snprintf(detail->text, sizeof detail->text,
			    "no device %u", request->device);
			return LC_EDEVICE;
		}
		if (lc->devices[i].index == request->device)
			break;
	}
	return request->store > lc->nstores ? LC_ESTORE : LC_OK;
}

enum lc_err
lc_action_new(
    struct lc *lc, const struct lc_request *request, struct lc_action **out)
{
	struct lc_action *action = calloc(1, sizeof *action);

	if (action == NULL)
		return LC_ENOMEM;
	action->lc = lc;
	action->request = *request;
	action->slices = lc->slices;
	lc->runs++;
	*out = action;
	return LC_OK;
}

static enum lc_err
error_named(const char *name)
{
	return strncmp(name, "exists", 6) == 0   ? LC_EEXISTS
	       : strncmp(name, "period", 6) == 0 ? LC_EPERIOD
	       : strncmp(name, "udi", 3) == 0    ? LC_EUDI
						 : LC_EFILE;
}

static void
take_line(struct lc_action *action, const char *line, size_t len)
{
	struct lc_result *result = &action->results[action->n++];
	struct lc *lc = action->lc;

	result->feature = result->version = "";
	if (line[0] == '!' || lc->nlicenses == FAKE_MAX) {
		result->err = line[0] == '!' ? error_named(line + 1)
					     : LC_EFULL;
		result->state = LC_FAILED;
		action->failed++;
		return;
	}
	snprintf(lc->names[lc->nlicenses], sizeof lc->names[0], "%.*s",
	    (int)len, line);
	result->state = LC_SUCCESSFUL;
	fake_license(
	    lc, 1, 1, (uint32_t)lc->nlicenses + 1, lc->names[lc->nlicenses]);
	fake_event(lc, LC_EVENT_INSTALLED);
}

static void
install(struct lc_action *action)
{
	const char *at = action->request.data;
	const char *end = at + action->request.len;
	const char *newline;

	while (action->n < FAKE_MAX &&
	       (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		take_line(action, at, (size_t)(newline - at));
		at = newline + 1;
	}
}

bool
lc_action_step(struct lc_action *action)
{
	if (--action->slices != 0)
		return false;
	action->lc->done++;
	if (action->request.kind == LC_INSTALL)
		install(action);
	return true;
}

bool
lc_action_rests(const struct lc_action *action)
{
	return action->lc->rests && action->slices == 1;
}

/* Actions of this core do not wait: reviews are tested with the real one. */
bool
lc_action_waits(const struct lc_action *action)
{
	(void)action;
	return false;
}

void
lc_action_confirm(struct lc_action *action, bool accept_eula)
{
	action->request.accept_eula |= accept_eula;
}

void
lc_action_progress(const struct lc_action *action, size_t *done, size_t *total)
{
	(void)action;
	*done = *total = 0;
}

enum lc_action_state
lc_action_state(const struct lc_action *action)
{
	if (action->slices != 0)
		return LC_IN_PROGRESS;
	return action->failed == 0           ? LC_SUCCESSFUL
	       : action->failed == action->n ? LC_FAILED
					     : LC_PARTIALLY_SUCCESSFUL;
}

enum lc_err
lc_action_error(const struct lc_action *action)
{
	if (action->failed < action->n || action->n == 0)
		return LC_OK;
	for (size_t i = 1; i < action->n; i++)
		if (action->results[i].err != action->results[0].err)
			return LC_EMIXED;
	return action->results[0].err;
}

const char *
lc_action_detail(const struct lc_action *action)
{
	(void)action;
	return "";
}

const struct lc_result *
lc_action_results(const struct lc_action *action, size_t *n)
{
	*n = action->n;
	return action->results;
}

const char *
lc_action_output(const struct lc_action *action, size_t *len)
{
	static const char *const outputs[] = {
		[LC_INSTALL] = "",
		[LC_CLEAR] = "",
		[LC_PROCESS_TICKET] = "ticket",
		[LC_REGENERATE_TICKET] = "ticket",
		[LC_BACKUP] = "backup",
		[LC_GENERATE_EULA] = "agreements",
		[LC_EXPORT_CREDENTIALS] = "credentials",
	};

	*len = strlen(outputs[action->request.kind]);
	return outputs[action->request.kind];
}

void
lc_action_free(struct lc_action *action)
{
	free(action);
}

/* ---- Events ---- */

void
fake_event(struct lc *lc, enum lc_event_kind kind)
{
	const struct lc_license *license = &lc->licenses[lc->nlicenses - 1];
	struct lc_event *event = &lc->events[lc->last_seq++];

	*event = (struct lc_event){ .seq = lc->last_seq,
		.kind = kind,
		.device = license->device,
		.store = license->store,
		.license = license->index,
		.feature = 1,
		.type = license->terms.type,
		.feature_name = license->terms.feature,
		.feature_version = license->terms.version,
		.comment = license->comment,
		.udi = "PID:SN",
		.store_name = "flash:primary",
		.by = "snmp",
		.what_is_counted = "",
		.module = "",
		.level = "",
		.wanted = "" };
}

enum lc_err
lc_event_next(struct lc *lc, uint64_t after, const struct lc_event **event)
{
	if (after < lc->done_seq)
		after = lc->done_seq;
	if (after >= lc->last_seq)
		return LC_ENOTFOUND;
	*event = &lc->events[after];
	return LC_OK;
}

enum lc_err
lc_event_done(struct lc *lc, uint64_t seq)
{
	lc->done_seq = seq;
	return LC_OK;
}

uint64_t
lc_event_waiting(struct lc *lc)
{
	return lc->last_seq - lc->done_seq;
}

uint64_t
lc_event_dropped(struct lc *lc)
{
	(void)lc;
	return 0;
}
