"""The rules of messaging, as pure functions: who may write, who owes an answer until when, which absences count."""
