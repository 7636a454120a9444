"""Print every partner event of one site: `python subscribe_faststream.py amqp://user:password@host:5672/ net.af.kabul`."""
import asyncio, json, logging, sys  # noqa: E401
from faststream import FastStream
from faststream.rabbit import ExchangeType, RabbitBroker, RabbitExchange, RabbitMessage, RabbitQueue

url, site = sys.argv[1:] if len(sys.argv) == 3 else sys.exit(__doc__)
broker = RabbitBroker(url, logger=logging.getLogger("subscribe"))  # connects again by itself; its own one prints
events = RabbitExchange("rapport.events", ExchangeType.TOPIC, declare=False)
queue = RabbitQueue("", exclusive=True, routing_key=f"*.*.*.{site}.#")  # a lasting reader: a durable quorum queue

async def decode(message: RabbitMessage) -> dict:  # FastStream does not know `application/cloudevents+json`
    return json.loads(message.body)

@broker.subscriber(queue, events, decoder=decode)
async def on_event(event: dict) -> None:  # an event may come twice: remember the ids that you have seen
    print(event["id"], event["type"], event["subject"], json.dumps(event["data"]), flush=True)

asyncio.run(FastStream(broker).run())
