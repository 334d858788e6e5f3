package errs

// HTTP is the status for c.
func (c Code) HTTP() int { return 500 }
