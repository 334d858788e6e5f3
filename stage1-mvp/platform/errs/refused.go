package errs

import (
	"errors"

	"google.golang.org/grpc/status"
)

// Refused tells whether err proves that the called service did not do the work and never will: a business refusal, sent by the service
// itself. A bare status proves nothing, because a proxy or another build of the service can produce one too. After anything else (timeout,
// lost connection, crash on the other side) the work may have been done, and must be treated as if it had been.
func Refused(err error) bool {
	var carrier interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carrier) {
		return false
	}
	st := carrier.GRPCStatus()
	info, ours := ownInfo(st)
	if !ours {
		return false
	}
	switch codeOfInfo(info, st.Code()) {
	case InvalidInput, NotFound, Precondition:
		return true
	default:
		return false
	}
}
