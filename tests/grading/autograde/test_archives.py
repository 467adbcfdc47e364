"""A zip archive that was handed in is bounded as a folder is, and leads nowhere."""

import io
import stat
import zipfile

import pytest

from grading.autograde.archives import NotUnpacked, unpacked
from grading.cells.submitted_files import MAX_FILES


def archive(entries, **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content, **options)
    return stream.getvalue()


def link():
    entry = zipfile.ZipInfo("mine.ipynb")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def encrypted():
    content = bytearray(archive([("a", "text")]))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lying():
    """It says of 10 MB that they are one byte."""
    content = bytearray(archive([("a", bytes(10_000_000))]))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = (1).to_bytes(4, "little")
    return bytes(content)


REFUSED = {
    "1 MB": archive([("a", bytes(600_000)), ("b", bytes(600_000))]),
    f"more than {MAX_FILES}": archive([(f"{number}", "") for number in range(MAX_FILES + 1)]),
    "leads out": archive([("../../gradebook.db", "")]),
    "leads out of it": archive([("/etc/passwd", "")]),
    "leads out .f it": archive([("a\\..\\..\\b", "")]),
    "link": archive([(link(), "/etc/passwd")]),
    "encrypted": encrypted(),
    "damaged": archive([("a", "text" * 1000)])[:-40],
    "damaged, or": b"Rar!",
    "damaged, or no": lying(),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_too_much_or_leads_elsewhere_is_refused(why):
    with pytest.raises(NotUnpacked, match=why):
        unpacked(REFUSED[why], 10**6)


def test_plain_files_are_unpacked():
    content = archive([("ex1/a.ipynb", "text"), ("ex1/", ""), ("b\\c.txt", "more")])
    assert unpacked(content, 10**6) == {"ex1/a.ipynb": b"text", "b/c.txt": b"more"}
    assert unpacked(content, 8)
    with pytest.raises(NotUnpacked):
        unpacked(content, 7)
