package grpcstatus

func Error(err error) error { return Of(err).Err() }
