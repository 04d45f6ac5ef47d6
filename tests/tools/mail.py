#!/usr/bin/env python3
"""mail: a license file that went by mail is read all the same.

Mails are made and taken apart by Python's email package; what else programs and
people do to a text is done here.  Each file must show the same licenses and
agreement to "licissue inspect" as the one that was sent.  The last test takes
random changes one after the other; MAIL_SEED repeats one.
"""

import email.charset
import email.message
import email.policy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import textwrap

BIN = os.environ["LAB_BIN"]
WORDS = "Dear customer,\n\nhere are your licenses, für zwei Geräte.\n\n"
# Two rows that quoted-printable encodes.
AGREEMENT = "Use it on one device, at most.\nSignal = Ruhe für alle.\n"


def licissue(*args, status=0):
    done = subprocess.run([os.path.join(BIN, "licissue"), *args],
                          capture_output=True, text=True, check=False)
    if done.returncode != status:
        raise SystemExit(f"licissue {' '.join(args)}: exit status "
                         f"{done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def inspect(data, status=0):
    with open("got.lic", "wb") as f:
        f.write(data)
    return licissue("inspect", "--json", "--keys", "acme", "got.lic",
                    status=status)


def shown(data):
    found = json.loads(inspect(data))
    for each in found["licenses"]:
        del each["row"]
    return found["licenses"]


# ---- What mail does ---------------------------------------------------------

def message(text, encoding, charset="utf-8"):
    """The mail as it travels, and as it is saved with its headers."""
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["Subject"] = "Your licenses"
    mail["From"] = "sales@example.net"
    mail.set_content(text, cte=encoding, charset=charset)
    return mail.as_bytes()


def body(text, encoding):
    """The text as a mail program saves it, without headers."""
    mail = email.message_from_bytes(message(text, encoding),
                                    policy=email.policy.SMTP)
    return mail.get_content()


def flowed(text):
    """RFC 3676: rows are stuffed, and long ones end in a blank."""
    rows = []
    for row in text.splitlines():
        if row.startswith((" ", ">", "From ")):
            row = " " + row
        parts = textwrap.wrap(row, 66, break_long_words=False) or [""]
        rows += [part + " " for part in parts[:-1]] + parts[-1:]
    return "\n".join(rows) + "\n"


def each_row(text, change):
    return "".join(change(row)
                   for row in re.findall(r"[^\n]*\n|[^\n]+", text))


def wrap(text, width, between="\n"):
    return each_row(text, lambda row: between.join(
        row[i:i + width] for i in range(0, len(row.rstrip("\n")), width)
    ) + "\n" if len(row) > width else row)


def outside_agreements(change):
    """What changes the rows of an agreement breaks it: those are left out."""
    def changed(text):
        parts = re.split(r"(?s)(-----BEGIN.EULA-----.*?-----END.EULA[^\n]*\n)",
                         text)
        return "".join(part if i % 2 else change(part)
                       for i, part in enumerate(parts))
    return changed


CHANGES = {
    "quoted-printable": lambda t: message(t, "quoted-printable"),
    "8bit": lambda t: message(t, "8bit"),
    "quoted-printable, saved": lambda t: body(t, "quoted-printable"),
    "base64, saved": lambda t: body(t, "base64"),
    "format=flowed": flowed,
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "quoted": lambda t: each_row(t, lambda row: "> " + row),
    "quoted twice": lambda t: each_row(t, lambda row: "> > " + row),
    "quoted, bare": lambda t: each_row(
        t, lambda row: ">\n" if row == "\n" else "> " + row),
    "indented": lambda t: each_row(t, lambda row: "    " + row),
    "byte order mark": lambda t: "\ufeff" + t,
    "signed": lambda t: "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
    + each_row(t, lambda row: "- " + row if row[0] == "-" else row),
    "trailing blanks": outside_agreements(
        lambda t: each_row(t, lambda row: row[:-1] + "  \n")),
    "no-break spaces": outside_agreements(
        lambda t: each_row(t, lambda row: "\xa0\xa0" + row)),
    "no-break space in rows": lambda t: re.sub(
        r"-----(BEGIN|END) ", "-----\\1\xa0", t),
    "zero width": outside_agreements(
        lambda t: re.sub(r"(\w{20})(\w{20})", "\\1\u200b\\2", t)),
    "wrapped at 76": outside_agreements(lambda t: wrap(t, 76)),
    "wrapped at 40": outside_agreements(lambda t: wrap(t, 40)),
    "folded at 998": outside_agreements(lambda t: wrap(t, 998, "\n ")),
    "empty rows": outside_agreements(lambda t: t.replace("\n", "\n\n")),
    "one row": outside_agreements(
        lambda t: re.sub(r"(?s)(-----BEGIN LICENSE-----\n)(.*?)(\n-----END)",
                         lambda m: m[1] + m[2].replace("\n", " ") + m[3], t)),
}
# Text to text, and safe in any order.
REPEATED = ("format=flowed", "CRLF", "trailing blanks", "no-break spaces",
            "wrapped at 76", "wrapped at 40", "folded at 998", "empty rows",
            "byte order mark", "no-break space in rows")
TRAVELS = ("quoted-printable", "8bit", "quoted", "quoted twice", "indented")


def changed(text, name):
    data = CHANGES[name](text)
    return data.encode() if isinstance(data, str) else data


def in_one_row(text):
    """As files were written before, and as any JOSE library writes."""
    return re.sub(
        r"(?s)(-----BEGIN LICENSE-----\n)(.*?)(\n-----END)",
        lambda m: m[1] + "\n".join(line.replace("\n", "")
                                   for line in m[2].split("\n\n")) + m[3],
        text)


# ---- Tests ------------------------------------------------------------------

def make():
    licissue("init", "acme")
    with open("eula", "w", encoding="utf-8") as f:
        f.write(AGREEMENT)
    udis = [part for i in range(12)
            for part in ("--udi", f"LIC1921/K9:LAB000000{i:02}")]
    what = ("issue", "acme", *udis, "--type", "permanent")
    licissue(*what, "--feature", "uck9", "--comment", "Bestellung für Jörg",
             "--eula", "eula", "-o", "sent.lic")
    licissue(*what, "--feature", "datak9", "--copies", "3", "--append", "-o",
             "sent.lic")
    with open("sent.lic", encoding="utf-8") as f:
        return WORDS + f.read() + "\n-- \nsales\n"


def check(text, data, what):
    # "agreementInFile" is among what is compared.
    if shown(data) != shown(text.encode()):
        raise SystemExit(f"{what}: other licenses are shown than were sent")
    print("ok -", what)


def test_each(text):
    rows = re.findall(r"(?m)^[\w.-]{40,}$", text)
    long = [row for row in rows if len(row) > 64]
    assert len(rows) > 40 and not long, f"rows that are too long: {long}"
    for name in CHANGES:
        check(text, changed(text, name), name)
        check(text, changed(in_one_row(text), name), name + ", long rows")


def test_random(text):
    seed = os.environ.get("MAIL_SEED") or str(random.randrange(10 ** 9))
    print(f"# seed: MAIL_SEED={seed}", flush=True)
    dice = random.Random(seed)
    for i in range(60):
        names = dice.sample(REPEATED, 3)
        one = in_one_row(text) if dice.random() < 0.5 else text
        for name in names:
            one = CHANGES[name](one)
        names.append(dice.choice(TRAVELS))
        if shown(changed(one, names[-1])) != shown(text.encode()):
            raise SystemExit(f"round {i}, {names}: other licenses are shown")
    print("ok - random changes")


def refused(data, words, what):
    said = inspect(data, status=1)
    if words not in said:
        raise SystemExit(f"{what}: no \"{words}\" in\n{said}")
    print("ok -", what)


def test_broken(text):
    rows = text.splitlines(keepends=True)
    first = next(i for i, row in enumerate(rows) if row.startswith("eyJ"))
    where = f"row {first + 4} (row 4 of the license that begins in row " \
            f"{first + 1}): "

    def with_row(row):
        return "".join(rows[:first + 3] + [row] + rows[first + 4:]).encode()

    row = rows[first + 3]
    refused(with_row(row[:30] + "–" + row[31:]),
            where + 'foreign character \\"–\\"', "a dash of a word processor")
    refused(with_row(row[:30] + "<br>" + row[30:]),
            where + 'foreign character \\"<\\"', "a tag of HTML")
    refused(with_row(row[:-5] + "\n"),
            where + "60 characters, other rows have 64", "a row cut off")
    refused(with_row(""), "license that begins in row", "a row that is lost")
    refused(text.encode("latin-1"), "row 3: not text (UTF-8",
            "another character set")
    refused(text.encode("utf-16"), "UTF-16: save it as UTF-8", "UTF-16")
    refused(message(text, "base64"), "encoded in base64", "base64, not saved")
    refused(text.replace("-----BEGIN", "—–BEGIN").replace(
        "-----END", "—–END").encode(), "is nearly", "dashes of delimiters")
    said = inspect(text.replace("at most", "for now").encode())
    assert '"agreementInFile": false' in said, said
    said = licissue("inspect", "got.lic")
    assert "a text in the file belongs to no license" in said, said
    print("ok - an agreement that was changed")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    sent = make()
    test_each(sent)
    test_random(sent)
    test_broken(sent)
    os.chdir("/")
sys.exit(0)
