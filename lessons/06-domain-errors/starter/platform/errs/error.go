package errs

// From finds the DomainError in err's chain. From(nil) is nil.
func From(err error) *DomainError {
	if err == nil {
		return nil
	}
	// TODO: wrapped errors, the end of a context, and a message that a client may read.
	if e, ok := err.(*DomainError); ok {
		return e
	}
	return Wrap(err, Internal, Internal.String(), "%s", err)
}

//stagecraft:drop
func wrapPlain(cause error, code Code) *DomainError { return nil }
