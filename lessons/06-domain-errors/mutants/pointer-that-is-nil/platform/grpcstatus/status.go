package grpcstatus

func Error(err error) error {
	var mapped *statusError
	if err != nil {
		mapped = &statusError{status: Of(err), chain: err}
	}
	return mapped
}
