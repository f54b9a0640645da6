"""MQTT: a connection that is kept up, for whoever tells or asks something there."""
