package auth

// UserID returns the user whose data may be used: the caller, or the user on whose behalf a service acts.
func (p Principal) UserID() string {
	// TODO: a service is no user.
	return p.Subject
}
