"""Messages that leave for somebody else's web server. Webex itself is not spoken to here: that is `webex`."""
