package fault

import (
	"google.golang.org/grpc/mem"
)

// frame is one gRPC message that is not decoded.
type frame struct{ data []byte }

// rawCodec passes messages through as bytes. It calls itself proto, because that is what the bytes are.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.(*frame).data)}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	v.(*frame).data = data.Materialize()
	return nil
}
