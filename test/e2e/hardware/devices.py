"""An Eastron measuring meter (unit 1) and a coil board (unit 2) as pymodbus serves them, on TCP or a serial line.

    devices.py tcp PORT | devices.py serial PATH BAUD

Each line of standard input is a JSON object: values of the measuring meter by their names, "deaf" with the list of units
that say nothing, "coil" to move a coil by hand, or "tell" to print the coils.
"""
import asyncio
import json
import logging
import struct
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import StartAsyncSerialServer, StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer

ADDRESSES = {
    "volts": 0x00, "volts2": 0x02, "volts3": 0x04, "amperes": 0x06, "amperes2": 0x08, "amperes3": 0x0A,
    "watts": 0x0C, "vars": 0x18, "sumWatts": 0x34, "sumVars": 0x3C, "hertz": 0x46, "importKwh": 0x48,
    "exportKwh": 0x4A,
}
# A client that hangs up is no error.
logging.disable(logging.CRITICAL)


def block(count):
    return ModbusSequentialDataBlock(0, [0] * count)


measuring = ModbusSlaveContext(ir=block(0x100), co=block(8), zero_mode=True)
board = ModbusSlaveContext(ir=block(8), co=block(8), zero_mode=True)
units = {1: measuring, 2: board}
context = ModbusServerContext(slaves=dict(units), single=False)


def obey(order):
    for name, value in order.items():
        if name in ADDRESSES:
            measuring.setValues(4, ADDRESSES[name], list(struct.unpack(">HH", struct.pack(">f", value))))
        elif name == "deaf":
            for unit, device in units.items():
                context._slaves.pop(unit, None)
                if unit not in value:
                    context._slaves[unit] = device
        elif name == "coil":
            board.setValues(1, value[0], [value[1]])
        elif name == "tell":
            print(json.dumps({"coils": [bool(coil) for coil in board.getValues(1, 0, 4)]}), flush=True)


async def listen():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        obey(json.loads(line))
        print("done", flush=True)


async def main():
    if sys.argv[1] == "tcp":
        serving = StartAsyncTcpServer(context, address=("127.0.0.1", int(sys.argv[2])), ignore_missing_slaves=True)
    else:
        serving = StartAsyncSerialServer(
            context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=int(sys.argv[3]), ignore_missing_slaves=True
        )
    asyncio.create_task(serving)
    await listen()


asyncio.run(main())
