"""One machine without containers: Postgres, a private RabbitMQ node, a mail catcher and the supervisor over them."""
