/*
 * licensecore.h - software licenses locked to a device, for any program.
 *
 * A core (struct lc) owns everything below one state directory: the license
 * stores of one or several devices, and what outlives them.  It runs no
 * threads, sets no timers, opens no sockets, prints nothing and keeps nothing
 * in globals; time, if you wish, is yours to tell.  Two cores in one process
 * do not know of each other; one core must not be used by two threads at once.
 *
 * Conventions
 *   - Calls that can fail return enum lc_err, LC_OK (0) being success.
 *     Results go through the last parameters and are written on success only.
 *   - A struct lc_detail parameter may be NULL.  On failure it holds one
 *     sentence for people: what was wrong and with what.
 *   - Strings are UTF-8 and NUL-terminated.  A string in a structure that the
 *     core hands out is never NULL; absent is "" unless said otherwise.
 *   - What the core hands out as const is borrowed: it lives until the next
 *     call that may change the core (those that take a non-const struct lc),
 *     unless said otherwise.
 *   - Structures that the core hands out may grow at their end in a later
 *     version; never allocate or copy one by size.
 *   - Times are seconds of UTC since 1970 (int64_t); LC_NO_TIME is none.
 *
 * "MIB" is CISCO-LICENSE-MGMT-MIB; objects of it are named where a rule comes
 * from there.
 */
#ifndef LICENSECORE_H
#define LICENSECORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LC_API __attribute__((visibility("default")))

#define LC_VERSION_MAJOR 0
#define LC_VERSION_MINOR 1
#define LC_VERSION_PATCH 0

/* The version of the library that runs, "0.1.0". */
LC_API const char *lc_version(void);

#define LC_NO_TIME INT64_MIN
#define LC_UNCOUNTED UINT32_MAX	/* what counts of an uncounted license read */

/* ---- Errors ---------------------------------------------------------- */

enum lc_err {
	LC_OK = 0,

	/* The caller and the machine. */
	LC_EINVAL,	/* an argument breaks this header's contract */
	LC_ENOMEM,
	LC_EIO,		/* the file system or the database refused */
	LC_ELOCKED,	/* another process uses the state directory */
	LC_EDAMAGED,	/* state on disk fails its own checks */
	LC_ENEWER,	/* state written by a newer version of this library */
	LC_EOPTIONS,	/* the options contradict themselves */
	LC_ETRUST,	/* the keys cannot be trusted: who may write them? */
	LC_ESTOPPED,	/* the program asked lc_open to give up */

	/* What a request points at. */
	LC_EDEVICE,	/* no such device */
	LC_ESTORE,	/* no such store in that device, or not present */
	LC_ENOTFOUND,	/* no such license in that device */
	LC_EREADONLY,	/* the store is built in */
	LC_EINUSE,	/* a feature holds the license */

	/* What a license file holds. */
	LC_EFILE,	/* not a license file */
	LC_ELINE,	/* a line that does not follow FORMAT */
	LC_ESIGNATURE,	/* altered after it was signed */
	LC_EKEY,	/* signed with a key that is not trusted (any more) */
	LC_EUDI,	/* for another device */
	LC_EEXISTS,	/* this very license is, or was, here */
	LC_EREVOKED,	/* the device gave it up for good */
	LC_ECOUNT,	/* a count outside its type's rules */
	LC_EPERIOD,	/* a period or dates outside its type's rules */
	LC_EFUTURE,	/* issued after the device's time: the clock is behind */
	LC_EEULA,	/* its agreement has to be accepted first */
	LC_EFULL,	/* the store has no room left */

	/* Permission tickets. */
	LC_ETICKET,	/* no permission ticket, or none that counts */
	LC_ESUPERSEDED,	/* a newer one was processed */
	LC_ENOTICKET,	/* no rehost ticket was made yet */

	/* Checking out. */
	LC_ENOLICENSE,	/* the feature has no license */
	LC_EEXPIRED,	/* its license ran out */
	LC_EEXHAUSTED,	/* its count is used up */
	LC_ENOTYET,	/* its license begins later */

	LC_EMIXED,	/* several licenses failed, for different reasons */
};

/* A few words for people, "the store is full"; never NULL. */
LC_API const char *lc_strerror(enum lc_err);

struct lc_detail {
	char text[256];		/* "" if the error's own words say it all */
};

/* ---- Texts ----------------------------------------------------------- */

/* UTF-8 without NUL. */
LC_API bool lc_text_is_utf8(const char *text, size_t len);

/*
 * UTF-8 without control characters (C0, DEL, C1), so that showing it cannot
 * drive a terminal or forge a row of a log.
 */
LC_API bool lc_text_is_plain(const char *text, size_t len);

/* ---- Licenses -------------------------------------------------------- */

/* clmgmtLicenseType, with its numbers. */
enum lc_type {
	LC_DEMO = 1,			/* metered by use, for any device */
	LC_EXTENSION,			/* metered by use */
	LC_GRACE_PERIOD,		/* metered by use */
	LC_PERMANENT,
	LC_PAID_SUBSCRIPTION,		/* by calendar */
	LC_EVALUATION_SUBSCRIPTION,	/* by calendar, once for a device */
	LC_EXTENSION_SUBSCRIPTION,	/* by calendar */
	LC_EVAL_RIGHT_TO_USE,		/* metered, then becomes the next one */
	LC_RIGHT_TO_USE,
	LC_PERMANENT_RIGHT_TO_USE,
};

/* The MIB's label, "evalRightToUse"; NULL for a number that is no type. */
LC_API const char *lc_type_name(enum lc_type);
LC_API bool lc_type_from_name(const char *name, enum lc_type *type);

/* Does the type count seconds of use (period), or calendar days (end)? */
LC_API bool lc_type_metered(enum lc_type);
LC_API bool lc_type_subscription(enum lc_type);
/* Must a license of this type name the devices it is for? */
LC_API bool lc_type_node_locked(enum lc_type);
/* Must its agreement be accepted in so many words before it is used? */
LC_API bool lc_type_needs_eula(enum lc_type);

/* Longest texts, in bytes, as the MIB's columns bound them. */
#define LC_FEATURE_MAX 128
#define LC_VERSION_MAX 32	/* clmgmtFeatureVersion, the narrower one */
#define LC_COMMENT_MAX 255
#define LC_ID_MAX 64
#define LC_UDI_MAX 128
#define LC_NUDI_MAX 64
#define LC_EULA_DIGEST_LEN 43	/* SHA-256 in base64url */

/* What an issuer signed: one license line.  FORMAT has it byte by byte. */
struct lc_terms {
	const char *id;		/* the license's identity, unique for ever */
	const char *issuer;	/* who issued it, for people */
	const char *feature;
	const char *version;	/* of the feature */
	const char *const *udis; /* "PID:SN" of the devices it is for */
	size_t nudis;		/* 0: for any device */
	enum lc_type type;
	bool counted;
	bool additive;		/* sums with others; false: stands alone */
	uint32_t count;		/* LC_UNCOUNTED if not counted */
	uint32_t period_s;	/* seconds of use; 0 unless metered */
	uint32_t extension_days; /* after the end of a subscription */
	int64_t issued;
	int64_t start;		/* subscriptions only, LC_NO_TIME if open */
	int64_t end;		/* subscriptions only, else LC_NO_TIME */
	const char *eula;	/* digest of its agreement's text, "" if none */
	const char *comment;
};

/* Longest license line, in bytes. */
#define LC_LINE_MAX 8192

/* clmgmtLicenseStatus, with its numbers. */
enum lc_status {
	LC_INACTIVE = 1,	/* superseded, or its start date is to come */
	LC_NOT_IN_USE,
	LC_IN_USE,
	LC_EXPIRED_IN_USE,
	LC_EXPIRED_NOT_IN_USE,
	LC_COUNT_CONSUMED,
};

/* What the operator prefers; accepted trials are low, all others medium. */
enum lc_priority {
	LC_PRIORITY_NONE,	/* its agreement is not accepted yet */
	LC_PRIORITY_LOW,
	LC_PRIORITY_MEDIUM,
	LC_PRIORITY_HIGH,
};

/* An installed license: a row of clmgmtLicenseInfoTable. */
struct lc_license {
	uint32_t device;	/* entPhysicalIndex */
	uint32_t store;
	uint32_t index;		/* unique in its device, never used twice */
	enum lc_priority priority;
	struct lc_terms terms;
	const char *comment;	/* the operator's; at first terms.comment */
	int64_t installed;	/* LC_NO_TIME if it came with the device */
	uint32_t count_left;	/* LC_UNCOUNTED if not counted */
	bool eula_accepted;
};

/* A feature that needs a license: a row of clmgmtLicensableFeatureTable. */
struct lc_feature {
	uint32_t device;
	uint32_t index;
	const char *name;
	const char *version;
	const char *what_is_counted;	/* "phones"; "" if it does not count */
	bool mandatory;			/* runs without a license, complaining */
	bool always;			/* the core itself uses it */
	bool advise;			/* leases are given without a license */
};

enum lc_store_kind {
	LC_STORE_PRIMARY,	/* where licenses are installed */
	LC_STORE_BUILT_IN,	/* a license file of the image; read-only */
	LC_STORE_REMOVABLE,	/* may be absent, and come back.  It is absent
				   if its file is missing and was there before:
				   an empty file begins a new one */
};

/* A license store: a row of clmgmtLicenseStoreInfoTable. */
struct lc_store {
	uint32_t device;
	uint32_t index;
	enum lc_store_kind kind;
	const char *name;	/* as the operator knows it, "flash:primary" */
	uint32_t size;		/* bytes in all */
	uint32_t size_left;	/* bytes for more licenses */
	bool present;		/* false: its medium is away */
};

/* A device: a row of clmgmtLicenseDeviceInfoTable. */
struct lc_device {
	uint32_t index;		/* entPhysicalIndex */
	const char *pid;
	const char *sn;
	const char *udi;	/* "PID:SN" */
	const char *name;
	uint32_t default_store;
};

/*
 * A module of the device's software that runs at one of several levels, each
 * of which includes those before it.  The level is chosen when the core is
 * opened and stays until it is opened again.
 */
struct lc_module {
	uint32_t device;
	const char *name;
	const char *const *levels;	/* features, the base level first */
	size_t nlevels;
	size_t running;			/* which of them */
	size_t wanted;			/* the operator's; nlevels: the
					   highest that is licensed */
};

/* One of its levels: a row of cilmImageLevelToLicenseMapTable. */
struct lc_level {
	const struct lc_module *module;
	uint32_t number;	/* from 1, the base level */
	const char *name;
	const char *license;	/* what has to be licensed; "" if nothing */
};

/* ---- Opening --------------------------------------------------------- */

struct lc_device_options {
	uint32_t index;		/* entPhysicalIndex, not 0 */
	const char *pid;	/* printable ASCII without ':' and blanks */
	const char *sn;		/* likewise; together at most LC_UDI_MAX - 1 */
	const char *name;	/* NULL: the PID */
};

struct lc_store_options {
	uint32_t device;
	uint32_t index;		/* not 0 */
	enum lc_store_kind kind;
	const char *name;	/* 1 to 255 bytes */
	const char *path;	/* the store's own file; for a built-in store
				   a license file.  NULL: in the state
				   directory (not for built-in ones) */
	uint32_t size;		/* bytes; ignored for built-in stores */
	bool is_default;	/* exactly one for each device, not built in */
};

struct lc_feature_options {
	uint32_t index;		/* not 0; the same in every device */
	const char *name;	/* 1 to LC_FEATURE_MAX bytes */
	const char *version;	/* at most LC_VERSION_MAX bytes */
	const char *what_is_counted;	/* NULL: it does not count */
	/*
	 * Has to run: leases are given without a license too, and
	 * LC_EVENT_NOT_ENFORCED is told while it has none.
	 */
	bool mandatory;
	/*
	 * Runs whenever the device does: the core uses one of it from the
	 * moment that a license serves it, without anyone asking.
	 */
	bool always;
	/* Leases are given without a license too; their state tells. */
	bool advise;
};

/*
 * Every device has the module.  Each level is a feature of that name and
 * version; the base level, the first, needs no license.
 */
struct lc_module_options {
	const char *name;	/* 1 to LC_MODULE_MAX bytes */
	const char *version;	/* of the levels' features */
	const char *const *levels;
	size_t nlevels;		/* 1 to LC_NLEVELS_MAX */
};
#define LC_NLEVELS_MAX 16
/* Longest name of a module: it is part of object identifiers, a byte each. */
#define LC_MODULE_MAX 64

/*
 * Where the core gets the time.  A NULL function stands for the system's
 * clock.  boot_ms must not go backwards while the machine is up and should
 * count while it sleeps (CLOCK_BOOTTIME).
 */
struct lc_clock {
	int64_t (*wall)(void *arg);	/* seconds since 1970, UTC */
	int64_t (*boot_ms)(void *arg);	/* milliseconds since any instant */
	void *arg;
};

struct lc_event;
struct lc_lease;

struct lc_options {
	const char *state_dir;	/* exists; the core creates what is inside */
	const char *key_dir;	/* issuers' public keys, FORMAT "Trust" */
	/*
	 * The key directory, what is in it and the folders above must not be
	 * writable by anyone but root; with this set, nor by anyone but root
	 * and the process's own user.  For tests and unprivileged use: whoever
	 * can write there can make licenses.
	 */
	bool own_keys;
	const struct lc_device_options *devices;	/* the first is master */
	size_t ndevices;				/* 1 or more */
	const struct lc_store_options *stores;
	size_t nstores;
	const struct lc_feature_options *features;
	size_t nfeatures;
	const struct lc_module_options *modules;
	size_t nmodules;
	struct lc_clock clock;

	/*
	 * Called (if not NULL) with what the operator should know but what did
	 * not stop the call: a line in a store that is no longer valid, a
	 * store that was restored.  Must not call back into the core.
	 */
	void (*notice)(void *arg, enum lc_err, const char *text);
	/*
	 * Called (if not NULL) once for each event as soon as it is durable,
	 * whatever the notification switches say.  The event is borrowed for
	 * the call.  Must not call back into the core.
	 */
	void (*event)(void *arg, const struct lc_event *);
	/*
	 * Called (if not NULL) when the state of a lease has changed.  Must
	 * not call back into the core.
	 */
	void (*lease)(void *arg, struct lc_lease *);
	/*
	 * Asked (if not NULL) again and again while lc_open reads and verifies,
	 * which takes a while with many licenses.  True: lc_open gives up with
	 * LC_ESTOPPED.  Must not call back into the core.
	 */
	bool (*stop)(void *arg);
	void *arg;		/* for all of these */
	/*
	 * How often running meters are recorded: what a crash may lose of
	 * them.  Seconds, 0 for LC_FLUSH_S.
	 */
	uint32_t flush_s;
};
#define LC_FLUSH_S 60

/*
 * What is wrong with options, for programs that read them from somewhere: which
 * item of which array, and one sentence.
 */
enum lc_option {
	LC_OPTION_DEVICE,
	LC_OPTION_STORE,
	LC_OPTION_FEATURE,
	LC_OPTION_MODULE,
	LC_OPTION_LEVEL,	/* of a module */
};
#define LC_OPTION_NONE SIZE_MAX
struct lc_option_fault {
	enum lc_option kind;
	size_t at;		/* LC_OPTION_NONE: it is about all of them */
	size_t module;		/* of a level: whose */
	size_t first;		/* the item that it repeats; LC_OPTION_NONE:
				   it repeats none */
	struct lc_detail detail;
};
/* LC_EOPTIONS: lc_open would refuse them.  Paths are not looked at. */
LC_API enum lc_err lc_options_check(const struct lc_options *,
    struct lc_option_fault *);

struct lc;

/*
 * Opens the state directory, creating what is missing, and loads every store.
 * The options are copied.  Fails with LC_EOPTIONS, LC_ETRUST, LC_ELOCKED,
 * LC_EDAMAGED, LC_ENEWER, LC_EIO or LC_ENOMEM, and then has changed nothing
 * but perhaps created files, or made lost ones again (FORMAT "State on disk").
 */
LC_API enum lc_err lc_open(const struct lc_options *, struct lc **,
    struct lc_detail *);
LC_API void lc_close(struct lc *);	/* NULL is fine */

/*
 * Takes new devices, stores, features and keys into force, or fails as
 * lc_open does and leaves the old ones.  state_dir must not change
 * (LC_EOPTIONS); clock and callbacks are taken over.
 */
LC_API enum lc_err lc_reconfigure(struct lc *, const struct lc_options *,
    struct lc_detail *);

/*
 * Files in the key directory that do not count, a sentence each, "PATH: why";
 * each went to the notice callback when the keys were read.
 */
LC_API const char *const *lc_keys_skipped(const struct lc *, size_t *n);

/* The trust list (FORMAT "Trust list") whose keys count. */
struct lc_trust_status {
	uint32_t version;	/* 0: none */
	uint32_t newest;	/* that was ever in use; if it is not version,
				   its keys do not count */
	int64_t issued;
	int64_t expires;	/* out of date from then on */
	bool is_stale;		/* it is; it counts all the same */
	const char *path;	/* until the next lc_reconfigure; "" if none */
};
LC_API void lc_trust_status(const struct lc *, struct lc_trust_status *out);

/* ---- Reading --------------------------------------------------------- */

/* Arrays of all there is, sorted by device, (store,) index. */
LC_API const struct lc_device *const *lc_devices(const struct lc *, size_t *n);
LC_API const struct lc_store *const *lc_stores(const struct lc *, size_t *n);
LC_API const struct lc_license *const *lc_licenses(const struct lc *,
    size_t *n);
LC_API const struct lc_feature *const *lc_features(const struct lc *,
    size_t *n);
/*
 * How many licenses of the store have a lower index than this one, which may
 * be gone: the Store Index of IOS, from 0.
 */
LC_API uint32_t lc_store_position(const struct lc *, uint32_t device,
    uint32_t store, uint32_t index);

/* Sorted by device, then by the length of the name, then by the name. */
LC_API const struct lc_module *const *lc_modules(const struct lc *, size_t *n);
/* Sorted as their modules, then by number. */
LC_API const struct lc_level *const *lc_levels(const struct lc *, size_t *n);
/* The level at which the module would run, were the core opened now. */
LC_API size_t lc_module_next(const struct lc *, const struct lc_module *);
/*
 * The license that serves the module at this level, the first of them if it
 * takes several; NULL if none does, as at a base level that has none.
 */
LC_API const struct lc_license *lc_module_license(const struct lc *,
    const struct lc_module *, size_t level);

/* NULL if there is none.  Device 0 is the master. */
LC_API const struct lc_device *lc_device_find(const struct lc *,
    uint32_t device);
LC_API const struct lc_license *lc_license_find(const struct lc *,
    uint32_t device, uint32_t store, uint32_t index);
LC_API const struct lc_feature *lc_feature_find(const struct lc *,
    uint32_t device, const char *name, const char *version);

/*
 * Does what came due: licenses begin, run out and take over from each other,
 * meters are recorded; removable stores that came or went are noticed.
 * *wait_ms is when to call again, within a day; call it too after
 * checking out and releasing, and when the wall clock was set.  On failure
 * nothing is lost, and *wait_ms says when to try again.
 */
LC_API enum lc_err lc_tick(struct lc *, int64_t *wait_ms);

/* What depends on the time, computed now.  Seconds; 0 where the MIB says 0. */
LC_API enum lc_status lc_license_status(const struct lc *,
    const struct lc_license *);
LC_API uint32_t lc_license_left_s(const struct lc *,
    const struct lc_license *);
LC_API uint32_t lc_license_expired_s(const struct lc *,
    const struct lc_license *);
LC_API uint32_t lc_license_used_s(const struct lc *,
    const struct lc_license *);

/*
 * The same for a feature, over the licenses it uses: seconds left in sum,
 * earliest start, latest end (LC_NO_TIME if none has one), seconds used.
 */
struct lc_feature_use {
	uint32_t left_s;
	uint32_t used_s;
	int64_t start;
	int64_t end;
};
LC_API void lc_feature_use(const struct lc *, const struct lc_feature *,
    struct lc_feature_use *);

/*
 * The time that licenses follow, which never runs backwards, and the clock of
 * the system; seconds since 1970.  They differ after the clock was set back.
 */
LC_API int64_t lc_clock_now_s(const struct lc *);
LC_API int64_t lc_clock_wall_s(const struct lc *);

/*
 * Licenses go by a clock that never runs backwards, so that one which was once
 * set far ahead would end subscriptions for good.  Within 30 days of running
 * after such a step (of more than a day) this says by how many seconds; else 0.
 * A device that was off for long shows the same: nothing is wrong then.
 */
LC_API int64_t lc_clock_ahead_s(const struct lc *);
/*
 * Takes such a step back, once the clock was set right: the time is then what
 * the clock shows, but not before what is certain, which is the time before
 * the step and what has passed since, and the issue of every license that is
 * installed.  So no one gains time by it that the device was running.
 * Notifications that go by the calendar may come again.  It is an operator's
 * decision, and is recorded in the history with who made it.
 * LC_ENOTFOUND: there is no such step.  LC_EINVAL: the clock is still ahead.
 */
LC_API enum lc_err lc_clock_reset(struct lc *, const char *by,
    struct lc_detail *);

/* ---- Small changes, durable when they return LC_OK ------------------- */

/* text: at most LC_COMMENT_MAX bytes of UTF-8 (LC_EINVAL). */
LC_API enum lc_err lc_comment_set(struct lc *, uint32_t device,
    uint32_t store, uint32_t index, const char *text);

/*
 * Which license a feature uses is decided by priority first.  LC_EINVAL for
 * LC_PRIORITY_NONE; LC_EEULA while its agreement is not accepted.
 */
LC_API enum lc_err lc_priority_set(struct lc *, uint32_t device,
    uint32_t store, uint32_t index, enum lc_priority);

/*
 * The level at which a module shall run from the next opening on; NULL: the
 * highest that is licensed.  If it is not licensed then, the highest below it
 * that is runs.  LC_EDEVICE; LC_ENOTFOUND: no such module, or no such level.
 * A level that was wanted before is no change, and no event.
 */
LC_API enum lc_err lc_boot_level_set(struct lc *, uint32_t device,
    const char *module, const char *level);

/* The MIBs' notification switches; in a new state directory all are on but
 * the last. */
enum lc_switch {
	LC_SWITCH_USAGE,	/* clmgmtLicenseUsageNotifEnable */
	LC_SWITCH_DEPLOYMENT,	/* clmgmtLicenseDeploymentNotifEnable */
	LC_SWITCH_ERROR,	/* clmgmtLicenseErrorNotifEnable */
	LC_SWITCH_LEVEL,	/* cilmImageLevelChangedNotif */
};
#define LC_NSWITCHES 4
LC_API bool lc_switch_get(const struct lc *, enum lc_switch);
LC_API enum lc_err lc_switch_set(struct lc *, enum lc_switch, bool on);

/*
 * A text that the program keeps in the state, sealed like all else there; the
 * core makes nothing of it.  name: 1 to 32 of a-z and '-'.  text: plain, at most
 * LC_HOST_TEXT_MAX bytes; NULL: none.  LC_EINVAL.
 */
#define LC_HOST_TEXT_MAX (256 * 1024)
LC_API enum lc_err lc_host_text_set(struct lc *, const char *name,
    const char *text);
/* NULL: none is kept. */
LC_API const char *lc_host_text(const struct lc *, const char *name);

/* ---- Actions --------------------------------------------------------- */

/*
 * An action is one complete request.  It works in slices, so that a file of
 * thousands of lines does not stop the caller's loop; it changes nothing
 * before its last slice, which does it in one transaction for each device.
 */
enum lc_action_kind {
	LC_INSTALL,
	LC_CLEAR,
	/*
	 * Does what a permission ticket asks for, all of it or nothing: its
	 * licenses are revoked, in use or not, and can never be installed
	 * again; those that it brings are installed in the default store,
	 * their agreements accepted only if the request says so.  Output: the
	 * rehost ticket.  The same ticket once more gives the same output and
	 * changes nothing; one older than the last is LC_ESUPERSEDED.
	 * The first slice judges the ticket itself: if the action is not over
	 * after it, the ticket is one that the device takes.
	 * Results: those to remove, then those to add.
	 */
	LC_PROCESS_TICKET,
	/* Output: the rehost ticket that was made for a permission ticket, or
	   for the device's last one.  Changes nothing. */
	LC_REGENERATE_TICKET,
	/* Output: a license file with all licenses that were installed in the
	   device, to be installed there again. */
	LC_BACKUP,
	/* Output: the agreements which the licenses of a file need accepted,
	   one for each and none twice; empty if there is none.  Changes
	   nothing. */
	LC_GENERATE_EULA,
	/* Output: who the device is and what it holds, signed by it. */
	LC_EXPORT_CREDENTIALS,
};

struct lc_request {
	enum lc_action_kind kind;
	uint32_t device;	/* LC_INSTALL: 0, the lines name theirs;
				   else only this one.  LC_PROCESS_TICKET,
				   LC_REGENERATE_TICKET with a ticket: so does
				   the ticket.  Others: 0 is the master */
	uint32_t store;		/* LC_INSTALL: 0 is the default store; ignored
				   if the licenses go to several devices.
				   LC_CLEAR: 0 is the one that has it.
				   Others: not looked at */
	uint32_t license;	/* LC_CLEAR: its index */
	const void *data;	/* LC_INSTALL, LC_GENERATE_EULA: a license
				   file; LC_PROCESS_TICKET: a permission
				   ticket; LC_REGENERATE_TICKET: the same, or
				   NULL; LC_EXPORT_CREDENTIALS: bytes of which
				   the nonce is the SHA-256 in base64url, or
				   NULL.  Borrowed until the action is freed */
	size_t len;
	bool accept_eula;	/* LC_INSTALL, LC_PROCESS_TICKET: all
				   agreements are accepted */
	bool stop_on_failure;	/* do not try the licenses after a failed one */
	bool review;		/* LC_INSTALL, LC_PROCESS_TICKET: wait for
				   lc_action_confirm before anything changes */
	const char *by;		/* who asks, for the history: "snmp", "alice";
				   copied */
	const char *nonce;	/* LC_EXPORT_CREDENTIALS: stands in them, so
				   that they are known to be fresh; 1 to 64 of
				   A-Z a-z 0-9 . _ : -, or NULL, as with data;
				   copied */
};

/* clmgmtLicenseActionState, with its numbers. */
enum lc_action_state {
	LC_NOT_STARTED = 1,
	LC_PENDING,
	LC_IN_PROGRESS,
	LC_SUCCESSFUL,
	LC_PARTIALLY_SUCCESSFUL,
	LC_FAILED,
};

/* What became of one license of an action. */
struct lc_result {
	enum lc_action_state state;	/* LC_NOT_STARTED: not tried */
	enum lc_err err;		/* why it failed, else LC_OK */
	uint32_t device, store, index;	/* where it is, or was; 0 if nowhere */
	const char *feature;		/* "" if it could not be read */
	const char *version;
	struct lc_detail detail;
};

struct lc_action;

/* What can be judged before the file is at hand: device and store. */
LC_API enum lc_err lc_request_check(const struct lc *,
    const struct lc_request *, struct lc_detail *);

LC_API enum lc_err lc_action_new(struct lc *, const struct lc_request *,
    struct lc_action **);
/* One slice, a few milliseconds of work; true: the action is over. */
LC_API bool lc_action_step(struct lc_action *);
/*
 * After a step: a thread of the core waits for the disk, and until that is over
 * the next steps have nothing to do.  A loop has time for others, and tries
 * again after some milliseconds.  lc_action_run needs no thread.
 */
LC_API bool lc_action_rests(const struct lc_action *);
/* How many licenses of how many were looked at; both 0 where none are. */
LC_API void lc_action_progress(const struct lc_action *, size_t *done,
    size_t *total);
/* To the end. */
LC_API void lc_action_run(struct lc_action *);
/* An action that is not over is given up without a trace. */
LC_API void lc_action_free(struct lc_action *);	/* NULL is fine */

/*
 * Review.  When an action with `review` has verified its file, it waits:
 * lc_action_step returns true, nothing has changed, and the action may be kept
 * for as long as its data.  Its results say which licenses would fail, its
 * output is the agreements to accept, and lc_action_plan says what it would do.
 * After lc_action_confirm it goes on, with the same bytes, to be stepped to
 * its end; what has changed meanwhile is judged again.
 */
struct lc_plan {
	const struct lc_terms *terms;	/* until the core is called again */
	bool revoked;			/* else it is installed */
	uint32_t store, index;		/* of the one that is revoked */
	bool needs_eula;		/* its agreement is to be accepted */
};
LC_API bool lc_action_waits(const struct lc_action *);
/*
 * Of the license of result i, right after the step that made the action wait.
 * False: its terms are not known.
 */
LC_API bool lc_action_plan(const struct lc_action *, size_t i,
    struct lc_plan *);
LC_API void lc_action_confirm(struct lc_action *, bool accept_eula);

LC_API enum lc_action_state lc_action_state(const struct lc_action *);
/*
 * Why an action failed: what was wrong with the whole of it, or what all its
 * licenses failed with, or LC_EMIXED if they failed differently.
 */
LC_API enum lc_err lc_action_error(const struct lc_action *);
LC_API const char *lc_action_detail(const struct lc_action *);
/* One for each license, in the order of the file; live with the action. */
LC_API const struct lc_result *lc_action_results(const struct lc_action *,
    size_t *n);
/*
 * The file that came out of an action, to be written where the caller wants
 * it: text, with a NUL behind it.  NULL if none did: the action is not over and
 * does not wait, failed, or is of a kind that has none.  Lives with the action.
 */
LC_API const char *lc_action_output(const struct lc_action *, size_t *len);

/* ---- Agreements ------------------------------------------------------ */

/*
 * A license whose eula_accepted is false cannot be used before its agreement
 * was accepted: with the installation, or here.  Each is an event, a record of
 * the history, and durable on return.
 */

/* LC_ENOTFOUND; accepting what is accepted changes nothing. */
LC_API enum lc_err lc_eula_accept(struct lc *, uint32_t device,
    uint32_t store, uint32_t index, const char *by);
/*
 * Takes the acceptance back: the license is not used until its agreement is
 * accepted again, and what was used of it stays used.  LC_ENOTFOUND;
 * LC_EINUSE; LC_EINVAL if it needs none, or a standing acceptance would give
 * it again.
 */
LC_API enum lc_err lc_eula_withdraw(struct lc *, uint32_t device,
    uint32_t store, uint32_t index, const char *by);
/* The next license that needs it, in the order of lc_licenses; NULL: none.
   Start after NULL. */
LC_API const struct lc_license *lc_eula_pending(const struct lc *,
    const struct lc_license *after);
/*
 * The text of an agreement that came with a license file, by its digest
 * (terms.eula); the caller frees it.  LC_ENOTFOUND: no file brought it.
 */
LC_API enum lc_err lc_eula_text(struct lc *, const char *digest, char **text);

/*
 * A standing acceptance: setting it accepts all agreements that wait, and
 * those of every license that comes later.  Taking it back leaves what was
 * accepted.
 */
LC_API bool lc_eula_standing(const struct lc *);
LC_API enum lc_err lc_eula_standing_set(struct lc *, bool on, const char *by);

/* ---- Leases ---------------------------------------------------------- */

/*
 * A program that provides a feature holds a lease on it while it does.  A
 * lease outlives changes of licenses: it draws on whatever serves the feature,
 * and its state says whether that is enough.
 */
enum lc_lease_state {
	LC_LEASE_LICENSED,
	LC_LEASE_EXPIRED,	/* its license ran out and stays with it until
				   it is released; new leases are refused */
	LC_LEASE_UNLICENSED,	/* nothing serves the feature */
};

struct lc_lease_request {
	uint32_t device;	/* 0: the master */
	const char *feature;
	const char *version;	/* NULL: the one of the device's feature */
	uint32_t count;		/* how many of what the feature counts; 0 is
				   the same as 1 */
	void *arg;		/* the caller's, lc_lease_arg */
};

/*
 * LC_EDEVICE; LC_ENOLICENSE, LC_EEULA, LC_EEXPIRED or LC_ENOTYET: nothing
 * serves the feature, and why; LC_EEXHAUSTED: less than count is left;
 * LC_ENOMEM.  A feature that is a level of a module which runs at it, or above
 * it, is licensed by that.  A feature that is mandatory or has `advise` always gets its
 * lease, licensed or not.
 */
LC_API enum lc_err lc_checkout(struct lc *, const struct lc_lease_request *,
    struct lc_lease **, struct lc_detail *);
/* NULL is fine.  lc_close releases what is still held. */
LC_API void lc_release(struct lc_lease *);

/*
 * How many of a feature the licenses that serve it allow, and how many of these
 * are left; UINT64_MAX: any number, as of a feature that always gets its lease.
 */
struct lc_room {
	uint64_t allowed, left;
};

/* What lc_checkout would find, whatever the count, and its errors except
   LC_EEXHAUSTED. */
LC_API enum lc_err lc_feature_room(struct lc *, const struct lc_lease_request *,
    struct lc_room *, struct lc_detail *);

struct lc_lease_ending {
	const char *by;		/* who ends it: "root", "uid 1000" */
	const char *holder;	/* who held it: "process 123, uid 1000" */
	const char *reason;	/* plain text of at most LC_COMMENT_MAX bytes;
				   "": none was given */
};

/*
 * Releases a lease by the decision of somebody other than its holder, which is
 * recorded in the history, durable on return.  LC_EINVAL: the reason is no
 * plain text, or too long.  On failure the lease is held as before.
 */
LC_API enum lc_err lc_lease_end(struct lc_lease *,
    const struct lc_lease_ending *);

LC_API enum lc_lease_state lc_lease_state(const struct lc_lease *);
LC_API uint32_t lc_lease_count(const struct lc_lease *);
LC_API void *lc_lease_arg(const struct lc_lease *);

/* ---- Events ---------------------------------------------------------- */

/*
 * What happened.  The numbers are those of the notifications under
 * ciscoLicenseMgmtMIBNotifs, which say what each is and when it comes; 15 is
 * cilmBootImageLevelChanged.  Those above are no notifications: they are never
 * queued, and who does not listen misses them.
 *
 * What is sent on a schedule is sent once for each of its instants, across
 * restarts too; of several that passed unseen (the device was off) there is
 * one.  An instant that lies at or before a license's beginning is none.
 */
enum lc_event_kind {
	LC_EVENT_EXPIRED = 1,		/* at once, then weekly */
	LC_EVENT_EXPIRY_WARNING = 2,	/* 28, 21, 14, 7, 6 ... 1 days of use
					   left */
	LC_EVENT_COUNT_EXCEEDED = 3,	/* nothing left of a license's count */
	LC_EVENT_COUNT_WARNING = 4,	/* 80 % of it used; both come again
					   after it was below for more than the
					   first minute after an opening */
	LC_EVENT_INSTALLED = 5,
	LC_EVENT_CLEARED = 6,
	LC_EVENT_REVOKED = 7,
	LC_EVENT_EULA_ACCEPTED = 8,
	LC_EVENT_NOT_ENFORCED = 9,	/* at once, then daily */
	LC_EVENT_SUBSCRIPTION_WARNING = 10, /* 56, 49 ... 14 days, 7 ... 2
					   days, 24 ... 1 hours left */
	LC_EVENT_EXTENSION_WARNING = 11, /* at the end date, then daily while
					   extension days are left */
	LC_EVENT_SUBSCRIPTION_EXPIRED = 12, /* after these, then daily */
	LC_EVENT_RTU_WARNING = 13,	/* 10 and 5 days of use left */
	LC_EVENT_RTU_TRANSITION = 14,
	LC_EVENT_BOOT_LEVEL = 15,	/* the operator wants another level */
	LC_EVENT_SUPERSEDED = 16,	/* another license serves the feature
					   instead of this one */
	LC_EVENT_COUNT_RAISED = 17,	/* more of a feature is licensed than
					   before; count is how many */
	LC_EVENT_MISSING = 18,		/* a store should have the license, and
					   has it no more; what its type and
					   terms were is not known */
};

/*
 * Values are those at the time of the event: the license may be gone, and its
 * row with it, when the notification is sent.
 */
struct lc_event {
	uint64_t seq;		/* rises; 0 if it is not queued (switched off) */
	enum lc_event_kind kind;
	int64_t at;
	uint32_t device;
	uint32_t store;		/* the license's row, 0 if it is about none */
	uint32_t license;
	uint32_t store_index;	/* its lc_store_position when it happened; 0 in
				   events that lc_event_next gives */
	uint32_t feature;	/* the feature's row, 0 if it has none */
	enum lc_type type;
	const char *feature_name;
	const char *feature_version;
	const char *comment;
	const char *udi;
	const char *store_name;
	const char *by;		/* who asked; "" for what came by itself */
	uint32_t left_s;	/* lc_feature_use of the feature */
	int64_t end;		/* likewise; LC_NO_TIME if it has none */
	uint32_t count;		/* of the license, and what is left of it */
	uint32_t count_left;
	const char *what_is_counted;
	/* LC_EVENT_BOOT_LEVEL alone: the module, the level at which it runs
	   (also in feature_name), the one that is wanted, "" for the highest
	   that is licensed; of other kinds all are "". */
	const char *module;
	const char *level;
	const char *wanted;
	const char *id;		/* LC_EVENT_MISSING alone: the license's */
};

/* How many events wait at most; beyond it the oldest are dropped. */
#define LC_QUEUE_MAX 10000
/* How many wait now. */
LC_API uint64_t lc_event_waiting(struct lc *);
/* How many were dropped since the state directory was made. */
LC_API uint64_t lc_event_dropped(struct lc *);

/*
 * Events wait in a durable queue, committed together with what they tell of,
 * until lc_event_done says that they were delivered.  lc_event_next reads the
 * first one whose seq is above `after`: LC_ENOTFOUND if there is none.
 */
LC_API enum lc_err lc_event_next(struct lc *, uint64_t after,
    const struct lc_event **);
/* Delivered: all up to and including seq. */
LC_API enum lc_err lc_event_done(struct lc *, uint64_t seq);

/* ---- History --------------------------------------------------------- */

/* What happened to licenses, kept for good.  FORMAT "History" has the words. */
struct lc_history {
	uint64_t seq;		/* from 1, without gaps */
	int64_t at;
	const char *what;	/* "install", "clear", "use", "expire", ... */
	const char *udi;	/* "" if it is about no device */
	uint32_t store;		/* 0 if it is about no store */
	const char *id;		/* of the license, "" if it is about none */
	const char *body;	/* the rest, a JSON object */
};

/* The first record whose seq is above `after`; LC_ENOTFOUND if there is none. */
LC_API enum lc_err lc_history_next(struct lc *, uint64_t after,
    const struct lc_history **);

/* ---- Checking -------------------------------------------------------- */

/*
 * Reads everything on disk and proves that it is as this library wrote it: both
 * state files, the history's chain, the stores, and each license's signature.
 * Licenses that are missing are findings as well, and that the state was found
 * damaged once.  Each finding goes to the notice callback.  No license changes,
 * but a state file that is damaged counts no more; lc_tick makes it again.
 *
 * Signatures take their time, so a check goes in slices of a few milliseconds.
 * Everything else may be called between them, lc_close only after
 * lc_check_free.  Several checks may be under way.
 */
struct lc_check;

LC_API enum lc_err lc_check_new(struct lc *, struct lc_check **);	/* LC_ENOMEM */
LC_API bool lc_check_step(struct lc_check *);	/* true: it is over */
/*
 * Of one that is over: LC_OK; LC_EDAMAGED, and the first finding; LC_EIO or
 * LC_ENOMEM: it could not go on.
 */
LC_API enum lc_err lc_check_result(const struct lc_check *,
    struct lc_detail *);
LC_API void lc_check_free(struct lc_check *);	/* NULL, or not over, is fine */

/* All of it at once. */
LC_API enum lc_err lc_check(struct lc *, struct lc_detail *);

/* ---- Recording ------------------------------------------------------- */

/*
 * Can changes be recorded?  LC_EIO, with the reason: then every change fails
 * with it, licenses that are metered and not in use yet are refused if that
 * cannot be recorded either, and lc_tick tries again, for as long as the core
 * is open.
 */
LC_API enum lc_err lc_recording(const struct lc *, struct lc_detail *);
/* Are all changes in both state files?  LC_EIO, with the reason. */
LC_API enum lc_err lc_doubled(const struct lc *, struct lc_detail *);

/* ---- Tickets and credentials ----------------------------------------- */

/*
 * What authorities and devices sign for each other.  The core reads and writes
 * them as files (struct lc_request); licenseauthority.h shows what one says.
 */
enum lc_statement_kind {
	LC_PERMISSION_TICKET,	/* an authority asks a device to give up
				   licenses */
	LC_REHOST_TICKET,	/* the device states that it has */
	LC_CREDENTIALS,		/* a device states who it is */
	LC_TRUST_LIST,		/* a maker states which issuers' keys count */
};
#define LC_NSTATEMENTS 4

/* Longest signed statement, in bytes. */
#define LC_TICKET_MAX (1 << 20)
/* Most licenses that a ticket removes, and most that it adds. */
#define LC_TICKET_LICENSES 256
/* Most licenses that credentials list. */
#define LC_CREDENTIALS_LICENSES 10000
/* Most keys of a trust list. */
#define LC_TRUST_LIST_KEYS 1024
#define LC_DIGEST_LEN 43	/* SHA-256 in base64url */

/* What one says; FORMAT has it byte by byte.  Absent is "", 0 or NULL. */
struct lc_statement {
	enum lc_statement_kind kind;
	const char *kid;	/* of the key that signed it */
	const char *id;		/* of the permission ticket */
	const char *issuer;	/* who issued the permission ticket */
	int64_t issued;
	const char *udi;	/* "PID:SN" of the one device it is about */
	uint32_t seq;		/* of the permission ticket, among those of
				   its issuer's key */
	const char *const *ids;	/* licenses: to remove, removed, installed */
	size_t nids;
	const uint32_t *used;	/* LC_REHOST_TICKET: how many seconds each of
				   them was in use */
	const char *const *lines; /* LC_PERMISSION_TICKET: to install */
	size_t nlines;
	const char *device;	/* LC_PERMISSION_TICKET: id of the only device
				   key that may answer it */
	const char *digest;	/* LC_REHOST_TICKET: of the permission
				   ticket; LC_CREDENTIALS: of the stores */
	const char *jwk;	/* the device's public key */
	const char *nonce;	/* LC_CREDENTIALS: what was asked to be in */
	uint32_t records;	/* LC_CREDENTIALS: of the device's history, */
	const char *head;	/* and the seal of the last one */
	uint32_t version;	/* LC_TRUST_LIST: the highest one counts, */
	int64_t expires;	/* and it is out of date from then on */
	const char *const *keys; /* LC_TRUST_LIST: each a JWK */
	size_t nkeys;
};

#ifdef __cplusplus
}
#endif
#endif
