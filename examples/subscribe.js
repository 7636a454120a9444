// Print every partner event of one site: `npm install`, then
// `node subscribe.js amqp://user:password@host:5672/ net.af.kabul`.
const amqp = require("amqplib");

async function main(url, site) {
  if (!site) throw new Error("Write: node subscribe.js amqp://user:password@host:5672/ net.af.kabul");
  const connection = await amqp.connect(url);
  connection.on("close", () => process.exit(69)); // amqplib does not connect again: whoever started this starts it anew
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue("", { exclusive: true }); // a lasting reader: a durable quorum queue
  await channel.bindQueue(queue, "rapport.events", `*.*.*.${site}.#`);
  await channel.consume(queue, (message) => { // an event may come twice: remember the ids that you have seen
    if (message === null) return process.exit(69); // the broker has cancelled this consumer
    const event = JSON.parse(message.content);
    console.log(event.id, event.type, event.subject, JSON.stringify(event.data));
    channel.ack(message);
  });
}

main(...process.argv.slice(2)).catch((error) => { console.error(error.message); process.exit(69); });
