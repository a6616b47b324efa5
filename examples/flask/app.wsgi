from notes import app as application
