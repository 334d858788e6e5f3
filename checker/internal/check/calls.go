package check

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"stagecraft/checker/internal/check/timeline"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

// maxCalls bounds how many calls one timeline shows: a check under load makes thousands.
const maxCalls = 300

// callsOf turns the calls between the services of a stack into timeline events.
func (t *T) callsOf(s *stack.Stack) []timeline.Event {
	calls := s.AllCalls()
	slices.SortFunc(calls, func(a, b fault.Call) int { return a.Begin.Compare(b.Begin) })
	if len(calls) > maxCalls {
		calls = calls[:maxCalls]
	}
	events := make([]timeline.Event, 0, len(calls))
	now := time.Now()
	for _, call := range calls {
		from, to, _ := strings.Cut(call.Link, "->")
		e := timeline.Event{
			Kind: timeline.Call, Lane: from, To: to, Label: call.Name(),
			StartMS: t.sinceMS(call.Begin), EndMS: t.sinceMS(now),
			Request: messageJSON(call.Method, call.Request, true),
		}
		switch {
		case call.End.IsZero():
			e.Fate = timeline.Open
		case call.Code == codes.OK:
			e.Answer = messageJSON(call.Method, call.Response, false)
		default:
			e.Failed, e.Detail = true, call.Code.String()+": "+call.Message
		}
		if !call.End.IsZero() {
			e.EndMS = t.sinceMS(call.End)
		}
		switch {
		case call.Held && e.Fate != timeline.Open:
			e.Fate = timeline.Held
		case call.Failed() && !call.Reached:
			e.Fate = timeline.CallLost
		case call.Failed() && call.Answered && (call.Code == codes.Unavailable || call.Code == codes.Canceled || call.Code == codes.DeadlineExceeded):
			e.Fate = timeline.AnswerLost
		}
		events = append(events, e)
	}
	return events
}

func (t *T) sinceMS(at time.Time) float64 { return float64(at.Sub(t.began).Microseconds()) / 1000 }

// drawn returns all timeline events, those of the calls between services included.
func (t *T) drawn() []timeline.Event {
	events := t.rec.Events()
	for _, read := range t.calls {
		events = append(events, read()...)
	}
	slices.SortStableFunc(events, func(a, b timeline.Event) int { return cmp.Compare(a.StartMS, b.StartMS) })
	return events
}

// messageJSON prints the first message of a call as JSON if its service is known here; "" otherwise.
func messageJSON(method string, data []byte, request bool) string {
	name := strings.ReplaceAll(strings.TrimPrefix(method, "/"), "/", ".")
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return ""
	}
	descriptor, ok := found.(protoreflect.MethodDescriptor)
	if !ok {
		return ""
	}
	kind := descriptor.Output()
	if request {
		kind = descriptor.Input()
	}
	message := dynamicpb.NewMessage(kind)
	if (request && data == nil) || proto.Unmarshal(data, message) != nil {
		return ""
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		return ""
	}
	return string(text)
}
