"""Reads lines of a message in hexadecimal binary, a tab, and the same in JSON; answers whether they are the same, and with its own JSON."""

import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

files = descriptor_pb2.FileDescriptorSet()
with open(sys.argv[1], "rb") as file:
    files.ParseFromString(file.read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    pool.Add(file)
kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("kitchen.v1.DishServed"))


def text(message):
    """Says all that is in a message; what an `Any` holds has maps in any order."""
    return json_format.MessageToJson(message, indent=None, sort_keys=True, descriptor_pool=pool)


for line in sys.stdin:
    binary, json = line.rstrip("\n").split("\t", 1)
    try:
        wanted = kind.FromString(bytes.fromhex(binary))
        theirs = text(wanted)
        same = text(json_format.Parse(json, kind(), descriptor_pool=pool)) == theirs
        print("same" if same else "different", theirs, sep="\t", flush=True)
    except Exception as error:
        print("error", type(error).__name__, str(error).replace("\n", " "), sep="\t", flush=True)
