"""Notification: mails and notices, written as rows in the transaction of the change they tell of."""
