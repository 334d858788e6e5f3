// Package telemetry receives the traces of the services under test and reads their metrics.
package telemetry

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"sort"
	"sync"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // exporters may compress
	"google.golang.org/protobuf/proto"
)

// most is how many spans are kept; a flood must not eat the checker's memory.
const most = 50_000

// Span is one finished span of a service.
type Span struct {
	TraceID, SpanID, ParentID string // hex; ParentID is "" for a root
	Service, Name             string
	// Kind is internal, server, client, producer, consumer or unspecified.
	Kind       string
	Start, End time.Time
	Attributes map[string]string
	// Failed says that the status is an error, Message why.
	Failed  bool
	Message string
	Events  []string
}

// Receiver is an OTLP endpoint (gRPC, plaintext) that keeps spans.
type Receiver struct {
	collector.UnimplementedTraceServiceServer

	addr   string
	server *grpc.Server

	mu    sync.Mutex
	spans []Span
	bytes int
}

// Listen opens a receiver on addr ("127.0.0.1:0" for any port).
func Listen(addr string) (*Receiver, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for traces: %w", err)
	}
	r := &Receiver{addr: listener.Addr().String(), server: grpc.NewServer(grpc.MaxRecvMsgSize(16 << 20))}
	collector.RegisterTraceServiceServer(r.server, r)
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

// Endpoint is what OTEL_EXPORTER_OTLP_ENDPOINT is set to.
func (r *Receiver) Endpoint() string { return r.addr }

// Close ends the receiver; spans stay readable.
func (r *Receiver) Close() { r.server.Stop() }

// Export is the OTLP call.
func (r *Receiver) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes += proto.Size(request)
	for _, resource := range request.GetResourceSpans() {
		service := serviceName(resource.GetResource())
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				if len(r.spans) >= most {
					continue
				}
				r.spans = append(r.spans, fromProto(service, span))
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// Bytes is how much has arrived so far, uncompressed.
func (r *Receiver) Bytes() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes
}

// Spans returns what has arrived so far, by start; keep nil means all.
func (r *Receiver) Spans(keep func(Span) bool) []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Span
	for _, span := range r.spans {
		if keep == nil || keep(span) {
			found = append(found, span)
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Start.Before(found[j].Start) })
	return found
}

// Trace returns the spans of one trace, by start.
func (r *Receiver) Trace(traceID string) []Span {
	return r.Spans(func(s Span) bool { return s.TraceID == traceID })
}

// Service returns the spans of one service, by start.
func (r *Receiver) Service(name string) []Span {
	return r.Spans(func(s Span) bool { return s.Service == name })
}

func serviceName(resource *resourcepb.Resource) string {
	for _, attribute := range resource.GetAttributes() {
		if attribute.GetKey() == "service.name" {
			return attribute.GetValue().GetStringValue()
		}
	}
	return ""
}

func fromProto(service string, span *tracepb.Span) Span {
	out := Span{
		TraceID: hex.EncodeToString(span.GetTraceId()), SpanID: hex.EncodeToString(span.GetSpanId()),
		ParentID: hex.EncodeToString(span.GetParentSpanId()),
		Service:  service, Name: span.GetName(), Kind: kindName(span.GetKind()),
		Start:      time.Unix(0, int64(span.GetStartTimeUnixNano())),
		End:        time.Unix(0, int64(span.GetEndTimeUnixNano())),
		Attributes: attributes(span.GetAttributes()),
		Failed:     span.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR,
		Message:    span.GetStatus().GetMessage(),
	}
	for _, event := range span.GetEvents() {
		out.Events = append(out.Events, event.GetName())
	}
	return out
}

func kindName(kind tracepb.Span_SpanKind) string {
	switch kind {
	case tracepb.Span_SPAN_KIND_INTERNAL:
		return "internal"
	case tracepb.Span_SPAN_KIND_SERVER:
		return "server"
	case tracepb.Span_SPAN_KIND_CLIENT:
		return "client"
	case tracepb.Span_SPAN_KIND_PRODUCER:
		return "producer"
	case tracepb.Span_SPAN_KIND_CONSUMER:
		return "consumer"
	}
	return "unspecified"
}

func attributes(list []*commonpb.KeyValue) map[string]string {
	out := make(map[string]string, len(list))
	for _, pair := range list {
		switch value := pair.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			out[pair.GetKey()] = value.StringValue
		case *commonpb.AnyValue_BoolValue:
			out[pair.GetKey()] = fmt.Sprint(value.BoolValue)
		case *commonpb.AnyValue_IntValue:
			out[pair.GetKey()] = fmt.Sprint(value.IntValue)
		case *commonpb.AnyValue_DoubleValue:
			out[pair.GetKey()] = fmt.Sprint(value.DoubleValue)
		default:
			out[pair.GetKey()] = pair.GetValue().String()
		}
	}
	return out
}
