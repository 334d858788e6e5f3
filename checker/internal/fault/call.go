package fault

import (
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// Call is one call that came over a link, as the link saw it.
type Call struct {
	// Link is "caller->callee".
	Link string
	// Method is the full name, "/wallet.v1.WalletService/Deduct".
	Method string
	Begin  time.Time
	// End is zero while the call is under way.
	End time.Time
	// Code and Message are what the caller got.
	Code    codes.Code
	Message string
	// Reached says that the call was sent on to the callee; Answered that the callee gave an answer, whatever
	// the caller got afterwards.
	Reached, Answered bool
	// Held says that the call or its answer was kept on the link for a while.
	Held bool
	// Deadline is the time the caller left for the call; zero if it set none.
	Deadline time.Duration
	Metadata metadata.MD
	// Request and Response are the first message of each direction, in wire format.
	Request, Response []byte
}

// Failed says that the call is over and that its caller got an error.
func (c Call) Failed() bool { return !c.End.IsZero() && c.Code != codes.OK }

// Name returns the method without its service: "Deduct".
func (c Call) Name() string { return c.Method[strings.LastIndexByte(c.Method, '/')+1:] }

// DecodeRequest reads the request into m.
func (c Call) DecodeRequest(m proto.Message) error { return proto.Unmarshal(c.Request, m) }

// matches reports whether the method is meant by pattern: "Deduct", a full name, or "" for every method.
func matches(pattern, method string) bool {
	return pattern == "" || pattern == "*" || pattern == method || strings.HasSuffix(method, "/"+pattern)
}

// record is a Call that is still being filled in.
type record struct {
	mu   sync.Mutex
	call Call
}

func (r *record) update(change func(*Call)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.call)
}

func (r *record) snapshot() Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.call
}
