"""What our parts tell each other in the extensions of an HTTP request."""

CREDENTIAL = "depthstudio.credential"  # says who asks this once, in place of the client's own
OPEN_ENDED = "depthstudio.open_ended"  # whoever reads the answer bounds it
PUBLIC_ONLY = "depthstudio.public_only"  # connect to public addresses alone
SECRETS = "depthstudio.secrets"  # what no message about this request may hold
