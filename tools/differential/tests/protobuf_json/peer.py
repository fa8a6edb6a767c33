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

for line in sys.stdin:
    binary, text = line.rstrip("\n").split("\t", 1)
    try:
        wanted = kind.FromString(bytes.fromhex(binary))
        read = json_format.Parse(text, kind(), descriptor_pool=pool)
        same = read.SerializeToString(deterministic=True) == wanted.SerializeToString(deterministic=True) or json_format.MessageToJson(read, descriptor_pool=pool) == json_format.MessageToJson(wanted, descriptor_pool=pool)
        theirs = json_format.MessageToJson(wanted, indent=None, descriptor_pool=pool)
        print("same" if same else "different", theirs, sep="\t", flush=True)
    except Exception as error:
        print("error", type(error).__name__, str(error).replace("\n", " "), sep="\t", flush=True)
