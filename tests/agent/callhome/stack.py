#!/usr/bin/env python3
"""call home of a stack: each member has a UDI, licenses and requests of its
own."""

from fake_portal import *

OTHER = "LIC1921/K9:LAB00000009"
MEMBER = """, {
	index = 2; pid = "LIC1921/K9"; sn = "LAB00000002";
	stores = ( { index = 1; name = "flash2:primary"; kind = "primary";
	             default = true; } );
} );
features ="""


def devices(lab):
    """Devices of the licenses that were installed."""
    rows = json.loads(licctl(lab, "dump"))["licenses"]
    return sorted(row["device"] for row in rows if row["store"] == 1)


def stack(lab):
    need_transfers()
    with open(lab.conf, encoding="utf-8") as f:
        text, n = re.subn(r"\s*\);\s*features =", MEMBER, f.read(), count=1)
    equal(n, 1, "members that were added")
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(text)
    with running(lab) as portal:
        udis = [row["udi"] for row in
                json.loads(licctl(lab, "dump"))["devices"]]
        equal(len(udis), 2, "members")
        pak = portal.make_pak(("L-LAB-SEC-K9=", 10))
        args = ("install", "pak", pak, "--yes", "--accept-eula")
        step("install")
        call_home(lab, *args)
        equal(devices(lab), [1], "devices")
        call_home(lab, "--device", "2", *args)
        equal(devices(lab), [1, 2], "devices")
        equal([r["udi"] for kind, r in portal.seen if kind == "install"],
              udis, "UDIs")
        call_home(lab, "--device", "3", *args, status=1)
        step("the requests of members are not each other's")
        portal.fault("requests", cut_after)
        call_home(lab, "--device", "2", *args, status=1)
        call_home(lab, *args)
        equal([row["udi"] for row in shown(lab)["pending"]], udis[1:],
              "pending")
        call_home(lab, "--device", "2", *args)
        equal((portal.left(pak), devices(lab)), (6, [1, 1, 2, 2]), "all")
        step("an installation is confirmed, whichever member it is for")
        lab.issue("two.lic", "--eula", __file__, feature="datak9",
                  udi=udis[1])
        said = licctl(lab, "--device", "2", "--yes", "license", "install",
                      "flash:two.lic")
        check("1/1 licenses were successfully installed" in said, said)
        licctl(lab, "--device", "2", "--yes", "license", "clear", "datak9")
        step("resend and revoke")
        call_home(lab, "--device", "2", "resend", "--yes")
        call_home(lab, "--device", "2", "revoke", "udi", OTHER, "--yes")
        equal(portal.movable(udis[1]), [], "licenses of the second")
        equal((len(portal.movable(udis[0])), len(portal.movable(OTHER))),
              (2, 3), "of the first, and moved")


main(stack)
