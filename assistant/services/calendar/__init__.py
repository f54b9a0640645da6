"""The owner's calendars: appointments read, found, added, moved and deleted, and free time.

`store` is what a place of appointments has to offer, with three of them: `file` (an iCalendar file of our own),
`caldav` (a server) and `subscription` (files of others, only read). `occurrence` turns what they hold into
appointments at moments, `edit` changes them, `free` finds the time between them, `service` is what people ask for.
"""
