"""Sends one event with the official CloudEvents SDK in each of its modes: send_events.py URL TOKEN EVENT.json.

Prints one JSON object a line: the mode, the status and the answer.
"""

import json
import sys
import urllib.error
import urllib.request

from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from dateutil.parser import isoparse

url, token, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    attributes = json.load(file)
data = attributes.pop("data")
attributes["time"] = isoparse(attributes["time"])
untyped = {name: value for name, value in attributes.items() if name != "datacontenttype"}


def send(mode, headers, body):
    request = urllib.request.Request(url, data=body, method="POST")
    request.add_header("Authorization", f"Bearer {token}")
    for name, value in headers.items():
        request.add_header(name, value)
    # urllib would call a body without a media type a form.
    if not request.has_header("Content-type"):
        request.add_unredirected_header("Content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    print(json.dumps({"mode": mode, "status": status, "answer": json.loads(text)}))


event = CloudEvent(attributes, data)
structured = to_structured_event(event)
send("structured", structured.headers, structured.body)
in_bytes = to_structured_event(CloudEvent(attributes, json.dumps(data).encode()))
send("structured bytes", in_bytes.headers, in_bytes.body)
binary = to_binary_event(event)
send("binary", binary.headers, binary.body)
plain = to_binary_event(CloudEvent(untyped, data))
send("binary untyped", plain.headers, plain.body)
# The SDK has no batch of its own: a batch is an array of structured events.
batch = b"[" + structured.body + b"," + structured.body + b"]"
send("batch", {"Content-Type": "application/cloudevents-batch+json"}, batch)
