package stack

// Settings are what a service must be told in every stage beside the addresses of its dependencies and its certificate.
func Settings(service string, keys *Keys) map[string]string {
	k, _ := kindOf(service)
	settings := map[string]string{
		"JWT_PUBLIC_KEYS": keys.UserPublic, "JWT_ISSUER": userIssuer, "JWT_AUDIENCE": audience,
		"SERVICE_PUBLIC_KEYS": keys.ServicePublic, "CURSOR_SECRET": keys.CursorSecret,
		// All requests of a run come from one address; a check of the limit sets its own.
		"RATE_LIMIT_RPS": "1000", "RATE_LIMIT_BURST": "2000",
	}
	if k.signs {
		settings["SERVICE_PRIVATE_KEY"] = keys.ServicePrivate
	}
	if k.http {
		settings["LOGIN_USERS"], settings["LOGIN_PRIVATE_KEY"] = logins, keys.UserPrivate
	}
	return settings
}

// NewCertificates makes a CA and certificates for all services. The caller closes them.
func NewCertificates() (*Certificates, error) { return newCertificates() }

// Close removes the certificates.
func (c *Certificates) Close() { c.close() }
