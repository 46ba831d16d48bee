//! Events from outside: signed webhooks, alerts, pollers.
