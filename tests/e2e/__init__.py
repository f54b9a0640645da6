"""The program as a person uses it: started as a process, spoken to, listened to."""
