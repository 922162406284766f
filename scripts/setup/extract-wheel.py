"""Take the TensorFlow C library and the headers of its C API out of a wheel.

Usage: extract-wheel.py WHEEL FOLDER. Writes FOLDER/lib and FOLDER/include; prints nothing; a failure is one line on
stderr and exit code 1. Every byte is checked against the checksums of the archive.
"""

import os
import posixpath
import re
import shutil
import sys
import zipfile

LIBRARY = re.compile(r"^tensorflow/(libtensorflow_(?:cc|framework)\.(?:so\.2|2\.dylib))$")
INCLUDE = "tensorflow/include/"
# What the sources of the tfjs binding include; everything these include follows.
HEADERS = [
    "tensorflow/c/c_api.h",
    "tensorflow/c/eager/c_api.h",
    "tensorflow/c/tf_datatype.h",
    "tensorflow/c/tf_status.h",
    "tensorflow/c/tf_tensor.h",
    "tensorflow/core/platform/ctstring_internal.h",
]
QUOTED_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def copy_member(wheel, name, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with wheel.open(name) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def extract_headers(wheel, folder):
    names = set(wheel.namelist())
    todo, seen = list(HEADERS), set()
    while todo:
        header = todo.pop()
        if header in seen:
            continue
        seen.add(header)
        if INCLUDE + header not in names:
            # Headers beside the including one were resolved below; a missing root shows in the compiler.
            continue
        target = os.path.join(folder, "include", *header.split("/"))
        copy_member(wheel, INCLUDE + header, target)
        with open(target, encoding="utf-8", errors="replace") as file:
            for included in QUOTED_INCLUDE.findall(file.read()):
                todo.append(included)
                todo.append(posixpath.normpath(posixpath.join(posixpath.dirname(header), included)))


def extract(path, folder):
    with zipfile.ZipFile(path) as wheel:
        libraries = [name for name in wheel.namelist() if LIBRARY.match(name)]
        if len(libraries) != 2:
            raise ValueError("the wheel holds %d of the 2 libraries of the C API" % len(libraries))
        for name in libraries:
            copy_member(wheel, name, os.path.join(folder, "lib", posixpath.basename(name)))
        extract_headers(wheel, folder)


def main():
    try:
        extract(sys.argv[1], sys.argv[2])
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        sys.stderr.write("%s\n" % error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
