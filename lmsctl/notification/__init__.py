"""Notification: mails and notices, rows in the transaction of the change they tell of."""
