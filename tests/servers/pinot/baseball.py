"""Loads `baseballStats`, 97,889 rows of Pinot's own examples, out of the jar of pinot-tools 0.11.0.

    baseball.py CONTROLLER_URL BROKER_URL JAR
"""

import json
import sys
import urllib.parse
import zipfile

JAR = sys.argv.pop()

from load import CONTROLLER, make, post, wait  # noqa: E402 # reads what is left of the arguments

NAME = "baseballStats"
FOLDER = f"examples/batch/{NAME}/"
MARK = b"--querent-rows"


def main():
    with zipfile.ZipFile(JAR) as jar:
        schema = json.loads(jar.read(f"{FOLDER}{NAME}_schema.json"))
        lines = jar.read(f"{FOLDER}rawdata/{NAME}_data.csv")
    make(NAME, schema, [])
    head = f'\r\nContent-Disposition: form-data; name="file"; filename="{NAME}.csv"\r\n'.encode()
    body = MARK + head + b"Content-Type: application/octet-stream\r\n\r\n" + lines + b"\r\n" + MARK + b"--\r\n"
    query = urllib.parse.urlencode({"tableNameWithType": NAME + "_OFFLINE", "batchConfigMapStr": '{"inputFormat":"csv"}'})
    post(f"{CONTROLLER}/ingestFromFile?{query}", body, "multipart/form-data; boundary=querent-rows")
    # A line is a row, but for the header.
    wait(NAME, lines.count(b"\n") - 1)


if __name__ == "__main__":
    main()
