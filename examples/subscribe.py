"""Print every partner event of one site: `python subscribe.py amqp://user:password@host:5672/ net.af.kabul`."""
import asyncio, json, sys, aio_pika  # noqa: E401

async def main(url: str, site: str) -> None:
    connection = await aio_pika.connect(url)  # ends when the connection does; `connect_robust` connects again
    channel = await connection.channel()
    queue = await channel.declare_queue(exclusive=True)  # a lasting reader declares a durable quorum queue instead
    await queue.bind("rapport.events", f"*.*.*.{site}.#")
    async for message in queue:  # an event may come twice: remember the ids that you have seen
        async with message.process():
            event = json.loads(message.body)
            print(event["id"], event["type"], event["subject"], json.dumps(event["data"]), flush=True)

asyncio.run(main(*sys.argv[1:])) if len(sys.argv) == 3 else sys.exit(__doc__)
