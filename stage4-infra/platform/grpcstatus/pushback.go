package grpcstatus

// PushbackTrailer is the trailer with which a server says when a call may be repeated: after so many milliseconds, or not at all. gRPC's
// clients follow it.
const PushbackTrailer = "grpc-retry-pushback-ms"

// DoNotRetry is the value of PushbackTrailer that forbids a repetition.
const DoNotRetry = "-1"
