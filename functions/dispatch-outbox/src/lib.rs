//! Publishes the messages that the table's stream brings.
