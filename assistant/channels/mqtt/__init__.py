"""The assistant on MQTT: it is asked there, and tells there what happens."""
